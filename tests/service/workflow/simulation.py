"""A seeded simulation of the handlers: the same operations in order once, and shaken; both must end alike.

A history is drawn from one integer: what is asked of a few tickets, and how the broker treats it (every message three
times, shuffled in a window of a hundred, some of it in the hands of a worker that dies, the clock moved meanwhile).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise, zip_longest
from typing import Any, Final

from services.workflow.handlers import HANDLERS
from shared import clock
from shared.contracts import Envelope, decode
from shared.contracts import ticket as asked
from shared.errors import Retryable
from shared.ids import new_id
from shared.inbox import sweep
from shared.inbox.runner import Committer, Job
from tests.service.workflow.house import House

COPIES: Final = 3
WINDOW: Final = 100
DEATHS: Final = 2
ROUNDS: Final = 20
WAYS: Final = {
    "triage": ("analyse", "ask", "loop", "eva", "board", "agree", "repair", "refuse"),
    "more": ("answer", "give_up"),
    "analysis": ("finish", "back"),
    "workshop": ("back",),
}
FLOW: Final = "SELECT state, stage, ordinal, holder_id, holder_queue FROM flows WHERE ticket_id = %(id)s"
APPLIED: Final = "SELECT applied FROM applied WHERE word = 'ticket' AND aggregate_id = %(id)s"
SAID: Final = "SELECT name, v, payload FROM outbox WHERE word = 'flow' AND aggregate_id = %(id)s ORDER BY sequence"
INBOX: Final = "SELECT sequence, state FROM inbox WHERE aggregate_id = %(id)s ORDER BY sequence"


@dataclass
class Simulation:
    """One history. `verdict` says what went wrong, or nothing."""

    house: House
    seed: int
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.world = self.house.world
        self.chance = random.Random(self.seed)
        self.staff = [self.house.carla, self.house.davi, self.house.eva]

    def verdict(self) -> str | None:
        """Run the history both ways and compare."""
        scripts = [self._asked_in_order() for _ in range(self.chance.randint(1, 3))]
        copies = [self._copied(script) for script in scripts]
        self._shake([[self.world.envelope(event) for event in copy] for copy in copies])
        for script, copy in zip(scripts, copies, strict=True):
            wrong = self._difference(script, copy)
            if wrong:
                return f"seed {self.seed}: {wrong}"
        return None

    # -- what is asked ------------------------------------------------------------------------------------------------

    def _asked_in_order(self) -> list[Any]:
        """A ticket's operations, each drawn from how the ones before left it, and delivered once."""
        first = self.world.submission(self.house.ana, "dispute")
        self.world.say(first)
        script: list[Any] = [first]
        for _ in range(self.chance.randint(2, 7)):
            [row] = self._rows(FLOW, id=first.ticket_id)
            script.append(self._next(first.ticket_id, *row))
            self.world.say(script[-1])
        return script

    def _next(self, id: str, state: str, stage: str, ordinal: int, holder: Any, queue: str | None) -> Any:
        common = {"ticket_id": id, "operation_id": new_id(), "values": {}, "ordinal": ordinal}
        by = self.chance.choice(self.staff) if queue or holder is None else str(holder)
        if self.chance.random() < 0.15:  # one who saw an older turn, or whose turn it is not
            common["ordinal"] = max(0, ordinal - self.chance.randint(0, 1))
            by = self.chance.choice([*self.staff, self.house.ana])
        if state != "running":
            return asked.ReopenRequested(by=self.house.ana, **common)
        if stage in ("board", "agreement"):
            outcome = self.chance.choice(["approved", "rejected"])
            return asked.DecisionRequested(by=by, outcome=outcome, evidence="0" * 64, **common)
        if queue:
            return asked.TakeRequested(by=by, **common)
        if self.chance.random() < 0.2:
            return asked.TransferRequested(by=by, to_person_id=self.chance.choice(self.staff), **common)
        return asked.AdvanceRequested(by=by, transition=self.chance.choice(WAYS[stage]), **common)

    @staticmethod
    def _copied(script: Sequence[Any]) -> list[Any]:
        """The same operations on another ticket."""
        ticket_id = new_id()
        return [replace(event, ticket_id=ticket_id, operation_id=new_id()) for event in script]

    # -- how it arrives -----------------------------------------------------------------------------------------------

    def _shake(self, tickets: Sequence[Sequence[Envelope]]) -> None:
        said = [e for row in zip_longest(*tickets) for e in row if e is not None]
        placed = [(n + self.chance.uniform(0, WINDOW), e) for n, e in enumerate(said) for _ in range(COPIES)]
        arriving = [e for _, e in sorted(placed, key=lambda pair: pair[0])]
        deaths = sorted(self.chance.sample(range(len(arriving)), DEATHS))
        for begin, end in pairwise([0, *deaths, len(arriving)]):
            given_back = self._arrive(arriving[begin:end], dies=end in deaths)
            self._arrive(given_back, dies=False)
            clock.OFFSET = timedelta(hours=self.chance.choice([-1, 0, 0, 1]))
        clock.OFFSET = timedelta(0)
        for _ in range(ROUNDS):
            if not self._is_waiting():
                return
            sweep.run_due(self.world.runtime, self.world.committer)

    def _arrive(self, envelopes: Sequence[Envelope], *, dies: bool) -> list[Envelope]:
        """Hand these to the worker; where it dies, what it had not stored comes again, to another one."""
        jobs = [self.world.committer.submit(Job(envelope)) for envelope in envelopes]
        if dies:
            self.world.committer.stop()
            self.world.committer = Committer(self.world.runtime, HANDLERS, self.world.options.inbox_tries)
            self.world.committer.start()
        return [job.envelope for job in jobs if isinstance(job.done.exception(timeout=30), Retryable)]

    def _rows(self, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Rows of the service's database, on a kept connection."""
        with self.world.database.connection() as connection:
            return [tuple(row) for row in connection.execute(query, parameters).fetchall()]

    def _said(self, ticket_id: str) -> list[Any]:
        return [decode(name, v, payload) for name, v, payload in self._rows(SAID, id=ticket_id)]

    def _is_waiting(self) -> bool:
        return bool(self._rows("SELECT 1 FROM inbox WHERE state IN ('waiting', 'due')"))

    # -- how it ends --------------------------------------------------------------------------------------------------

    def _difference(self, script: Sequence[Any], copy: Sequence[Any]) -> str | None:
        ours, theirs = list(self._answers(copy)), list(self._answers(script))
        if ours != theirs:
            return f"shaken, the flow answered {ours}, in order {theirs}"
        ticket_id = copy[0].ticket_id
        applied = self._rows(APPLIED, id=ticket_id)
        if applied != [(len(copy),)]:
            return f"{applied} of {len(copy)} events were applied"
        if self._rows(INBOX, id=ticket_id) != [(n, "done") for n in range(1, len(copy) + 1)]:
            return f"the inbox has {self._rows(INBOX, id=ticket_id)}"
        instants = [event.since for event in self._said(ticket_id)]
        if instants != sorted(instants):
            return f"a turn begins before the one that it follows: {instants}"
        return None

    def _answers(self, script: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        """What the flow said of a ticket, without ids and instants: which operation it answers, and how."""
        places = {event.operation_id: place for place, event in enumerate(script)}
        for event in self._said(script[0].ticket_id):
            stage, holder = getattr(event, "stage", None), getattr(event, "holder_after", None)
            answered = places.get(event.operation_id)
            refused = getattr(event, "type", None)
            yield event.name, answered, event.ordinal, event.by, stage and stage.code, holder and holder.id, refused
