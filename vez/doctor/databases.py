"""Each service's database: reached, migrated, its clock, what is parked and what lags behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import psycopg

from shared import clock
from shared.database import Database, Reader
from shared.errors import Retryable
from shared.operations import outbox_status
from vez import migrate
from vez.doctor.findings import Finding, Patient

OLDEST_SERVER: Final = 15
CLOCK_SECONDS: Final = 2.0
UNSENT_SECONDS: Final = 30.0
DUE_SECONDS: Final = 60.0
FEED_LAG: Final = timedelta(minutes=5)
PENDING_SECONDS: Final = 60.0

INBOX = """
    SELECT count(*) FILTER (WHERE state = 'parked') AS parked,
           min(received_at) FILTER (WHERE state = 'parked') AS since,
           count(*) FILTER (WHERE state IN ('due', 'waiting')
                            AND received_at < clock_timestamp() - make_interval(secs => %(older)s)) AS late
    FROM inbox WHERE state IN ('parked', 'due', 'waiting')"""
DEAD = "SELECT count(*) AS dead FROM dead_letters"
FEEDS = "SELECT publisher, clock_timestamp() - checked_until AS behind FROM feeds"
PENDING = """
    SELECT count(*) AS pending FROM operations
    WHERE state = 'pending' AND accepted_at < clock_timestamp() - make_interval(secs => %(older)s)"""


def look(patient: Patient) -> Iterator[Finding]:
    """What there is to say of every service's database."""
    for service, url in migrate.urls_of(patient.services, patient.environ).items():
        yield from of_service(service, url)


def of_service(service: str, url: str) -> Iterator[Finding]:
    """What there is to say of one."""
    about = f"{service} database"
    database = Database(url, application_name="vez-doctor", size=1)
    try:
        with database.connection() as connection:
            yield server(about, connection)
            yield its_clock(about, connection)
            migrated = tables(about, service, connection)
            yield migrated
            if not migrated.is_wrong:
                yield from events(service, connection)
    except Retryable:
        remedy = f"See whether PostgreSQL runs and whether VEZ_{service.upper()}_DATABASE_URL is right"
        yield Finding(about, "cannot be reached", remedy)
    finally:
        database.close()


def server(about: str, connection: psycopg.Connection[Any]) -> Finding:
    """Its release."""
    version = connection.info.server_version // 10000
    is_old = version < OLDEST_SERVER
    return Finding(about, f"PostgreSQL {version}", f"Upgrade it to {OLDEST_SERVER} or newer" if is_old else "")


def its_clock(about: str, connection: psycopg.Connection[Any]) -> Finding:
    """How far its clock is from this machine's."""
    before = clock.now()
    row: Any = connection.execute("SELECT clock_timestamp() AS at").fetchone()
    return clock_of(about, row.at, before, clock.now())


def clock_of(about: str, theirs: datetime, before: datetime, after: datetime) -> Finding:
    """How far a clock, read between two instants of this machine, is from ours."""
    off = max((before - theirs).total_seconds(), (theirs - after).total_seconds(), 0.0)
    if off > CLOCK_SECONDS:
        return Finding(about, f"its clock is {off:.0f} s away from this machine's", "Let both follow one time server")
    return Finding(about, "its clock agrees with this machine's")


def tables(about: str, service: str, connection: psycopg.Connection[Any]) -> Finding:
    """Whether its tables are this release's."""
    table: Any = connection.execute(migrate.TABLE).fetchone()
    row: Any = connection.execute(migrate.PRESENT).fetchone() if table and table[0] else None
    present, newest = row[0] if row else "none", migrate.head(service)
    if present == newest:
        return Finding(about, f"migrated to {newest}")
    if row and present > newest:
        return Finding(about, f"migrated to {present}, newer than this release's {newest}", "Run the newer release")
    return Finding(about, f"migrated to {present}, this release needs {newest}", f"vez migrate {service}")


def events(service: str, connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    """What was not handled, not sent, not checked and not answered."""
    yield inbox(service, connection)
    yield dead(service, connection)
    yield outbox(service, connection)
    yield from feeds(service, connection)
    if service == "ticket":
        yield pending(connection)


def inbox(service: str, connection: psycopg.Connection[Any]) -> Finding:
    """Events that are parked, and those that are late."""
    row: Any = connection.execute(INBOX, {"older": DUE_SECONDS}).fetchone()
    about = f"{service} inbox"
    if row.parked:
        said = f"{row.parked} events are parked, the oldest since {row.since.isoformat(' ', 'seconds')}"
        remedy = f"vez inbox list --service {service}, then vez inbox retry ID or discard ID"
        return Finding(about, said, remedy)
    if row.late:
        said = f"{row.late} events wait for longer than {DUE_SECONDS:.0f} s"
        return Finding(about, said, f"See whether a {service} worker runs, and its log")
    return Finding(about, "nothing is parked, nothing is late")


def dead(service: str, connection: psycopg.Connection[Any]) -> Finding:
    """Messages that no handler could be given."""
    row: Any = connection.execute(DEAD).fetchone()
    said = f"{row.dead} dead letters" if row.dead else "no dead letters"
    remedy = "Read the table dead_letters: somebody else writes to our exchange, or a worker dies of a message"
    return Finding(f"{service} inbox", said, remedy if row.dead else "")


def outbox(service: str, connection: psycopg.Connection[Any]) -> Finding:
    """Events that were not handed to the broker."""
    state = outbox_status(Reader(connection))
    age = (clock.now() - state.oldest).total_seconds() if state.oldest else 0.0
    said = f"{state.unsent} events not sent, the oldest for {age:.0f} s" if state.unsent else "everything is sent"
    remedy = f"See whether the broker answers and a {service} worker runs: its relay sends them"
    return Finding(f"{service} outbox", said, remedy if age > UNSENT_SECONDS else "")


def feeds(service: str, connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    """How far the comparison with each publisher has come."""
    for row in connection.execute(FEEDS).fetchall():
        found: Any = row
        said = f"compared with {found.publisher} until {found.behind.total_seconds():.0f} s ago"
        remedy = f"See whether a {service} worker runs and reaches {found.publisher} over HTTP"
        yield Finding(f"{service} inbox", said, remedy if found.behind > FEED_LAG else "")


def pending(connection: psycopg.Connection[Any]) -> Finding:
    """Tickets that wait for the flow's answer."""
    row: Any = connection.execute(PENDING, {"older": PENDING_SECONDS}).fetchone()
    if row.pending:
        said = f"{row.pending} operations wait for the flow for longer than {PENDING_SECONDS:.0f} s"
        return Finding("ticket operations", said, "See whether the workflow and ticket workers run, and what is parked")
    return Finding("ticket operations", "none waits for long")
