"""Writing what a decision made: the flow's row, its ledger, its vote, its clocks, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.workflow.commands.clocks import NOTHING_TOLD, wind
from services.workflow.models import flows, turns, votes
from services.workflow.rules.approval import Vote
from services.workflow.rules.clock import Mark
from services.workflow.rules.flow import Flow, Published, Step
from shared.transaction import Transaction


def store(
    tx: Transaction,
    before: Flow | None,
    version: int,
    published: Published,
    step: Step,
    told: Mapping[str, Mark] = NOTHING_TOLD,
) -> Flow:
    """Write a step, guarded by the version of the row that was read (0: none). Returns the flow as written."""
    write_row(tx, step.flow, version)
    if step.vote is not None and before is not None:
        _store_vote(tx, before, step.vote)
    for event in step.events:
        tx.emit(event)
    if step.turned:
        _store_turn(tx, step)
    flow, next_at = wind(tx, published, step, told)
    tx.change(flows, flow.ticket_id, {"due_at": flow.due_at, "near_at": flow.near_at, "next_at": next_at})
    return flow


def write_row(tx: Transaction, flow: Flow, version: int, **more: Any) -> None:
    """Write the flow's row: made where `version` is 0, else guarded by it."""
    values = {**row_of(flow), "leased_until": None, **more}
    if version == 0:
        tx.create(flows, values)
    else:
        tx.change(flows, flow.ticket_id, values, version=version)


def row_of(flow: Flow) -> dict[str, Any]:
    """The columns of a flow."""
    return {
        "ticket_id": flow.ticket_id,
        "state": flow.state,
        "type": flow.type,
        "type_version": flow.type_version,
        "number": flow.number,
        "client_id": flow.client_id,
        "requester_id": flow.requester_id,
        "ordinal": flow.ordinal,
        "since": flow.since,
        "stage": flow.stage,
        "entry": flow.entry,
        "side": flow.side,
        "mode": flow.mode,
        "holder_id": flow.holder_person,
        "holder_queue": flow.holder_queue,
        "attendant_id": flow.attendant_id,
        "before_id": flow.before_id,
        "kept_id": flow.kept_id,
        "party": flow.party,
        "until": flow.until,
        "approvers": None if flow.approvers is None else list(flow.approvers),
        "alarm": flow.alarm,
        "reopen_until": flow.reopen_until,
        "due_at": flow.due_at,
        "near_at": flow.near_at,
    }


def _store_turn(tx: Transaction, step: Step) -> None:
    flow = step.flow
    tx.insert(
        turns,
        {
            "ticket_id": flow.ticket_id,
            "ordinal": flow.ordinal,
            "since": flow.since,
            "side": flow.side,
            "entry": flow.entry,
            "starts": step.starts,
        },
    )


def _store_vote(tx: Transaction, before: Flow, vote: Vote) -> None:
    tx.insert(
        votes,
        {
            "ticket_id": before.ticket_id,
            "entry": before.entry,
            "person_id": vote.person_id,
            "seat_id": vote.seat_id,
            "outcome": vote.outcome,
            "evidence": vote.evidence,
            "at": max(tx.now, before.since),
        },
    )
