"""Webhooks' receivers: reached at an address that was judged after its name was looked up, within a bounded time.

The name is looked up once, every address that it leads to is judged, and the connection goes to one of those very
addresses: a name that changes between the two (DNS rebinding) changes nothing. Redirects are not followed.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Protocol

import httpcore

from services.notify.options import Network, Options
from services.notify.rules.retries import Outcome
from services.notify.rules.webhooks import refusal, target
from shared import clock, telemetry
from shared.errors import Message

THREADS: Final = 16
AGENT: Final = "Vez-Webhooks/1"
UNREACHED: Final = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError)
"""What a call ends in that got no answer."""
LookUp = Callable[[str, int], list[str]]
log = telemetry.logger(__name__)


class Receivers(Protocol):
    """Where webhooks are delivered."""

    def wrong_with(self, url: str) -> Message | None:
        """What is wrong with an address, or None where it may be reached."""

    def deliver(self, url: str, headers: Mapping[str, str], content: bytes) -> Outcome:
        """Deliver one message. Never raises for what a receiver does."""


class Refused(Exception):
    """The address may not be reached."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call was answered; `content` as far as it was read."""

    status: int
    headers: tuple[tuple[str, str], ...]
    content: bytes = b""


class _Line(httpcore.NetworkStream):
    """A connection that ends at a deadline, however slowly the other side speaks."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline

    def _left(self, timeout: float | None) -> float:
        left = self._deadline - clock.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("it took too long in all")
        return left if timeout is None else min(left, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Line(self._inner.start_tls(ssl_context, server_hostname, self._left(timeout)), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Judged(httpcore.NetworkBackend):
    """Connects to the addresses that were judged, whatever the name leads to now."""

    def __init__(self, addresses: Sequence[str], seconds: float) -> None:
        self._addresses = addresses
        self._deadline = clock.monotonic() + seconds
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        last: Exception = httpcore.ConnectError("there is no such host")
        for address in self._addresses:
            try:
                inner = self._backend.connect_tcp(address, port, timeout)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
                continue
            return _Line(inner, self._deadline)
        raise last


class HttpReceivers:
    """Receivers over HTTP."""

    def __init__(self, allowed: Sequence[Network], seconds: float, look_up: LookUp | None = None) -> None:
        self.allowed = allowed
        self.seconds = seconds
        self._look_up = look_up or addresses_of

    def wrong_with(self, url: str) -> Message | None:
        """What is wrong with an address; a name that leads nowhere yet is taken."""
        to = target(url)
        if isinstance(to, Message):
            return to
        return refusal(to, self._look_up(to.host, to.port), self.allowed)

    def deliver(self, url: str, headers: Mapping[str, str], content: bytes) -> Outcome:
        """Deliver one message; 2xx is sent, 410 is gone for ever, all else is tried again."""
        sent = {"Content-Type": "application/json", "User-Agent": AGENT, **headers}
        try:
            status = self.call("POST", url, sent, content).status
        except Refused as error:
            return Outcome(sent=False, reason=str(error))
        except UNREACHED as error:
            return Outcome(sent=False, reason=trouble(error))
        if 200 <= status < 300:
            return Outcome(sent=True)
        return Outcome(sent=False, reason=f"It answered {status}", permanent=status == 410)

    def call(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes,
        *,
        seconds: float | None = None,
        most: int = 0,
    ) -> Answer:
        """Make one call, within `seconds` in all; up to `most` bytes of the answer are read. No redirect is followed.

        Raises Refused where it may not reach, else what is in UNREACHED.
        """
        to = target(url)
        if isinstance(to, Message):
            raise Refused(to.key)
        addresses = self._look_up(to.host, to.port)
        if not addresses:
            raise Refused("There is no such host")
        wrong = refusal(to, addresses, self.allowed)
        if wrong is not None:
            raise Refused(wrong.key)
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        limit = self.seconds if seconds is None else min(self.seconds, seconds)
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), limit)
        backend = _Judged(addresses, limit)
        with (
            httpcore.ConnectionPool(ssl_context=ssl.create_default_context(), network_backend=backend) as pool,
            pool.stream(method, url, headers=sent, content=content, extensions={"timeout": timeouts}) as answer,
        ):
            told = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers)
            return Answer(int(answer.status), told, _beginning(answer, most))


def _beginning(answer: httpcore.Response, most: int) -> bytes:
    """The first `most` bytes of an answer's content."""
    found = b""
    if most:
        for part in answer.iter_stream():
            found += part
            if len(found) >= most:
                break
    return found[:most]


def trouble(error: Exception) -> str:
    """What went wrong on the way, in short."""
    return f"{type(error).__name__}: {error}"[:300]


def addresses_of(host: str, port: int) -> list[str]:
    """The addresses that a host's name leads to now; none where it leads nowhere."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Runner:
    """Threads for a channel's deliveries: one recipient keeps one of them busy at most, and so delays nobody else."""

    def __init__(self, channel: str, threads: int = THREADS) -> None:
        self._channel = channel
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"notify-{channel}")
        self._busy: set[str] = set()
        self._lock = threading.Lock()

    def busy(self) -> list[str]:
        """The recipients that are being delivered to."""
        with self._lock:
            return sorted(self._busy)

    def has_room(self) -> bool:
        """Whether a thread is free."""
        with self._lock:
            return len(self._busy) < self._threads

    def start(self, recipient_id: str, act: Callable[[], None]) -> None:
        """Run `act` for a recipient; a failure is logged, the ledger's leases bring its rows back."""
        with self._lock:
            self._busy.add(recipient_id)
        self._pool.submit(self._run, recipient_id, act)

    def _run(self, recipient_id: str, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception:
            log.exception(f"{self._channel}_failed", recipient=recipient_id)
        finally:
            with self._lock:
                self._busy.discard(recipient_id)


def http_receivers(options: Options) -> HttpReceivers:
    """Receivers as `options` allow them."""
    return HttpReceivers(options.webhook_networks, options.webhook_timeout_seconds)
