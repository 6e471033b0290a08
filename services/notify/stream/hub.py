"""Who listens to what, in this process."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from prometheus_client import Gauge
from sse_starlette import ServerSentEvent

from services.notify.rules.streaming import RESET, Happening, Screen, frame
from shared import telemetry

WAITING: Final = 256
"""What a listener may be behind before it is told to load anew."""
STREAMS: Final = Gauge("vez_notify_streams", "Open streams", registry=telemetry.REGISTRY)


def event(kind: str, content: Mapping[str, Any], id: str | None = None) -> ServerSentEvent:
    """An event as it goes over the wire."""
    return ServerSentEvent(data=msgspec.json.encode(content).decode(), event=kind, id=id)


@dataclass(slots=True, eq=False)
class Listener:
    """An open stream: its screen, and what it has yet to be told."""

    screen: Screen
    waiting: asyncio.Queue[ServerSentEvent | None] = field(default_factory=lambda: asyncio.Queue(WAITING))

    def tell(self, told: ServerSentEvent) -> None:
        """Queue an event; who cannot keep up loads anew instead."""
        try:
            self.waiting.put_nowait(told)
        except asyncio.QueueFull:
            self.start_anew()

    def start_anew(self) -> None:
        """Drop what waits: the page is to load anew."""
        while not self.waiting.empty():
            self.waiting.get_nowait()
        self.waiting.put_nowait(event(RESET, {}))

    def end(self) -> None:
        """The stream is over."""
        while self.waiting.full():
            self.waiting.get_nowait()
        self.waiting.put_nowait(None)


class Hub:
    """Who listens to what."""

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()
        self._by_person: dict[str, set[Listener]] = defaultdict(set)
        self._by_ticket: dict[str, set[Listener]] = defaultdict(set)
        self.someone = asyncio.Event()

    @asynccontextmanager
    async def listening(self, screen: Screen) -> AsyncIterator[Listener]:
        """A listener for the length of a block."""
        listener = Listener(screen)
        self._places(listener, add=True)
        self.someone.set()
        try:
            yield listener
        finally:
            self._places(listener, add=False)
            if not self.listeners:
                self.someone.clear()

    def _places(self, listener: Listener, *, add: bool) -> None:
        places = [(self._by_person, listener.screen.person_id)]
        places += [(self._by_ticket, ticket) for ticket in listener.screen.tickets]
        (self.listeners.add if add else self.listeners.discard)(listener)
        for index, key in places:
            (index[key].add if add else index[key].discard)(listener)
            if not index[key]:
                del index[key]
        STREAMS.set(len(self.listeners))

    def tell(self, happening: Happening) -> None:
        """Tell everybody whom a happening concerns."""
        concerned: set[Listener] = set(self._by_ticket.get(happening.ticket_id or "", ()))
        for person_id in happening.recipients:
            concerned |= self._by_person.get(person_id, set())
        for listener in concerned:
            heard = frame(happening, listener.screen)
            if heard is not None:
                listener.tell(event(heard[0], heard[1], happening.id))

    def all_start_anew(self) -> None:
        """Something may have been missed: every page loads anew."""
        for listener in self.listeners:
            listener.start_anew()

    def end_all(self) -> None:
        """Every stream is over."""
        for listener in self.listeners:
            listener.end()
