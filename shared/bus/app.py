"""The Celery application and the mailboxes (a broker's queues), from the topology table."""

from __future__ import annotations

from typing import Any

from celery import Celery
from kombu import Exchange, Queue, binding
from kombu.transport import TRANSPORT_ALIASES
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from shared.contracts.topology import EXCHANGE, HEARS, SERVICES, routing_key

DELIVER = "vez.deliver"
WORK = "vez.work"
EMBEDDED_MAILBOX = "vez"
VISIBILITY_SECONDS = 20
HEARTBEAT_SECONDS = 5
"""Two that do not come, and a link is given up: one that hangs half open is found within 15 s."""

DEAD_EXCHANGE = Exchange("vez.dead", type="fanout", durable=True)
DEAD_MAILBOX = Queue("vez.dead", DEAD_EXCHANGE, durable=True, queue_arguments={"x-queue-type": "quorum"})
EVENTS = Exchange(EXCHANGE, type="topic", durable=True, arguments={"alternate-exchange": "vez.dead"})
TRANSPORT_ALIASES["vez-pgmq"] = "shared.bus.embedded:Transport"


def is_embedded(broker_url: str) -> bool:
    """Whether this is the embedded broker."""
    return broker_url.startswith("pgmq:")


def embedded_dsn(broker_url: str) -> str:
    """pgmq://… as a key=value DSN: its own URL parser drops `?host=/folder`.

    Its commits need not wait for the disk: a message that was published and lost is unmarked in the outbox, since that
    mark follows in the same server's log; an acknowledgement that was lost brings a message again, which is dropped.
    """
    parts: dict[str, Any] = conninfo_to_dict("postgresql:" + broker_url.partition(":")[2])
    kept = {k: v for k, v in parts.items() if v is not None}
    return make_conninfo(**{"options": "-c synchronous_commit=off", **kept})


def mailboxes(embedded: bool) -> list[Queue]:
    """Every mailbox with its bindings, from the topology table."""
    if embedded:
        words = sorted({w for heard in HEARS.values() for w in heard})
        keys = [routing_key(w) for w in words] + [f"{s}.work" for s in SERVICES]
        exchange = Exchange(EXCHANGE, type="topic", durable=True)
        return [Queue(EMBEDDED_MAILBOX, bindings=[binding(exchange, routing_key=k) for k in keys], durable=True)]
    arguments = {"x-queue-type": "quorum", "x-delivery-limit": 20, "x-dead-letter-exchange": "vez.dead"}
    boxes = []
    for service in SERVICES:
        # Who hears nothing has a mailbox too, so that every worker is alike; nothing is ever sent to its own name.
        keys = [routing_key(w) for w in sorted(HEARS[service])] or [routing_key(service)]
        bound = [binding(EVENTS, routing_key=k) for k in keys]
        boxes.append(Queue(service, bindings=bound, durable=True, queue_arguments=arguments))
        work = Queue(f"{service}.work", EVENTS, routing_key=f"{service}.work", durable=True, queue_arguments=arguments)
        boxes.append(work)
    return boxes


def new_app(broker_url: str, name: str, visibility_seconds: int = VISIBILITY_SECONDS) -> Celery:
    """A Celery application with the settings that lose nothing."""
    embedded = is_embedded(broker_url)
    app = Celery(name, set_as_current=False, broker="vez-pgmq://" if embedded else broker_url, backend=None)
    options: dict[str, Any] = {"confirm_publish": True, "client_properties": {"connection_name": name}}
    if embedded:
        options = {
            "conn_string": embedded_dsn(broker_url),
            "init_extension": False,
            "use_notify": True,
            "notify_throttle_interval_ms": 0,
            "wait_time_seconds": 0,
            "polling_interval": 1,
            "visibility_timeout": visibility_seconds,
            "pool_size": 2,
            "pool_timeout": 3,
        }
    app.conf.update(
        broker_transport_options=options,
        broker_connection_timeout=3,
        broker_connection_retry=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_channel_error_retry=True,
        broker_heartbeat=0 if embedded else HEARTBEAT_SECONDS,
        task_serializer="json",
        accept_content=["json"],
        result_backend=None,
        task_ignore_result=True,
        task_create_missing_queues=False,
        task_default_queue_type="classic" if embedded else "quorum",
        task_default_exchange_type="topic",
        task_queues=mailboxes(embedded),
        task_default_queue=EMBEDDED_MAILBOX if embedded else SERVICES[0],
        task_publish_retry=False,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_acks_on_failure_or_timeout=True,
        worker_consumer="shared.bus.consuming:WatchedConsumer",
        worker_prefetch_multiplier=1,
        worker_soft_shutdown_timeout=15,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
    )
    return app
