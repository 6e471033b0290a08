"""Reading what a decision needs: the flow's row with settings and people in one query, queues in one more."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from services.workflow.access.predicates import about
from services.workflow.rules.approval import Vote
from services.workflow.rules.facts import Facts, Queue, Standing, Wanted
from services.workflow.rules.flow import Flow
from shared.contracts.workflow import Holder
from shared.transaction import Transaction

T = TypeVar("T")
ROUNDS: Final = 8

_FLOW: Final = about(
    """SELECT f.*, clock_timestamp() AS now, s.default_attendant, s.fallback_queue,
    (SELECT t.is_retired FROM types t WHERE t.code = %(type)s) AS type_is_retired,
    (SELECT json_agg($standing) FROM people p WHERE p.id = ANY(
        ARRAY[f.holder_id, f.attendant_id, f.kept_id, s.default_attendant::uuid] || %(people)s::uuid[])) AS people
FROM (SELECT max(value #>> '{}') FILTER (WHERE key = 'client_online.default_attendant') AS default_attendant,
             max(value #>> '{}') FILTER (WHERE key = 'client_online.fallback_queue') AS fallback_queue
      FROM settings WHERE key IN ('client_online.default_attendant', 'client_online.fallback_queue')) s
LEFT JOIN flows f ON f.ticket_id = %(ticket_id)s"""
)
_PEOPLE: Final = about("SELECT $standing AS standing FROM people p WHERE p.id = ANY(%(ids)s::uuid[])")
_QUEUES: Final = about(
    """SELECT q.code, q.is_retired,
    EXISTS (SELECT FROM queue_members m JOIN people p ON p.id = m.person_id
            WHERE m.queue = q.code AND $can_attend) AS has_able
FROM queues q WHERE q.code = ANY(%(codes)s)"""
)
_MEMBERS: Final = about(
    """SELECT m.queue, $standing AS standing FROM queue_members m JOIN people p ON p.id = m.person_id
WHERE m.queue = ANY(%(codes)s) ORDER BY m.queue, m.position"""
)
_MEMBERSHIPS: Final = about(
    "SELECT m.queue, m.person_id FROM queue_members m JOIN unnest(%(codes)s::text[], %(ids)s::uuid[]) AS k(queue, id)"
    " ON (m.queue, m.person_id) = (k.queue, k.id)"
)
_LOADS: Final = about(
    """SELECT m.queue, m.person_id, count(f.ticket_id) AS held
FROM queue_members m LEFT JOIN flows f ON f.holder_id = m.person_id AND f.state = 'running'
WHERE m.queue = ANY(%(codes)s) GROUP BY m.queue, m.person_id"""
)
_VOTES: Final = about(
    "SELECT person_id, seat_id, outcome, evidence FROM votes WHERE ticket_id = %(ticket_id)s AND entry = %(entry)s"
    " ORDER BY at"
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A flow as it was read, None where there is none, with its row's version and what is known beside."""

    flow: Flow | None
    version: int
    facts: Facts
    now: datetime
    type_is_retired: bool


def load(tx: Transaction, ticket_id: str, people: Iterable[str | None] = (), type: str | None = None) -> Loaded:
    """The flow of a ticket, the settings, and how `people` and those whom the flow names stand now."""
    ids = [p for p in people if p is not None]
    row = tx.one(_FLOW, ticket_id=ticket_id, people=ids, type=type)
    tx.took_place_at(row.now)
    facts = Facts(
        default_attendant=row.default_attendant,
        fallback_queue=row.fallback_queue,
        people={s[0]: Standing(*s) for s in row.people or ()},
    )
    flow = None if row.ticket_id is None else flow_of(row)
    return Loaded(flow, row.version or 0, facts, tx.now, row.type_is_retired is True)


def flow_of(row: Any) -> Flow:
    """The flow that a row holds."""
    person, queue = row.holder_id, row.holder_queue
    holder = Holder(id=person) if person else Holder(id=queue, queue=True) if queue else None
    return Flow(
        ticket_id=row.ticket_id,
        state=row.state,
        type=row.type,
        type_version=row.type_version,
        number=row.number,
        client_id=row.client_id,
        requester_id=row.requester_id,
        ordinal=row.ordinal,
        since=row.since,
        stage=row.stage,
        entry=row.entry,
        side=row.side,
        mode=row.mode,
        holder=holder,
        attendant_id=row.attendant_id,
        before_id=row.before_id,
        kept_id=row.kept_id,
        party=row.party,
        until=row.until,
        approvers=None if row.approvers is None else tuple(row.approvers),
        alarm=row.alarm,
        reopen_until=row.reopen_until,
        due_at=row.due_at,
        near_at=row.near_at,
    )


def votes_of(tx: Transaction, flow: Flow) -> tuple[Vote, ...]:
    """The votes given in the present approval, none in another stage."""
    if flow.approvers is None:
        return ()
    rows = tx.all(_VOTES, ticket_id=flow.ticket_id, entry=flow.entry)
    return tuple(Vote(r.person_id, r.seat_id, r.outcome, r.evidence) for r in rows)


def gather(tx: Transaction, facts: Facts, decide: Callable[[Facts], T]) -> T:
    """What `decide` makes of the facts; those that it wants are read and it decides again. Raises what it raises."""
    for _ in range(ROUNDS):
        try:
            return decide(facts)
        except Wanted as wanted:
            facts = facts.adding(_read(tx, wanted))
    raise RuntimeError("a decision wants facts without end")


def _read(tx: Transaction, wanted: Wanted) -> Facts:
    return Facts(
        people=_people(tx, wanted.people) if wanted.people else {},
        queues=_queues(tx, wanted.queues) if wanted.queues else {},
        members=_members(tx, wanted.members) if wanted.members else {},
        loads=_loads(tx, wanted.loads) if wanted.loads else {},
        memberships=_memberships(tx, wanted.memberships) if wanted.memberships else {},
    )


def _people(tx: Transaction, ids: frozenset[str]) -> dict[str, Standing]:
    found = {s.id: s for s in (Standing(*r.standing) for r in tx.all(_PEOPLE, ids=sorted(ids)))}
    for id in sorted(ids - found.keys()):
        tx.miss("person", id)
        found[id] = Standing(id, id, can_attend=False)
    return found


def _queues(tx: Transaction, codes: frozenset[str]) -> dict[str, Queue | None]:
    found: dict[str, Queue | None] = dict.fromkeys(codes)
    for row in tx.all(_QUEUES, codes=sorted(codes)):
        found[row.code] = Queue(row.code, row.has_able, row.is_retired)
    return found


def _members(tx: Transaction, codes: frozenset[str]) -> dict[str, tuple[Standing, ...]]:
    found: dict[str, list[Standing]] = {code: [] for code in codes}
    for row in tx.all(_MEMBERS, codes=sorted(codes)):
        found[row.queue].append(Standing(*row.standing))
    return {code: tuple(members) for code, members in found.items()}


def _loads(tx: Transaction, codes: frozenset[str]) -> dict[str, dict[str, int]]:
    loads: dict[str, dict[str, int]] = {code: {} for code in codes}
    for row in tx.all(_LOADS, codes=sorted(codes)):
        loads[row.queue][row.person_id] = row.held
    return loads


def _memberships(tx: Transaction, asked: frozenset[tuple[str, str]]) -> dict[tuple[str, str], bool]:
    pairs = sorted(asked)
    rows = tx.all(_MEMBERSHIPS, codes=[c for c, _ in pairs], ids=[i for _, i in pairs])
    there = {(r.queue, r.person_id) for r in rows}
    return {pair: pair in there for pair in pairs}
