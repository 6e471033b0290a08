"""All tickets of a rehearsal, walked together in the order of time, so that `least_loaded` means something."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import count
from typing import Final

from services.workflow.rules import clock
from services.workflow.rules.flow import Published
from shared.catalog.definitions import Catalog
from vez.rehearsal.findings import Findings
from vez.rehearsal.house import House
from vez.rehearsal.recorded import Recorded
from vez.rehearsal.walk import Walk

DRAFT: Final = 1


def rehearse(
    draft: Catalog, house: House, tickets: Iterable[Recorded], now: datetime, *, walked_one: Callable[[], None]
) -> list[Findings]:
    """Walk tickets of the draft's types through it until `now`; what was found, a type each that had any."""
    findings = {type.code: Findings(type.code) for type in draft.types}
    versions = {
        type.code: Published(type=type.code, number=DRAFT, version=type.version, people=house.ids)
        for type in draft.types
    }
    calendars = {each.code: clock.calendar_of(each) for each in house.catalog.calendars}
    walks = [Walk(t, versions[t.type], house, calendars, findings[t.type]) for t in tickets if t.type in versions]
    order = count()
    due = [(at, next(order), walk) for walk in walks if (at := walk.next_at()) is not None]
    heapq.heapify(due)
    while due:
        at, _, walk = heapq.heappop(due)
        if at <= now:
            walk.step(at)
        again = walk.next_at() if at <= now else None
        if again is not None:
            heapq.heappush(due, (again, next(order), walk))
        else:
            walk.close(now)
            walked_one()
    return [found for found in findings.values() if found.tickets]
