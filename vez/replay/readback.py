"""Reading back, through the API, what the system remembers of a replay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

from shared import clock
from vez.discover.draft import Draft
from vez.discover.survey import Walk
from vez.replay.api import Api, Refused, Session
from vez.replay.compare import Entry, Mismatch, difference, entries, is_finished
from vez.replay.people import Cast
from vez.replay.play import TICKETS, Played

DELIVERIES: Final = "/api/notify/v1/deliveries"
AT_ONCE: Final = 4
LONGEST_SETTLING_SECONDS: Final = 120.0
LOOK_EVERY_SECONDS: Final = 0.25


@dataclass(slots=True)
class Compared:
    """The histories against the log."""

    mismatches: list[Mismatch] = field(default_factory=list)
    unfinished: int = 0


@dataclass(slots=True)
class Told:
    """The delivery ledger's rows of a replay's tickets: by channel and state, and how many are there twice."""

    counts: Counter[str] = field(default_factory=Counter)
    duplicates: int = 0


def compare(
    api: Api, admin: Session, draft: Draft, cast: Cast, played: Sequence[Played], compared_one: Callable[[], None]
) -> Compared:
    """Read every ticket's history and set it against its case. Raises GivenUp."""
    found = Compared()

    def look(one: Played) -> tuple[Mismatch | None, bool]:
        items = _history(api, admin, one)
        compared_one()
        ticket_id = one.ticket.id if one.ticket else None
        log = expected(draft, cast, one.walk)
        return difference(one.walk.name, ticket_id, log, entries(items)), is_finished(items)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for mismatch, finished in pool.map(look, played):
            found.unfinished += not finished
            if mismatch is not None:
                found.mismatches.append(mismatch)
    return found


def expected(draft: Draft, cast: Cast, walk: Walk) -> list[Entry]:
    """What the history of a case has to say: each activity entered by its resource, who then holds it."""
    ids = [cast.attendant(number).id for number in walk.resources]
    stages = [draft.stages[activity] for activity in walk.activities]
    return [Entry(stage, id, id) for stage, id in zip(stages, ids, strict=True)]


def _history(api: Api, admin: Session, played: Played) -> list[Any]:
    if played.ticket is None:
        return []
    try:
        return list(api.items(admin, f"{TICKETS}/{played.ticket.id}/history"))
    except Refused:
        return []


def notifications(api: Api, admin: Session, played: Sequence[Played], *, quiet_seconds: float) -> Told:
    """Count the ledger's rows of these tickets, once it has been quiet for so long. Raises Refused, GivenUp."""
    tickets = {one.ticket.id for one in played if one.ticket}
    since = min((one.ticket.created_at for one in played if one.ticket), default="")
    _settle(api, admin, quiet_seconds)
    told = Told()
    seen: set[tuple[str, str, str]] = set()
    for item in api.items(admin, DELIVERIES):
        if item.get("created_at", since) < since:
            break
        if item["ticket_id"] in tickets:
            told.counts[f"{item['channel']} {item['state']}"] += 1
            row = (item["event"]["id"], item["recipient"]["id"], item["channel"])
            told.duplicates += row in seen
            seen.add(row)
    return told


def _settle(api: Api, admin: Session, quiet_seconds: float) -> None:
    """Wait until the ledger's newest row stays the newest."""
    until = clock.monotonic() + LONGEST_SETTLING_SECONDS
    newest, since = None, clock.monotonic()
    while clock.monotonic() < until and clock.monotonic() - since < quiet_seconds:
        items = api.get(admin, f"{DELIVERIES}?limit=1")["items"]
        if (items and items[0]["id"]) != newest:
            newest, since = items and items[0]["id"], clock.monotonic()
        clock.sleep(LOOK_EVERY_SECONDS)
