"""Who there is while a rehearsal runs: people, queues and settings, which answer every fact that a rule wants.

People stand as they stand now, but nobody is absent: who is away this week was not when the tickets were walked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from services.workflow.rules.facts import Facts, Queue, Standing, Wanted
from shared.catalog.definitions import Catalog
from shared.contracts.workflow import Holder

T = TypeVar("T")
ROUNDS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """`people` by id and `ids` by e-mail; `catalog` is the draft laid over what there is.

    Members of queues whose e-mail nobody has are left out. `loads`: how many rehearsed tickets each person holds at
    this moment of the rehearsal.
    """

    catalog: Catalog
    people: Mapping[str, Standing]
    ids: Mapping[str, str]
    default_attendant: str | None = None
    fallback_queue: str | None = None
    loads: Counter[str] = field(default_factory=Counter)

    def members(self, queue: str) -> tuple[Standing, ...]:
        """The members of a queue whom the house knows, in the catalog's order; nobody where there is no such queue."""
        found = self.catalog.queue_by_code.get(queue)
        known = (self.ids.get(email) for email in found.members) if found is not None else ()
        return tuple(self.people[id] for id in known if id is not None and id in self.people)

    def name(self, holder: Holder | None) -> str:
        """What a holder is called in the report."""
        if holder is None:
            return "nobody"
        return f"queue {holder.id}" if holder.queue else self.person(holder.id).name

    def person(self, id: str) -> Standing:
        """Somebody's standing; whom the house does not know can do nothing."""
        return self.people.get(id) or Standing(id, id, False)

    def decided(self, decide: Callable[[Facts], T]) -> T:
        """What `decide` makes of the facts, asked again as long as it wants more. Raises what it raises."""
        facts = Facts(default_attendant=self.default_attendant, fallback_queue=self.fallback_queue)
        for _ in range(ROUNDS):
            try:
                return decide(facts)
            except Wanted as wanted:
                facts = facts.adding(self._answer(wanted))
        raise RuntimeError("a decision wants facts without end")

    def _answer(self, wanted: Wanted) -> Facts:
        return Facts(
            people={id: self.person(id) for id in wanted.people},
            queues={code: self._queue(code) for code in wanted.queues},
            members={code: self.members(code) for code in wanted.members},
            loads={code: {m.id: self.loads[m.id] for m in self.members(code)} for code in wanted.loads},
            memberships={(code, id): any(m.id == id for m in self.members(code)) for code, id in wanted.memberships},
        )

    def _queue(self, code: str) -> Queue | None:
        if code not in self.catalog.queue_by_code:
            return None
        return Queue(code, any(member.can_attend for member in self.members(code)))
