"""A seeded simulation of a service's handlers: a history delivered once and in order, and its twin, shaken.

A history is drawn from one integer: what is said, and how the broker treats it. Both halves go through the real inbox
and the real handlers into the service's database; then the rows that both left must be alike. The twin's events are the
same about other things: every message comes three times, shuffled in a window of a hundred; some never come, and are
asked for as in a running system, where the question is answered by the real routes from a real outbox; workers die with
messages in their hands; and the clock jumps.

A service's history says how it goes on (`go_on`) and which rows it leaves (`KEPT`).
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar, Final

import pytest

from shared import clock
from shared.config import environment
from shared.contracts import Envelope, Event, decode, encode
from shared.contracts.topology import WHOLE
from shared.errors import Retryable
from shared.ids import SYSTEM, new_id
from shared.inbox import sweep
from shared.inbox.runner import Committer, Job
from tests.support.arriving import Arriving
from tests.support.publishers import Publishers
from tests.support.twins import Kept, Twins, differences, rows_of

SHARES: Final = 2
COPIES: Final = 3
WINDOW: Final = 100
PREFETCH: Final = 16
"""How many messages a worker has in its hands, at most."""
LOSS: Final = 0.08
DEATH: Final = 0.15
JUMP: Final = 0.3
"""How often a message never comes, a worker dies, the clock jumps: of each message, and of each handful."""
ROUNDS: Final = 16
ROUND_SECONDS: Final = 31
"""How much time passes between two rounds of asking: the longest that anything waits before it is tried again."""

BACKBONE: Final = (
    Kept("applied", "aggregate_id", "text"),
    Kept(
        "inbox",
        "aggregate_id",
        "text",
        without=("received_at", "next_try_at", "tries", "error", "envelope", "parked_count"),
        where=f"word <> ALL('{{{','.join(sorted(WHOLE))}}}'::text[])",
    ),
)
"""How far each aggregate was heard, and which events were handled: of those that keep no order only the newest was."""
AWAITED: Final = """
    SELECT h.word, h.aggregate_id, h.sequence FROM unnest(%s::text[], %s::text[], %s::bigint[])
        AS h(word, aggregate_id, sequence) LEFT JOIN applied a USING (word, aggregate_id)
    WHERE coalesce(a.applied, 0) < h.sequence"""
HELD: Final = " UNION ALL ".join(
    f"SELECT name, state, error FROM inbox WHERE state = '{state}'" for state in ("waiting", "due", "parked")
)
DEAD: Final = "SELECT reason, body FROM dead_letters"
AGED: Final = """
    WITH waiting AS (UPDATE inbox SET received_at = received_at - %(by)s, next_try_at = next_try_at - %(by)s
                     WHERE state IN ('waiting', 'due')),
         sent AS (UPDATE outbox SET sent_at = sent_at - %(by)s WHERE sent_at IS NOT NULL)
    UPDATE feeds SET checked_until = checked_until - %(by)s, leased_until = leased_until - %(by)s"""
"""PostgreSQL's clock cannot be moved, so what stands there grows older."""


def seeds(share: int, histories: int) -> Iterator[int]:
    """The integers of one share of the histories: so many together, or VEZ_TEST_HISTORIES, or VEZ_TEST_SEED alone."""
    given, more = environment().get("VEZ_TEST_SEED"), environment().get("VEZ_TEST_HISTORIES")
    if given is None:
        return iter(range(share, int(more or histories), SHARES))
    if int(given) % SHARES != share:
        pytest.skip("VEZ_TEST_SEED is of another share")
    return iter([int(given)])


class Simulation(ABC):
    """One history of one service. `verdict` says what went wrong, or nothing."""

    KEPT: ClassVar[Sequence[Kept]]
    EPOCHS: ClassVar[tuple[int, int]] = (1, 1)
    """How many times the history goes on, from and to. What one epoch says has been heard when the next begins."""

    def __init__(self, world: Arriving, publishers: Publishers, seed: int) -> None:
        self.world, self.publishers, self.seed = world, publishers, seed
        self.chance = random.Random(seed)
        self.twins = Twins()
        self.epoch = 0
        self._said: list[Envelope] = []
        self._flying: list[tuple[float, Envelope]] = []
        self._place = 0.0
        self._heads: dict[tuple[str, str], int] = {}
        world.runtime.services = publishers.services

    @abstractmethod
    def go_on(self) -> None:
        """Say what happens in the next epoch, by `say`. Drawn from `chance` alone, so that the seed makes it again."""

    def verdict(self) -> str | None:
        """Run the history both ways and compare. What is raised on the way bears the seed."""
        try:
            for _ in range(self.chance.randint(*self.EPOCHS)):
                self._said = []
                self.go_on()
                self._shake([self._twin(envelope) for envelope in self._said])
                self.epoch += 1
            self._arrive(envelope for _, envelope in sorted(self._flying, key=lambda each: each[0]))
            wrong = self._unheard() or self._held() or self._different() or self.fault()
        except Exception as error:
            error.add_note(f"VEZ_TEST_SEED={self.seed}")
            raise
        finally:
            clock.OFFSET = timedelta(0)
            self.publishers.forget()
        return f"VEZ_TEST_SEED={self.seed}: {wrong}" if wrong else None

    def fault(self) -> str | None:
        """What else is wrong at the end, in words."""
        return None

    # -- said ----------------------------------------------------------------------------------------------------------

    def say(self, *events: Event, actor_id: str = SYSTEM.id) -> None:
        """The events are said, and arrive once and in order."""
        envelopes = [self.world.envelope(event, actor_id=actor_id) for event in events]
        self.publishers.say(envelopes)
        for envelope in envelopes:
            self.world.deliver(envelope)
        self._said += envelopes

    def _twin(self, envelope: Envelope) -> Envelope:
        payload = self.twins.of(encode(decode(envelope.name, envelope.v, envelope.payload)))
        event = decode(envelope.name, envelope.v, payload)
        twin = self.world.envelope(event, actor_id=self.twins.of(envelope.actor_id))
        self.twins.pair(envelope.id, twin.id)
        return replace(twin, occurred_at=envelope.occurred_at)

    # -- shaken --------------------------------------------------------------------------------------------------------

    def _shake(self, envelopes: Sequence[Envelope]) -> None:
        """They arrive as a bad broker brings them, with what still flies; what did not come is asked for."""
        self.publishers.say(envelopes)
        for place, envelope in enumerate(envelopes):
            self._heads[envelope.word, envelope.aggregate_id] = envelope.sequence
            if envelope.word != "inbox" and self.chance.random() < LOSS:
                continue
            places = [self._place + place + self.chance.uniform(0, WINDOW) for _ in range(COPIES)]
            self._flying += [(each, envelope) for each in places]
        self._place += len(envelopes) + self.chance.uniform(WINDOW / 2, WINDOW)
        self._flying.sort(key=lambda each: each[0])
        arriving = [envelope for place, envelope in self._flying if place <= self._place]
        del self._flying[: len(arriving)]
        self._arrive(arriving)
        self._heal()

    def _arrive(self, envelopes: Iterator[Envelope] | Sequence[Envelope]) -> None:
        """A worker takes them by handfuls. Where it dies, what it had not stored comes again, to another one."""
        arriving = list(envelopes)
        while arriving:
            size = self.chance.randint(1, PREFETCH)
            handful, arriving = arriving[:size], arriving[size:]
            if self.chance.random() < JUMP:
                clock.OFFSET = timedelta(hours=self.chance.choice([-1, 0, 1]))
            dies = self.chance.random() < DEATH
            jobs = [self.world.committer.submit(Job(envelope)) for envelope in handful]
            if dies:
                self._die()
            given_back = [job.envelope for job in jobs if isinstance(job.done.exception(timeout=30), Retryable)]
            for job in [self.world.committer.submit(Job(envelope, alone=True)) for envelope in given_back]:
                job.done.result(timeout=30)
        clock.OFFSET = timedelta(0)

    def _die(self) -> None:
        old, runtime = self.world.committer, self.world.runtime
        old.stop()
        self.world.committer = Committer(runtime, old.handlers, old.tries)
        self.world.committer.start()

    def _heal(self) -> None:
        """Time passes, and the timers ask for what did not come, until everything was heard."""
        for round in range(ROUNDS):
            if not self._unheard() and not self._rows(HELD):
                return
            self._pass_time()
            sweep.run_due(self.world.runtime, self.world.committer)
            if round % 2:
                sweep.check_feeds(self.world.runtime, self.world.committer)
            else:
                sweep.ask_gaps(self.world.runtime, self.world.committer)

    def _pass_time(self) -> None:
        by = timedelta(seconds=ROUND_SECONDS)
        with self.world.runtime.database.connection() as connection:
            connection.execute(AGED, {"by": by})
        arrived = self.world.committer.arrived
        arrived.update({word: at - ROUND_SECONDS for word, at in arrived.items()})

    # -- how it ends ---------------------------------------------------------------------------------------------------

    def _unheard(self) -> str | None:
        words = [word for word, _ in self._heads]
        ids = [id for _, id in self._heads]
        rows = self._rows(AWAITED, words, ids, list(self._heads.values()))
        return f"not heard: {rows}" if rows else None

    def _held(self) -> str | None:
        held, dead = self._rows(HELD), self._rows(DEAD)
        return f"stuck: {held} {dead}" if held or dead else None

    def _different(self) -> str | None:
        kept = (*self.KEPT, *BACKBONE)
        with self.world.runtime.database.connection() as connection:
            ordered = rows_of(connection, kept, list(self.twins.names))
            shaken = rows_of(connection, kept, list(self.twins.names.values()))
        return differences(ordered, [self.twins.back(row) for row in shaken])

    def _rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self.world.runtime.database.connection() as connection:
            return [tuple(row) for row in connection.execute(query, parameters or None).fetchall()]

    # -- drawing -------------------------------------------------------------------------------------------------------

    def new(self, prefix: str = "") -> str:
        """The id of something of this history's own, or a code of its own that begins so; its twin has another."""
        id, other = new_id(), new_id()
        self.twins.pair(f"{prefix}{id}", f"{prefix}{other}")
        return f"{prefix}{id}"

    def happens(self, chance: float) -> bool:
        """Whether something happens that does so often."""
        return self.chance.random() < chance
