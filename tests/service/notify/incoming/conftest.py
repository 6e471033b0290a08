"""The service with its door open, and what it meets behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage

import pytest

from services.notify import timers
from services.notify.options import Options
from tests.service.notify.desk import Desk
from tests.service.notify.letters import agreement, send_all
from tests.service.notify.smtp import MailServer
from tests.service.notify.world import World, nobody_answers


@pytest.fixture
def options(options: Options) -> Options:
    return replace(
        options,
        reply_address="respostas@vez.test",
        intake="ajuda@vez.test=help, fiscal@vez.test=billing:submit",
        mail_in_url="lmtp://127.0.0.1:1",
        authserv_id="mx.vez.test",
    )


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def world(options: Options, desk: Desk) -> Iterator[World]:
    """The service with its door open, at a port of its own."""
    made = World(options)
    services = made.runtime.services
    services.urls["attachments"] = "http://attachments.test"
    services.transports |= {
        "ticket": desk.transport("ticket", made.ticket_service),
        "attachments": desk.transport("attachments", nobody_answers),
        "identity": desk.transport("identity", nobody_answers),
    }
    door = made.gateways["listener"]
    door.port = 0
    with made.running():
        timers.open_door(made.runtime)
        yield made
        door.close()


@pytest.fixture
def letter(world: World, mail_server: MailServer, ana: str, bruno: str) -> EmailMessage:
    """A letter that Ana was sent."""
    agreement(world, ana, bruno)
    send_all(world)
    return mail_server.messages[0]
