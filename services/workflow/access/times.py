"""Reading what clocks are read from: the ledger, what was told of them, and the calendars that they count by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from services.workflow.access.predicates import about
from services.workflow.rules import clock
from services.workflow.rules.calendar import Calendar
from services.workflow.rules.clock import Beginning, Mark, Reading
from services.workflow.rules.flow import Flow, Published, Step
from shared.catalog import definitions
from shared.database import Reader

_TIMES: Final = about(
    """SELECT
    (SELECT json_agg(json_build_object('ordinal', t.ordinal, 'since', t.since, 'side', t.side, 'entry', t.entry,
            'starts', t.starts) ORDER BY t.ordinal) FROM turns t WHERE t.ticket_id = %(ticket_id)s) AS ledger,
    (SELECT json_agg(json_build_object('name', c.name, 'entry', c.entry, 'near_told', c.near_told,
            'missed_told', c.missed_told)) FROM clocks c WHERE c.ticket_id = %(ticket_id)s) AS marks,
    (SELECT json_agg(k.content) FROM calendars k WHERE k.code = ANY(%(calendars)s)) AS calendars"""
)


@dataclass(frozen=True, slots=True)
class Times:
    """What clocks are read from: the ledger, what was told of them, and the calendars that they count by."""

    ledger: tuple[Beginning, ...]
    marks: Mapping[str, Mark]
    calendars: Mapping[str, Calendar]

    def readings(self, published: Published, flow: Flow, now: datetime) -> list[Reading]:
        """What each clock of the flow shows at `now`."""
        stage = published.version.find_stage(flow.stage)
        if flow.state != "running" or stage is None:
            return []
        running = clock.clocks_of(published.version, stage, flow.entry, self.ledger)
        return [clock.read(c, self.ledger, self.calendars.get(c.due.calendar or ""), now) for c in running]


def load_times(reader: Reader, published: Published, flow: Flow, *, adding: Step | None = None) -> Times:
    """The ledger with the turn that `adding` begins, the marks and the calendars."""
    codes = _calendars(published, flow)
    row = reader.one(_TIMES, ticket_id=flow.ticket_id, calendars=codes)
    ledger = msgspec.convert(row.ledger or [], type=tuple[Beginning, ...])
    if adding is not None and adding.turned:
        ledger += (_beginning(adding),)
    marks = msgspec.convert(row.marks or [], type=list[Mark])
    found = msgspec.convert(row.calendars or [], type=list[definitions.Calendar])
    return Times(ledger, {m.name: m for m in marks}, {c.code: clock.calendar_of(c) for c in found})


def _calendars(published: Published, flow: Flow) -> list[str]:
    stage = published.version.find_stage(flow.stage)
    dues = [*published.version.flow.due_by_side.values(), *([stage.due] if stage is not None and stage.due else [])]
    return sorted({d.calendar for d in dues if d.calendar is not None})


def _beginning(step: Step) -> Beginning:
    flow = step.flow
    return Beginning(ordinal=flow.ordinal, since=flow.since, side=flow.side, entry=flow.entry, starts=step.starts)
