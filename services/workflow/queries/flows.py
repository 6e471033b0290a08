"""A running flow as the service that runs it sees it, with its clocks explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.workflow.access.loading import flow_of
from services.workflow.access.predicates import ATTEND, about, sees_all_flows
from services.workflow.access.times import load_times
from services.workflow.access.versions import find_published
from services.workflow.rules.clock import Reading
from services.workflow.rules.flow import Flow
from shared.contracts.workflow import Holder
from shared.database import Reader
from shared.errors import NotFound
from shared.ids import Actor

_FLOW: Final = about(
    "SELECT f.*, clock_timestamp() AS now FROM flows f WHERE f.ticket_id = %(ticket_id)s AND $sees_flow"
)
_RUNNING: Final = about(
    """SELECT f.ticket_id, f.number, f.type_version, f.stage, f.version FROM flows f
WHERE f.type = %(code)s AND f.state = 'running' AND f.ticket_id > %(after)s
  AND f.type_version IS DISTINCT FROM %(other_than)s::integer
ORDER BY f.ticket_id LIMIT %(limit)s"""
)
BEFORE_ALL: Final = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningFlow:
    """An open ticket, the version that it is on, and its flow's own version for If-Match."""

    ticket_id: str
    number: str
    flow_version: int
    stage: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowShown:
    """Where a ticket stands, and what its clocks show and why."""

    ticket_id: str
    state: str
    type: str
    flow_version: int
    stage: str | None
    side: str
    mode: str
    holder: Holder | None
    ordinal: int
    since: datetime
    until: datetime | None
    approvers: list[str]
    reopen_until: datetime | None
    due_at: datetime | None
    near_at: datetime | None
    clocks: list[Reading]
    version: int


def flow(reader: Reader, actor: Actor, ticket_id: str) -> FlowShown:
    """The flow of a ticket. Raises NotFound, also for who may not see it."""
    if not (sees_all_flows(actor) or actor.may(ATTEND)):
        raise NotFound("There is no such flow")
    row = reader.one(_FLOW, ticket_id=ticket_id, actor=actor.id, all=sees_all_flows(actor))
    if row is None:
        raise NotFound("There is no such flow")
    reader.took_place_at(row.now)
    return _shown(flow_of(row), row, _readings(reader, flow_of(row)))


def running(
    reader: Reader, code: str, *, other_than: int | None, after: str | None, limit: int
) -> tuple[Sequence[RunningFlow], str | None]:
    """The open tickets of a type after the id `after`, those on `other_than` left out; and where the next begin."""
    rows = reader.all(_RUNNING, code=code, other_than=other_than, after=after or BEFORE_ALL, limit=limit + 1)
    items = [
        RunningFlow(
            ticket_id=row.ticket_id,
            number=row.number,
            flow_version=row.type_version,
            stage=row.stage,
            version=row.version,
        )
        for row in rows[:limit]
    ]
    return items, items[-1].ticket_id if len(rows) > limit else None


def _readings(reader: Reader, flow: Flow) -> list[Reading]:
    published = find_published(reader, flow.type, flow.type_version)
    if published is None or flow.state != "running":
        return []
    return load_times(reader, published, flow).readings(published, flow, max(reader.now, flow.since))


def _shown(flow: Flow, row: Any, readings: list[Reading]) -> FlowShown:
    return FlowShown(
        ticket_id=flow.ticket_id,
        state=flow.state,
        type=flow.type,
        flow_version=flow.type_version,
        stage=flow.stage,
        side=flow.side,
        mode=flow.mode,
        holder=flow.holder,
        ordinal=flow.ordinal,
        since=flow.since,
        until=flow.until,
        approvers=list(flow.approvers or ()),
        reopen_until=flow.reopen_until,
        due_at=flow.due_at,
        near_at=flow.near_at,
        clocks=readings,
        version=row.version,
    )
