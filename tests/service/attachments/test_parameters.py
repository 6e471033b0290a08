"""Files that answer a parameter or belong to a message: who sees them, and what an upload may name."""

from __future__ import annotations

import copy
from typing import Any, Final

import pytest

from shared.ids import new_id
from tests.service.attachments import samples
from tests.service.attachments.world import Caller, Ticket, World, id_of

BOTH: Final = {"client": {"photos": "fill"}, "attendant": {"photos": "fill", "report": "fill"}}


@pytest.fixture
def ticket(world: World, ana: Caller, bruno: Caller) -> Ticket:
    """A ticket of Ana's, attended by Bruno, whose parameter `report` she does not see."""
    return world.ticket(ana, bruno, parameters=copy.deepcopy(BOTH))


def names(who: Caller, ticket: Ticket) -> list[str]:
    """The names of the files that somebody is shown."""
    answer = who("GET", f"/tickets/{ticket.id}/attachments")
    assert answer.status_code == 200, answer.text
    return [file["name"] for file in answer.json["items"]]


def ways_in(who: Caller, id: str) -> dict[str, int]:
    """What every endpoint of a file answers somebody."""
    path = f"/attachments/{id}"
    asked = [("GET", path), ("GET", f"{path}/content"), ("GET", f"{path}/thumbnail"), ("POST", f"{path}/link")]
    asked.append(("DELETE", path))
    return {f"{method} {rest.removeprefix(path)}": who(method, rest).status_code for method, rest in asked}


def test_a_file_of_a_parameter_that_a_side_does_not_see_is_not_there_for_it(
    world: World, ana: Caller, bruno: Caller, ticket: Ticket
) -> None:
    hidden = world.file(bruno, ticket, "laudo.png", samples.png(), parameter="report")["id"]
    shown = world.file(bruno, ticket, "foto.png", samples.png(), parameter="photos")["id"]
    world.file(bruno, ticket, "carta.txt", samples.TEXT)
    assert set(ways_in(ana, hidden).values()) == {404}
    assert set(ways_in(bruno, hidden).values()) == {200, 428}
    assert ways_in(ana, shown)["GET /content"] == 200
    assert names(ana, ticket) == ["foto.png", "carta.txt"]
    assert names(bruno, ticket) == ["laudo.png", "foto.png", "carta.txt"]
    assert "report" not in ana("GET", f"/tickets/{ticket.id}/attachments").text


def test_what_the_stage_shows_no_longer_is_not_there_any_more(
    world: World, ana: Caller, bruno: Caller, ticket: Ticket
) -> None:
    id = world.file(ana, ticket, "foto.txt", samples.TEXT, parameter="photos")["id"]
    ticket.parameters["client"] = {"photos": "read"}
    assert ana("GET", f"/attachments/{id}").status_code == 200
    del ticket.parameters["client"]
    assert set(ways_in(ana, id).values()) == {404}, "her own too: so it is with values"
    assert names(ana, ticket) == []
    assert names(bruno, ticket) == ["foto.txt"]


def test_who_may_fill_a_parameter_sees_what_they_sent_for_it_before_it_is_shown(
    world: World, ana: Caller, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its condition comes true with the values that are saved after the file."""
    told = Ticket.told

    def before_it_is_shown(self: Ticket, person_id: str, asked: Any) -> Any:
        answer = told(self, person_id, asked)
        if answer and "filing" in answer:
            answer["filing"]["shown"] = []
        return answer

    monkeypatch.setattr(Ticket, "told", before_it_is_shown)
    guardian = world.person("Gil Souza")
    ticket.clients[id_of(guardian)] = ticket.clients[id_of(ana)]
    id = world.file(ana, ticket, "foto.txt", samples.TEXT, parameter="photos")["id"]
    assert (names(ana, ticket), names(guardian, ticket)) == (["foto.txt"], [])
    assert ana("GET", f"/attachments/{id}/content").status_code == 200
    assert guardian("GET", f"/attachments/{id}").status_code == 404


def test_the_event_says_which_parameter_it_answers(world: World, ana: Caller, ticket: Ticket) -> None:
    world.file(ana, ticket, "foto.txt", samples.TEXT, parameter="photos")
    world.file(ana, ticket, "carta.txt", samples.TEXT)
    assert [event["parameter"] for event in world.said("attachment.stored")] == ["photos", None]


@pytest.mark.parametrize("parameter", ["report", "nothing", "seen"])
def test_a_parameter_that_the_sender_may_not_fill_now_is_refused(
    world: World, ana: Caller, ticket: Ticket, parameter: str
) -> None:
    ticket.parameters = {**BOTH, "client": {"photos": "fill", "seen": "read"}}
    announced = world.announce(ana, ticket, "a.txt", 3, parameter=parameter)
    streamed = world.stream(ana, ticket, "a.txt", samples.TEXT, parameter=parameter)
    for answer in (announced, streamed):
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["parameter"]), answer.text
    assert world.rows("SELECT 1 FROM attachments") == []
    assert world.announce(ana, ticket, "a.txt", 3, parameter="photos").status_code == 201


def test_a_message_that_is_not_this_tickets_or_not_seen_is_refused(
    world: World, ana: Caller, bruno: Caller, ticket: Ticket
) -> None:
    said, note, elsewhere = new_id(), new_id(), new_id()
    ticket.messages = {said: "public", note: "internal"}
    world.ticket(ana, bruno, messages={elsewhere: "public"})
    for who, message in ((ana, note), (ana, elsewhere), (bruno, elsewhere), (bruno, new_id())):
        answer = world.announce(who, ticket, "a.txt", 3, message_id=message)
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["message_id"]), answer.text
    file = world.file(ana, ticket, "a.txt", samples.TEXT, message_id=said)
    assert (file["message_id"], file["internal"]) == (said, False)


def test_every_wrong_field_is_named_at_once(ana: Caller, ticket: Ticket) -> None:
    body = {"ticket_id": ticket.id, "name": "a.exe", "size": 2**50, "parameter": "report", "message_id": new_id()}
    answer = ana("POST", "/uploads", body)
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"name", "size", "parameter", "message_id"})
    assert answer.json["errors"]["message_id"] == ["There is no such message in this ticket"]


def test_a_file_of_a_note_is_internal_whatever_was_said(
    world: World, ana: Caller, bruno: Caller, ticket: Ticket
) -> None:
    note = new_id()
    ticket.messages[note] = "internal"
    file = world.file(bruno, ticket, "a.txt", samples.TEXT, message_id=note, internal=False)
    streamed = world.stream(bruno, ticket, "b.txt", samples.TEXT, message_id=note, internal="false")
    assert (file["internal"], streamed.json["internal"]) == (True, True)
    assert ana("GET", f"/attachments/{file['id']}").status_code == 404


def test_the_ticket_service_is_asked_once(world: World, ana: Caller, ticket: Ticket) -> None:
    said = new_id()
    ticket.messages[said] = "public"
    before = len(world.asked)
    assert world.announce(ana, ticket, "a.txt", 3, parameter="photos", message_id=said).status_code == 201
    names(ana, ticket)
    assert len(world.asked) == before + 2


def test_a_ticket_service_that_cannot_say_it_yet_is_asked_later(
    world: World, ana: Caller, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a new release is rolled out the services' releases may differ."""
    world.file(ana, ticket, "foto.txt", samples.TEXT, parameter="photos")
    told = Ticket.told

    def as_before(self: Ticket, person_id: str, asked: Any) -> Any:
        answer = told(self, person_id, asked)
        return answer and {name: value for name, value in answer.items() if name != "filing"}

    monkeypatch.setattr(Ticket, "told", as_before)
    answer = ana("GET", f"/tickets/{ticket.id}/attachments")
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)


def test_a_client_does_not_remove_what_they_did_not_add(
    world: World, ana: Caller, bruno: Caller, ticket: Ticket
) -> None:
    theirs = world.file(bruno, ticket, "carta.txt", samples.TEXT)["id"]
    own = world.file(ana, ticket, "nota.txt", samples.TEXT)["id"]
    assert ana("DELETE", f"/attachments/{theirs}", If_Match="*").status_code == 403
    assert ana("DELETE", f"/attachments/{own}", If_Match="*").status_code == 204
    assert bruno("DELETE", f"/attachments/{theirs}", If_Match="*").status_code == 204


def test_a_value_that_may_not_be_changed_now_keeps_its_file(
    world: World, ana: Caller, bruno: Caller, ticket: Ticket
) -> None:
    """Whether it was sent for that parameter or only named as its value: the ticket service knows."""
    sent, named = (world.file(ana, ticket, f"{n}.txt", samples.TEXT, **more)["id"] for n, more in enumerate(SENT))
    ticket.parameters["client"] = {"photos": "read"}
    ticket.values = {"photos": [sent, named]}
    for id in (sent, named):
        answer = ana("DELETE", f"/attachments/{id}", If_Match="*")
        assert (answer.status_code, answer.json["type"]) == (409, "urn:vez:problem:bound"), answer.text
    ticket.parameters["client"] = {"photos": "fill"}
    assert ana("DELETE", f"/attachments/{sent}", If_Match="*").status_code == 204
    assert bruno("DELETE", f"/attachments/{named}", If_Match="*").status_code == 204


SENT: Final[tuple[dict[str, str], ...]] = ({"parameter": "photos"}, {})
