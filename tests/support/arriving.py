"""How events arrive at a service in a test: in envelopes of their aggregates' next numbers, through the real inbox."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from shared.contracts import Envelope, Event, encode
from shared.ids import SYSTEM, new_id
from shared.inbox import Runtime
from shared.inbox.runner import Committer, Job


class Arriving:
    """What every service's world can do: say events, one after the other or together."""

    runtime: Runtime
    committer: Committer
    numbers: defaultdict[tuple[str, str], int]
    held: list[Envelope] | None = None

    def envelope(self, event: Event, *, actor_id: str = SYSTEM.id) -> Envelope:
        """The next envelope of the event's aggregate."""
        key = (event.word, event.aggregate_id)
        self.numbers[key] += 1
        return Envelope(
            id=new_id(),
            name=event.name,
            v=event.v,
            occurred_at=datetime.now(UTC),
            aggregate_id=event.aggregate_id,
            sequence=self.numbers[key],
            actor_id=actor_id,
            payload=encode(event),
        )

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is said in the block arrives at once, at its end."""
        self.held = held = []
        try:
            yield
        finally:
            self.held = None
        self.deliver(*held)

    def say(self, *events: Event) -> list[Envelope]:
        """The events arrive together, and are handled when this returns."""
        return self.deliver(*[self.envelope(event) for event in events])

    def deliver(self, *envelopes: Envelope) -> list[Envelope]:
        """These envelopes arrive together, and are handled when this returns; in `together`, when that ends."""
        if self.held is not None:
            self.held += envelopes
            return list(envelopes)
        jobs = [self.committer.submit(Job(envelope)) for envelope in envelopes]
        for job in jobs:
            job.done.result(timeout=20)
        return list(envelopes)
