"""Celery's consumer, which gives the worker's sign of life and reaches the broker again without long pauses.

Celery imports this by its name (the setting `worker_consumer`), in workers alone.
"""

from __future__ import annotations

from typing import Any, Final

from celery.worker.consumer import Consumer
from celery.worker.state import maybe_shutdown

from shared import telemetry
from shared.bus.life import TURN_SECONDS, Life

RETRY_SECONDS: Final = 2.0
"""Between two attempts to reach the broker, at most: Celery's own way waits up to 30."""
log = telemetry.logger(__name__)


UNUSED: Final = "celery.worker.consumer.delayed_delivery:DelayedDelivery"


class WatchedConsumer(Consumer):  # type: ignore[misc]
    """The consumer of every worker."""

    class Blueprint(Consumer.Blueprint):  # type: ignore[misc]
        """Celery's steps without delayed delivery: what is due later is a row in a database, and declaring that step's
        28 exchanges and 28 quorum queues at each start and after each restart of the broker takes seconds."""

        default_steps = tuple(step for step in Consumer.Blueprint.default_steps if step != UNUSED)

    @property
    def life(self) -> Life:
        """The sign of life of the worker's application."""
        return self.app.vez.life  # type: ignore[no-any-return]

    def register_with_event_loop(self, hub: Any) -> None:
        """Over RabbitMQ: Celery's event loop gives the sign."""
        super().register_with_event_loop(hub)
        hub.call_repeatedly(TURN_SECONDS, self._turn)

    def perform_pending_operations(self) -> None:
        """Over the embedded broker: called before each wait for messages."""
        self._turn()
        super().perform_pending_operations()

    def _turn(self) -> None:
        if self.is_consuming():
            self.life.sign()

    def is_consuming(self) -> bool:
        """Whether we take from each of our mailboxes, over a channel that is open."""
        consumer = self.task_consumer
        if consumer is None or not _is_open(consumer.channel):
            return False
        return all(consumer.consuming_from(name) for name in self.app.amqp.queues.consume_from)

    def ensure_connected(self, conn: Any) -> Any:
        """Reach the broker, however long it takes; each attempt is a sign of life."""
        pauses = {"interval_start": 0.2, "interval_step": 0.4, "interval_max": RETRY_SECONDS}
        connected = conn.ensure_connection(_not_reached, None, callback=self._attempt, **pauses)
        self.first_connection_attempt = False
        return connected

    def _attempt(self) -> None:
        maybe_shutdown()
        self.life.sign()


def _not_reached(error: BaseException, interval: float) -> None:
    log.warning("broker_not_reached", reason=str(error), again_in_seconds=interval)


def _is_open(channel: Any) -> bool:
    """Whether a channel of either broker's transport is open."""
    return channel is not None and bool(getattr(channel, "is_open", True)) and not getattr(channel, "closed", False)
