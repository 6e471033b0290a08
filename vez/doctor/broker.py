"""The broker: its topology, and whether anybody takes from each mailbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import psycopg

from shared.bus import is_embedded, mailboxes
from shared.bus.app import EMBEDDED_MAILBOX
from vez import estate, problems
from vez.doctor import rabbitmq
from vez.doctor.findings import Finding, Patient
from vez.doctor.mailbox import ABOUT, of_depth

PRESENT: Final = """
    SELECT to_regclass('pgmq.meta') IS NOT NULL AS tables, to_regclass('pgmq.q_' || %(mailbox)s) IS NOT NULL AS mailbox,
           EXISTS (SELECT FROM pg_trigger WHERE tgname = 'trigger_notify_queue_insert_listeners'
                   AND tgrelid = to_regclass('pgmq.q_' || %(mailbox)s)) AS wakes"""
BOUND: Final = "SELECT pattern FROM pgmq.topic_bindings WHERE queue_name = %s"
DEPTH: Final = "SELECT queue_length FROM pgmq.metrics(%s)"
AGAIN: Final = "Start vez up again (on a server of your own: vez setup), which makes what is missing"


def look(patient: Patient) -> Iterator[Finding]:
    """What there is to say of the broker that the services use."""
    options = estate.load_options(patient.services[0], patient.environ)
    if not options.broker_url:
        yield Finding(ABOUT, "VEZ_BROKER_URL is not set", "Set it: amqp://user:secret@host:5672//")
    elif is_embedded(options.broker_url):
        yield from of_embedded(options.broker_url)
    else:
        yield from rabbitmq.look(options.broker_url, options.broker_management_url)


def of_embedded(url: str) -> Iterator[Finding]:
    """The tables of the embedded broker."""
    try:
        with psycopg.connect(url.replace("pgmq:", "postgresql:", 1), connect_timeout=3) as connection:
            yield from _of_tables(connection)
    except psycopg.Error as error:
        yield Finding(
            ABOUT, f"cannot be used: {problems.first_line(error)}", "Start vez up, or see its log/postgres.log"
        )


def _of_tables(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    about, name = f"mailbox {EMBEDDED_MAILBOX}", {"mailbox": EMBEDDED_MAILBOX}
    tables, mailbox, wakes = connection.execute(PRESENT, name).fetchone() or (False, False, False)
    if not tables:
        yield Finding(ABOUT, "has no tables (pgmq)", AGAIN)
        return
    if not mailbox:
        yield Finding(about, "is not there", AGAIN)
        return
    bound = {str(row[0]) for row in connection.execute(BOUND, (EMBEDDED_MAILBOX,))}
    wanted = {b.routing_key for box in mailboxes(embedded=True) for b in box.bindings}
    missing = sorted(key for key in wanted if not any(pattern.endswith(f".{key}") for pattern in bound))
    if missing:
        yield Finding(about, f"is not bound to {', '.join(missing)}", AGAIN)
    else:
        yield Finding(ABOUT, "every word is bound")
    if not wakes:
        yield Finding(about, "wakes nobody: what is sent waits until its reader looks", AGAIN)
    depth = connection.execute(DEPTH, (EMBEDDED_MAILBOX,)).fetchone()
    yield of_depth(EMBEDDED_MAILBOX, int(depth[0]) if depth else 0, None)
