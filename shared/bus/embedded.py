"""kombu's pgmq transport with a few manners changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from queue import Empty
from typing import Any

import kombu.transport.pgmq as pgmq_transport
from pgmq.messages import Message

LOOK_UP_SECONDS = 0.25
EXISTS = "SELECT to_regclass(%s) IS NOT NULL"
WAKES = "SELECT 1 FROM pg_trigger WHERE tgname = 'trigger_notify_queue_insert_listeners' AND tgrelid = to_regclass(%s)"


@cache
def _reading(mailboxes: tuple[str, ...]) -> str:
    """The statement that reads so many messages of each mailbox, each row behind its mailbox's place."""
    one = "SELECT {place}, (m).* FROM pgmq.read('{name}', %(visibility)s, %(most)s) m"
    return " UNION ALL ".join(one.format(place=place, name=name) for place, name in enumerate(mailboxes))


class Channel(pgmq_transport.Channel):
    """A channel that reads all its mailboxes at once, and hands on what it rejects: the transport's own reject deletes.

    A read or an acknowledgement is one statement and so one transaction; begun and committed apart, and mailbox by
    mailbox, they took a fifth of a busy worker's time.
    """

    @contextmanager
    def _plain(self) -> Iterator[Any]:
        pool: Any = self.pgmq.pool
        with pool.connection() as connection:
            if not connection.autocommit:
                connection.autocommit = True
            yield connection

    def _poll(self, cycle: Any, callback: Any, timeout: float | None = None) -> None:
        """Deliver what is there for this channel. Raises Empty where there is nothing."""
        queues = tuple(sorted(set(self._active_queues)))
        statement = _reading(tuple(self._queue_name(queue) for queue in queues))
        values = {"visibility": self.visibility_timeout, "most": self._get_message_estimate()}  # type: ignore[no-untyped-call, unused-ignore]
        with self._plain() as connection:
            rows = connection.execute(statement, values).fetchall()
        if not rows:
            raise Empty
        for place, *row in rows:
            (payload,) = self._pgmq_messages_to_python([Message.from_row(row)], queues[place])
            self.connection._deliver(payload, queues[place])

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        """Acknowledge one message: it is deleted."""
        if multiple:
            raise ValueError("Messages are acknowledged one by one")
        with suppress(KeyError):  # it was given back already
            told = self.qos.get(delivery_tag).delivery_info
            with self._plain() as connection:
                self.pgmq.delete(told["pgmq_queue"], told["pgmq_msg_id"], conn=connection)
        self.qos.ack(delivery_tag)

    def _new_queue(self, queue: str, **kwargs: Any) -> None:
        """Make a mailbox where there is none: the transport's own way locks one that is there."""
        with self._plain() as connection:
            (is_there,) = connection.execute(EXISTS, (f"pgmq.q_{self._queue_name(queue)}",)).fetchone()
        if is_there:
            self._maybe_enable_notify(queue)
        else:
            super()._new_queue(queue, **kwargs)  # type: ignore[no-untyped-call, unused-ignore]

    def _maybe_enable_notify(self, queue: str, queue_name: str | None = None) -> None:
        """Have what is sent wake who reads: once a mailbox, not at each connection as the transport does.

        Making the trigger anew locks the mailbox against everybody, and two who do it at once block each other.
        """
        name = queue_name or self._queue_name(queue)
        with self._plain() as connection, connection.transaction():
            if connection.execute(WAKES, (f"pgmq.q_{name}",)).fetchone() is None:
                connection.execute("SELECT pgmq.acquire_queue_lock(%s)", (name,))
                if connection.execute(WAKES, (f"pgmq.q_{name}",)).fetchone() is None:
                    values = (name, self.notify_throttle_interval_ms)
                    connection.execute("SELECT pgmq.enable_notify_insert(%s::text, %s::integer)", values)
        self.connection._register_notify_queue(name)

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
