"""What happened to a ticket: its stage history, its turns, its clock, its operations and decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Label, any_, bindparam, func, literal_column, select

from services.ticket.access.loading import load_ticket
from services.ticket.access.seeing import IDS, word
from services.ticket.models import operations, people, queues, stage_comments, stage_history, turns
from services.ticket.rules import problems
from services.ticket.rules.answers import DecisionShown, HistoryRow, OperationShown, TurnRow
from services.ticket.rules.clocks import ClockShown
from services.ticket.rules.listing import decision_row, history_rows, turn_rows
from services.ticket.rules.turns import seconds_by_side
from shared.database import Id, Reader, compiled
from shared.errors import Conflict, NotFound
from shared.ids import Actor

_ticket_id: Final = bindparam("ticket_id", type_=Id())
_by, _before, _after = (people.alias(name) for name in ("by", "before", "after"))
_before_queue, _after_queue = (queues.alias(name) for name in ("before_queue", "after_queue"))


def _name(table: Any, label: str) -> Label[Any]:
    return func.coalesce(table.c.display_name, literal_column("''")).label(label)


_h, _t, _o = stage_history, turns, operations

_HISTORY: Final = compiled(
    select(
        *_h.c,
        stage_comments.c.comment,
        _name(_by, "by_name"),
        _name(_before, "before_name"),
        _name(_after, "after_name"),
        _before_queue.c.names.label("before_queue_names"),
        _after_queue.c.names.label("after_queue_names"),
    )
    .select_from(
        _h.outerjoin(
            stage_comments,
            (stage_comments.c.ticket_id == _h.c.ticket_id) & (stage_comments.c.position == _h.c.position),
        )
        .outerjoin(_by, _by.c.id == _h.c.by_id)
        .outerjoin(_before, _before.c.id == _h.c.before_person_id)
        .outerjoin(_after, _after.c.id == _h.c.after_person_id)
        .outerjoin(_before_queue, _before_queue.c.code == _h.c.before_queue)
        .outerjoin(_after_queue, _after_queue.c.code == _h.c.after_queue)
    )
    .where(_h.c.ticket_id == _ticket_id)
    .order_by(_h.c.position)
)
_TURNS: Final = compiled(
    select(
        *_t.c,
        _o.c.party,
        _o.c.comment,
        _name(_by, "by_name"),
        _name(_after, "holder_name"),
        _after_queue.c.names.label("queue_names"),
    )
    .select_from(
        _t.outerjoin(_o, _o.c.id == _t.c.operation_id)
        .outerjoin(_by, _by.c.id == _t.c.by_id)
        .outerjoin(_after, _after.c.id == _t.c.holder_person_id)
        .outerjoin(_after_queue, _after_queue.c.code == _t.c.holder_queue)
    )
    .where(_t.c.ticket_id == _ticket_id)
    .order_by(_t.c.ordinal)
)
_OPERATION: Final = compiled(
    select(_o.c.id, _o.c.kind, _o.c.state, _o.c.problem_type, _o.c.problem_message, _o.c.problem_values).where(
        _o.c.id == bindparam("id", type_=Id()), _o.c.ticket_id == _ticket_id
    )
)
_SETTLED: Final = compiled(
    select(_o.c.id).where(_o.c.id == any_(bindparam("ids", type_=IDS)), _o.c.state != word("pending"))
)
_DECISIONS: Final = compiled(
    select(_o.c.id, _o.c.by_id, _o.c.outcome, _o.c.comment, _o.c.evidence, _o.c.accepted_at, _name(_by, "by_name"))
    .select_from(_o.outerjoin(_by, _by.c.id == _o.c.by_id))
    .where(_o.c.ticket_id == _ticket_id, _o.c.kind == word("decision"), _o.c.state == word("done"))
    .order_by(_o.c.id)
)


def history(reader: Reader, actor: Actor, ticket_id: str) -> list[HistoryRow]:
    """The stage history, oldest first, with how long each side had the turn in each stage."""
    reading = load_ticket(reader, actor, ticket_id)
    ledger = reader.all(_TURNS, ticket_id=ticket_id)
    return history_rows(reading, reader.all(_HISTORY, ticket_id=ticket_id), ledger)


def ledger(reader: Reader, actor: Actor, ticket_id: str) -> list[TurnRow]:
    """The turns, oldest first: each ends where the next begins."""
    reading = load_ticket(reader, actor, ticket_id)
    return turn_rows(reading, reader.all(_TURNS, ticket_id=ticket_id))


def clock(reader: Reader, actor: Actor, ticket_id: str) -> ClockShown:
    """For how long each side has had the turn, and the present deadline; of an open ticket the clocks are still to be
    asked of the flow."""
    reading = load_ticket(reader, actor, ticket_id)
    entries: Sequence[Any] = reader.all(_TURNS, ticket_id=ticket_id)
    end = reading.ticket.ended_at or reading.now
    begin = entries[0].since if entries else end
    ticket = reading.ticket
    return ClockShown(
        seconds=seconds_by_side(entries, begin, end),
        due_at=ticket.due_at,
        near_at=ticket.near_at,
        at=reading.now,
        clocks=None if ticket.status == "open" else [],
    )


def decisions(reader: Reader, actor: Actor, ticket_id: str) -> list[DecisionShown]:
    """The decisions that took effect, oldest first, each with the hash of what was seen."""
    load_ticket(reader, actor, ticket_id)
    return [decision_row(row) for row in reader.all(_DECISIONS, ticket_id=ticket_id)]


def operation(reader: Reader, actor: Actor, ticket_id: str, operation_id: str) -> OperationShown:
    """An accepted command: pending, done, or refused with why. Raises NotFound."""
    load_ticket(reader, actor, ticket_id)
    row = reader.one(_OPERATION, id=operation_id, ticket_id=ticket_id)
    if row is None:
        raise NotFound("There is no such operation")
    return OperationShown(row.id, row.kind, row.state, _refusal(row))


def refusal_of(reader: Reader, ticket_id: str, operation_id: str) -> Conflict | None:
    """Why an operation of a ticket that the caller has loaded was refused, if it was."""
    row = reader.one(_OPERATION, id=operation_id, ticket_id=ticket_id)
    return None if row is None else _refusal(row)


def _refusal(row: Any) -> Conflict | None:
    if row.state != "refused":
        return None
    return problems.refusal(row.problem_type, row.problem_message, row.problem_values or {})


def settled(reader: Reader, ids: Sequence[str]) -> set[str]:
    """Those of these operations whose outcome is known: what the waiting edge asks."""
    return {row.id for row in reader.all(_SETTLED, ids=list(ids))}
