"""The embedded broker, where RabbitMQ has no like: whoever connects leaves those alone who send and read."""

from __future__ import annotations

import threading

import psycopg

from shared.bus import Bus

SENDING = "LOCK TABLE pgmq.q_vez IN ROW EXCLUSIVE MODE"


def declared(url: str) -> threading.Thread:
    """Somebody connects, as a worker does when it starts."""

    def declare() -> None:
        bus = Bus(url, "test")
        bus.declare()
        bus.close()

    thread = threading.Thread(target=declare, daemon=True)
    thread.start()
    return thread


def test_whoever_connects_waits_for_nobody_who_sends(embedded_broker_url: str) -> None:
    declared(embedded_broker_url).join(timeout=20)
    with psycopg.connect(embedded_broker_url.replace("pgmq:", "postgresql:", 1)) as sender:
        sender.execute(SENDING)
        several = [declared(embedded_broker_url) for _ in range(4)]
        for each in several:
            each.join(timeout=20)
        assert [each.is_alive() for each in several] == [False] * 4
        sender.rollback()
