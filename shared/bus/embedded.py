"""kombu's pgmq transport with two manners changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import kombu.transport.pgmq as pgmq_transport

LOOK_UP_SECONDS = 0.25


class Channel(pgmq_transport.Channel):
    """A channel that hands on what it rejects: the transport's own reject deletes."""

    def basic_reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Reject a message; without `requeue` its body goes to the transport's `bury` first."""
        bury = self.connection.client.transport_options.get("bury")
        if not requeue and bury is not None:
            body = self.qos.get(delivery_tag).body
            bury(body if isinstance(body, str) else bytes(body).decode("utf-8", "replace"))
        super().basic_reject(delivery_tag, requeue=requeue)  # type: ignore[no-untyped-call, unused-ignore]

    def _pgmq_message_to_python(self, pgmq_message: Any, queue: str) -> Any:
        payload = super()._pgmq_message_to_python(pgmq_message, queue)
        # Celery hands on nothing of what the transport adds but this flag.
        payload["properties"]["delivery_info"]["redelivered"] = pgmq_message.read_ct > 1
        return payload


class Transport(pgmq_transport.Transport):
    """The transport with that channel. A wait is cut short, so that a worker told to stop does so soon."""

    Channel = Channel

    def verify_connection(self, connection: Any) -> bool:
        """Whether the connection is good: the next read says so, at less cost than listing all queues first."""
        return True

    def drain_events(self, connection: Any, timeout: float | None = None, **kwargs: Any) -> Any:
        """Wait for messages, at most 0.25 s."""
        patience = min(timeout or LOOK_UP_SECONDS, LOOK_UP_SECONDS)
        return super().drain_events(connection, timeout=patience)  # type: ignore[no-untyped-call, unused-ignore]


Bury = Callable[[str], None]
