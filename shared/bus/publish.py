"""Publishing: packs of events and doorbells, confirmed."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec
import psycopg

from shared import telemetry
from shared.bus.app import (
    DEAD_EXCHANGE,
    DEAD_MAILBOX,
    DELIVER,
    VISIBILITY_SECONDS,
    WORK,
    embedded_dsn,
    is_embedded,
    mailboxes,
    new_app,
)
from shared.contracts.topology import EXCHANGE, routing_key
from shared.errors import Retryable
from shared.ids import new_id

CONFIRM_SECONDS = 5
log = telemetry.logger(__name__)


class Bus:
    """Publishes to the broker. Thread-bound: one thread uses it at a time (the publisher, or the relay)."""

    def __init__(self, broker_url: str, name: str, visibility_seconds: int = VISIBILITY_SECONDS) -> None:
        self.embedded = is_embedded(broker_url)
        self.broker_url = broker_url
        self.app = new_app(broker_url, name, visibility_seconds)
        self._declared = False
        self._connection: psycopg.Connection[Any] | None = None
        self._producer: Any = None
        self._broker: Any = None
        self._lock = threading.RLock()

    def declare(self) -> None:
        """Declare exchange, mailboxes and bindings; harmless when they are there. Raises Retryable."""
        with self._reaching(), self.app.connection_for_write() as connection:
            channel = connection.default_channel
            if not self.embedded:
                DEAD_EXCHANGE.declare(channel=channel)
                DEAD_MAILBOX(channel).declare()
            for box in mailboxes(self.embedded):
                box(channel).declare()
        self._declared = True

    def publish(self, word: str, envelopes: Sequence[Mapping[str, Any]]) -> None:
        """Hand a pack of one word's events to the broker; returns when it has them. Raises Retryable."""
        self._send(DELIVER, [list(envelopes)], routing_key(word))

    def ring(self, service: str, kind: str, ids: Sequence[str]) -> None:
        """Ask `service` to do long work. Raises Retryable."""
        self._send(WORK, [service, kind, list(ids)], f"{service}.work")

    def _send(self, task: str, args: list[Any], key: str) -> None:
        with self._lock, self._reaching():
            if not self._declared:
                self.declare()
            if self.embedded:
                self._send_sql(task, args, key)
            else:
                self._send_confirmed(task, args, key)

    def _send_confirmed(self, task: str, args: list[Any], key: str) -> None:
        if self._producer is None:
            self._broker = self.app.connection_for_write()
            self._producer = self.app.amqp.Producer(self._broker.channel(), auto_declare=False)
        self.app.send_task(
            task,
            args=args,
            exchange=EXCHANGE,
            routing_key=key,
            producer=self._producer,
            retry=False,
            confirm_timeout=CONFIRM_SECONDS,
            declare=[],
            ignore_result=True,
        )

    def _send_sql(self, task: str, args: list[Any], key: str) -> None:
        if self._connection is None:
            self._connection = psycopg.connect(embedded_dsn(self.broker_url), autocommit=True, connect_timeout=3)
        message = _celery_message(task, args, key)
        topic = f"kombu.topic.vez-d-events.{key}"
        self._connection.execute("SELECT pgmq.send_topic(%s, %s::jsonb, NULL::jsonb, 0)", (topic, message))

    def _reaching(self) -> _Reaching:
        return _Reaching(self)

    def forget(self) -> None:
        """Drop the connection: after an error it may hold a stale confirm.

        Without a word to the other side: a broker that is blocked, or behind a link that hangs, would never answer it.
        """
        self._declared = False
        connection, self._connection = self._connection, None
        broker, self._broker, self._producer = self._broker, None, None
        with suppress(Exception):  # what is broken already may fail to close
            if connection is not None:
                connection.close()
            if broker is not None:
                broker.collect()

    def close(self) -> None:
        """End the connection."""
        with self._lock:
            self.forget()


class _Reaching:
    """Turns what a broker raises into Retryable, and drops the connection."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, Retryable) or not isinstance(error, Exception):
            return
        self.bus.forget()
        raise Retryable("The broker cannot be reached now") from error


def _celery_message(task: str, args: list[Any], key: str) -> str:
    """A Celery message (protocol 2) as kombu's virtual transports store it."""
    id = new_id()
    body = msgspec.json.encode([args, {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}])
    headers: dict[str, Any] = {
        "lang": "py",
        "task": task,
        "id": id,
        "root_id": id,
        "parent_id": None,
        "group": None,
        "retries": 0,
    }
    headers |= {"eta": None, "expires": None, "timelimit": [None, None], "argsrepr": "", "kwargsrepr": ""}
    message = {
        "body": body.decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": headers,
        "properties": {
            "correlation_id": id,
            "reply_to": "",
            "delivery_mode": 2,
            "delivery_info": {"exchange": EXCHANGE, "routing_key": key},
            "priority": 0,
            "body_encoding": None,
            "delivery_tag": id,
        },
    }
    return msgspec.json.encode(message).decode()
