"""The stream's routes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from services.notify.queries import streaming as statements
from services.notify.rules.retention import first_id_at
from services.notify.rules.streaming import KEPT_FOR, OVERLAP, RESET, Screen, frame, place_of
from services.notify.stream.hub import WAITING, Hub, event
from services.notify.stream.reading import UNREACHABLE, Pool, read
from shared import clock, telemetry

LIFETIME_SECONDS: Final = 600.0
PING_SECONDS: Final = 15


class Streams:
    """The application's routes."""

    def __init__(self, pool: Pool, hub: Hub) -> None:
        self.pool = pool
        self.hub = hub

    async def stream(self, request: Request) -> Response:
        """GET /v1/stream?ticket=: what the screen of that right hears, from `Last-Event-ID` on where it is given."""
        try:
            rows = await read(
                self.pool, statements.USE_TICKET, key=request.query_params.get("ticket", ""), offset=clock.OFFSET
            )
        except UNREACHABLE:
            return _problem(503, "unavailable", "Out of reach for the moment", request)
        if not rows:
            return _problem(401, "unauthenticated", "Take a new stream ticket: this one was used, or is over", request)
        last = request.headers.get("Last-Event-ID") or request.query_params.get("last_event_id")
        return EventSourceResponse(self._told(statements.screen_of(rows[0]), last), ping=PING_SECONDS)

    async def _told(self, screen: Screen, last: str | None) -> AsyncIterator[ServerSentEvent]:
        async with self.hub.listening(screen) as listener:
            ends_at = clock.monotonic() + LIFETIME_SECONDS
            yield _event("ready", {"tickets": sorted(screen.tickets)}, first_id_at(clock.now()))
            for event in await self._missed(screen, last):
                yield event
            while (left := ends_at - clock.monotonic()) > 0:
                with suppress(TimeoutError):
                    event = await asyncio.wait_for(listener.waiting.get(), timeout=left)
                    if event is None:
                        return
                    yield event

    async def _missed(self, screen: Screen, last: str | None) -> Sequence[ServerSentEvent]:
        if last is None:
            return []
        heard_at = place_of(last)
        if heard_at is None or heard_at < clock.now() - KEPT_FOR + OVERLAP:
            return [_event(RESET, {})]
        after = first_id_at(heard_at - OVERLAP)
        tickets, person = sorted(screen.tickets), screen.person_id
        try:
            rows = await read(
                self.pool, statements.MISSED, after=after, tickets=tickets, person_id=person, most=WAITING
            )
        except UNREACHABLE:
            return [_event(RESET, {})]
        if len(rows) == WAITING:
            return [_event(RESET, {})]
        told = [(row.id, frame(statements.happening_of(row), screen)) for row in rows]
        return [_event(content[0], content[1], id) for id, content in told if content is not None]

    async def readyz(self, request: Request) -> Response:
        """Whether the database answers."""
        try:
            async with self.pool.connection(timeout=2) as connection:
                await connection.execute("SELECT 1")
        except UNREACHABLE:
            return PlainTextResponse("the database cannot be reached", status_code=503)
        return PlainTextResponse("ok")


async def _livez(request: Request) -> Response:
    return PlainTextResponse("ok")


async def _metrics(request: Request) -> Response:
    return Response(telemetry.metrics(), media_type="text/plain; version=0.0.4")


def _problem(status: int, type: str, detail: str, request: Request) -> Response:
    document = {"type": f"urn:vez:problem:{type}", "title": detail, "status": status, "instance": request.url.path}
    return JSONResponse(document, status_code=status, media_type="application/problem+json")
