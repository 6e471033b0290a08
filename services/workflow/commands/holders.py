"""When people go: whose tickets are to be looked at, and moving those whose holder can no longer act.

A change of a person, profile or queue leaves a check, which a timer works off. It looks again some seconds later, so
that an assignment which was decided at the same moment on the old facts is found too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from services.workflow.access.loading import gather, load, votes_of
from services.workflow.access.predicates import ATTEND, about
from services.workflow.access.versions import load_published
from services.workflow.commands.storing import store
from services.workflow.models import checks
from services.workflow.rules import turns
from services.workflow.rules.entering import Moment
from shared import clock, people
from shared.contracts.identity import PersonChanged, ProfileChanged
from shared.ids import SYSTEM
from shared.transaction import Transaction

CHECKS: Final = "checks"
"""The name of the timer that works checks off."""
AGAIN: Final = timedelta(seconds=15)

_PERSON: Final = about(
    "SELECT profiles, is_active, is_absent, substitute_id, $can_attend AS can_attend FROM people p WHERE p.id = %(id)s"
)
_PROFILE: Final = about("SELECT permissions, is_retired FROM profiles WHERE code = %(code)s")
_CLAIM: Final = about(
    """UPDATE checks SET leased_until = clock_timestamp() + interval '60 seconds' WHERE (kind, id) IN (
    SELECT kind, id FROM checks WHERE at NOT BETWEEN clock_timestamp() + %(offset)s
                                                 AND clock_timestamp() + %(offset)s + interval '1 minute'
      AND (leased_until IS NULL OR leased_until < clock_timestamp())
    ORDER BY at LIMIT 10 FOR UPDATE SKIP LOCKED)
RETURNING kind, id, at, is_second"""
)
"""A check is due within 15 s. One that is due later than in a minute was asked before the clock went back."""
_SUSPECTS: Final = about(
    """WITH changed AS (
    SELECT p.id FROM people p WHERE %(kind)s = 'person' AND (p.id = %(person)s OR p.substitute_id = %(person)s)
    UNION ALL SELECT p.id FROM people p WHERE %(kind)s = 'profile' AND p.profiles @> ARRAY[%(id)s]::text[]
), concerned AS (
    SELECT m.queue FROM queue_members m WHERE m.person_id IN (SELECT id FROM changed)
    UNION SELECT %(id)s WHERE %(kind)s = 'queue'
    UNION SELECT m.queue FROM queue_members m JOIN people p ON p.id = m.person_id
          WHERE p.substitute_id IN (SELECT id FROM changed)
), empty AS (
    SELECT c.queue FROM concerned c WHERE NOT EXISTS (
        SELECT FROM queue_members m JOIN people p ON p.id = m.person_id WHERE m.queue = c.queue AND $can_attend)
    UNION SELECT q.code FROM queues q JOIN concerned c ON c.queue = q.code WHERE q.is_retired
)
SELECT f.ticket_id FROM flows f JOIN people p ON p.id = f.holder_id
WHERE f.state = 'running' AND f.holder_id IN (SELECT id FROM changed) AND f.side <> 'client' AND NOT $can_attend
UNION SELECT f.ticket_id FROM flows f WHERE f.state = 'running' AND f.holder_queue IN (SELECT queue FROM empty)
UNION SELECT f.ticket_id FROM flows f
WHERE f.state = 'running' AND f.side <> 'nobody' AND f.holder_id IS NULL AND f.holder_queue IS NULL
UNION SELECT f.ticket_id FROM flows f WHERE f.state = 'running' AND f.approvers IS NOT NULL
      AND f.holder_queue IN (SELECT queue FROM concerned)"""
)


@dataclass(frozen=True, slots=True)
class Check:
    """A change whose consequences for holders are still to be looked at."""

    kind: str
    id: str
    at: Any
    is_second: bool


def record_person(tx: Transaction, event: PersonChanged) -> None:
    """Keep what identity says of a person; where what they can do changed, their tickets are to be looked at."""
    before = tx.one(_PERSON, id=event.person_id)
    people.on_person_changed(tx, event)
    if before is not None and _stands_otherwise(before, event):
        ask_check(tx, "person", event.person_id)


def _stands_otherwise(before: Any, event: PersonChanged) -> bool:
    was = (before.is_active, sorted(before.profiles), before.is_absent, before.substitute_id)
    return was != (event.is_active, sorted(event.profiles), event.absent, event.substitute_id)


def record_profile(tx: Transaction, event: ProfileChanged) -> None:
    """Keep what identity says of a profile; where it no longer lets people attend, look at their tickets."""
    before = tx.one(_PROFILE, code=event.code)
    people.on_profile_changed(tx, event)
    attended = before is not None and ATTEND in before.permissions and not before.is_retired
    if attended != (ATTEND in event.permissions and not event.retired):
        ask_check(tx, "profile", event.code)


def ask_check(tx: Transaction, kind: str, id: str) -> None:
    """Have the tickets looked at that a change concerns, as soon as it is committed and once more a little later."""
    tx.upsert(checks, {"kind": kind, "id": id, "at": tx.now, "is_second": False, "leased_until": None})
    tx.wake(CHECKS)


def claim_checks(tx: Transaction) -> list[Check]:
    """The checks that are due, leased for a minute to the caller alone."""
    return [Check(row.kind, row.id, row.at, row.is_second) for row in tx.all(_CLAIM, offset=clock.offset())]


def settle_check(tx: Transaction, check: Check) -> None:
    """A check was worked off: it is due once more a little later, or (the second time) is over."""
    if check.is_second:
        tx.delete(checks, {"kind": check.kind, "id": check.id, "at": check.at})
    else:
        values = {"at": tx.now + AGAIN, "is_second": True, "leased_until": None}
        tx.update(checks, {"kind": check.kind, "id": check.id}, values, expect={"at": check.at}, must=False)


def suspects(tx: Transaction, check: Check) -> list[str]:
    """The tickets whose holder may be gone by a change, and the approvals that it concerns."""
    person = check.id if check.kind == "person" else None
    return [row.ticket_id for row in tx.all(_SUSPECTS, kind=check.kind, id=check.id, person=person)]


def check_holder(tx: Transaction, ticket_id: str) -> None:
    """Move a ticket whose holder can no longer act to its fallback, name an approval's approvers anew."""
    loaded = load(tx, ticket_id)
    flow = loaded.flow
    if flow is None or flow.state != "running":
        return
    published = load_published(tx, flow.type, flow.type_version)
    moment = Moment(by=SYSTEM.id, now=loaded.now)
    votes = votes_of(tx, flow)
    step = gather(tx, loaded.facts, lambda f: turns.check_approvers(published, flow, f, moment, votes))
    step = step or gather(tx, loaded.facts, lambda f: turns.check_holder(published, flow, f, moment))
    if step is not None:
        store(tx, flow, loaded.version, published, step)
