"""The stream's routes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from services.notify.queries import streaming as statements
from services.notify.rules.retention import first_id_at
from services.notify.rules.streaming import KEPT_FOR, OVERLAP, RESET, TICKET_GOOD_FOR, Screen, frame, place_of
from services.notify.stream.hub import WAITING, Hub, Listener, event
from services.notify.stream.reading import UNREACHABLE, Pool, read
from shared import clock, telemetry

LIFETIME_SECONDS: Final = 600.0
PING_SECONDS: Final = 15
RENDERING: Final = timedelta(seconds=5)
"""A page was read this long, at most, before it asked for its stream: what happened meanwhile is told to it."""


@dataclass(slots=True)
class Streams:
    """The live stream, over the process's connections and its hub."""

    pool: Pool
    hub: Hub

    def routes(self) -> list[Route]:
        """At the service's own address, and below the one origin."""
        found = [Route(f"{prefix}/v1/stream", self.stream) for prefix in ("", "/api/notify")]
        return [*found, Route("/livez", _livez), Route("/readyz", self.readyz), Route("/metrics", _metrics)]

    async def stream(self, request: Request) -> Response:
        """GET /v1/stream?ticket=: what the screen of that right hears, from `Last-Event-ID` on where it is given."""
        key = request.query_params.get("ticket", "")
        try:
            rows = await read(self.pool, statements.USE_TICKET, key=key, offset=clock.offset())
        except UNREACHABLE:
            return _problem(503, "unavailable", "Out of reach for the moment", request)
        if not rows:
            return _problem(401, "unauthenticated", "Take a new stream ticket: this one was used, or is over", request)
        since = rows[0].expires_at - TICKET_GOOD_FOR - RENDERING
        last = request.headers.get("Last-Event-ID") or request.query_params.get("last_event_id")
        if last:
            since = _heard_at(last)
        return EventSourceResponse(self._told(statements.screen_of(rows[0]), since), ping=PING_SECONDS)

    async def _told(self, screen: Screen, since: datetime | None) -> AsyncIterator[ServerSentEvent]:
        async with self.hub.listening(screen) as listener:
            yield event("ready", {"tickets": sorted(screen.tickets)}, first_id_at(clock.now()))
            missed = await self._missed(screen, since)
            for one in missed:
                yield one
            async for one in _waiting(listener):
                if one.id is None or one.id not in {m.id for m in missed}:
                    yield one

    async def _missed(self, screen: Screen, since: datetime | None) -> list[ServerSentEvent]:
        if since is None or since < clock.now() - KEPT_FOR:
            return [event(RESET, {})]
        asked = {"after": first_id_at(since), "tickets": sorted(screen.tickets), "person_id": screen.person_id}
        try:
            rows = await read(self.pool, statements.MISSED, most=WAITING, **asked)
        except UNREACHABLE:
            return [event(RESET, {})]
        if len(rows) == WAITING:
            return [event(RESET, {})]
        told = [(row.id, frame(statements.happening_of(row), screen)) for row in rows]
        return [event(heard[0], heard[1], id) for id, heard in told if heard is not None]

    async def readyz(self, request: Request) -> Response:
        """Whether the database answers."""
        try:
            async with self.pool.connection(timeout=2) as connection:
                await connection.execute("SELECT 1")
        except UNREACHABLE:
            return PlainTextResponse("the database cannot be reached", status_code=503)
        return PlainTextResponse("ok")


async def _waiting(listener: Listener) -> AsyncIterator[ServerSentEvent]:
    """What a listener is told, until its time is over or the process ends."""
    ends_at = clock.monotonic() + LIFETIME_SECONDS
    while (left := ends_at - clock.monotonic()) > 0:
        with suppress(TimeoutError):
            one = await asyncio.wait_for(listener.waiting.get(), timeout=left)
            if one is None:
                return
            yield one


def _heard_at(last: str) -> datetime | None:
    """From when on to tell who heard the event `last`; None where that cannot be said."""
    heard_at = place_of(last)
    return None if heard_at is None else heard_at - OVERLAP


async def _livez(request: Request) -> Response:
    return PlainTextResponse("ok")


async def _metrics(request: Request) -> Response:
    return Response(telemetry.metrics(), media_type="text/plain; version=0.0.4")


def _problem(status: int, type: str, detail: str, request: Request) -> Response:
    document = {"type": f"urn:vez:problem:{type}", "title": detail, "status": status, "instance": request.url.path}
    return JSONResponse(document, status_code=status, media_type="application/problem+json")
