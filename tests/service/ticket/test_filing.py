"""How a reader stands to a ticket's files: which parameters' files they see and may add to, which messages they see."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from shared.catalog.reading import read
from shared.contracts.attachments import AttachmentRemoved, AttachmentStored
from shared.contracts.ticket import ParametersChanged
from shared.contracts.workflow import Holder
from shared.ids import new_id
from tests.service.ticket.catalogs import TEXT
from tests.service.ticket.house import GOOD, House

ASKED = ("proof", "which", "cause", "of_another_version")


def filing(house: House, who: str, ticket_id: str, *parameters: str, **more: str) -> Any:
    """What somebody is told of a ticket's files."""
    query = urlencode({"file_parameter": parameters, **more}, doseq=True)
    return house.get(who, ticket_id, f"?{query}")["filing"]


def a_file(house: House, who: str, ticket_id: str, parameter: str) -> str:
    """A stored file of somebody's that answers a parameter; its id."""
    file_id = new_id()
    facts: dict[str, Any] = {"size": 10, "content_type": "application/pdf", "sha256": "ab" * 32, "by": who}
    facts |= {"file_name": "a.pdf", "internal": False, "parameter": parameter}
    house.world.say(AttachmentStored(attachment_id=file_id, ticket_id=ticket_id, **facts))
    return file_id


def a_proof(house: House, who: str, ticket_id: str) -> str:
    """A stored file of somebody's, which is then the value of `proof`; its id."""
    file_id = a_file(house, who, ticket_id, "proof")
    answer = house.patch(who, ticket_id, {"parameters": {"proof": [file_id]}})
    assert answer.status_code == 200, answer.text
    return file_id


def test_it_is_told_only_where_it_is_asked_for(house: House) -> None:
    ticket_id = house.routed()
    assert "filing" not in house.get(house.ana, ticket_id)
    assert house.get(house.ana, ticket_id, "?file_parameter=proof")["subject"] == "Charged twice"
    many = urlencode({"file_parameter": [f"p{n}" for n in range(101)]}, doseq=True)
    assert house.world.call(house.ana, "GET", f"/tickets/{ticket_id}?{many}").status_code == 422


def test_a_parameters_files_are_shown_as_far_as_its_value_is(house: House) -> None:
    ticket_id = house.in_analysis(Holder(id=house.carla))
    assert filing(house, house.ana, ticket_id, *ASKED)["shown"] == []
    assert filing(house, house.carla, ticket_id, *ASKED)["shown"] == ["proof", "cause", "of_another_version"]
    other = house.routed(parameters={**GOOD, "reason": "other", "which": "A third"})
    assert filing(house, house.ana, other, *ASKED)["shown"] == ["proof", "which"]


def test_only_file_parameters_are_filled_with_files_by_who_may_fill_them_now(house: House) -> None:
    draft = house.draft()
    assert filing(house, house.ana, draft, *ASKED, "invoice")["fillable"] == ["proof"]
    ticket_id = house.routed()
    assert filing(house, house.ana, ticket_id, *ASKED)["fillable"] == [], "it is not her turn"
    assert filing(house, house.bruno, ticket_id, *ASKED)["fillable"] == ["proof"]
    assert filing(house, house.admin, ticket_id, *ASKED)["fillable"] == [], "he does not hold it"
    agreement = house.in_agreement()
    assert filing(house, house.ana, agreement, *ASKED)["fillable"] == [], "nothing is filled in an approval"


def test_a_file_is_bound_while_it_is_a_value_that_cannot_be_changed(house: House) -> None:
    draft = house.draft()
    file_id = a_proof(house, house.ana, draft)
    assert filing(house, house.ana, draft, file_id=file_id)["bound"] is False
    house.done(house.ana, draft, "submit")
    assert filing(house, house.ana, draft, file_id=file_id)["bound"] is True
    assert filing(house, house.ana, draft, file_id=new_id())["bound"] is False
    assert filing(house, house.bruno, draft, file_id=file_id)["bound"] is False


def test_a_file_that_was_removed_is_no_value_any_more_and_a_required_one_is_lacking(house: House) -> None:
    draft = house.draft()
    first, second = a_proof(house, house.ana, draft), a_proof(house, house.ana, draft)
    house.patch(house.ana, draft, {"parameters": {"proof": [first, second]}})
    house.world.say(AttachmentRemoved(attachment_id=second, ticket_id=draft, by=house.ana))
    assert house.get(house.ana, draft)["parameters"]["proof"] == [first]
    assert house.world.said(draft)[-1].name == "ticket.drafted", "a draft's values are nobody else's"
    house.world.say(AttachmentRemoved(attachment_id=first, ticket_id=draft, by=house.ana))
    assert house.get(house.ana, draft)["parameters"]["proof"] is None


def test_a_removed_files_parameter_is_told_and_shown_to_who_decides_on_an_older_version(house: House) -> None:
    ticket_id = house.in_analysis(Holder(id=house.carla))
    house.understood(house.carla, ticket_id)
    file_id = a_proof(house, house.carla, ticket_id)
    seen = house.get(house.carla, ticket_id)["version"]
    house.world.say(AttachmentRemoved(attachment_id=file_id, ticket_id=ticket_id, by=house.carla))
    assert house.get(house.carla, ticket_id)["parameters"]["proof"] is None
    assert house.world.said(ticket_id)[-1] == ParametersChanged(ticket_id=ticket_id, codes=["proof"])
    house.done(house.carla, ticket_id, "advance", {"transition": "direct"})
    answer = house.post(house.davi, ticket_id, "decision", {"outcome": "approved"}, If_Match=f'"{seen}"')
    told = [(c["part"], c["before"], c["after"]) for c in answer.json["changes"]]
    assert told == [("parameter", [file_id], None), ("file", {"id": file_id, "name": "a.pdf"}, None)]


def test_what_is_required_is_lacking_once_its_file_was_removed(house: House) -> None:
    """Leaving the stage is refused, as it is for any other empty value."""
    cells = "{cause: optional, refund: optional, proof: required}"
    wanted = read(TEXT.replace("{cause: required, refund: required}", cells), "house.yaml").type_by_code["dispute"]
    house.world.catalog["dispute"] = wanted
    house.world.say(*house.world.type_events(wanted, version=2))
    ticket_id = house.in_analysis(Holder(id=house.carla))
    file_id = a_proof(house, house.carla, ticket_id)
    house.post(house.carla, ticket_id, "understandings", {"body": "We give it back"})
    house.world.say(AttachmentRemoved(attachment_id=file_id, ticket_id=ticket_id, by=house.carla))
    refused = house.post(house.carla, ticket_id, "advance", {"transition": "propose"})
    assert (refused.status_code, set(refused.json["errors"])) == (422, {"proof"}), refused.text


def test_a_message_is_told_to_who_sees_it_and_only_with_its_ticket(house: House) -> None:
    ticket_id, other = house.routed(), house.routed()
    said = house.post(house.ana, ticket_id, "messages", {"body": "See the file"}).json["id"]
    note = house.post(house.bruno, ticket_id, "messages", {"body": "Hm", "visibility": "internal"}).json["id"]
    assert filing(house, house.ana, ticket_id, message_id=said)["message"] == "public"
    assert filing(house, house.ana, ticket_id, message_id=note)["message"] is None
    assert filing(house, house.bruno, ticket_id, message_id=note)["message"] == "internal"
    assert filing(house, house.bruno, other, message_id=note)["message"] is None
    assert filing(house, house.bruno, ticket_id, message_id=new_id())["message"] is None
