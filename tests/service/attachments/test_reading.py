"""Reading files: whole and in spans, by link, as harmless attachments; only by who may see them; removed for good."""

from __future__ import annotations

import time

import httpx
import pytest

from tests.service.attachments import samples
from tests.service.attachments.world import Caller, Ticket, World, id_of, sha256

CONTENT = samples.TEXT * 30_000


@pytest.fixture
def file(world: World, ana: Caller, ticket: Ticket) -> str:
    return str(world.file(ana, ticket, "relatório.txt", CONTENT)["id"])


def test_the_content_is_answered_whole_and_harmless(bruno: Caller, file: str) -> None:
    answer = bruno("GET", f"/attachments/{file}/content")
    assert (answer.status_code, answer.data) == (200, CONTENT)
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"relatorio.txt\"; filename*=UTF-8''relat%C3%B3rio.txt"
    )


def test_what_browsers_run_is_sent_as_bytes(world: World, ana: Caller, ticket: Ticket) -> None:
    svg = world.file(ana, ticket, "a.svg", samples.SVG)["id"]
    answer = ana("GET", f"/attachments/{svg}/content")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    linked = httpx.get(ana("POST", f"/attachments/{svg}/link").json["url"])
    assert linked.headers["Content-Type"] == "application/octet-stream"
    assert linked.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("asked", "status", "first", "last"),
    [
        ("bytes=0-9", 206, 0, 10),
        ("bytes=500000-", 206, 500_000, None),
        ("bytes=-5", 206, -5, None),
        ("bytes=10-99999999", 206, 10, None),
        ("bytes=5-1", 200, 0, None),
        ("bytes=0-1,3-4", 200, 0, None),
        ("lines=1-2", 200, 0, None),
    ],
)
def test_a_span_is_answered(bruno: Caller, file: str, asked: str, status: int, first: int, last: int | None) -> None:
    answer = bruno("GET", f"/attachments/{file}/content", Range=asked)
    assert answer.status_code == status
    assert answer.data == CONTENT[first:last]
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert ("Content-Range" in answer.headers) == (status == 206)


def test_a_span_behind_the_end_is_416(bruno: Caller, file: str) -> None:
    answer = bruno("GET", f"/attachments/{file}/content", Range=f"bytes={len(CONTENT)}-")
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(CONTENT)}"


def test_what_is_known_is_not_sent_again_and_a_span_only_of_the_same(bruno: Caller, file: str) -> None:
    path = f"/attachments/{file}/content"
    tag = bruno("HEAD", path).headers["ETag"]
    assert bruno("GET", path, If_None_Match=tag).status_code == 304
    assert bruno("GET", path, Range="bytes=0-1", If_Range=tag).status_code == 206
    assert bruno("GET", path, Range="bytes=0-1", If_Range='"other"').status_code == 200


def test_a_link_is_good_for_a_minute_and_for_this_file(bruno: Caller, file: str) -> None:
    link = bruno("POST", f"/attachments/{file}/link").json
    assert "X-Amz-Expires=60" in link["url"]
    answer = httpx.get(link["url"])
    assert answer.content == CONTENT
    assert "relat%C3%B3rio.txt" in answer.headers["Content-Disposition"]
    assert httpx.put(link["url"], content=b"x").status_code == 403
    again = bruno("POST", f"/attachments/{file}/link", Idempotency_Key="k")
    assert bruno("POST", f"/attachments/{file}/link", Idempotency_Key="k").status_code == again.status_code == 200


def test_who_may_not_see_the_ticket_finds_no_file(world: World, ticket: Ticket, file: str) -> None:
    eva = world.person("Eva Nunes")
    for method, path in (
        ("GET", f"/attachments/{file}"),
        ("GET", f"/attachments/{file}/content"),
        ("POST", f"/attachments/{file}/link"),
        ("DELETE", f"/attachments/{file}"),
        ("GET", f"/tickets/{ticket.id}/attachments"),
    ):
        assert eva(method, path, If_Match="*").status_code == 404, path


def test_the_ticket_service_is_asked_each_time_and_out_of_reach_is_503_at_once(
    world: World, bruno: Caller, ticket: Ticket, file: str
) -> None:
    asked = len(world.asked)
    bruno("GET", f"/attachments/{file}/content")
    bruno("GET", f"/attachments/{file}/content")
    assert len(world.asked) == asked + 2
    world.is_ticket_service_down = True
    for path in (f"/attachments/{file}", f"/attachments/{file}/content", f"/tickets/{ticket.id}/attachments"):
        began = time.monotonic()
        answer = bruno("GET", path)
        assert (answer.status_code, time.monotonic() - began < 3) == (503, True)
        assert int(answer.headers["Retry-After"]) > 0


def test_internal_files_are_the_attendants(world: World, ana: Caller, bruno: Caller, ticket: Ticket) -> None:
    id = world.file(bruno, ticket, "nota.txt", samples.TEXT, internal=True)["id"]
    assert ana("GET", f"/attachments/{id}").status_code == 404
    assert ana("GET", f"/attachments/{id}/content").status_code == 404
    assert ana("GET", f"/tickets/{ticket.id}/attachments").json["items"] == []
    assert [f["internal"] for f in bruno("GET", f"/tickets/{ticket.id}/attachments").json["items"]] == [True]


def test_a_tickets_files_come_oldest_first_by_pages(world: World, ana: Caller, ticket: Ticket) -> None:
    ids = [world.send(ana, ticket, f"{n}.txt", samples.TEXT) for n in range(3)]
    first = ana("GET", f"/tickets/{ticket.id}/attachments?limit=2").json
    rest = ana("GET", f"/tickets/{ticket.id}/attachments?limit=2&cursor={first['next_cursor']}").json
    assert [f["id"] for f in first["items"] + rest["items"]] == ids
    assert rest["next_cursor"] is None
    assert ana("GET", f"/tickets/{ticket.id}/attachments?cursor=nonsense").status_code == 422


def test_a_removed_file_is_gone_for_everyone_and_told(world: World, ana: Caller, bruno: Caller, file: str) -> None:
    path = f"/attachments/{file}"
    version = ana("GET", path).headers["ETag"]
    assert ana("DELETE", path).status_code == 428
    assert ana("DELETE", path, If_Match='"99"').status_code == 412
    assert ana("DELETE", path, If_Match=version).status_code == 204
    for who in (ana, bruno):
        assert who("GET", path).status_code == 404
        assert who("GET", f"{path}/content").status_code == 404
    (event,) = world.said("attachment.removed")
    assert (event["attachment_id"], event["by"]) == (file, id_of(ana))
    world.tidy()
    assert world.store.keys() == []
    assert world.rows("SELECT name, sha256 FROM attachments") == [("", None)]


def test_the_same_content_is_stored_once_and_counted(world: World, ana: Caller, ticket: Ticket) -> None:
    one, two = (world.file(ana, ticket, f"{n}.txt", samples.TEXT)["id"] for n in range(2))
    world.tidy()
    digest = sha256(samples.TEXT)
    assert world.store.keys() == [f"files/{digest[:2]}/{digest}"]
    assert world.rows("SELECT reference_count FROM contents") == [(2,)]
    ana("DELETE", f"/attachments/{one}", If_Match="*")
    world.tidy()
    assert ana("GET", f"/attachments/{two}/content").data == samples.TEXT
    ana("DELETE", f"/attachments/{two}", If_Match="*")
    world.tidy()
    assert world.store.keys() == []
    assert world.rows("SELECT * FROM contents") == []
    assert world.file(ana, ticket, "3.txt", samples.TEXT)["state"] == "stored", "it may come again"


def test_a_sender_may_take_back_what_is_not_stored(world: World, ana: Caller, ticket: Ticket) -> None:
    ticket.clients[id_of(ana)] = ("attach",)
    id = world.send(ana, ticket, "a.txt", samples.TEXT)
    assert ana("DELETE", f"/attachments/{id}", If_Match="*").status_code == 204
    world.check(id)
    world.tidy()
    assert world.said("attachment.stored") == world.said("attachment.removed") == []
    assert (world.store.keys(), world.rows("SELECT name, parts FROM attachments")) == ([], [("", [])])
