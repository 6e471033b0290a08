"""A good client: keys, patience, fresh tokens; and the keep-alive client below it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.support.origin import Reply, Request, origin
from vez.http import Origin, Unreachable
from vez.replay.api import Api, GivenUp, Refused, Session

TOKENS = "/api/identity/v1/tokens"
Answers = Callable[[Request], Reply]


class System:
    """Signs everybody in, and answers the rest as the test says; remembers what it was asked."""

    def __init__(self, *replies: Reply, expires_in: float = 600) -> None:
        self.replies: Iterator[Reply] = iter(replies)
        self.asked: list[Request] = []
        self.given = 0
        self.expires_in = expires_in

    def __call__(self, request: Request) -> Reply:
        if request.path == TOKENS:
            self.given += 1
            token = {"access_token": f"t{self.given}", "expires_in": self.expires_in, "refresh_token": f"r{self.given}"}
            self.asked.append(request)
            return Reply(200, token)
        self.asked.append(request)
        return next(self.replies)

    @property
    def asked_elsewhere(self) -> list[Request]:
        return [request for request in self.asked if request.path != TOKENS]


@contextmanager
def api_of(answer: Answers, *, patience_seconds: float = 20) -> Iterator[Api]:
    with origin(answer) as url, Origin(url) as one:
        yield Api(one, patience_seconds=patience_seconds)


def ana() -> Session:
    return Session("ana@cliente.test", "secret", id="ana")


def test_a_call_carries_token_key_and_headers() -> None:
    system = System(Reply(200, {"id": 1}))
    with api_of(system) as api:
        api.call(ana(), "POST", "/x", {"a": 1}, key="k", headers={"If-Match": "*"})
    (request,) = system.asked_elsewhere
    assert request.body == {"a": 1}
    found = {name: request.headers[name] for name in ("authorization", "idempotency-key", "if-match", "content-type")}
    assert found == {
        "authorization": "Bearer t1",
        "idempotency-key": "k",
        "if-match": "*",
        "content-type": "application/json",
    }


@pytest.mark.parametrize(
    "passing", [Reply(503), Reply(429, headers={"Retry-After": "0"}), Reply(500), Reply(hang_up=True)]
)
def test_what_passes_is_tried_again_with_the_same_key(passing: Reply) -> None:
    system = System(passing, passing, Reply(200, {"id": 1}))
    with api_of(system) as api:
        api.call(ana(), "POST", "/x", {}, key="k")
    assert [request.headers["idempotency-key"] for request in system.asked_elsewhere][-1] == "k"
    assert len({request.headers["idempotency-key"] for request in system.asked_elsewhere}) == 1


def test_a_defect_that_stays_is_not_tried_for_ever() -> None:
    with api_of(System(*[Reply(500)] * 3)) as api, pytest.raises(Refused, match="500"):
        api.call(ana(), "GET", "/x")


def test_patience_ends() -> None:
    told = pytest.raises(GivenUp, match="GET /x was answered 503, again and again")
    with api_of(System(*[Reply(503)] * 50), patience_seconds=0.2) as api, told:
        api.call(ana(), "GET", "/x")


def test_a_refusal_is_told_with_its_type_and_fields() -> None:
    problem = {"type": "urn:vez:problem:invalid", "title": "t", "detail": "Wrong", "errors": {"subject": ["Too long"]}}
    with api_of(System(Reply(422, problem))) as api, pytest.raises(Refused) as refused:
        api.call(ana(), "POST", "/x", {})
    assert (refused.value.status, refused.value.type) == (422, "invalid")
    assert refused.value.text == "Wrong (subject: Too long)"


def test_a_token_that_is_refused_is_renewed_once() -> None:
    system = System(Reply(401), Reply(200, {}))
    with api_of(system) as api:
        api.call(ana(), "GET", "/x")
    assert [request.headers["authorization"] for request in system.asked_elsewhere] == ["Bearer t1", "Bearer t2"]
    assert system.asked[2].body == {"refresh_token": "r1"}


def test_a_token_is_renewed_before_it_ends() -> None:
    system = System(Reply(200, {}), Reply(200, {}), expires_in=1)
    with api_of(system) as api:
        session = ana()
        api.call(session, "GET", "/x")
        api.call(session, "GET", "/x")
    assert system.given == 2


def test_signing_in_learns_who_one_is() -> None:
    system = System(Reply(200, {"id": "p1"}))
    with api_of(system) as api:
        assert api.sign_in(Session("ana@cliente.test", "secret")).id == "p1"
    assert system.asked[0].body == {"username": "ana@cliente.test", "password": "secret"}


def test_connections_are_kept_one_for_each_thread() -> None:
    with origin(lambda _: Reply(200, {})) as url, Origin(url) as one:
        first = one.send("GET", "/x") and one._local.connection
        one.send("GET", "/x")
        assert one._local.connection is first
        others: list[object] = []
        thread = threading.Thread(target=lambda: others.append(one.send("GET", "/x") and one._local.connection))
        thread.start()
        thread.join()
        assert others[0] is not first


def test_a_connection_that_the_server_closed_is_opened_again() -> None:
    replies = iter([Reply(200, {}, {"Connection": "close"}), Reply(200, {"n": 2})])
    with origin(lambda _: next(replies)) as url, Origin(url) as one:
        one.send("GET", "/x")
        assert one.send("GET", "/x").json() == {"n": 2}


def test_nobody_listening_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="does not answer"):
        Origin("http://127.0.0.1:1").send("GET", "/")


@pytest.mark.parametrize("url", ["", "127.0.0.1:8000", "ftp://x", "http://"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="is not an address"):
        Origin(url)


def test_a_prefix_of_the_address_is_kept() -> None:
    paths: list[str] = []
    with origin(lambda request: Reply(200, paths.append(request.path))) as url, Origin(f"{url}/vez/") as one:
        one.send("GET", "/api/x")
    assert paths == ["/vez/api/x"]
