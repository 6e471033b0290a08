"""Sending a file: announced, sent to the store by presigned parts, completed, checked, and only then shown."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from services.attachments import timers
from shared.contracts.workflow import TypeChanged
from shared.ids import new_id
from tests.service.attachments import samples
from tests.service.attachments.world import AWAITING, Caller, Ticket, World, id_of, put_all, sha256

BIG = samples.TEXT * 30_000


def test_a_file_in_several_parts_is_stored_by_its_content_and_told(world: World, ana: Caller, ticket: Ticket) -> None:
    upload = world.announce(ana, ticket, "nota.txt", len(BIG)).json
    assert [part["size"] for part in upload["parts"]] == [256 * 1024, 256 * 1024, len(BIG) - 2 * 256 * 1024]
    assert [part["number"] for part in upload["parts"]] == [1, 2, 3]
    done = ana("POST", f"/uploads/{upload['id']}/complete", {"parts": put_all(upload, BIG)})
    assert done.status_code == 202
    assert done.json["state"] == "checking"
    world.check(upload["id"])
    file = ana("GET", f"/attachments/{upload['id']}").json
    assert file["state"] == "stored"
    assert file["sha256"] == sha256(BIG)
    assert file["content_type"] == "text/plain"
    assert file["author"] == {"id": id_of(ana), "name": "Ana Souza"}
    (event,) = world.said("attachment.stored")
    assert event == {
        "attachment_id": upload["id"],
        "ticket_id": ticket.id,
        "file_name": "nota.txt",
        "size": len(BIG),
        "content_type": "text/plain",
        "sha256": sha256(BIG),
        "internal": False,
        "by": id_of(ana),
        "parameter": None,
    }
    world.tidy()
    digest = sha256(BIG)
    assert world.store.keys() == [f"files/{digest[:2]}/{digest}"]


def test_part_addresses_are_good_for_five_minutes_and_for_sending_alone(
    world: World, ana: Caller, ticket: Ticket
) -> None:
    (part,) = world.announce(ana, ticket, "a.txt", 5).json["parts"]
    assert 0 < int(parse_qs(urlsplit(part["url"]).query)["X-Amz-Expires"][0]) <= 300
    assert httpx.put(part["url"], content=b"12345").status_code == 200
    assert httpx.get(part["url"]).status_code == 403
    assert httpx.delete(part["url"]).status_code == 403
    assert httpx.get(part["url"].partition("?")[0]).status_code in (400, 403)


def test_nothing_unchecked_can_be_read_by_anyone(world: World, ana: Caller, bruno: Caller, ticket: Ticket) -> None:
    id = world.send(ana, ticket, "a.txt", samples.TEXT)
    for who, status in ((ana, 409), (bruno, 404)):
        assert who("GET", f"/attachments/{id}/content").status_code == status
        assert who("POST", f"/attachments/{id}/link").status_code == status
    assert bruno("GET", f"/attachments/{id}").status_code == 404
    assert bruno("GET", f"/tickets/{ticket.id}/attachments").json["items"] == []
    assert [f["state"] for f in ana("GET", f"/tickets/{ticket.id}/attachments").json["items"]] == ["checking"]
    world.check(id)
    assert [f["state"] for f in bruno("GET", f"/tickets/{ticket.id}/attachments").json["items"]] == ["stored"]


def test_an_upload_goes_on_where_it_broke_off(world: World, ana: Caller, ticket: Ticket) -> None:
    upload = world.announce(ana, ticket, "nota.txt", len(BIG)).json
    first = upload["parts"][0]
    httpx.put(first["url"], content=BIG[: first["size"]])
    again = ana("GET", f"/uploads/{upload['id']}").json
    assert [bool(part["etag"]) for part in again["parts"]] == [True, False, False]
    parts = put_all(again, BIG)
    assert ana("POST", f"/uploads/{upload['id']}/complete", {"parts": parts}).status_code == 202
    world.check(upload["id"])
    assert ana("GET", f"/attachments/{upload['id']}").json["state"] == "stored"
    assert ana("GET", f"/uploads/{upload['id']}").status_code == 409


def test_a_second_completion_is_refused_and_changes_nothing(world: World, ana: Caller, ticket: Ticket) -> None:
    upload = world.announce(ana, ticket, "a.txt", len(samples.TEXT)).json
    parts = put_all(upload, samples.TEXT)
    path = f"/uploads/{upload['id']}/complete"
    assert ana("POST", path, {"parts": parts}, Idempotency_Key="k").status_code == 202
    again = ana("POST", path, {"parts": parts})
    assert (again.status_code, again.json["type"]) == (409, "urn:vez:problem:completed")
    assert ana("POST", path, {"parts": parts}, Idempotency_Key="k").status_code == 202, "the same key, the same answer"
    world.check(upload["id"])
    assert ana("POST", path, {"parts": parts}).status_code == 409
    assert len(world.said("attachment.stored")) == 1


def test_a_completion_names_every_part_once(world: World, ana: Caller, ticket: Ticket) -> None:
    upload = world.announce(ana, ticket, "a.txt", len(BIG)).json
    parts = put_all(upload, BIG)
    path = f"/uploads/{upload['id']}/complete"
    for wrong in (parts[:2], [*parts, parts[0]], [*parts, {"number": 4, "etag": "x"}]):
        answer = ana("POST", path, {"parts": wrong})
        assert answer.status_code == 422
        assert list(answer.json["errors"]) == ["parts"]
    assert ana("POST", path, {"parts": []}).status_code == 422
    assert ana("POST", path, {"parts": list(reversed(parts))}).status_code == 202, "in any order"


def test_somebody_elses_upload_is_not_there(world: World, ana: Caller, bruno: Caller, ticket: Ticket) -> None:
    upload = world.announce(ana, ticket, "a.txt", len(samples.TEXT)).json
    parts = put_all(upload, samples.TEXT)
    for who in (bruno, world.person("Eva Nunes")):
        assert who("POST", f"/uploads/{upload['id']}/complete", {"parts": parts}).status_code == 404
        assert who("GET", f"/uploads/{upload['id']}").status_code == 404
    assert ana("POST", f"/uploads/{new_id()}/complete", {"parts": parts}).status_code == 404


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"size": 0}, "size"),
        ({"size": -1}, "size"),
        ({"size": 1.5}, "size"),
        ({"size": 250 * 1024 * 1024 + 1}, "size"),
        ({"name": ""}, "name"),
        ({"name": "virus.exe"}, "name"),
        ({"name": "page.html"}, "name"),
        ({"name": "macro.docm"}, "name"),
        ({"sha256": "abc"}, "sha256"),
        ({"ticket_id": "x"}, "ticket_id"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_what_is_wrong_can_be_told_before_a_byte_is_sent(
    world: World, ana: Caller, ticket: Ticket, body: dict[str, object], wrong: str
) -> None:
    answer = ana("POST", "/uploads", {"ticket_id": ticket.id, "name": "a.txt", "size": 5, "content_type": "", **body})
    assert answer.status_code == 422, answer.text
    assert list(answer.json["errors"]) == [wrong]
    assert world.rows("SELECT count(*) FROM attachments") == [(0,)]


def test_the_types_limits_hold(world: World, ana: Caller, ticket: Ticket) -> None:
    world.types["photos"] = {"count": 2, "size_bytes": 1000, "types": ["image"]}
    ticket.type = "photos"
    assert world.announce(ana, ticket, "a.pdf", 5).json["errors"].keys() == {"name"}
    assert world.announce(ana, ticket, "a.png", 1001).json["errors"].keys() == {"size"}
    assert world.announce(ana, ticket, "a.png", 1000).status_code == 201
    assert world.announce(ana, ticket, "b.png", 1000).status_code == 201
    full = world.announce(ana, ticket, "c.png", 1000)
    assert (full.status_code, full.json["type"]) == (409, "urn:vez:problem:too-many-files")


def test_the_types_limits_follow_the_catalog(world: World, ana: Caller, ticket: Ticket) -> None:
    assert world.announce(ana, ticket, "a.pdf", 5).status_code == 201
    names: dict[str, object] = {"group": "g", "group_names": {}, "names": {}, "attachments": {"types": ["image"]}}
    world.numbers[("type", "billing_dispute")] = 1
    world.say(TypeChanged(code="billing_dispute", **names))  # type: ignore[arg-type]
    assert world.announce(ana, ticket, "b.pdf", 5).status_code == 422


def test_many_at_once_cannot_go_over_the_count(world: World, ana: Caller, ticket: Ticket) -> None:
    world.types["few"] = {"count": 3, "size_bytes": None, "types": []}
    ticket.type = "few"
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: world.announce(ana, ticket, f"{n}.txt", 5).status_code, range(8)))
    assert answers.count(201) <= 3
    assert set(answers) <= {201, 409}
    assert world.rows("SELECT count(*) FROM attachments") == [(answers.count(201),)]


def test_many_files_of_one_ticket_at_once_are_all_taken(world: World, ana: Caller, ticket: Ticket) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda n: world.announce(ana, ticket, f"{n}.txt", 5).status_code, range(20)))
    assert answers == [201] * 20


def test_the_same_idempotency_key_makes_one_upload_with_addresses_that_are_good(
    world: World, ana: Caller, ticket: Ticket
) -> None:
    body = {"ticket_id": ticket.id, "name": "a.txt", "size": len(samples.TEXT), "content_type": "text/plain"}
    first = ana("POST", "/uploads", body, Idempotency_Key="one")
    second = ana("POST", "/uploads", body, Idempotency_Key="one")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json["id"] == second.json["id"]
    assert put_all(second.json, samples.TEXT)
    other = ana("POST", "/uploads", body | {"size": 6}, Idempotency_Key="one")
    assert other.status_code == 422


def test_who_may_not_add_is_told_why(world: World, ana: Caller, bruno: Caller, ticket: Ticket) -> None:
    stranger, guest = world.person("Eva Nunes"), world.person("Leo Prado")
    ticket.clients[id_of(guest)] = ("comment",)
    assert world.announce(stranger, ticket, "a.txt", 5).status_code == 404
    assert world.announce(guest, ticket, "a.txt", 5).status_code == 403
    assert world.announce(ana, ticket, "a.txt", 5, internal=True).status_code == 403
    assert world.announce(bruno, ticket, "a.txt", 5, internal=True).status_code == 201
    ticket.status = "concluded"
    ended = world.announce(ana, ticket, "a.txt", 5)
    assert (ended.status_code, ended.json["type"]) == (409, "urn:vez:problem:ended")


def test_awaiting_return_files_may_be_added_and_not_removed(world: World, ana: Caller, ticket: Ticket) -> None:
    file = world.file(ana, ticket, "a.txt", samples.TEXT)
    ticket.clients[id_of(ana)] = AWAITING
    assert world.announce(ana, ticket, "b.txt", 5).status_code == 201
    refused = ana("DELETE", f"/attachments/{file['id']}", If_Match="*")
    assert (refused.status_code, refused.json["type"]) == (409, "urn:vez:problem:not-your-turn")


def test_rights_are_asked_again_when_the_upload_is_completed(world: World, ana: Caller, ticket: Ticket) -> None:
    upload = world.announce(ana, ticket, "a.txt", len(samples.TEXT)).json
    parts = put_all(upload, samples.TEXT)
    ticket.status = "concluded"
    assert ana("POST", f"/uploads/{upload['id']}/complete", {"parts": parts}).status_code == 409
    del world.tickets[ticket.id]
    assert ana("POST", f"/uploads/{upload['id']}/complete", {"parts": parts}).status_code == 404


def test_the_doorbell_of_a_completion_is_the_files_and_the_sweep_hears_what_nobody_heard(
    world: World, ana: Caller, ticket: Ticket
) -> None:
    id = world.send(ana, ticket, "a.txt", samples.TEXT)
    assert timers.check_due(world.runtime) == 0, "the doorbell has a head start"
    databases_run(world, f"UPDATE attachments SET next_try_at = now() WHERE id = '{id}'")
    assert timers.check_due(world.runtime) == 1
    assert timers.check_due(world.runtime) == 0
    assert ana("GET", f"/attachments/{id}").json["state"] == "stored"


def databases_run(world: World, statement: str) -> None:
    world.rows(statement + " RETURNING 1")
