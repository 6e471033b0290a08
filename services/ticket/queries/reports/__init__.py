"""Reports: aggregates over the tickets of the types that their reader's reports count. They never name a ticket."""

from __future__ import annotations

from services.ticket.queries.reports.asking import Asked, Asking
from services.ticket.queries.reports.movement import rated, throughput, times
from services.ticket.queries.reports.naming import all_queues, choices, counted_types
from services.ticket.queries.reports.past import bottlenecks, hand_overs, loops, rework, variants, waits
from services.ticket.queries.reports.present import load, open_now
from services.ticket.rules.reports import Scope
from shared.database import Reader
from shared.ids import Actor

__all__ = [
    "Asked",
    "Asking",
    "bottlenecks",
    "hand_overs",
    "load",
    "loops",
    "open_now",
    "rated",
    "rework",
    "scope",
    "throughput",
    "times",
    "variants",
    "waits",
]


def scope(reader: Reader, actor: Actor) -> Scope:
    """What the reader may narrow reports by."""
    return Scope(choices(counted_types(reader, actor), actor.language), all_queues(reader, actor.language))
