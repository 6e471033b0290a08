"""The embedded PostgreSQL alone, and the fixtures that tests stand on."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import click
import psycopg
import pytest

from tests.support import databases
from vez.embedded import child, postgres

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
ROLES = ("CREATE ROLE one LOGIN PASSWORD 'first'", "CREATE DATABASE one OWNER one STRATEGY FILE_COPY")


def test_a_run_has_one_server_and_a_database_comes_empty(new_database: Callable[[str], str]) -> None:
    url = new_database("plain")
    databases.run(url, "CREATE TABLE things (id int); INSERT INTO things VALUES (1)")
    databases.empty(url)
    assert databases.rows(url, "SELECT count(*) FROM things") == [(0,)]


def test_the_embedded_broker_has_the_overload_that_topic_publishing_calls(embedded_broker_url: str) -> None:
    url = embedded_broker_url.replace("pgmq:", "postgresql:", 1)
    assert databases.rows(url, "SELECT pgmq.send_topic('a.b', '{}'::jsonb, '{}'::jsonb)") == [(0,)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    return tmp_path


def test_databases_made_without_a_server_are_there_and_closed_to_others(folder: Path) -> None:
    made = postgres.create(folder / "postgres", "secret", [*ROLES, "REVOKE CONNECT ON DATABASE one FROM PUBLIC"])
    server = postgres.start(folder / "postgres", folder / "run", password="secret")
    try:
        mine = postgres.address(folder / "run", "one", "one", "first")
        assert made
        assert databases.rows(mine, "SELECT current_user::text") == [("one",)]
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(postgres.address(folder / "run", "one", "one", "second"))
    finally:
        server.stop()
    assert not postgres.create(folder / "postgres", "secret")


def test_a_wrong_statement_is_told_and_the_folder_is_made_again(folder: Path) -> None:
    with pytest.raises(click.ClickException, match="syntax error"):
        postgres.create(folder / "postgres", "", ["CREATE NONSENSE"])
    assert postgres.create(folder / "postgres")


def test_a_killed_server_starts_again_with_its_data(folder: Path) -> None:
    postgres.create(folder / "postgres")
    first = postgres.start(folder / "postgres", folder / "run")
    databases.run(first.url, "CREATE TABLE kept AS SELECT 1 AS id")
    os.kill(first.pid, signal.SIGKILL)
    child.wait(first.pid, 5)
    child.kill_group(first.pid)
    second = postgres.start(folder / "postgres", folder / "run")
    try:
        assert databases.rows(second.url, "SELECT id FROM kept") == [(1,)]
    finally:
        second.stop()


def test_the_pid_file_of_a_stranger_is_no_server(folder: Path) -> None:
    postgres.create(folder / "postgres")
    (folder / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{folder}/postgres\n")
    postgres.start(folder / "postgres", folder / "run").stop()
