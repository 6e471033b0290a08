"""A small file in one request through the service: the same rights, limits, check and states as any other."""

from __future__ import annotations

import io

import pytest

from services.attachments.rules import reasons
from services.attachments.rules.sniffing import EICAR
from shared.ids import new_id
from tests.service.attachments import samples
from tests.service.attachments.world import Caller, Ticket, World, id_of, sha256

MOST = 64 * 1024


def test_a_small_file_goes_in_one_request_and_is_checked_like_any_other(
    world: World, ana: Caller, bruno: Caller, ticket: Ticket
) -> None:
    sent = world.stream(ana, ticket, "relatório 請求.txt", samples.TEXT, sha256=sha256(samples.TEXT))
    assert (sent.status_code, sent.json["state"]) == (202, "checking"), sent.text
    path = f"/attachments/{sent.json['id']}"
    assert sent.headers["Location"] == f"/v1{path}"
    assert ana("GET", f"{path}/content").status_code == 409, "nothing unchecked is read, by its sender either"
    assert bruno("GET", path).status_code == 404
    world.check(sent.json["id"])
    file = bruno("GET", path).json
    assert (file["state"], file["name"], file["content_type"]) == ("stored", "relatório 請求.txt", "text/plain")
    assert (file["sha256"], file["author"]["id"]) == (sha256(samples.TEXT), id_of(ana))
    assert bruno("GET", f"{path}/content").data == samples.TEXT
    world.tidy()
    digest = sha256(samples.TEXT)
    assert world.store.keys() == [f"files/{digest[:2]}/{digest}"]


def test_what_is_said_of_it_is_kept(world: World, ana: Caller, bruno: Caller, ticket: Ticket) -> None:
    message = new_id()
    ticket.messages[message], ticket.parameters["attendant"] = "internal", {"photos": "fill"}
    sent = world.stream(bruno, ticket, "a.txt", samples.TEXT, internal="true", message_id=message, parameter="photos")
    assert (sent.json["internal"], sent.json["message_id"], sent.json["parameter"]) == (True, message, "photos")
    world.check(sent.json["id"])
    assert ana("GET", f"/attachments/{sent.json['id']}").status_code == 404
    assert world.stream(ana, ticket, "a.txt", samples.TEXT, internal="true").status_code == 403


@pytest.mark.parametrize(
    ("name", "content", "more", "reason"),
    [
        ("a.txt", EICAR, {}, reasons.VIRUS),
        ("a.pdf", samples.EXE, {}, reasons.WRONG_TYPE),
        ("a.txt", samples.TEXT, {"sha256": "0" * 64}, reasons.WRONG_HASH),
        ("a.txt", samples.TEXT, {"content_type": "image/png"}, reasons.WRONG_DECLARATION),
    ],
)
def test_a_hostile_one_is_refused_by_the_same_check(
    world: World, ana: Caller, ticket: Ticket, name: str, content: bytes, more: dict[str, str], reason: str
) -> None:
    sent = world.stream(ana, ticket, name, content, **{"content_type": "", **more})
    assert sent.status_code == 202, sent.text
    world.check(sent.json["id"])
    file = ana("GET", f"/attachments/{sent.json['id']}").json
    assert (file["state"], file["reason"]) == ("rejected", reason)
    world.tidy()
    assert world.store.keys() == []


@pytest.mark.parametrize(
    ("name", "content", "wrong"),
    [
        ("", samples.TEXT, "name"),
        ("a.exe", samples.TEXT, "name"),
        ("a.txt", b"", "size"),
        ("a.txt", b"x" * (MOST + 1), "size"),
    ],
)
def test_what_may_not_pass_is_told_and_leaves_nothing(
    world: World, ana: Caller, ticket: Ticket, name: str, content: bytes, wrong: str
) -> None:
    answer = world.stream(ana, ticket, name, content)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [wrong]), answer.text
    assert (world.rows("SELECT id FROM attachments WHERE removed_at IS NULL"), world.store.keys()) == ([], [])


def test_the_length_must_be_said(ana: Caller, ticket: Ticket) -> None:
    headers = {"Authorization": f"Bearer {ana.token}", "Transfer-Encoding": "chunked"}
    path = f"/v1/tickets/{ticket.id}/attachments?name=a.txt"
    answer = ana.client.post(path, input_stream=io.BytesIO(samples.TEXT), headers=headers)
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["size"])


def test_who_may_not_add_is_told_why(world: World, ana: Caller, ticket: Ticket) -> None:
    guest, stranger = world.person("Leo Prado"), world.person("Eva Nunes")
    ticket.clients[id_of(guest)] = ("comment",)
    assert world.stream(stranger, ticket, "a.txt", samples.TEXT).status_code == 404
    assert world.stream(guest, ticket, "a.txt", samples.TEXT).status_code == 403
    ticket.status = "concluded"
    ended = world.stream(ana, ticket, "a.txt", samples.TEXT)
    assert (ended.status_code, ended.json["type"]) == (409, "urn:vez:problem:ended")
    assert (world.rows("SELECT id FROM attachments WHERE removed_at IS NULL"), world.store.keys()) == ([], [])


def test_the_types_count_holds(world: World, ana: Caller, ticket: Ticket) -> None:
    world.types["one"] = {"count": 1, "size_bytes": None, "types": []}
    ticket.type = "one"
    assert world.stream(ana, ticket, "a.txt", samples.TEXT, key="k").status_code == 202
    full = world.stream(ana, ticket, "b.txt", samples.TEXT)
    assert (full.status_code, full.json["type"]) == (409, "urn:vez:problem:too-many-files")
    again = world.stream(ana, ticket, "a.txt", samples.TEXT, key="k")
    assert again.status_code == 202, "what was done is not refused because it was done"


def test_the_same_key_makes_one_file_and_another_body_is_refused(world: World, ana: Caller, ticket: Ticket) -> None:
    first = world.stream(ana, ticket, "a.txt", samples.TEXT, key="k")
    second = world.stream(ana, ticket, "a.txt", samples.TEXT, key="k")
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json["id"] == second.json["id"]
    for name, content in (("a.txt", samples.TEXT[::-1]), ("b.txt", samples.TEXT)):
        other = world.stream(ana, ticket, name, content, key="k")
        assert (other.status_code, other.json["type"]) == (422, "urn:vez:problem:idempotency-key-reused")
    world.check(first.json["id"])
    world.tidy()
    digest = sha256(samples.TEXT)
    assert world.store.keys() == [f"files/{digest[:2]}/{digest}"]
    assert world.rows("SELECT count(*) FROM attachments WHERE removed_at IS NULL") == [(1,)]


def test_a_sender_who_breaks_off_leaves_nothing(world: World, ana: Caller, ticket: Ticket) -> None:
    headers, said = {"Authorization": f"Bearer {ana.token}"}, {"CONTENT_LENGTH": "50000"}
    path = f"/v1/tickets/{ticket.id}/attachments?name=a.txt"
    broken = ana.client.post(path, input_stream=io.BytesIO(b"only this"), headers=headers, environ_overrides=said)
    assert broken.status_code == 400, broken.text
    world.tidy()
    assert (world.rows("SELECT id FROM attachments WHERE removed_at IS NULL"), world.store.keys()) == ([], [])
