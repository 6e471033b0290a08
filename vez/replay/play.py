"""Playing cases: each through its commands one after the other, many cases at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Final

import msgspec

from shared import clock
from vez.discover.draft import Draft, shown
from vez.discover.survey import Walk
from vez.http import Answer
from vez.replay.api import Api, GivenUp, Refused, Session
from vez.replay.people import Cast
from vez.replay.plan import Command, planned
from vez.replay.tally import Tally

TICKETS: Final = "/api/ticket/v1/tickets"
WAIT: Final = {"Prefer": "wait=5"}
FIRST_GUESS_SECONDS: Final = 0.03
SHORTEST_LOOK_SECONDS: Final = 0.005
LONGEST_LOOK_SECONDS: Final = 2.0
SOONER: Final = 0.98
LATER: Final = 1.03
"""What an outcome that was there at the first look does to the next first look, and one that was not.

Three of five are then there at the first look. Nothing is seen before a look, so what was measured says less.
"""
NEXT_LOOK: Final = 0.3
ANSWER_SECONDS: Final = 120.0
TOLD_EVERY_SECONDS: Final = 0.25


class Pending(msgspec.Struct):
    id: str


class Ticket(msgspec.Struct):
    """What a replay needs to know of a ticket."""

    id: str
    version: int
    pending: Pending | None = None
    created_at: str = ""


class Operation(msgspec.Struct):
    state: str
    problem: dict[str, Any] | None = None


@dataclass(slots=True)
class Played:
    """A case and its ticket (None where it was never opened)."""

    walk: Walk
    ticket: Ticket | None = None


@dataclass(slots=True)
class Player:
    """Plays cases. Threads share it; `run` makes this replay's keys its own."""

    api: Api
    draft: Draft
    cast: Cast
    run: str
    tally: Tally = field(default_factory=Tally)
    stopping: threading.Event = field(default_factory=threading.Event)
    _first_look_seconds: float = FIRST_GUESS_SECONDS

    def play(self, number: int, played: Played, *, settling_until: float = 0.0) -> None:
        """Play one case to its end; what is refused ends it, counted. `settling_until`: try again before."""
        walk, key = played.walk, f"{self.run}-{number}"
        given_up = None
        try:
            played.ticket = self._settled(settling_until, lambda: self._submit(walk, key))
            for index, command in enumerate(planned(walk, self.draft.stages), start=1):
                if self.stopping.is_set():
                    return
                step = f"{key}-{index}"
                self._settled(settling_until, lambda c=command, k=step: self._carry_out(played.ticket, c, k))  # type: ignore[misc]
        except Refused as refused:
            self.tally.refuse(refused.type, f"{walk.name}: {refused}")
        except GivenUp as error:
            given_up = f"{walk.name}: {error}"
        self.tally.end_case(given_up)

    def _settled(self, until: float, act: Callable[[], Any]) -> Any:
        while True:
            try:
                return act()
            except Refused:
                if clock.monotonic() > until:
                    raise
                clock.sleep(0.2)

    def _submit(self, walk: Walk, key: str) -> Ticket:
        name = shown(walk.name)
        body = {
            "type": self.draft.code,
            "subject": name,
            "description": f"{name} ({shown(self.draft.survey.log)})",
            "parameters": self.draft.values(walk),
            "submit": True,
        }
        return self._send("submit", self.cast.client(walk.client), TICKETS, body, key, WAIT)

    def _carry_out(self, ticket: Ticket, command: Command, key: str) -> None:
        body: dict[str, Any] = {}
        if command.kind == "advance":
            body = {"transition": command.transition}
        elif command.to_person is not None:
            body = {"to": self.cast.attendant(command.to_person).id, "reason": "The log's next resource"}
        match = f'"{ticket.version}"' if ticket.version else "*"
        path = f"{TICKETS}/{ticket.id}/{command.kind}"
        after = self._send(command.kind, self.cast.attendant(command.by), path, body, key, WAIT | {"If-Match": match})
        ticket.version = after.version

    def _send(
        self, kind: str, by: Session, path: str, body: dict[str, Any], key: str, headers: dict[str, str]
    ) -> Ticket:
        """Send a command and wait until it took effect. Raises Refused, also when the flow refuses it late."""
        began = clock.monotonic()
        answer = self.api.call(by, "POST", path, body, key=key, headers=headers)
        ticket, polls = self._awaited(by, answer, began)
        self.tally.accept(kind, clock.monotonic() - began, polls=polls)
        return ticket

    def _awaited(self, by: Session, answer: Answer, began: float) -> tuple[Ticket, int]:
        ticket = answer.read(Ticket)
        if ticket.pending is None:
            return ticket, 0
        path = f"{TICKETS}/{ticket.id}/operations/{ticket.pending.id}"
        polls, pause = 0, self._first_look_seconds - (clock.monotonic() - began)
        while clock.monotonic() - began < ANSWER_SECONDS:
            clock.sleep(max(SHORTEST_LOOK_SECONDS, pause))
            polls += 1
            found = self.api.call(by, "GET", path)
            operation = found.read(Operation)
            if operation.state == "refused":
                raise Refused(Answer(409, {}, msgspec.json.encode(operation.problem or {})))
            if operation.state == "done":
                self._learn(polls)
                ticket.version = 0
                return ticket, polls
            pause = self._first_look_seconds * NEXT_LOOK
        raise GivenUp(f"{path} has been pending for {ANSWER_SECONDS:.0f} s")

    def _learn(self, polls: int) -> None:
        learnt = self._first_look_seconds * (SOONER if polls == 1 else LATER)
        self._first_look_seconds = min(max(learnt, SHORTEST_LOOK_SECONDS), LONGEST_LOOK_SECONDS)


def play_all(
    player: Player, walks: Sequence[Walk], *, concurrency: int, settling_seconds: float, told: Callable[[int], None]
) -> list[Played]:
    """Play every case; `told` hears how many are played, a few times a second.

    The first one is played alone, and what it is refused within `settling_seconds` is tried again: what was just
    published reaches every service within moments, not at once.
    When it is interrupted it still waits for the commands that are on their way.
    """
    played = [Played(walk) for walk in walks]
    player.play(0, played[0], settling_until=clock.monotonic() + settling_seconds)
    waiting: SimpleQueue[tuple[int, Played]] = SimpleQueue()
    for numbered in list(enumerate(played))[1:]:
        waiting.put(numbered)
    with ThreadPoolExecutor(concurrency, thread_name_prefix="replay") as pool:
        players = [pool.submit(_work, player, waiting) for _ in range(min(concurrency, len(played)))]
        try:
            while wait(players, TOLD_EVERY_SECONDS).not_done:
                told(player.tally.cases)
        finally:
            player.stopping.set()
    told(player.tally.cases)
    for one in players:
        one.result()
    return played


def _work(player: Player, waiting: SimpleQueue[tuple[int, Played]]) -> None:
    while not player.stopping.is_set():
        try:
            number, played = waiting.get_nowait()
        except Empty:
            return
        player.play(number, played)
