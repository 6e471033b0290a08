"""The broker: its topology, and whether anybody takes from each mailbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import psycopg
from kombu import Connection, Exchange, Queue
from kombu.exceptions import OperationalError

from shared.bus import is_embedded, mailboxes, new_app
from shared.bus.app import DEAD_EXCHANGE, DEAD_MAILBOX, EMBEDDED_MAILBOX, EVENTS
from vez import estate, problems
from vez.doctor.findings import Finding, Patient

ABOUT: Final = "broker"
MANY: Final = 10_000
NOT_FOUND: Final = 404
OLDEST_SERVER: Final = (3, 10)
"""The first whose quorum queues bound how often a message comes again."""
BOUND: Final = "SELECT pattern FROM pgmq.topic_bindings"
DEPTH: Final = "SELECT queue_length FROM pgmq.metrics(%s)"
DECLARE: Final = "vez setup (or start any process: each declares what is missing)"


def look(patient: Patient) -> Iterator[Finding]:
    """What there is to say of the broker that the services use."""
    url = estate.load_options(patient.services[0], patient.environ).broker_url
    if not url:
        yield Finding(ABOUT, "VEZ_BROKER_URL is not set", "Set it: amqp://user:secret@host:5672//")
    elif is_embedded(url):
        yield from of_embedded(url)
    else:
        yield from of_rabbitmq(url)


def of_embedded(url: str) -> Iterator[Finding]:
    """The tables of the embedded broker."""
    wanted = {b.routing_key for box in mailboxes(embedded=True) for b in box.bindings}
    try:
        with psycopg.connect(url.replace("pgmq:", "postgresql:", 1), connect_timeout=3) as connection:
            bound = {str(row[0]) for row in connection.execute(BOUND)}
            depth: Any = connection.execute(DEPTH, (EMBEDDED_MAILBOX,)).fetchone()
    except psycopg.Error as error:
        yield Finding(
            ABOUT, f"cannot be used: {problems.first_line(error)}", "Start vez up, or see its log/postgres.log"
        )
        return
    missing = sorted(key for key in wanted if not any(pattern.endswith(key) for pattern in bound))
    remedy = "Start vez up again: its worker binds them"
    yield Finding(
        ABOUT, f"not bound: {', '.join(missing)}" if missing else "every word is bound", remedy * bool(missing)
    )
    yield of_depth(EMBEDDED_MAILBOX, int(depth[0]) if depth else 0, None)


def of_rabbitmq(url: str) -> Iterator[Finding]:
    """Exchange and mailboxes on RabbitMQ, looked at without changing anything."""
    with new_app(url, "vez-doctor").connection_for_read() as connection:
        try:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=3)
        except (OperationalError, *connection.connection_errors) as error:
            said = f"cannot be reached: {problems.first_line(error)}"
            yield Finding(ABOUT, said, "See whether RabbitMQ runs and whether VEZ_BROKER_URL is right")
            return
        yield of_release(server_version(connection))
        for exchange in (EVENTS, DEAD_EXCHANGE):
            yield of_exchange(connection, exchange)
        for box in mailboxes(embedded=False):
            yield of_mailbox(connection, box)
        yield of_dead(connection)


def server_version(connection: Connection) -> str:
    """What the server calls its release."""
    told = getattr(connection.connection, "server_properties", {})
    return str(told.get("version", "of an unknown release"))


def of_release(version: str) -> Finding:
    """Whether the server is new enough; one that does not tell is taken to be."""
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    is_old = len(numbers) == 2 and numbers < OLDEST_SERVER
    oldest = ".".join(map(str, OLDEST_SERVER))
    return Finding(ABOUT, f"RabbitMQ {version}", f"Upgrade it to {oldest} or newer" if is_old else "")


def of_exchange(connection: Connection, exchange: Exchange) -> Finding:
    """Whether an exchange is there as this release declares it."""
    about = f"exchange {exchange.name}"
    try:
        exchange(connection.channel()).declare(passive=True)
        exchange(connection.channel()).declare()
    except connection.channel_errors as error:
        if code_of(error) == NOT_FOUND:
            return Finding(about, "is not there", DECLARE)
        said = f"is declared otherwise: {problems.first_line(error)}"
        return Finding(about, said, "Stop every process, delete it, then vez setup")
    return Finding(about, "is there")


def of_mailbox(connection: Connection, box: Queue) -> Finding:
    """Whether a mailbox is there as this release declares it, and whether anybody takes from it."""
    about = f"mailbox {box.name}"
    try:
        _, depth, consumers = connection.channel().queue_declare(box.name, passive=True)
        box(connection.channel()).queue_declare()
    except connection.channel_errors as error:
        if code_of(error) == NOT_FOUND:
            return Finding(about, "is not there", DECLARE)
        said = f"is declared otherwise: {problems.first_line(error)}"
        return Finding(about, said, f"Stop the workers, empty it, then rabbitmqctl delete_queue {box.name}; vez setup")
    return of_depth(box.name, depth, consumers)


def code_of(error: BaseException) -> int:
    """AMQP's number of a channel error."""
    return int(getattr(error, "code", 0) or 0)


def of_depth(name: str, depth: int, consumers: int | None) -> Finding:
    """What the number of messages and of those who take them says; `consumers` None where that is not known."""
    about = f"mailbox {name}"
    said = f"{depth} messages" + ("" if consumers is None else f", {consumers} consumers")
    if consumers == 0:
        service, _, work = name.partition(".")
        return Finding(about, said, f"vez run {service} worker{' --work-only' * bool(work)}: nobody takes from it")
    return Finding(about, said, "Run more of its workers: docs/operations/scaling.md" if depth > MANY else "")


def of_dead(connection: Connection) -> Finding:
    """What RabbitMQ gave up delivering; the workers' collector copies it to a table."""
    about = f"mailbox {DEAD_MAILBOX.name}"
    try:
        _, depth, _ = connection.channel().queue_declare(DEAD_MAILBOX.name, passive=True)
    except connection.channel_errors:
        return Finding(about, "is not there", DECLARE)
    return Finding(about, f"{depth} messages", "Read them: they reached no worker" if depth else "")
