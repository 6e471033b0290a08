"""`vez setup` prepares an installation, once and again."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner

from shared.contracts.topology import SERVICES
from tests.support import databases
from vez import migrate, setup


def vez_setup(environ: Mapping[str, str]) -> tuple[int, str]:
    result = CliRunner().invoke(setup.command, env=dict(environ))
    return result.exit_code, result.output or repr(result.exception)


def test_it_makes_everything_and_the_second_time_nothing(environ: Mapping[str, str]) -> None:
    key = Path(environ["VEZ_IDENTITY_KEY_FILE"])
    status, said = vez_setup(environ)
    assert status == 0, said
    made = key.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    for service in SERVICES:
        assert migrate.present(environ[f"VEZ_{service.upper()}_DATABASE_URL"]) == migrate.head(service)
    clients = databases.rows(environ["VEZ_IDENTITY_DATABASE_URL"], "SELECT count(*) FROM clients")
    status, said = vez_setup(environ)
    assert (status, key.read_bytes()) == (0, made), said
    assert "Tables: this release's already" in said
    assert databases.rows(environ["VEZ_IDENTITY_DATABASE_URL"], "SELECT count(*) FROM clients") == clients


def test_what_is_not_told_is_named_all_at_once(environ: Mapping[str, str]) -> None:
    without = {k: v for k, v in environ.items() if not k.endswith("CLIENT_SECRET")}
    status, said = vez_setup(without)
    assert status == 1
    assert "VEZ_TICKET_CLIENT_SECRET" in said
    assert "VEZ_PORTAL_CLIENT_SECRET" in said


def test_a_broker_and_a_store_that_do_not_answer_are_one_clear_line(environ: Mapping[str, str]) -> None:
    status, said = vez_setup({**environ, "VEZ_BROKER_URL": "amqp://nobody:x@127.0.0.1:1//"})
    assert (status, "The broker cannot be used" in said) == (1, True), said
    status, said = vez_setup({**environ, "VEZ_ATTACHMENTS_S3_URL": "http://127.0.0.1:1"})
    assert (status, "The object store cannot be used" in said) == (1, True), said
