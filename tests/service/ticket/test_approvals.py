"""Understanding and approval: decisions bound to exactly what was seen."""

from __future__ import annotations

from typing import Any

from shared.contracts import ticket as said
from shared.contracts.attachments import AttachmentRemoved, AttachmentStored
from shared.contracts.workflow import Holder
from shared.ids import new_id
from tests.service.ticket.house import House


def a_file(house: House, ticket_id: str, *, internal: bool = False, parameter: str | None = None) -> str:
    """A file is stored with a ticket; its id."""
    file_id = new_id()
    facts: dict[str, Any] = {"file_name": "proof.pdf", "size": 10, "content_type": "application/pdf"}
    facts |= {"sha256": "ab" * 32, "internal": internal, "parameter": parameter, "by": house.ana}
    house.world.say(AttachmentStored(attachment_id=file_id, ticket_id=ticket_id, **facts))
    return file_id


def test_versions_of_the_understanding_are_kept(house: House) -> None:
    ticket_id = house.in_analysis(Holder(id=house.carla))
    before = house.get(house.carla, ticket_id)["version"]
    for body in ("First", "Second"):
        assert (
            house.world.call(house.carla, "POST", f"/tickets/{ticket_id}/understandings", {"body": body}).status_code
            == 201
        )
    items = house.get(house.ana, ticket_id, "/understandings")["items"]
    assert [(i["version"], i["body"], i["author"]["name"]) for i in items] == [
        (1, "First", "Carla Dias"),
        (2, "Second", "Carla Dias"),
    ]
    assert house.get(house.carla, ticket_id)["version"] == before + 2
    assert isinstance(house.world.said(ticket_id)[-1], said.UnderstandingWritten)


def test_only_the_holder_writes_understandings(house: House) -> None:
    ticket_id = house.in_analysis()
    house.done(house.carla, ticket_id, "take")
    assert house.post(house.davi, ticket_id, "understandings", {"body": "Mine"}).status_code == 409
    assert house.post(house.ana, ticket_id, "understandings", {"body": "Mine"}).status_code == 403


def test_the_client_approves_and_the_flow_goes_on(house: House) -> None:
    ticket_id = house.in_agreement()
    ticket = house.get(house.ana, ticket_id)
    assert (ticket["transitions"], "decide" in ticket["actions"]) == ([], True)
    assert {f["access"] for f in ticket["fields"]} == {"read_only"}
    after = house.done(house.ana, ticket_id, "decision", {"outcome": "approved"})
    assert after["status"] == "concluded"


def test_advance_is_refused_in_an_approval(house: House) -> None:
    ticket_id = house.in_agreement()
    answer = house.post(house.ana, ticket_id, "advance", {"transition": "approve"})
    assert (answer.status_code, answer.json["type"]) == (409, "urn:vez:problem:needs-decision")


def test_a_rejection_needs_a_reason_and_goes_back_to_work(house: House) -> None:
    ticket_id = house.in_agreement()
    assert set(house.post(house.ana, ticket_id, "decision", {"outcome": "rejected"}).json["errors"]) == {"reason"}
    after = house.done(house.ana, ticket_id, "decision", {"outcome": "rejected", "reason": "Too little"})
    assert (after["stage"]["code"], after["turn"]["side"]) == ("analysis", "attendant")
    assert house.get(house.carla, ticket_id, "/history")["items"][-1]["comment"] == "Too little"


def test_the_decision_stores_who_when_and_the_hash_of_exactly_what_they_saw(house: House) -> None:
    ticket_id = house.in_agreement()
    house.done(house.ana, ticket_id, "decision", {"outcome": "approved"})
    (decision,) = house.get(house.ana, ticket_id, "/decisions")["items"]
    assert (decision["by"]["id"], decision["outcome"]) == (house.ana, "approved")
    asked = house.world.said(ticket_id)[-1]
    assert isinstance(asked, said.DecisionRequested)
    assert asked.evidence == decision["evidence"]


def test_the_hash_covers_the_files_that_the_side_sees(house: House) -> None:
    hashes = []
    for internal in (None, True, False):
        ticket_id = house.in_agreement()
        if internal is not None:
            a_file(house, ticket_id, internal=internal)
        house.post(house.ana, ticket_id, "decision", {"outcome": "approved"})
        hashes.append(house.world.said(ticket_id)[-1].evidence)
    assert hashes[0] == hashes[1] != hashes[2]


def test_the_hash_leaves_out_files_of_parameters_that_the_side_does_not_see(house: House) -> None:
    hashes = []
    for parameter in (None, "proof", "of_another_version", "invoice"):
        ticket_id = house.in_agreement()
        if parameter is not None:
            a_file(house, ticket_id, parameter=parameter)
        house.post(house.ana, ticket_id, "decision", {"outcome": "approved"})
        hashes.append(house.world.said(ticket_id)[-1].evidence)
    assert hashes[0] == hashes[1] == hashes[2] != hashes[3]


def test_a_stale_decision_is_told_only_of_files_whose_parameter_the_side_sees(house: House) -> None:
    ticket_id = house.in_analysis(Holder(id=house.carla))
    house.understood(house.carla, ticket_id)
    gone = a_file(house, ticket_id, parameter="proof")
    seen = house.get(house.ana, ticket_id)["version"]
    a_file(house, ticket_id, parameter="cause")
    shown = a_file(house, ticket_id, parameter="invoice")
    house.world.say(AttachmentRemoved(attachment_id=gone, ticket_id=ticket_id, by=house.carla))
    house.done(house.carla, ticket_id, "advance", {"transition": "propose"})
    told = changes_told(house, house.ana, ticket_id, seen)
    assert [(c["part"], c["before"], c["after"]["id"]) for c in told] == [("file", None, shown)]


def test_a_decision_on_what_changed_meanwhile_is_refused(house: House) -> None:
    ticket_id = house.in_agreement()
    seen = house.get(house.ana, ticket_id)["version"]
    file_id = a_file(house, ticket_id)
    stale = house.post(house.ana, ticket_id, "decision", {"outcome": "approved"}, If_Match=f'"{seen}"')
    assert stale.status_code == 412
    seen = house.get(house.ana, ticket_id)["version"]
    house.world.say(AttachmentRemoved(attachment_id=file_id, ticket_id=ticket_id, by=house.ana))
    stale = house.post(house.ana, ticket_id, "decision", {"outcome": "approved"}, If_Match=f'"{seen}"')
    assert stale.status_code == 412


def changes_told(house: House, who: str, ticket_id: str, version: int, **decision: str) -> list[dict[str, Any]]:
    """What a decision on an old version is refused with."""
    body = {"outcome": "approved", **decision}
    answer = house.post(who, ticket_id, "decision", body, If_Match=f'"{version}"')
    assert (answer.status_code, answer.json["type"]) == (412, "urn:vez:problem:stale"), answer.text
    return list(answer.json["changes"])


def test_a_decision_on_stale_content_is_refused_with_what_changed(house: House) -> None:
    ticket_id = house.in_analysis(Holder(id=house.carla))
    house.understood(house.carla, ticket_id)
    gone = a_file(house, ticket_id)
    seen = house.get(house.ana, ticket_id)["version"]
    house.patch(house.carla, ticket_id, {"parameters": {"refund": "10.00", "cause": "Nobody knows"}})
    house.post(house.carla, ticket_id, "understandings", {"body": "We give back less"})
    came = a_file(house, ticket_id)
    house.world.say(AttachmentRemoved(attachment_id=gone, ticket_id=ticket_id, by=house.carla))
    house.done(house.carla, ticket_id, "advance", {"transition": "propose"})
    changes = changes_told(house, house.ana, ticket_id, seen)
    assert [(c["part"], c["before"], c["after"]) for c in changes] == [
        ("parameter", "99.90", "10.00"),
        (
            "understanding",
            {"version": 1, "body": "We give it back", "due_on": "2026-12-01"},
            {"version": 2, "body": "We give back less", "due_on": None},
        ),
        ("file", None, {"id": came, "name": "proof.pdf"}),
        ("file", {"id": gone, "name": "proof.pdf"}, None),
    ]
    assert changes[0]["field"]["label"] == "Refund"
    present = house.get(house.ana, ticket_id)["version"]
    answer = house.post(house.ana, ticket_id, "decision", {"outcome": "approved"}, If_Match=f'"{present}"')
    assert answer.status_code == 202


def test_what_changed_is_told_in_the_language_of_who_decides(house: House) -> None:
    ticket_id = house.in_analysis(Holder(id=house.carla))
    house.understood(house.carla, ticket_id)
    seen = house.get(house.ana, ticket_id)["version"]
    house.patch(house.carla, ticket_id, {"parameters": {"refund": "10.00"}})
    house.done(house.carla, ticket_id, "advance", {"transition": "propose"})
    house.world.changed(house.ana, language="pt-BR")
    answer = house.post(house.ana, ticket_id, "decision", {"outcome": "approved"}, If_Match=f'"{seen}"')
    assert answer.json["changes"][0]["field"]["label"] == "Estorno"
    assert answer.json["detail"] == (
        "Aquilo sobre o que você decide mudou desde que você viu. Veja o que mudou e decida de novo"
    )


def test_what_a_side_cannot_see_is_not_among_what_changed(house: House) -> None:
    ticket_id = house.in_analysis(Holder(id=house.carla))
    house.understood(house.carla, ticket_id)
    seen = house.get(house.ana, ticket_id)["version"]
    house.patch(house.carla, ticket_id, {"parameters": {"cause": "A secret cause"}})
    secret = a_file(house, ticket_id, internal=True)
    house.done(house.carla, ticket_id, "advance", {"transition": "propose"})
    answer = house.post(house.ana, ticket_id, "decision", {"outcome": "approved"}, If_Match=f'"{seen}"')
    assert (answer.status_code, answer.json["changes"]) == (412, [])
    assert "secret" not in answer.text
    assert secret not in answer.text


def test_the_client_who_changed_the_texts_meanwhile_is_shown_that(house: House) -> None:
    ticket_id = house.in_agreement()
    seen = house.get(house.ana, ticket_id)["version"]
    house.patch(house.ana, ticket_id, {"subject": "Charged thrice", "description": "Thrice"})
    assert [(c["part"], c["before"], c["after"]) for c in changes_told(house, house.ana, ticket_id, seen)] == [
        ("subject", "Charged twice", "Charged thrice"),
        ("description", "Twice in November", "Thrice"),
    ]


def test_a_version_that_nobody_can_have_seen_is_refused_without_a_change(house: House) -> None:
    ticket_id = house.in_agreement()
    answer = house.post(house.ana, ticket_id, "decision", {"outcome": "approved"}, If_Match='"999"')
    assert (answer.status_code, "changes" in answer.json) == (412, False)


def test_n_of_m_approvers_each_with_its_own_vote(house: House) -> None:
    ticket_id = house.before_the_board()
    assert house.listed(house.carla, "filter=my_turn") == [ticket_id]
    assert house.listed(house.carla, "filter=my_queues") == []
    first = house.done(house.carla, ticket_id, "decision", {"outcome": "approved"})
    assert (first["stage"]["code"], first["pending"]) == ("board", None)
    assert house.listed(house.carla, "filter=my_turn") == []
    assert house.listed(house.davi, "filter=my_turn") == [ticket_id]
    again = house.post(house.carla, ticket_id, "decision", {"outcome": "approved"})
    assert again.status_code == 403
    assert house.done(house.davi, ticket_id, "decision", {"outcome": "approved"})["status"] == "concluded"
    assert len(house.get(house.davi, ticket_id, "/decisions")["items"]) == 2


def test_bulk_decisions_have_a_result_per_item(house: House) -> None:
    good, stale, other = house.in_agreement(), house.in_agreement(), house.routed()
    versions = {t: house.get(house.ana, t)["version"] for t in (good, stale, other)}
    items = [
        {"ticket_id": good, "version": versions[good], "outcome": "approved"},
        {"ticket_id": stale, "version": versions[stale] - 1, "outcome": "approved"},
        {"ticket_id": other, "version": versions[other], "outcome": "approved"},
        {"ticket_id": new_id(), "version": 1, "outcome": "rejected", "reason": "x"},
    ]
    answer = house.world.call(house.ana, "POST", "/decisions", {"items": items}, Idempotency_Key="bulk")
    assert answer.status_code == 200, answer.text
    results = answer.json["items"]
    assert [r["status"] for r in results] == [202, 412, 409, 404]
    assert results[0]["ticket"]["pending"]["kind"] == "decision"
    assert results[1]["problem"]["type"] == "urn:vez:problem:stale"
    assert results[1]["problem"]["changes"] == []
    again = house.world.call(house.ana, "POST", "/decisions", {"items": items}, Idempotency_Key="bulk")
    assert again.json == answer.json
    house.flow.answer(good)
    assert house.get(house.ana, good)["status"] == "concluded"


def test_bulk_decisions_name_each_ticket_once(house: House) -> None:
    item = {"ticket_id": house.in_agreement(), "version": 1, "outcome": "approved"}
    answer = house.world.call(house.ana, "POST", "/decisions", {"items": [item, item]})
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"items"})


def test_a_file_value_is_judged_by_the_replica_of_files(house: House) -> None:
    ticket_id = house.routed()
    answer = house.patch(house.bruno, ticket_id, {"parameters": {"proof": [new_id()]}})
    assert set(answer.json["errors"]) == {"proof"}
    file_id = a_file(house, ticket_id)
    assert house.patch(house.bruno, ticket_id, {"parameters": {"proof": [file_id]}}).status_code == 200
    elsewhere = house.routed()
    answer = house.patch(house.bruno, elsewhere, {"parameters": {"proof": [file_id]}})
    assert set(answer.json["errors"]) == {"proof"}
