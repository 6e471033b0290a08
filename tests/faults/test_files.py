"""Files outlive everything that can die: rows and objects agree exactly, nothing is lost, nothing is left over."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults.senders import Senders
from tests.support import databases
from tests.support.stack import command
from tests.support.waiting import wait_until
from vez.chaos.faults.database import Killed
from vez.chaos.system import System
from vez.embedded.store import BUCKET

NewSystem = Callable[[str], System]
THREADS = 4
FILES_A_TICKET = 40
SETTLED_SECONDS = 90.0
CRASH_POINTS = ("before_reserve", "after_put")
UNSETTLED = "SELECT count(*) FROM attachments WHERE state IN ('uploading', 'checking') AND removed_at IS NULL"
STORED = "SELECT id::text, sha256 FROM attachments WHERE state = 'stored' AND removed_at IS NULL"
CONTENTS = "SELECT sha256, reference_count FROM contents"
TOLD = "SELECT aggregate_id::text, count(*)::int FROM outbox WHERE name = 'attachment.stored' GROUP BY 1"


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small parts, and orphans looked for soon."""
    monkeypatch.setenv("VEZ_ATTACHMENTS_PART_BYTES", str(64 * 1024))
    monkeypatch.setenv("VEZ_ATTACHMENTS_ORPHAN_SECONDS", "2")


def test_a_few_files_outlive_their_servers(new_system: NewSystem) -> None:
    outlive(new_system("embedded"), 20)


@pytest.mark.heavy
@pytest.mark.parametrize("broker", ["embedded", "rabbitmq"])
def test_200_files_outlive_their_servers(new_system: NewSystem, broker: str) -> None:
    outlive(new_system(broker), 200)


def outlive(system: System, count: int) -> None:
    """Send files while worker, store, database, HTTP process and broker are killed in turn; then look at everything."""
    with Senders(system.url) as senders:
        kill_while_they_send(system, senders, count)


def kill_while_they_send(system: System, senders: Senders, count: int) -> None:
    """Every file is taken in the end; what then is there is judged."""
    tickets = senders.tickets(-(-count // FILES_A_TICKET))
    for point in CRASH_POINTS:
        (system.crashes / point).touch()
    senders.send_all(tickets, count, THREADS, lambda: strike(system, senders, count))
    assert len(senders.sent) == count
    deaths = [system.crashes / point for point in CRASH_POINTS]
    wait_until(
        lambda: not any(each.exists() for each in deaths), "a check to die at each point", seconds=SETTLED_SECONDS
    )
    url = system.databases()["attachments"]
    end_leases(url)
    wait_until(lambda: nothing_is_checked(url), "every check to end", seconds=SETTLED_SECONDS, every=0.2)
    age_what_was_left(url)
    wait_until(lambda: rows(url, UNSETTLED) == [(0,)], "what was left to be given up", seconds=30, every=0.2)
    end_leases(url)
    wait_until(lambda: not left_over(system, url), "the sweep to end", seconds=SETTLED_SECONDS, every=0.2)
    judge(system, senders, tickets, url)


def strike(system: System, senders: Senders, count: int) -> None:
    """Each kill comes when so many more files were taken."""
    chance = random.Random(7)
    kills: list[Callable[[], object]] = [
        lambda: system.kill("store", chance),
        lambda: kill_database(system, chance),
        lambda: system.kill("http", chance),
        lambda: kill_broker(system, chance),
        lambda: system.kill("store", chance),
        lambda: kill_database(system, chance),
    ]
    for turn, kill in enumerate(kills, 1):
        mark = turn * count // (len(kills) + 2)
        wait_until(lambda mark=mark: len(senders.sent) >= mark, f"{mark} files to be taken", seconds=120)  # type: ignore[misc]
        kill()


def kill_database(system: System, chance: random.Random) -> None:
    """PostgreSQL, which is back when this returns."""
    wait_until(system.postmaster, "PostgreSQL to run")
    killed = Killed()
    killed.start(system, chance)
    killed.stop(system)


def kill_broker(system: System, chance: random.Random) -> None:
    """RabbitMQ; where the database is the broker, a worker, which is who speaks to it."""
    if system.node is None:
        system.kill("worker", chance)
    else:
        system.node.kill()
        system.node.start()


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    return databases.rows(url, query)


def nothing_is_checked(url: str) -> bool:
    return rows(url, "SELECT count(*) FROM attachments WHERE state = 'checking' AND removed_at IS NULL") == [(0,)]


def end_leases(url: str) -> None:
    """A minute goes by for checks and sweeps that died, or whose store did."""
    for table in ("attachments", "contents"):
        databases.run(url, f"UPDATE {table} SET leased_until = now() WHERE leased_until IS NOT NULL")


def age_what_was_left(url: str) -> None:
    """A day goes by for uploads whose request died with the process that had it: nobody was told of them."""
    databases.run(url, "UPDATE attachments SET created_at = created_at - interval '25 hours' WHERE state = 'uploading'")


def keys(system: System) -> set[str]:
    """Every object in the store."""
    bucket = system.folder.objects / BUCKET
    walk = os.walk(bucket)  # passes over what goes meanwhile
    return {str((Path(place) / name).relative_to(bucket)) for place, _, names in walk for name in names}


def left_over(system: System, url: str) -> set[str]:
    """The objects that no row names, and those that rows name and are not there."""
    return keys(system) ^ {f"files/{sha256[:2]}/{sha256}" for sha256, _ in rows(url, CONTENTS)}


def judge(system: System, senders: Senders, tickets: list[str], url: str) -> None:
    """Each file that was taken is stored once and whole; each content is counted; the two-way check agrees."""
    stored = dict(rows(url, STORED))
    assert stored == senders.sent
    assert dict(rows(url, CONTENTS)) == Counter(stored.values())
    assert dict(rows(url, TOLD)) == dict.fromkeys(stored, 1)
    for sha256 in set(stored.values()):
        content = (system.folder.objects / BUCKET / f"files/{sha256[:2]}/{sha256}").read_bytes()
        assert hashlib.sha256(content).hexdigest() == sha256
    assert {file["id"] for ticket in tickets for file in senders.listed(ticket)} == stored.keys()
    checked = subprocess.run(
        command("attachments", "verify", "--sample", "100", "--data", str(system.folder.root)),
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
