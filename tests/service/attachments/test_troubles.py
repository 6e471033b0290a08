"""The store down, slow, full or denying: a clear 503 at once, no half-stored rows, and everything resumes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest
from werkzeug.test import TestResponse

from services.attachments.gateways.store import S3Store
from shared.errors import Retryable
from tests.service.attachments import samples
from tests.service.attachments.world import Caller, Ticket, World, put_all, sha256
from vez.chaos.proxy import Proxy

AT_ONCE_SECONDS = 3.0
LARGE = samples.TEXT * 2_500
ALIVE = "SELECT state FROM attachments WHERE removed_at IS NULL ORDER BY id"


@contextmanager
def down(world: World) -> Iterator[None]:
    """Nobody listens."""
    world.store.kill()
    try:
        yield
    finally:
        world.store.start()


@contextmanager
def slow(world: World) -> Iterator[None]:
    """Connections are taken and never answered."""
    world.store.pause()
    try:
        yield
    finally:
        world.store.go_on()


@contextmanager
def denying(world: World) -> Iterator[None]:
    """Our key is not good any more."""
    world.store.restart(secret="another")
    try:
        yield
    finally:
        world.store.restart()


@pytest.fixture
def liar(world: World) -> Iterator[Proxy]:
    """What stands between the worker and the store."""
    proxy, store = Proxy(lambda: ("127.0.0.1", world.store.port)), world.runtime.gateways["store"]
    proxy.start()
    lied_to = S3Store(replace(world.options, s3_url=f"http://127.0.0.1:{proxy.port}"))
    world.runtime.gateways["store"] = lied_to
    yield proxy
    world.runtime.gateways["store"] = store
    lied_to.close()
    proxy.close()


def is_503_at_once(ask: Callable[[], TestResponse]) -> None:
    began = time.monotonic()
    answer = ask()
    assert (answer.status_code, time.monotonic() - began < AT_ONCE_SECONDS) == (503, True), answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("trouble", [down, slow, denying])
def test_whoever_waits_is_told_at_once_and_everything_resumes(
    world: World, ana: Caller, ticket: Ticket, trouble: Callable[[World], Iterator[None]]
) -> None:
    picture = samples.blank(8, 8)
    stored = world.file(ana, ticket, "a.png", picture)["id"]
    waiting = world.send(ana, ticket, "b.txt", samples.TEXT)
    begun = world.announce(ana, ticket, "c.txt", len(LARGE)).json
    with trouble(world):  # type: ignore[attr-defined]
        is_503_at_once(lambda: world.announce(ana, ticket, "d.txt", 5))
        is_503_at_once(lambda: world.stream(ana, ticket, "d.txt", samples.TEXT))
        is_503_at_once(lambda: ana("GET", f"/uploads/{begun['id']}"))
        is_503_at_once(lambda: ana("GET", f"/attachments/{stored}/content"))
        is_503_at_once(lambda: ana("GET", f"/attachments/{stored}/thumbnail"))
        assert ana("GET", f"/tickets/{ticket.id}/attachments").status_code == 200, "what needs no store goes on"
        if trouble is not slow:
            world.check(waiting)
            assert ana("GET", f"/attachments/{waiting}").json["state"] == "checking"
    assert world.rows(ALIVE) == [("stored",), ("checking",), ("uploading",)], "no half-stored rows"
    again = ana("GET", f"/uploads/{begun['id']}").json
    assert ana("POST", f"/uploads/{begun['id']}/complete", {"parts": put_all(again, LARGE)}).status_code == 202
    for id in (waiting, begun["id"]):
        world.check(id)
        assert ana("GET", f"/attachments/{id}").json["state"] == "stored"
    assert ana("GET", f"/attachments/{stored}/content").data == picture


def test_a_full_store_is_told_at_once_and_everything_resumes(world: World, ana: Caller, ticket: Ticket) -> None:
    waiting = world.send(ana, ticket, "b.txt", LARGE)
    begun = world.announce(ana, ticket, "c.txt", len(LARGE)).json
    world.store.restart(most_bytes=1000)
    try:
        is_503_at_once(lambda: world.stream(ana, ticket, "d.txt", LARGE))
        assert httpx.put(begun["parts"][0]["url"], content=LARGE).status_code >= 500, "the sender is told"
        world.check(waiting)
        assert ana("GET", f"/attachments/{waiting}").json["state"] == "checking"
    finally:
        world.store.restart()
    assert world.rows(ALIVE) == [("checking",), ("uploading",)], "no half-stored rows"
    parts = put_all(ana("GET", f"/uploads/{begun['id']}").json, LARGE)
    assert ana("POST", f"/uploads/{begun['id']}/complete", {"parts": parts}).status_code == 202
    for id in (waiting, begun["id"]):
        world.check(id)
        assert ana("GET", f"/attachments/{id}/content").data == LARGE
    world.tidy()
    assert world.store.keys() == [f"files/{sha256(LARGE)[:2]}/{sha256(LARGE)}"]
    assert world.verify().ok


def test_what_the_store_took_and_did_not_keep_is_never_called_stored(
    world: World, ana: Caller, ticket: Ticket, liar: Proxy
) -> None:
    id = world.send(ana, ticket, "nota.txt", b"Segue a nota.\n")
    liar.swallow(b"/files/")
    world.check(id)
    assert ana("GET", f"/attachments/{id}").json["state"] == "checking"
    assert ana("GET", f"/attachments/{id}/content").status_code == 409
    liar.restore()
    world.check(id)
    assert ana("GET", f"/attachments/{id}").json["state"] == "stored"
    assert ana("GET", f"/attachments/{id}/content").data == b"Segue a nota.\n"


def test_verify_says_that_the_store_cannot_be_reached(world: World) -> None:
    world.store.kill()
    try:
        with pytest.raises(Retryable):
            world.verify()
    finally:
        world.store.start()
