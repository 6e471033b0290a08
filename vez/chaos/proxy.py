"""A TCP proxy between Vez and what it stands on: it can refuse, go silent as a half-open link does, and be slow."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final

Address = tuple[str, int]
CHUNK: Final = 64 * 1024


class Proxy:
    """Listens on one port of the loopback for as long as it lives. `upstream` says where to, when one connects."""

    def __init__(self, upstream: Callable[[], Address]) -> None:
        self.upstream = upstream
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._flowing = asyncio.Event()
        self._delay = 0.0
        self._server: asyncio.Server | None = None
        self.port = 0

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()
        self._flowing_is(True)
        self._run(self._listen())

    def close(self) -> None:
        """End it and every connection through it."""
        self._run(self._refuse())
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()

    def refuse(self) -> None:
        """Cut every connection; new ones are refused."""
        self._run(self._refuse())

    def silence(self) -> None:
        """Nothing arrives any more on either side, and nobody is told: a link that hangs half open."""
        self._flowing_is(False)

    def slow(self, seconds: float) -> None:
        """Whatever comes from the other side is held back for so long."""
        self._delay = seconds

    def restore(self) -> None:
        """Pass everything on again, what was held back in silence too."""
        self._delay = 0.0
        self._flowing_is(True)
        self._run(self._listen())

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    def _flowing_is(self, flowing: bool) -> None:
        self._loop.call_soon_threadsafe(self._flowing.set if flowing else self._flowing.clear)

    async def _listen(self) -> None:
        if self._server is None:
            listening = socket.create_server(("127.0.0.1", self.port), backlog=128)
            self.port = listening.getsockname()[1]
            self._server = await asyncio.start_server(self._connected, sock=listening)

    async def _refuse(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with suppress(OSError, asyncio.CancelledError):
            await self._flowing.wait()
            there, back = await asyncio.open_connection(*self.upstream())
            self._writers.add(back)
            await asyncio.gather(self._pump(reader, back, slow=False), self._pump(there, writer, slow=True))
            self._writers.discard(back)
        self._writers.discard(writer)
        writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, slow: bool) -> None:
        with suppress(OSError):
            while chunk := await reader.read(CHUNK):
                await self._flowing.wait()
                if slow and self._delay:
                    await asyncio.sleep(self._delay)
                writer.write(chunk)
                await writer.drain()
        writer.transport.abort() if writer.transport.is_closing() else writer.close()
