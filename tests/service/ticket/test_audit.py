"""`vez audit verify` finds what was changed behind the application's back, and names the first bad entry."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Final

import psycopg
import pytest
from click.testing import CliRunner
from psycopg.types.json import Jsonb

from shared import audit
from shared.config import environment
from shared.ids import new_id
from shared.migrations import make_append_only
from tests.service.ticket.house import House
from tests.support import databases
from vez.audit import audit as command

GUARDED: Final = ("stage_history", "audit_log")
BEHIND_OUR_BACK: Final = "SET session_replication_role = replica; "
"""What a superuser says to switch the triggers off."""
TICKET: Final = "(SELECT id FROM tickets LIMIT 1)"
OTHER: Final = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def url(house: House) -> Iterator[str]:
    """The address of a database with one ticket's whole life in it, guarded as in an installation."""
    house.cancelled()
    url = house.world.options.database_url
    make_append_only(SimpleNamespace(execute=lambda sql: databases.run(url, sql)), *GUARDED)
    yield url
    for table in GUARDED:
        databases.run(url, f"DROP TRIGGER append_only ON {table}; DROP TRIGGER append_only_whole ON {table}")


def verify(url: str) -> tuple[int, list[str]]:
    """The command's exit status, and the lines that it said."""
    result = CliRunner().invoke(command, ["verify", "--service", "ticket"], env={"VEZ_DATABASE_URL": "", **at(url)})
    return result.exit_code, [line for line in result.stdout.splitlines() if line.startswith("ticket ")]


def at(url: str) -> dict[str, str]:
    """The variables of an installation whose services are all in the database at `url`."""
    services = ("ticket", "workflow", "attachments", "notify", "identity")
    return {f"VEZ_{service.upper()}_DATABASE_URL": url for service in services}


def test_an_untouched_record_verifies(url: str) -> None:
    status, said = verify(url)
    assert status == 0
    assert [line.partition(": ")[2].partition(" ")[2] for line in said] == ["entries, all as they were written"] * 2


def test_the_guard_refuses_who_does_not_switch_it_off(url: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        databases.run(url, "UPDATE audit_log SET action = 'x'")


LOG_TAMPERED: Final = {
    "change": ("UPDATE audit_log SET action = 'x' WHERE position = 2", "entry 2 ", "its facts were changed"),
    "change of a detail": (
        "UPDATE audit_details SET detail = '{\"x\": 1}' WHERE id = (SELECT id FROM audit_log WHERE position = 2)",
        "entry 2 ",
        "its detail was changed",
    ),
    "change with its own digest": (
        "UPDATE audit_log SET digest = sha256('x') WHERE position = 2",
        "entry 2 ",
        "its facts were changed",
    ),
    "removal of the first": ("DELETE FROM audit_log WHERE position = 1", "entry 1 is missing", ""),
    "removal inside": ("DELETE FROM audit_log WHERE position = 2", "entry 2 is missing", ""),
    "removal at the end": (
        "DELETE FROM audit_log l USING tickets t WHERE l.position = t.audit_count",
        "is missing, its row counts",
        "",
    ),
    "removal of all": ("DELETE FROM audit_log", "entry 1 is missing", ""),
    "swap": (
        "UPDATE audit_log SET position = 99 WHERE position = 1; "
        "UPDATE audit_log SET position = 1 WHERE position = 2; "
        "UPDATE audit_log SET position = 2 WHERE position = 99",
        "entry 1 ",
        "it does not follow from the one before",
    ),
    "insertion at the end": (
        "INSERT INTO audit_log SELECT gen_random_uuid(), word, aggregate_id, position + 1, at, actor_id, action, "
        "detail_digest, digest, head FROM audit_log ORDER BY position DESC LIMIT 1",
        "its facts were changed",
        "",
    ),
    "insertion about nothing": (
        f"INSERT INTO audit_log SELECT gen_random_uuid(), word, '{OTHER}', 1, at, actor_id, action, "
        "detail_digest, digest, head FROM audit_log WHERE position = 1",
        OTHER,
        "its facts were changed",
    ),
    "a detail of no entry": (
        f"INSERT INTO audit_details VALUES ('{OTHER}', 'x', '{{}}')",
        f"detail {OTHER}: there is no entry that it belongs to",
        "",
    ),
    "removal of the ticket": (
        "DELETE FROM tickets; DELETE FROM stage_history; DELETE FROM stage_comments",
        "there is no ticket that it is about",
        "",
    ),
}


@pytest.mark.parametrize("tampered", LOG_TAMPERED)
def test_what_is_done_to_the_audit_log_behind_our_back_is_found(url: str, tampered: str) -> None:
    change, place, why = LOG_TAMPERED[tampered]
    databases.run(url, BEHIND_OUR_BACK + change)
    status, said = verify(url)
    assert status == 1
    assert said[0].startswith("ticket audit log: ")
    assert (place in said[0], why in said[0]) == (True, True), said[0]


HISTORY_TAMPERED: Final = {
    "change": ("UPDATE stage_history SET by_id = ticket_id WHERE position = 2", "row 2: its facts were changed"),
    "change of a comment": (
        "UPDATE stage_comments SET comment = 'y' WHERE position = 2",
        "row 2: its comment was changed",
    ),
    "removal inside": ("DELETE FROM stage_history WHERE position = 1", "row 1 is missing"),
    "removal at the end": (
        "DELETE FROM stage_history h USING tickets t WHERE h.position = t.history_count",
        "is missing, its ticket counts",
    ),
    "removal of all": ("DELETE FROM stage_history", "row 1 is missing"),
    "swap": (
        "UPDATE stage_history SET position = 99 WHERE position = 1; "
        "UPDATE stage_history SET position = 1 WHERE position = 2; "
        "UPDATE stage_history SET position = 2 WHERE position = 99",
        "row 1: its facts were changed",
    ),
    "insertion": (
        "INSERT INTO stage_history SELECT h.ticket_id, h.position + 1, h.ordinal, h.entered_at, h.stage, h.side, "
        "h.by_id, h.transition, h.before_person_id, h.before_queue, h.after_person_id, h.after_queue, h.operation_id, "
        "h.fallback_reason, h.comment_digest, h.digest, h.head FROM stage_history h ORDER BY h.position DESC LIMIT 1",
        "its facts were changed",
    ),
    "a comment of no row": (
        f"INSERT INTO stage_comments VALUES ({TICKET}, 99, 'x', 'y')",
        "a comment belongs to stage history row 99",
    ),
}


@pytest.mark.parametrize("tampered", HISTORY_TAMPERED)
def test_what_is_done_to_the_stage_history_behind_our_back_is_found(url: str, tampered: str) -> None:
    change, found = HISTORY_TAMPERED[tampered]
    databases.run(url, BEHIND_OUR_BACK + change)
    status, said = verify(url)
    assert status == 1
    assert said[1].startswith("ticket stage history: ")
    assert found in said[1], said[1]


def test_the_chain_of_one_thing_is_verified_for_who_reads_the_log(house: House, url: str) -> None:
    ((ticket_id, entries),) = house.world.rows("SELECT id::text, audit_count FROM tickets")
    path = f"/audit/verification?word=ticket&aggregate_id={ticket_id}"
    assert house.world.call(house.admin, "GET", path).json == {"entries": entries, "wrong": None}
    for unknown in (
        f"word=x&aggregate_id={ticket_id}",
        f"word=ticket&aggregate_id={OTHER}",
        "word=ticket&aggregate_id=y",
    ):
        assert house.world.call(house.admin, "GET", f"/audit/verification?{unknown}").status_code == 404


@pytest.mark.parametrize("tampered", sorted(set(LOG_TAMPERED) - {"insertion about nothing", "a detail of no entry"}))
def test_the_verification_of_one_thing_finds_what_the_whole_one_does(house: House, url: str, tampered: str) -> None:
    ((ticket_id,),) = house.world.rows("SELECT id::text FROM tickets")
    change, place, why = LOG_TAMPERED[tampered]
    databases.run(url, BEHIND_OUR_BACK + change)
    answer = house.world.call(house.admin, "GET", f"/audit/verification?word=ticket&aggregate_id={ticket_id}")
    assert place in answer.json["wrong"]
    assert why in answer.json["wrong"]


def test_erased_details_and_comments_leave_the_chains_whole(url: str) -> None:
    databases.run(url, "DELETE FROM audit_details; DELETE FROM stage_comments")
    assert verify(url)[0] == 0


# ---- a large log ----------------------------------------------------------------------------------------------------

ROWS: Final = 1_000_000
PER_TICKET: Final = 20
SECONDS: Final = 30
MEGABYTES: Final = 150
AT: Final = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.heavy
def test_a_million_entries_are_verified_in_half_a_minute_and_in_flat_memory(house: House) -> None:
    url = house.world.options.database_url
    fill(url, ROWS)
    began = time.monotonic()
    command = [sys.executable, "-m", "vez", "audit", "verify", "--service", "ticket"]
    with subprocess.Popen(command, env={**environment(), **at(url)}, stdout=subprocess.PIPE, text=True) as run:
        peak = peak_megabytes(run)
        seconds = time.monotonic() - began
        said = run.stdout.read() if run.stdout is not None else ""
    print(f"{ROWS} entries in {seconds:.1f} s, {peak:.0f} MB")
    assert (run.returncode, f"{ROWS} entries, all" in said) == (0, True), said
    assert seconds < SECONDS
    assert peak < MEGABYTES


def peak_megabytes(run: subprocess.Popen[str]) -> float:
    """The most memory that a process has had when it ends."""
    peak = 0.0
    while run.poll() is None:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{run.pid}/status").read_text())
        peak = max(peak, int(found.group(1)) / 1024 if found else 0.0)
        time.sleep(0.05)
    return peak


def fill(url: str, rows: int) -> None:
    """Put whole chains into the log, and tickets that hold their heads."""
    actor, heads = new_id(), []
    with databases.connected(url) as one, databases.connected(url) as two, databases.connected(url) as three:
        with one.cursor().copy("COPY audit_log FROM STDIN") as log, two.cursor().copy(DETAILS) as details:
            for _ in range(rows // PER_TICKET):
                ticket_id, head = new_id(), b""
                for position in range(1, PER_TICKET + 1):
                    found = {"operation_id": ticket_id, "comment": "Some words that were said of it", "n": position}
                    entry = audit.entry("ticket", ticket_id, AT, actor, "advance", found)
                    head = hashlib.sha256(head + entry.digest).digest()
                    facts = (entry.id, entry.word, ticket_id, position, AT, actor, entry.action)
                    log.write_row((*facts, entry.detail_digest, entry.digest, head))
                    details.write_row((entry.id, entry.salt, Jsonb(entry.detail)))
                heads.append((ticket_id, head))
        three.execute("CREATE TEMP TABLE heads (id uuid, head bytea)")
        with three.cursor().copy("COPY heads FROM STDIN") as copy:
            for kept in heads:
                copy.write_row(kept)
        three.execute(TICKETS, (PER_TICKET,))
        for table in ("audit_log", "audit_details", "tickets"):
            three.execute(f"ANALYZE {table}")  # type: ignore[arg-type]


DETAILS: Final = "COPY audit_details FROM STDIN"
TICKETS: Final = """
    INSERT INTO tickets (id, number, type, flow_version, subject, status, priority, client_id, author_id, parameters,
                         turn_side, turn_since, created_at, updated_at, audit_count, head)
    SELECT id, id::text, 't', 1, '', 'draft', 'normal', id, id, '{}', 'client', now(), now(), now(), %s, head FROM heads
    """
