"""One ticket's walk: what its people do next, drawn from the walk's own random numbers."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from shared import clock
from vez.chaos import files
from vez.chaos.client import TICKETS, Caller, Command, Crowd
from vez.chaos.world import TYPE
from vez.replay.api import Session

MOST_STEPS: Final = 14
SLEEPS: Final = (timedelta(seconds=2), timedelta(minutes=30))
"""How long a ticket is sent to sleep. Nobody waits for the long sleep to end: it is there for clocks that jump."""
WAYS: Final[dict[str, tuple[tuple[str, int], ...]]] = {
    "received": (("work", 6), ("ask", 4)),
    "asked": (("answer", 8), ("drop", 2)),
    "working": (("show", 8), ("back", 2)),
}
"""The transitions of each stage of the drill's type, and how often each is taken."""


@dataclass(slots=True)
class Walk:
    """A ticket on its way. `offset`: how far the system's clock is from ours."""

    caller: Caller
    crowd: Crowd
    key: str
    seed: int
    ticket_id: str | None = None
    pending: str | None = None
    steps: int = 0
    is_over: bool = False
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def step(self, offset: timedelta = timedelta()) -> bool:
        """Do the next thing, or look whether the last one is settled. Whether there was something to do."""
        if self.is_over:
            return False
        if self.ticket_id is None:
            self._submit()
            return True
        if self.pending is not None:
            return self._settled()
        if self.steps >= MOST_STEPS:
            self.is_over = True
            return False
        return self._act(offset)

    def _next_key(self) -> str:
        self.steps += 1
        return f"{self.key}-{self.steps}"

    def _submit(self) -> None:
        by = self.chance.choice(self.crowd.of("client"))
        key = self._next_key()
        body = {"type": TYPE, "subject": key, "description": key, "parameters": {"note": key}, "submit": True}
        ticket = self.caller.send(by, Command(key, "submit", TICKETS, body))
        if ticket is None:
            self.is_over = True
        else:
            self.ticket_id = ticket["id"]
            self._remember(ticket)

    def _remember(self, ticket: Any) -> None:
        self.pending = ticket["pending"]["id"] if ticket.get("pending") else None

    def _settled(self) -> bool:
        path = f"{TICKETS}/{self.ticket_id}/operations/{self.pending}"
        operation = self.caller.ask(self.crowd.admin, path)
        if operation is None or operation["state"] == "pending":
            return False
        self.pending = None
        return True

    def _act(self, offset: timedelta) -> bool:
        ticket = self.caller.ask(self.crowd.admin, f"{TICKETS}/{self.ticket_id}")
        if ticket is None or ticket["pending"]:
            if ticket is not None:
                self._remember(ticket)
            return False
        if ticket["status"] != "open":
            self._end(ticket)
            return True
        holder = ticket["turn"]["holder"]
        if holder is None:
            return False
        if holder["queue"]:
            self._send(self.chance.choice(self.crowd.of("attendant")), ticket, "take", {})
            return True
        self._move(ticket, self.crowd.by_id(holder["id"]), offset)
        return True

    def _end(self, ticket: Any) -> None:
        """A concluded ticket is sometimes opened again; else it is rated, and the walk is over."""
        client = self.crowd.by_id(ticket["client"]["id"])
        if ticket["status"] == "concluded" and self.chance.random() < 0.15:
            self._send(client, ticket, "reopen", {"reason": "Again"})
            return
        if ticket["status"] == "concluded":
            self._add(client, "rating", {"score": self.chance.randint(1, 5)})
        self.is_over = True

    def _move(self, ticket: Any, holder: Session, offset: timedelta) -> None:
        roll, stage = self.chance.random(), ticket["stage"]["code"]
        attends = ticket["turn"]["side"] == "attendant"
        if roll < 0.12:
            self._add(holder, "messages", {"body": f"{self.key}-{self.steps + 1}"})
        elif roll < 0.18:
            key = self._next_key()
            files.send(self.caller, holder, str(self.ticket_id), key, f"{key} ".encode() * 50)
        elif stage == "check":
            outcome = "approved" if self.chance.random() < 0.75 else "rejected"
            body = {"outcome": outcome} | ({"reason": "Not yet"} if outcome == "rejected" else {})
            self._send(holder, ticket, "decision", body)
        elif attends and roll < 0.30:
            other = self.chance.choice([s for s in self.crowd.of("attendant") if s.id != holder.id])
            self._send(holder, ticket, "transfer", {"to": other.id, "reason": "A change of hands"})
        elif attends and roll < 0.40:
            sleep = self.chance.choice(SLEEPS)
            until = (clock.now() + offset + sleep).isoformat()
            self._send(holder, ticket, "schedule", {"until": until, "reason": "A moment"})
            self.is_over = sleep == max(SLEEPS)
        else:
            ways = WAYS[stage]
            transition = self.chance.choices([way for way, _ in ways], [weight for _, weight in ways])[0]
            self._send(holder, ticket, "advance", {"transition": transition}, transition)

    def _send(self, by: Session, ticket: Any, kind: str, body: Any, transition: str | None = None) -> None:
        path = f"{TICKETS}/{self.ticket_id}/{kind}"
        command = Command(self._next_key(), kind, path, body, self.ticket_id, transition, ticket["version"])
        after = self.caller.send(by, command)
        if after is not None:
            self._remember(after)

    def _add(self, by: Session, kind: str, body: Any) -> None:
        self.caller.send(
            by, Command(self._next_key(), kind, f"{TICKETS}/{self.ticket_id}/{kind}", body, self.ticket_id)
        )
