"""`vez migrate` on real databases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner

from tests.support import databases
from vez import migrate

SERVICE = "ticket"


@pytest.fixture
def environ(new_database: Callable[[str], str]) -> Mapping[str, str]:
    return {"VEZ_TICKET_DATABASE_URL": new_database("to_migrate")}


def vez_migrate(environ: Mapping[str, str], *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(migrate.command, [SERVICE, *arguments], env=dict(environ))
    return result.exit_code, result.output


def test_it_migrates_once_and_says_so(environ: Mapping[str, str]) -> None:
    assert vez_migrate(environ, "--check") == (1, "Error: Not migrated yet: ticket. Run vez migrate\n")
    assert vez_migrate(environ) == (0, "Migrated: ticket\n")
    assert vez_migrate(environ) == (0, "Every table is this release's already\n")
    assert vez_migrate(environ, "--check") == (0, "Every table is this release's already\n")


def test_two_at_once_wait_for_each_other(environ: Mapping[str, str]) -> None:
    url = environ["VEZ_TICKET_DATABASE_URL"]
    with databases.connected(url) as holder, ThreadPoolExecutor(1) as pool:
        holder.execute("SELECT pg_advisory_lock(%s)", (migrate.LOCK,))
        running = pool.submit(migrate.upgrade, SERVICE, url)
        databases.wait_for_waiter(url)
        assert migrate.present(url) == ""
        holder.execute("SELECT pg_advisory_unlock(%s)", (migrate.LOCK,))
        running.result(30)
    assert migrate.present(url) == migrate.head(SERVICE)


def test_a_database_that_cannot_be_reached_is_one_clear_line() -> None:
    status, said = vez_migrate({"VEZ_DATABASE_URL": "postgresql://127.0.0.1:1/x"})
    assert status == 1
    assert said.startswith("Error: A database cannot be reached: ")
    assert len(said.splitlines()) == 1
