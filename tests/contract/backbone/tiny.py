"""Two tiny services that speak through the real backbone: one says ticket events, one writes down what it hears."""

from __future__ import annotations

import os
import signal
import types
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import Column, Integer, MetaData, Table, Text, create_engine, select

from shared import http, operations
from shared.access import Claims
from shared.client import Services
from shared.config import Common
from shared.contracts import Event
from shared.contracts.ticket import Drafted, SubjectChanged
from shared.database import BigInteger, Database, Id, add_backbone, aggregate_columns, new_metadata
from shared.http import Hooks
from shared.ids import SYSTEM, Actor, new_id
from shared.inbox import Part
from shared.transaction import Store, Transaction


class SpeakerOptions(Common):
    """The publishing service's."""

    service = "ticket"


class ListenerOptions(Common):
    """The reading service's."""

    service = "workflow"


speaker_metadata = new_metadata()
add_backbone(speaker_metadata)
things = Table(
    "things",
    speaker_metadata,
    Column("id", Id(), primary_key=True),
    Column("subject", Text, nullable=False),
    *aggregate_columns(),
)
SPEAKER = Store("ticket", speaker_metadata, {"ticket": things})

listener_metadata = new_metadata()
add_backbone(listener_metadata)
effects = Table(
    "effects",
    listener_metadata,
    Column("place", BigInteger, primary_key=True, autoincrement=True),
    Column("event_id", Id(), nullable=False),
    Column("ticket_id", Id(), nullable=False),
    Column("sequence", Integer, nullable=False),
)
LISTENER = Store("workflow", listener_metadata, {})


def make_tables(url: str, metadata: MetaData) -> None:
    """Create a service's tables."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:", 1))
    metadata.create_all(engine)
    engine.dispose()


# ---- the speaker ---------------------------------------------------------------------------------------------------


def open_thing(tx: Transaction, ticket_id: str) -> None:
    """Make an aggregate; it says one event."""
    tx.create(things, {"id": ticket_id, "subject": ""})
    tx.emit(Drafted(ticket_id=ticket_id, number="1", client_id=SYSTEM.id, type="t"))


def rename(tx: Transaction, ticket_id: str, subject: str) -> None:
    """Change it; it says one event."""
    row = tx.one(select(things).where(things.c.id == ticket_id))
    tx.change(things, ticket_id, {"subject": subject}, version=row.version)
    tx.emit(SubjectChanged(ticket_id=ticket_id, subject=subject))


class Anyone:
    """A verifier of these tests: every bearer is a service that may ask."""

    def verify(self, token: str) -> Claims:
        end = datetime.max.replace(tzinfo=UTC)
        return Claims(SYSTEM.id, new_id(), datetime.now(UTC), end, True, frozenset({"service.ask"}))


def speaker_app(options: SpeakerOptions) -> Flask:
    """The speaker's HTTP application: readers ask it for what they miss."""
    return http.create_service(
        options=options,
        store=SPEAKER,
        blueprints=[operations.operations(Hooks())],
        services=Services({}),
        verifier=Anyone(),  # type: ignore[arg-type]
        load_actor=lambda reader, claims: Actor(id=SYSTEM.id, name="test"),
    )


# ---- the listener ------------------------------------------------------------------------------------------------


def write_down(tx: Transaction, event: Event) -> None:
    """The effect of an event. Its subject may tell the handler to raise, to wait for the database, or to die."""
    subject = getattr(event, "subject", "")
    if subject == "raise":
        raise ValueError("this event always raises")
    if subject == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    assert tx.cause is not None
    values = {"event_id": tx.cause.id, "ticket_id": tx.cause.aggregate_id, "sequence": tx.cause.sequence}
    tx.insert(effects, values)


NEXT_RELEASE = "TINY_NEXT_RELEASE"
"""A worker with this variable is of the release that knows one event more."""
INVENTED = "ticket.invented_tomorrow"


def listener(options: ListenerOptions, services: Services) -> Part:
    """The listener's part of a worker."""
    handlers = {"ticket.drafted": write_down, "ticket.subject_changed": write_down}
    if NEXT_RELEASE in os.environ:
        types.new_class("Invented", (SubjectChanged,), exec_body=lambda body: body.update(name=INVENTED))
        handlers[INVENTED] = write_down
    return Part(options=options, store=LISTENER, handlers=handlers, services=services)


def open_database(options: Common) -> Database:
    """A database of the test's own process."""
    return Database(options.database_url, application_name="test", size=4)
