"""Chat rooms in a test: how one is made, what they are told, and what became of it."""

from __future__ import annotations

import json
from typing import Any, Final

from werkzeug.test import TestResponse

from services.notify import timers
from services.notify.rules.chat import KINDS
from shared.contracts import workflow as w
from tests.service.notify.callers import Caller
from tests.service.notify.receiver import Receiver
from tests.service.notify.world import TRIAGE, World
from tests.support.waiting import wait_until

FINANCE: Final = w.Holder(id="finance", queue=True)
SECRET: Final = "a0secret0of0a0room"


def address(receiver: Receiver, scheme: str = "mmost") -> str:
    """The address of a room at a receiver."""
    return f"{scheme}://127.0.0.1:{receiver.port}/{SECRET}"


def make(as_admin: Caller, url: str, *kinds: str, **more: Any) -> dict[str, Any]:
    """A new room."""
    answer = as_admin("POST", "/chat-rooms", {"name": "Ops", "url": url, "kinds": list(kinds) or [*KINDS], **more})
    assert answer.status_code == 201, answer.get_json()
    return dict(answer.get_json())


def enter(world: World, ana: str, holder: w.Holder | None = FINANCE, subject: str = "Cobrança em dobro") -> str:
    """A new ticket enters triage; its id."""
    ticket = world.submitted(ana, subject)
    world.enters(ticket, TRIAGE, holder, by=ana)
    return ticket


def tell(world: World) -> None:
    """Let the rooms' timer do all that is due, and wait for its threads."""
    world.rows("UPDATE deliveries SET next_try_at = now() - interval '1 s' WHERE channel = 'chat' RETURNING 1")
    while timers.call_chat_rooms(world.runtime):
        wait_until(lambda: not world.gateways["chat_runner"].busy(), "the threads to end")


def reopen(world: World) -> None:
    """Let no room be left alone any longer."""
    world.rows("UPDATE chat_rooms SET closed_until = NULL RETURNING 1")


def states(world: World) -> list[tuple[Any, ...]]:
    """The rooms' rows: state, reason, tries."""
    return world.rows("SELECT state, reason, tries FROM deliveries WHERE channel = 'chat' ORDER BY id")


def texts(receiver: Receiver) -> list[str]:
    """What Mattermost rooms were told."""
    return [json.loads(content)["text"] for _, content in receiver.got]


def problem_of(answer: TestResponse) -> str:
    """What is wrong with the url."""
    assert answer.status_code == 422, answer.get_json()
    [text] = answer.get_json()["errors"]["url"]
    return str(text)
