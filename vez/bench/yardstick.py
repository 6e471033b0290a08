"""The yardstick: the service that one writes in an afternoon with Flask, the SQLAlchemy ORM and marshmallow.

It runs under the same server and on the same PostgreSQL as Vez, writes ticket, history and outbox row in one
transaction, and checks nothing. `python -m vez.bench.yardstick DATABASE_URL SOCKET`.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, jsonify, request
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server as Granian
from marshmallow import Schema, fields
from sqlalchemy import ForeignKey, create_engine, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from shared import clock
from shared.ids import new_id

THREADS = 32


class Base(DeclarativeBase):
    """The yardstick's tables."""


class Ticket(Base):
    """A ticket."""

    __tablename__ = "yard_tickets"

    id: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(index=True)
    type: Mapped[str]
    subject: Mapped[str]
    description: Mapped[str]
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    status: Mapped[str]
    version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(index=True)


class History(Base):
    """One row of a ticket's history."""

    __tablename__ = "yard_history"

    id: Mapped[str] = mapped_column(primary_key=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("yard_tickets.id"), index=True)
    stage: Mapped[str]
    entered_at: Mapped[datetime]


class Outbox(Base):
    """One event to be sent."""

    __tablename__ = "yard_outbox"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime]


class TicketIn(Schema):
    """What a create takes."""

    type = fields.String(required=True)
    subject = fields.String(required=True)
    description = fields.String(required=True)
    parameters = fields.Dict(required=True)


class TicketOut(Schema):
    """What an answer shows."""

    id = fields.String()
    owner = fields.String()
    type = fields.String()
    subject = fields.String()
    description = fields.String()
    parameters = fields.Dict()
    status = fields.String()
    version = fields.Integer()
    created_at = fields.DateTime()


class TicketRow(TicketOut):
    """What a list shows."""

    class Meta:
        """Lists leave out what is long."""

        exclude = ("description", "parameters")


def create_app(url: str) -> Flask:
    """The yardstick's application."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:", 1), pool_size=8, max_overflow=0)
    Base.metadata.create_all(engine)
    sessions = sessionmaker(engine, expire_on_commit=False)
    app = Flask("yardstick")

    @app.post("/tickets")
    def create() -> Any:
        given = TicketIn().load(request.get_json())
        with sessions() as session:
            ticket = _write(session, given)
        return jsonify(TicketOut().dump(ticket)), 201

    @app.get("/tickets/<id>")
    def read(id: str) -> Any:
        with sessions() as session:
            return jsonify(TicketOut().dump(session.get(Ticket, id)))

    @app.get("/tickets")
    def listed() -> Any:
        query = select(Ticket).where(Ticket.owner == "ana").order_by(Ticket.created_at.desc()).limit(25)
        with sessions() as session:
            return jsonify({"items": TicketRow(many=True).dump(session.scalars(query).all())})

    return app


def _write(session: Session, given: dict[str, Any]) -> Ticket:
    now = clock.now()
    ticket = Ticket(id=new_id(), owner="ana", status="open", version=1, created_at=now, **given)
    session.add(ticket)
    session.flush()
    session.add(History(id=new_id(), ticket_id=ticket.id, stage="triage", entered_at=now))
    payload = {"ticket_id": ticket.id, "at": now.astimezone(UTC).isoformat(), **given}
    session.add(Outbox(id=new_id(), name="ticket.submitted", payload=payload, created_at=now))
    session.commit()
    return ticket


def main(url: str, socket: str) -> None:
    """Serve until ended."""
    server = Granian(
        "yardstick",
        uds=Path(socket),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        log_level=LogLevels.warning,
    )
    server.serve(target_loader=lambda *_: create_app(url), wrap_loader=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
