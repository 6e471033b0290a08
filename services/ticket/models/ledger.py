"""The turn ledger and the stage history: append-only, kept whole by triggers."""

from __future__ import annotations

from typing import Final

from sqlalchemy import DDL, CheckConstraint, Column, ForeignKey, Index, event, text

from services.ticket.models.metadata import Codes, metadata
from services.ticket.models.tickets import SIDES
from shared.database import Bytes, Id, Instant, Integer, Table, Text, closed

turns = Table(
    "turns",
    metadata,
    Column("ticket_id", Id(), ForeignKey("tickets.id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("since", Instant(), nullable=False),
    Column("side", Text, nullable=False),
    Column("holder_person_id", Id()),
    Column("holder_queue", Text),
    Column("stage", Text),
    Column("cause", Text, nullable=False),
    Column("by_id", Id(), nullable=False),
    Column("operation_id", Id()),
    closed("side", *SIDES),
    closed(
        "cause",
        "entered",
        "reopened",
        "finished",
        "transfer",
        "take",
        "schedule",
        "wake",
        "wait",
        "resume",
        "holder_gone",
    ),
    CheckConstraint("ordinal > 0", name="ordinal"),
    CheckConstraint("holder_person_id IS NULL OR holder_queue IS NULL", name="one_holder"),
    Index(
        "ix_turns_bounds",
        "since",
        "ticket_id",
        postgresql_where=text("ordinal = 1 OR cause = 'reopened' OR cause = 'finished'"),
    ),
)
"""Who had the turn from when on. Only beginnings are stored: each entry ends where the next begins.

A trigger refuses an ordinal that does not follow the last one, and an instant before the last one's.
"""

FOLLOWS: Final = DDL(
    """
    CREATE OR REPLACE FUNCTION turns_follow() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        last turns%%ROWTYPE;
    BEGIN
        SELECT * INTO last FROM turns WHERE ticket_id = NEW.ticket_id ORDER BY ordinal DESC LIMIT 1;
        IF NEW.ordinal <> coalesce(last.ordinal, 0) + 1 THEN
            RAISE EXCEPTION 'turn %% of ticket %% does not follow turn %%', NEW.ordinal, NEW.ticket_id, last.ordinal
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_turns_contiguous';
        END IF;
        IF NEW.since < last.since THEN
            RAISE EXCEPTION 'turn %% of ticket %% begins before the one it follows', NEW.ordinal, NEW.ticket_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_turns_since';
        END IF;
        RETURN NEW;
    END $$"""
)
event.listen(turns, "after_create", FOLLOWS)
event.listen(
    turns,
    "after_create",
    DDL("CREATE TRIGGER turns_follow BEFORE INSERT ON turns FOR EACH ROW EXECUTE FUNCTION turns_follow()"),
)

holders = Table(
    "holders",
    metadata,
    Column("ticket_id", Id(), ForeignKey("tickets.id"), primary_key=True),
    Column("holder", Text, primary_key=True, doc="a person's id, or queue:CODE"),
    Column("shelf", Text, nullable=False, server_default=text("''"), doc="the ticket's, as the next two: by triggers"),
    Column("type", Text, nullable=False, server_default=text("''")),
    Column("held_queues", Codes, nullable=False, server_default=text("'{}'::text[]")),
    Index("ix_holders_shelf", "holder", "shelf", "ticket_id"),
)
"""Which attendants and queues hold a ticket or have held it: the ledger's holders, once each, for the lists."""

stage_history = Table(
    "stage_history",
    metadata,
    Column("ticket_id", Id(), ForeignKey("tickets.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("ordinal", Integer, nullable=False),
    Column("entered_at", Instant(), nullable=False),
    Column("stage", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("by_id", Id(), nullable=False),
    Column("transition", Text),
    Column("before_person_id", Id()),
    Column("before_queue", Text),
    Column("after_person_id", Id()),
    Column("after_queue", Text),
    Column("operation_id", Id()),
    Column("fallback_reason", Text),
    Column("comment_digest", Bytes),
    Column("digest", Bytes, nullable=False),
    Column("head", Bytes, nullable=False),
    closed("side", *SIDES),
    CheckConstraint("position > 0", name="position"),
)
"""One row per entry into a stage, chained: `head` is sha256(the head before || `digest`); the ticket keeps the last."""

stage_comments = Table(
    "stage_comments",
    metadata,
    Column("ticket_id", Id(), ForeignKey("tickets.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("salt", Bytes, nullable=False),
    Column("comment", Text, nullable=False),
)
"""What was said on entering a stage; erasure removes it and the chain still verifies."""
