"""What a decision may know of people, queues and settings: read by the command, never assumed.

A rule that needs a fact that was not read raises Wanted; the command reads it and decides again from the start. So the
ordinary step costs one read, and a rule that names a queue one more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a person can act as an attendant now: active, and with the permission `ticket.attend`."""

    id: str
    name: str
    can_attend: bool
    absent: bool = False
    substitute_id: str | None = None
    superior_id: str | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue as assignment needs it: whether any member can attend now."""

    code: str
    has_able: bool
    retired: bool = False


class Wanted(Exception):
    """Facts that a decision needs and that were not read.

    People by id; queues by code; queues whose members, all of them, or whose members' loads are needed; and whether a
    person is a member of a queue.
    """

    def __init__(
        self,
        *,
        people: frozenset[str] = frozenset(),
        queues: frozenset[str] = frozenset(),
        members: frozenset[str] = frozenset(),
        loads: frozenset[str] = frozenset(),
        memberships: frozenset[tuple[str, str]] = frozenset(),
    ) -> None:
        super().__init__("more must be read")
        self.people = people
        self.queues = queues
        self.members = members
        self.loads = loads
        self.memberships = memberships


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was read. A queue that was asked for and is not there is None; a load is of open tickets held."""

    default_attendant: str | None = None
    fallback_queue: str | None = None
    people: Mapping[str, Standing] = field(default_factory=dict)
    queues: Mapping[str, Queue | None] = field(default_factory=dict)
    members: Mapping[str, tuple[Standing, ...]] = field(default_factory=dict)
    loads: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    memberships: Mapping[tuple[str, str], bool] = field(default_factory=dict)

    def person(self, id: str) -> Standing:
        """The person's standing. Raises Wanted."""
        if id not in self.people:
            raise Wanted(people=frozenset({id}))
        return self.people[id]

    def queue(self, code: str, *also: str | None) -> Queue | None:
        """The queue, None where there is none. Raises Wanted, for `also` as well: what is needed if this one fails."""
        if code not in self.queues:
            raise Wanted(queues=frozenset({code, *(c for c in also if c is not None)}) - self.queues.keys())
        return self.queues[code]

    def members_of(self, code: str) -> tuple[Standing, ...]:
        """The members of a queue, in the catalog's order. Raises Wanted."""
        if code not in self.members:
            raise Wanted(members=frozenset({code}))
        return self.members[code]

    def is_member(self, code: str, person_id: str) -> bool:
        """Whether the person is a member of the queue. Raises Wanted."""
        if (code, person_id) not in self.memberships:
            raise Wanted(memberships=frozenset({(code, person_id)}))
        return self.memberships[(code, person_id)]

    def load(self, code: str) -> Mapping[str, int]:
        """How many open tickets each member of a queue holds. Raises Wanted."""
        if code not in self.loads:
            raise Wanted(loads=frozenset({code}))
        return self.loads[code]

    def adding(self, other: Facts) -> Facts:
        """These facts and what `other` adds to them."""
        return replace(
            self,
            people={**self.people, **other.people},
            queues={**self.queues, **other.queues},
            members={**self.members, **other.members},
            loads={**self.loads, **other.loads},
            memberships={**self.memberships, **other.memberships},
        )
