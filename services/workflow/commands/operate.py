"""Answering what the ticket service asks: each operation exactly once, by what it made of the flow or by a refusal."""

from __future__ import annotations

from typing import Any

from services.workflow.access.loading import Loaded, gather, load, votes_of
from services.workflow.access.versions import find_published, load_published
from services.workflow.commands.storing import store, write_row
from services.workflow.rules import operations
from services.workflow.rules.entering import Moment
from services.workflow.rules.flow import Flow, Published, Step
from services.workflow.rules.refusals import Refusal
from shared.contracts import Event
from shared.contracts.ticket import DecisionRequested, SubmitRequested
from shared.contracts.workflow import Refused
from shared.transaction import Transaction


def start_flow(tx: Transaction, event: SubmitRequested) -> None:
    """Start the version that judged a submission and enter its first stage, or refuse."""
    loaded = load(tx, event.ticket_id, type=event.type)
    moment = Moment(by=event.by, now=loaded.now, operation_id=event.operation_id)
    try:
        published = _startable(tx, event, loaded)
        step = gather(tx, loaded.facts, lambda f: operations.submit(published, loaded.flow, event, f, moment))
    except Refusal as refusal:
        answer_refusal(tx, loaded, event, refusal)
        return
    store(tx, loaded.flow, loaded.version, published, step)


def _startable(tx: Transaction, event: SubmitRequested, loaded: Loaded) -> Published:
    published = find_published(tx, event.type, event.version)
    if published is None:
        raise Refusal("type-not-published", code=event.type, version=event.version)
    if loaded.type_is_retired:
        raise Refusal("type-retired", code=event.type)
    return published


def operate(tx: Transaction, event: Any) -> None:
    """Answer an operation on a flow that began."""
    loaded = load(tx, event.ticket_id, people=(event.by, getattr(event, "to_person_id", None)))
    try:
        published, step = _decided(tx, event, loaded)
    except Refusal as refusal:
        answer_refusal(tx, loaded, event, refusal)
        return
    store(tx, loaded.flow, loaded.version, published, step)


def _decided(tx: Transaction, event: Any, loaded: Loaded) -> tuple[Published, Step]:
    flow = loaded.flow
    if flow is None or flow.state == "refused":
        raise Refusal("not-running")
    published = load_published(tx, flow.type, flow.type_version)
    votes = votes_of(tx, flow) if isinstance(event, DecisionRequested) else ()
    moment = Moment(by=event.by, now=loaded.now, operation_id=event.operation_id)
    return published, gather(tx, loaded.facts, lambda f: operations.operate(published, flow, event, f, moment, votes))


def refuse(tx: Transaction, event: Any) -> None:
    """Refuse an operation that an administrator discarded."""
    answer_refusal(tx, load(tx, event.ticket_id), event, Refusal("discarded"))


def answer_refusal(tx: Transaction, loaded: Loaded, event: Any, refusal: Refusal) -> None:
    """Say flow.refused. A refused submission leaves a flow row, so that the next answer has its number."""
    flow = loaded.flow or _never_begun(event, loaded)
    if loaded.flow is None:
        write_row(tx, flow, 0, next_at=None)
    tx.emit(
        Refused(
            ticket_id=event.ticket_id,
            operation_id=event.operation_id,
            ordinal=flow.ordinal,
            since=flow.since,
            by=event.by,
            kind=kind_of(event),
            type=refusal.type,
            message=refusal.message,
            values=refusal.values,
        )
    )


def kind_of(event: Event) -> str:
    """The operation that an event asks for, as the ticket service names it."""
    return event.name.partition(".")[2].removesuffix("_requested")


def _never_begun(event: Any, loaded: Loaded) -> Flow:
    moment = Moment(by=event.by, now=loaded.now)
    if isinstance(event, SubmitRequested):
        return operations.started(event, None, moment)
    return Flow(
        ticket_id=event.ticket_id,
        state="refused",
        type="",
        type_version=0,
        number="",
        client_id=event.by,
        requester_id=event.by,
        since=loaded.now,
    )
