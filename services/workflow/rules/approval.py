"""Approvals: n of m, exclusions, delegates.

Approved when n have approved, rejected as soon as n can no longer be reached. A seat is an able member of the
approvers' queue who is not excluded; an absent member's seat may be used by the substitute instead. Votes given stand
(domain page, *Understanding and approval*).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from services.workflow.rules.facts import Facts, Standing
from services.workflow.rules.refusals import Refusal

Outcome = Literal["approved", "rejected"]


@dataclass(frozen=True, slots=True)
class Vote:
    """A decision given: by whom, in whose seat, and the hash of exactly what they saw."""

    person_id: str
    seat_id: str
    outcome: Outcome
    evidence: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Who may decide: how many are needed, the seats, and per seat the substitute who may use it."""

    needs: int
    seats: tuple[str, ...]
    substitutes: Mapping[str, str]


def panel(members: Sequence[Standing], needs: int, excluded: Iterable[str], facts: Facts, *, delegates: bool) -> Panel:
    """The panel of an approval as its queue's members stand now. Raises Wanted for substitutes of absent members."""
    out = frozenset(excluded)
    seated = [m for m in members if m.can_attend and m.id not in out]
    taken = out | {m.id for m in members}
    substitutes = {m.id: s for m in seated if delegates and (s := _substitute(m, taken, facts)) is not None}
    return Panel(needs, tuple(m.id for m in seated), substitutes)


def _substitute(member: Standing, taken: frozenset[str], facts: Facts) -> str | None:
    substitute = member.substitute_id
    if not member.absent or substitute is None or substitute in taken:
        return None
    return substitute if facts.person(substitute).can_attend else None


def open_seats(panel: Panel, votes: Iterable[Vote]) -> tuple[str, ...]:
    """The seats in which nobody has decided."""
    used = {v.seat_id for v in votes}
    return tuple(s for s in panel.seats if s not in used)


def approvers(panel: Panel, votes: Iterable[Vote]) -> list[str]:
    """Those who may still decide, in the queue's order, substitutes after those whose seat they may use."""
    votes = tuple(votes)
    voted = {v.person_id for v in votes}
    people: dict[str, None] = {}
    for seat in open_seats(panel, votes):
        for person in (seat, panel.substitutes.get(seat)):
            if person is not None and person not in voted:
                people[person] = None
    return list(people)


def seat_of(panel: Panel, votes: Iterable[Vote], person_id: str) -> str:
    """The seat in which `person_id` may decide now. Raises Refusal."""
    votes = tuple(votes)
    if any(v.person_id == person_id for v in votes):
        raise Refusal("already-voted")
    for seat in open_seats(panel, votes):
        if person_id in (seat, panel.substitutes.get(seat)):
            return seat
    raise Refusal("not-an-approver")


def verdict(panel: Panel, votes: Iterable[Vote]) -> Outcome | None:
    """What the votes amount to, None while it is open."""
    votes = tuple(votes)
    approvals = sum(v.outcome == "approved" for v in votes)
    if approvals >= panel.needs:
        return "approved"
    rejected = any(v.outcome == "rejected" for v in votes)
    return "rejected" if rejected and not reachable(panel, votes) else None


def reachable(panel: Panel, votes: Iterable[Vote]) -> bool:
    """Whether the seats that are left can still bring the approvals to what is needed."""
    votes = tuple(votes)
    approvals = sum(v.outcome == "approved" for v in votes)
    return approvals + len(open_seats(panel, votes)) >= panel.needs
