"""What the routes share: the store, the one who asks and how they stand to a ticket, where a list goes on."""

from __future__ import annotations

import uuid
from typing import Any, cast

from flask import Flask, current_app, g

from services.attachments.gateways import rights
from services.attachments.gateways.store import ObjectStore
from services.attachments.options import Options
from services.attachments.rules.rights import Standing
from shared.errors import Invalid, Message
from shared.http import Cursor, current_edge, services

STORE = "vez.store"


def keep_store(app: Flask, store: ObjectStore) -> None:
    """Give the routes of `app` their object store."""
    app.extensions[STORE] = store


def store() -> ObjectStore:
    """The object store."""
    return cast(ObjectStore, current_app.extensions[STORE])


def options() -> Options:
    """This process's options."""
    return cast(Options, current_edge().options)


def standing(ticket_id: str) -> Standing:
    """How the caller stands to a ticket: the ticket service's word. Raises NotFound, Forbidden, Retryable."""
    return rights.standing(services(), g.token, ticket_id)


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
