"""What `vez restore` refuses, each in one clear message before anything is replaced, and that it puts back what was."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from tests.support import databases
from vez import cli, setup

UNSENT = """
    INSERT INTO outbox (id, name, v, word, aggregate_id, sequence, occurred_at, actor_id, payload)
    VALUES (gen_random_uuid(), 'ticket.drafted', 1, 'ticket', '{}', 1, now(), gen_random_uuid(), '{{}}')"""
MARKED = "SELECT aggregate_id FROM outbox ORDER BY 1"


@pytest.fixture
def house(environ: dict[str, str]) -> Iterator[dict[str, str]]:
    """A set-up installation; `kept` is in the ticket service's outbox."""
    result = CliRunner().invoke(setup.command, env=environ)
    assert result.exit_code == 0, result.output
    databases.run(environ["VEZ_TICKET_DATABASE_URL"], f"DELETE FROM outbox; {UNSENT.format('kept')}")
    yield environ
    databases.run(environ["VEZ_TICKET_DATABASE_URL"], "DELETE FROM outbox")


@pytest.fixture
def backup(house: dict[str, str], tmp_path: Path) -> Path:
    """A backup of it, after which `later` was said."""
    status, said = vez(house, "backup", str(tmp_path / "backup"))
    assert status == 0, said
    databases.run(house["VEZ_TICKET_DATABASE_URL"], UNSENT.format("later"))
    return tmp_path / "backup"


def vez(house: dict[str, str], *arguments: str, answer: str = "") -> tuple[int, str]:
    """A command's exit status and what it said."""
    result = CliRunner().invoke(cli.group, arguments, env=house, input=answer)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result.exit_code, result.output


def marked(house: dict[str, str]) -> list[Any]:
    """What is in the ticket service's outbox."""
    return [row[0] for row in databases.rows(house["VEZ_TICKET_DATABASE_URL"], MARKED)]


def refused(house: dict[str, str], folder: Path, *arguments: str) -> str:
    """The one line with which a restore is refused, which must have replaced nothing."""
    status, said = vez(house, "restore", str(folder), "--yes", *arguments)
    errors = [line for line in said.splitlines() if line.startswith("Error: ")]
    assert (status, len(errors)) == (1, 1), said
    assert marked(house) == ["kept", "later"]
    return errors[0]


def test_what_was_is_put_back_and_each_service_is_told(house: dict[str, str], backup: Path) -> None:
    status, said = vez(house, "restore", str(backup), "--yes")
    assert status == 0, said
    assert marked(house) == ["kept"]
    assert "ticket: " in said
    assert "identity: " in said
    assert "Restored in " in said


def test_it_asks_before_it_replaces_and_a_no_replaces_nothing(house: dict[str, str], backup: Path) -> None:
    status, said = vez(house, "restore", str(backup), answer="n\n")
    assert status == 1
    assert "Replace what " in said
    assert said.endswith("Aborted!\n")
    assert vez(house, "restore", str(backup))[0] == 1, "nobody is there to answer"
    assert marked(house) == ["kept", "later"]
    assert vez(house, "restore", str(backup), answer="y\n")[0] == 0
    assert marked(house) == ["kept"]


def test_a_backup_is_never_written_over_another(house: dict[str, str], backup: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in backup.rglob("*")}
    status, said = vez(house, "backup", str(backup))
    assert (status, "is there already" in said) == (1, True), said
    assert {path: path.stat().st_mtime_ns for path in backup.rglob("*")} == before


def test_a_folder_that_is_no_backup_and_a_manifest_that_was_changed_are_named(
    house: dict[str, str], backup: Path
) -> None:
    assert "is no backup that was finished: it has no manifest.json" in refused(house, backup / "ticket")
    (backup / "manifest.json").write_text("{")
    assert "manifest.json was changed" in refused(house, backup)


def cut(path: Path) -> None:
    """As a copy that ended early."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def spoil(path: Path) -> None:
    """As a disk that lost a sector."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 8] = bytes(8)
    path.write_bytes(content)


def shorten(path: Path) -> None:
    """As somebody who edited it."""
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    path.write_bytes(gzip.compress(b"".join(lines[1:])))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (Path.unlink, "is missing"),
        (cut, "was cut off or changed"),
        (spoil, "was cut off or changed"),
        (shorten, "rows and should have"),
        (lambda path: path.write_bytes(b"no archive"), "was cut off or changed"),
    ],
)
def test_a_damaged_file_of_the_last_service_is_found_before_the_first_is_replaced(
    house: dict[str, str], backup: Path, damage: Callable[[Path], None], said: str
) -> None:
    last = list(json.loads((backup / "manifest.json").read_text())["services"])[-1]
    rows = sorted((backup / last).glob("*.copy.gz"), key=lambda path: path.stat().st_size)[-1]
    damage(rows)
    error = refused(house, backup)
    assert f"{rows} " in error
    assert said in error
    assert "Nothing was replaced: take another backup" in error


def test_a_backup_of_other_tables_names_the_release_that_restores_it(house: dict[str, str], backup: Path) -> None:
    manifest = json.loads((backup / "manifest.json").read_text())
    manifest["release"], manifest["services"]["notify"]["revision"] = "0.0.7", "0000"
    (backup / "manifest.json").write_text(json.dumps(manifest))
    error = refused(house, backup)
    assert "notify's backup is of migration 0000" in error
    assert "restore it with release 0.0.7, then run vez migrate" in error


def test_a_service_that_the_backup_has_not_is_named(house: dict[str, str], tmp_path: Path) -> None:
    assert vez(house, "backup", str(tmp_path / "one"), "--service", "ticket")[0] == 0
    databases.run(house["VEZ_TICKET_DATABASE_URL"], UNSENT.format("later"))
    error = refused(house, tmp_path / "one", "--service", "workflow")
    assert "This backup has nothing of workflow" in error


def test_a_database_in_use_is_found_before_another_is_replaced(house: dict[str, str], backup: Path) -> None:
    last = list(json.loads((backup / "manifest.json").read_text())["services"])[-1]
    url = house[f"VEZ_{last.upper()}_DATABASE_URL"]
    with psycopg.connect(url, application_name=f"vez-{last}-http"):
        assert f"{last}'s database is in use by vez-{last}-http: stop these first" in refused(house, backup)


def test_a_database_that_does_not_answer_is_named_and_leaves_no_half_backup(
    house: dict[str, str], backup: Path, tmp_path: Path
) -> None:
    away = {**house, "VEZ_NOTIFY_DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    status, said = vez(away, "backup", str(tmp_path / "half"))
    assert (status, "notify's database: " in said, (tmp_path / "half").exists()) == (1, True, False), said
    status, said = vez(away, "restore", str(backup), "--yes")
    assert (status, "notify's database: " in said) == (1, True), said
    assert marked(house) == ["kept", "later"]
