"""What the routes share: the store, the limits, what is announced, how one stands to a ticket, where a list goes on."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar, cast

from flask import Flask, current_app, g

from services.attachments.gateways import rights
from services.attachments.gateways.store import ObjectStore
from services.attachments.options import Options
from services.attachments.rules.files import Announced
from services.attachments.rules.limits import Limits
from services.attachments.rules.rights import Asked, Standing
from shared import clock
from shared.errors import Conflict, Invalid, Message
from shared.http import Cursor, current_edge, services

STORE = "vez.store"
GIVING_WAY_SECONDS: Final = 2.0
NOTHING: Final = Asked()
R = TypeVar("R")


def keep_store(app: Flask, store: ObjectStore) -> None:
    """Give the routes of `app` their object store."""
    app.extensions[STORE] = store


def store() -> ObjectStore:
    """The object store."""
    return cast(ObjectStore, current_app.extensions[STORE])


def options() -> Options:
    """This process's options."""
    return cast(Options, current_edge().options)


def default_limits() -> Limits:
    """How many files and how big, where a ticket's type says nothing."""
    return Limits(options().ticket_files, options().file_bytes)


def announcement(facts: Mapping[str, Any], ticket_id: str, size: int, content_type: str) -> Announced:
    """What somebody wants to send, from the facts that a schema has loaded."""
    text = {name: None if facts[name] is None else str(facts[name]) for name in ("message_id", "sha256")}
    return Announced(
        ticket_id=ticket_id,
        name=facts["name"],
        size=size,
        content_type=content_type.replace("\0", ""),
        sha256=text["sha256"].lower() if text["sha256"] else None,
        internal=facts["internal"],
        message_id=text["message_id"],
        parameter=facts["parameter"],
    )


def about(announced: Announced) -> Asked:
    """What the ticket service is asked about a file that is announced."""
    return Asked((announced.parameter,), message_id=announced.message_id)


def giving_way(act: Callable[[], R]) -> R:
    """What `act` returns. Many files of one ticket at once are counted one after the other: each waits for its turn.

    Raises what `act` raises; that others were faster only after GIVING_WAY_SECONDS.
    """
    until = clock.monotonic() + GIVING_WAY_SECONDS
    while True:
        try:
            return act()
        except Conflict as error:
            if error.type != "busy" or clock.monotonic() > until:
                raise
            clock.sleep(random.uniform(0.005, 0.05))


def standing(ticket_id: str, asked: Asked = NOTHING) -> Standing:
    """How the caller stands to a ticket: the ticket service's word. Raises NotFound, Forbidden, Retryable."""
    return rights.standing(services(), g.token, ticket_id, asked)


def last_id() -> str | None:
    """The id of the row after which the page begins, or None at the top. Raises Invalid."""
    keys: tuple[Any, ...] | None = Cursor.read()
    if keys is None:
        return None
    try:
        return str(uuid.UUID(str(keys[0])))
    except (ValueError, IndexError) as error:
        wrong = Message("This is not a cursor that an answer gave")
        raise Invalid("Correct the fields named and send it again", fields={"cursor": [wrong]}) from error
