"""Asking another service: its problems are our errors, our own token is kept, what cannot be reached is retried."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from shared.client import NO_TOKEN, Credentials, Services
from shared.errors import Conflict, Forbidden, Invalid, NotFound, Retryable, Unauthenticated, VezError

Answering = Callable[[httpx.Request], httpx.Response]


def _services(answer: Answering, *, has_credentials: bool = True) -> Services:
    transport = httpx.MockTransport(answer)
    names = ("identity", "workflow")
    return Services(
        {name: f"http://{name}/base" for name in names},
        credentials=Credentials("vez-ticket", "secret") if has_credentials else None,
        transports=dict.fromkeys(names, transport),
    )


def _problem(status: int, word: str) -> httpx.Response:
    body = {"type": f"urn:vez:problem:{word}", "title": "T", "detail": "Como se diz 100%", "errors": {"to": ["não"]}}
    return httpx.Response(status, json=body)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, Unauthenticated), (403, Forbidden), (404, NotFound), (409, Conflict), (422, Invalid)],
)
def test_a_problem_becomes_the_error_it_stands_for(status: int, kind: type[VezError]) -> None:
    services = _services(lambda request: _problem(status, "odd-thing"))
    with pytest.raises(kind) as caught:
        services.get("workflow", "/v1/x", token="a person's")
    assert (caught.value.type, caught.value.message.key) == ("odd-thing", "Como se diz 100%")
    assert [m.key for m in caught.value.fields["to"]] == ["não"]


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.Response(429), httpx.Response(200, text="<html>")])
def test_a_bad_answer_is_tried_again_later(answer: httpx.Response) -> None:
    with pytest.raises(Retryable):
        _services(lambda request: answer).get("workflow", "/v1/x", token="t")


def test_what_cannot_be_reached_is_tried_again_later() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(Retryable):
        _services(refuse).get("workflow", "/v1/x")
    with pytest.raises(Retryable):
        _services(refuse, has_credentials=False).get("workflow", "/v1/x")


class _House:
    """Identity gives tokens t1, t2, …; workflow takes only the newest."""

    def __init__(self) -> None:
        self.given = 0
        self.good = "Bearer t1"
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.host == "identity":
            self.given += 1
            return httpx.Response(200, json={"access_token": f"t{self.given}", "expires_in": 600})
        return httpx.Response(200 if request.headers["authorization"] == self.good else 401, json={"is_fine": True})


def test_our_own_token_is_kept_and_replaced_when_refused() -> None:
    house = _House()
    services = _services(house)
    for _ in range(3):
        assert services.get("workflow", "/v1/x", params={"a": "b c"}) == {"is_fine": True}
    assert house.given == 1
    assert str(house.asked[1].url) == "http://workflow/base/v1/x?a=b+c"
    house.good = "Bearer t2"
    assert services.post("workflow", "/v1/x", {"é": 1}) == {"is_fine": True}
    assert house.given == 2


def test_our_own_token_that_is_never_taken_is_no_answer() -> None:
    house = _House()
    house.good = "Bearer none"
    with pytest.raises(Retryable):
        _services(house).get("workflow", "/v1/x")


def test_without_a_token_none_is_sent() -> None:
    house = _House()
    _services(house).get("identity", "/.well-known/jwks.json", token=NO_TOKEN)
    assert "authorization" not in house.asked[0].headers
    assert house.asked[0].headers["traceparent"]
