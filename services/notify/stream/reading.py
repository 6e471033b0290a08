"""The stream's own connections, and the task that reads what happens for the whole process."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import psycopg
from psycopg.rows import namedtuple_row
from psycopg.types.json import set_json_loads
from psycopg.types.string import TextLoader
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from services.notify.options import Options
from services.notify.queries import streaming as statements
from services.notify.rules.retention import first_id_at
from services.notify.rules.streaming import OVERLAP
from services.notify.stream.hub import Hub
from shared import clock, telemetry
from shared.database import Statement

POLL_SECONDS: Final = 0.2
SHORT_OVERLAP_SECONDS: Final = 1.0
"""Nearly every commit shows within this; the whole overlap is read again every two seconds."""
LONG_EVERY_SECONDS: Final = 2.0
REMEMBERED: Final = 100_000
UNREACHABLE: Final = (psycopg.Error, PoolTimeout, OSError)
Pool = AsyncConnectionPool[Any]
log = telemetry.logger(__name__)


def new_pool(options: Options) -> Pool:
    """The process's connections; open it in its event loop."""

    async def configure(connection: psycopg.AsyncConnection[Any]) -> None:
        connection.adapters.register_loader("uuid", TextLoader)
        set_json_loads(msgspec.json.decode, connection)

    return AsyncConnectionPool(
        options.database_url,
        min_size=0,
        max_size=4,
        timeout=3,
        open=False,
        configure=configure,
        kwargs={
            "autocommit": True,
            "row_factory": namedtuple_row,
            "application_name": "vez-notify-stream",
            "connect_timeout": 3,
            "options": "-c statement_timeout=5000 -c timezone=UTC",
        },
    )


async def read(pool: Pool, statement: Statement, **params: Any) -> list[Any]:
    """The rows of a statement. Raises one of UNREACHABLE."""
    async with pool.connection() as connection:
        cursor = await connection.execute(statement.sql, {**statement.constants, **params})
        rows: list[Any] = await cursor.fetchall()
        return rows


class Tail:
    """Reads what happens and gives it to the hub, while somebody listens."""

    def __init__(self, pool: Pool, hub: Hub) -> None:
        self.pool = pool
        self.hub = hub
        self._told: set[str] = set()
        self._order: deque[str] = deque()
        self._read_until = 0.0
        self._long_at = 0.0
        self._lost = False

    async def run(self) -> None:
        """Go on until cancelled. While the database cannot be reached, try again every second."""
        while True:
            await self.hub.someone.wait()
            self._read_until = clock.now().timestamp()
            try:
                await self._listen()
            except UNREACHABLE as error:
                log.warning("stream_waits", reason=str(error))
                self._lost = True
                await asyncio.sleep(1)

    async def _listen(self) -> None:
        """Read on while somebody listens; after a loss every page is told to load anew."""
        while self.hub.listeners:
            await self._round()
            if self._lost:
                self._lost = False
                self.hub.all_start_anew()
            await asyncio.sleep(POLL_SECONDS)

    async def _round(self) -> None:
        now = clock.now().timestamp()
        overlap = SHORT_OVERLAP_SECONDS
        if clock.monotonic() - self._long_at > LONG_EVERY_SECONDS:
            overlap, self._long_at = OVERLAP.total_seconds(), clock.monotonic()
        rows = await read(self.pool, statements.HAPPENINGS, after=_id_at(self._read_until - overlap))
        self._read_until = now
        for row in rows:
            if row.id not in self._told:
                self._remember(row.id)
                self.hub.tell(statements.happening_of(row))

    def _remember(self, id: str) -> None:
        self._told.add(id)
        self._order.append(id)
        if len(self._order) > REMEMBERED:
            self._told.discard(self._order.popleft())


def _id_at(timestamp: float) -> str:
    return first_id_at(datetime.fromtimestamp(timestamp, UTC))
