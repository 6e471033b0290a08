"""One origin: what leads where, and calls between services that need no second thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from flask import Flask, request

from shared.client import NO_TOKEN, Services
from shared.contracts.topology import SERVICES
from vez.embedded.dispatcher import Dispatcher


def an_app(name: str, services: Services | None = None, *, is_ready: bool = True) -> Flask:
    """An application that says where it is mounted and asks the one to its right."""
    app = Flask(name)

    @app.route("/readyz")
    def readyz() -> tuple[str, int]:
        return ("ok", 200) if is_ready else ("no", 503)

    @app.route("/v1/where")
    def where() -> dict[str, str]:
        return {"name": name, "root": request.script_root, "url": request.url}

    @app.route("/v1/ask/<right>")
    def ask(right: str) -> dict[str, str]:
        assert services is not None
        return dict(services.get(right, "/v1/where", token=NO_TOKEN))

    return app


@pytest.fixture
def dispatcher() -> Dispatcher:
    made = Dispatcher()
    urls = {name: f"http://127.0.0.1:8000/api/{name}" for name in SERVICES}
    services = Services(urls, transports=made.transports())
    made.services.update({name: an_app(name, services) for name in SERVICES})
    made.pages = an_app("portal", services)
    made.mail = an_app("mail")
    return made


def get(dispatcher: Dispatcher, path: str) -> httpx.Response:
    with httpx.Client(transport=httpx.WSGITransport(app=dispatcher), base_url="http://127.0.0.1:8000") as client:
        return client.get(path)


def test_each_service_is_below_its_name_and_pages_are_at_the_root(dispatcher: Dispatcher) -> None:
    ticket = get(dispatcher, "/api/ticket/v1/where").json()
    assert ticket == {
        "name": "ticket",
        "root": "/api/ticket",
        "url": "http://127.0.0.1:8000/api/ticket/v1/where",
    }
    assert get(dispatcher, "/v1/where").json()["name"] == "portal"


@pytest.mark.parametrize("path", ["/api/", "/api/nobody/v1/where", "/api/ticket2/v1/where"])
def test_a_service_that_is_not_there_is_a_problem_document(dispatcher: Dispatcher, path: str) -> None:
    answer = get(dispatcher, path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_a_service_asks_another_in_its_own_thread(dispatcher: Dispatcher) -> None:
    assert get(dispatcher, "/api/ticket/v1/ask/identity").json()["name"] == "identity"


def test_sixteen_pages_at_once_on_four_threads_all_come(dispatcher: Dispatcher) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: get(dispatcher, "/v1/ask/ticket"), range(16)))
    assert [answer.json()["name"] for answer in answers] == ["ticket"] * 16


def test_readiness_names_what_is_not_ready(dispatcher: Dispatcher) -> None:
    assert get(dispatcher, "/readyz").status_code == 200
    dispatcher.services["notify"] = an_app("notify", is_ready=False)
    dispatcher.checks.append(lambda: "the worker")
    answer = get(dispatcher, "/readyz")
    assert (answer.status_code, answer.json()) == (503, {"waiting": ["the worker", "the notify service"]})
    assert get(dispatcher, "/livez").status_code == 200
