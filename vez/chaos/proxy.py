"""A TCP proxy between Vez and what it stands on: it can refuse, go silent like a half-open link, be slow, and lie."""

from __future__ import annotations

import asyncio
import hashlib
import re
import socket
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final

Address = tuple[str, int]
CHUNK: Final = 64 * 1024
LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


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
        self._swallowed: bytes | None = None
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

    def swallow(self, place: bytes) -> None:
        """Answer that what is PUT to a path with `place` in it was taken, with its MD5 as its tag, and forget it."""
        self._swallowed = place

    def restore(self) -> None:
        """Pass everything on again, what was held back in silence too."""
        self._delay = 0.0
        self._swallowed = None
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
            await asyncio.gather(self._ask(reader, back, writer), self._answer(there, writer))
            self._writers.discard(back)
        self._writers.discard(writer)
        writer.transport.abort()

    async def _ask(self, reader: asyncio.StreamReader, there: asyncio.StreamWriter, back: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while chunk := await reader.read(CHUNK):
                await self._flowing.wait()
                if self._is_swallowed(chunk):
                    await _forget(chunk, reader, back)
                    continue
                there.write(chunk)
                await there.drain()
        _end_of(there)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await reader.read(CHUNK):
                await self._flowing.wait()
                if self._delay:
                    await asyncio.sleep(self._delay)
                writer.write(chunk)
                await writer.drain()
        _end_of(writer)

    def _is_swallowed(self, chunk: bytes) -> bool:
        return self._swallowed is not None and chunk.startswith(b"PUT ") and self._swallowed in chunk.split(b"\r\n")[0]


async def _forget(chunk: bytes, reader: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
    """Read the whole of a request that begins with `chunk`, and answer as a store that kept it."""
    while b"\r\n\r\n" not in chunk:
        chunk += await reader.readuntil(b"\r\n\r\n")
    head, _, body = chunk.partition(b"\r\n\r\n")
    length = LENGTH.search(head)
    body += await reader.readexactly(int(length[1]) - len(body)) if length else b""
    tag = hashlib.md5(body, usedforsecurity=False).hexdigest()
    back.write(f'HTTP/1.1 200 OK\r\nETag: "{tag}"\r\nContent-Length: 0\r\n\r\n'.encode())
    await back.drain()


def _end_of(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort() if writer.transport.is_closing() else writer.close()
