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
from typing import Any, Final, Protocol

import httpcore

from services.notify.options import Network, Options
from services.notify.rules.retries import Outcome
from services.notify.rules.webhooks import refusal, target
from shared import clock, telemetry
from shared.errors import Message

THREADS: Final = 16
AGENT: Final = b"Vez-Webhooks/1"
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
        try:
            status = self._post(url, headers, content)
        except Refused as error:
            return Outcome(sent=False, reason=str(error))
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
            return Outcome(sent=False, reason=f"{type(error).__name__}: {error}"[:300])
        if 200 <= status < 300:
            return Outcome(sent=True)
        return Outcome(sent=False, reason=f"It answered {status}", permanent=status == 410)

    def _post(self, url: str, headers: Mapping[str, str], content: bytes) -> int:
        to = target(url)
        if isinstance(to, Message):
            raise Refused(to.key)
        addresses = self._look_up(to.host, to.port)
        if not addresses:
            raise Refused("There is no such host")
        wrong = refusal(to, addresses, self.allowed)
        if wrong is not None:
            raise Refused(wrong.key)
        sent = {b"Content-Type": b"application/json", b"User-Agent": AGENT}
        sent |= {name.encode(): value.encode() for name, value in headers.items()}
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), self.seconds)
        backend = _Judged(addresses, self.seconds)
        with (
            httpcore.ConnectionPool(ssl_context=ssl.create_default_context(), network_backend=backend) as pool,
            pool.stream(
                "POST", url, headers=list(sent.items()), content=content, extensions={"timeout": timeouts}
            ) as answer,
        ):
            return int(answer.status)


def addresses_of(host: str, port: int) -> list[str]:
    """The addresses that a host's name leads to now; none where it leads nowhere."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Runner:
    """Threads for deliveries: one receiver keeps one of them busy at most, so that a slow one delays nobody else."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="notify-webhook")
        self._busy: set[str] = set()
        self._lock = threading.Lock()

    def busy(self) -> list[str]:
        """The webhooks that are being delivered to."""
        with self._lock:
            return sorted(self._busy)

    def has_room(self) -> bool:
        """Whether a thread is free."""
        with self._lock:
            return len(self._busy) < THREADS

    def start(self, webhook_id: str, act: Callable[[], None]) -> None:
        """Run `act` for a webhook; a failure is logged, the ledger's leases bring its rows back."""
        with self._lock:
            self._busy.add(webhook_id)
        self._pool.submit(self._run, webhook_id, act)

    def _run(self, webhook_id: str, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception:
            log.exception("webhook_failed", webhook=webhook_id)
        finally:
            with self._lock:
                self._busy.discard(webhook_id)


def http_receivers(options: Options) -> HttpReceivers:
    """Receivers as `options` allow them."""
    return HttpReceivers(options.webhook_networks, options.webhook_timeout_seconds)
