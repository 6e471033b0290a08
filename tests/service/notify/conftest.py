"""A notify service on a database of its own, and mail servers that really speak SMTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest
from flask import Flask

from services.notify.app import create_app
from services.notify.options import Options
from shared import client, http
from tests.service.notify.callers import identity
from tests.service.notify.smtp import MailServer
from tests.service.notify.world import World


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


@pytest.fixture
def app(options: Options, world: World) -> Iterator[Flask]:
    """The service's HTTP application; what one may see of a ticket the world says."""
    transports = {"identity": httpx.MockTransport(identity), "ticket": httpx.MockTransport(world.ticket_service)}
    app = create_app(options, client.for_options(options, transports))
    yield app
    http.app.close(app)


@pytest.fixture
def ana(world: World) -> str:
    return world.person("Ana Souza", kind="customer")


@pytest.fixture
def bruno(world: World) -> str:
    return world.person("Bruno Alves")
