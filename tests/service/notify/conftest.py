"""A notify service on a database of its own, and mail servers that really speak SMTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import httpx
import pytest
from flask import Flask

from services.notify.app import create_app
from services.notify.options import Options
from shared import client, http
from tests.service.notify.callers import Caller, caller, identity
from tests.service.notify.smtp import MailServer
from tests.service.notify.world import World, nobody_answers


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A mail server that takes everything, until told otherwise."""
    with MailServer().running() as server:
        yield server


@pytest.fixture
def options(database_url: Callable[[str], str], mail_server: MailServer) -> Options:
    """The service's options: this test's database, the test's mail server."""
    return Options(
        database_url=database_url("notify"),
        broker_url="pgmq://postgres@127.0.0.1:1/nowhere",
        smtp_url=mail_server.url,
        mail_from="Vez <avisos@vez.test>",
        mail_timeout_seconds=2.0,
        client_secret="a secret",
        public_url="https://vez.test",
    )


@pytest.fixture
def world(options: Options) -> Iterator[World]:
    """The service, hearing events."""
    with World(options).running() as world:
        yield world


class Building:
    """The service's HTTP application, opened once for a test run; the ticket service of the present test answers it."""

    def __init__(self, options: Options) -> None:
        self.ticket_service: Callable[[httpx.Request], httpx.Response] = nobody_answers
        transports = {
            "identity": httpx.MockTransport(identity),
            "ticket": httpx.MockTransport(lambda request: self.ticket_service(request)),
        }
        self.app = create_app(options, client.for_options(options, transports))


@pytest.fixture(scope="session")
def buildings() -> Iterator[dict[Options, Building]]:
    """By their options, mail servers aside, which are the senders' alone."""
    opened: dict[Options, Building] = {}
    yield opened
    for building in opened.values():
        http.app.close(building.app)


@pytest.fixture
def building(options: Options, world: World, buildings: dict[Options, Building]) -> Building:
    """What one may see of a ticket the world says."""
    known_by = replace(options, smtp_url="smtp://127.0.0.1:1")
    building = buildings.get(known_by) or buildings.setdefault(known_by, Building(known_by))
    building.ticket_service = world.ticket_service
    return building


@pytest.fixture
def app(building: Building) -> Flask:
    """The service's HTTP application."""
    return building.app


@pytest.fixture
def ana(world: World) -> str:
    return world.person("Ana Souza", kind="customer")


@pytest.fixture
def bruno(world: World) -> str:
    return world.person("Bruno Alves")


@pytest.fixture
def admin(world: World) -> str:
    return world.administrator()


@pytest.fixture
def as_admin(app: Flask, admin: str) -> Caller:
    return caller(app, admin)
