"""`vez doctor` names what is wrong and what to do, on real servers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest
from click.testing import CliRunner

from shared import clock
from tests.service.attachments.clamd import FRESH, Clamd
from tests.support import databases
from tests.support.processes import free_port
from vez import setup
from vez.doctor import command, outside, scanner
from vez.doctor import databases as looked
from vez.doctor.findings import Finding

PARKED = """
    INSERT INTO inbox (id, word, aggregate_id, sequence, name, state, received_at)
    VALUES (gen_random_uuid(), 'flow', 'a', 1, 'flow.finished', 'parked', now())"""
UNSENT = """
    INSERT INTO outbox (id, name, v, word, aggregate_id, sequence, occurred_at, actor_id, payload)
    VALUES (gen_random_uuid(), 'ticket.drafted', 1, 'ticket', 'a', 1, now() - interval '5 minutes',
            gen_random_uuid(), '{}')"""


@pytest.fixture
def installed(environ: dict[str, str]) -> Iterator[dict[str, str]]:
    """A set-up installation whose ticket service has neither parked nor unsent events."""
    result = CliRunner().invoke(setup.command, env=environ)
    assert result.exit_code == 0, result.output
    yield environ
    databases.run(environ["VEZ_TICKET_DATABASE_URL"], "DELETE FROM inbox; DELETE FROM outbox")


def wrong(findings: Iterator[Finding]) -> dict[str, str]:
    return {finding.said: finding.remedy for finding in findings if finding.is_wrong}


def ticket(environ: Mapping[str, str]) -> dict[str, str]:
    return wrong(looked.of_service("ticket", environ["VEZ_TICKET_DATABASE_URL"]))


def test_a_fresh_installation_has_healthy_databases(installed: Mapping[str, str]) -> None:
    assert ticket(installed) == {}


def test_a_database_behind_is_told_to_be_migrated(installed: Mapping[str, str]) -> None:
    url = installed["VEZ_TICKET_DATABASE_URL"]
    present = databases.rows(url, "SELECT version_num FROM alembic_version")[0][0]
    databases.run(url, "UPDATE alembic_version SET version_num = '0000'")
    try:
        assert list(ticket(installed).values()) == ["vez migrate ticket"]
    finally:
        databases.run(url, f"UPDATE alembic_version SET version_num = '{present}'")


def test_parked_and_unsent_events_are_named_with_what_to_do(installed: Mapping[str, str]) -> None:
    databases.run(installed["VEZ_TICKET_DATABASE_URL"], f"{PARKED}; {UNSENT}")
    found = ticket(installed)
    assert len(found) == 2
    assert any("1 events are parked" in said and "vez inbox" in remedy for said, remedy in found.items())
    assert any("1 events not sent" in said and "relay" in remedy for said, remedy in found.items())


def test_a_database_that_cannot_be_reached_is_named() -> None:
    found = wrong(looked.of_service("ticket", "postgresql://127.0.0.1:1/none"))
    assert list(found) == ["cannot be reached"]


def test_a_clock_that_is_away_is_named() -> None:
    now = clock.now()
    assert not looked.clock_of("x", now - timedelta(seconds=1), now, now).is_wrong
    assert "3600 s" in looked.clock_of("x", now + timedelta(hours=1), now, now).said


def test_the_bucket_and_the_mail_server_are_looked_at(installed: Mapping[str, str]) -> None:
    patient = command.patient_of(command.Path("nowhere"), installed)
    assert wrong(outside.store(patient)) == {}
    missing = command.patient_of(command.Path("nowhere"), {**installed, "VEZ_ATTACHMENTS_S3_BUCKET": "another"})
    assert wrong(outside.store(missing)) == {"is not there": "vez setup makes it"}
    assert outside.mail_server(f"smtp://127.0.0.1:{free_port()}").is_wrong


def test_the_scanner_is_asked_how_old_its_signatures_are() -> None:
    patient = command.patient_of(command.Path("nowhere"), {})
    assert [finding.is_wrong for finding in scanner.look(patient)] == [False], "none is set"
    for hours, is_wrong in ((3, False), (47, False), (50, True)):
        made = clock.now() - timedelta(hours=hours)
        with Clamd(version=made.strftime(FRESH)).running() as clamd:
            (found,) = asked_of(clamd.url)
        assert (found.is_wrong, found.said) == (is_wrong, f"ClamAV 1.4.3, signatures 27500 are {hours} h old")
    with Clamd(version="ClamAV 1.4.3").running() as clamd:
        (found,) = asked_of(clamd.url)
    assert "does not say how old" in found.said
    assert "freshclam" in found.remedy
    (found,) = asked_of(f"tcp://127.0.0.1:{free_port()}")
    assert "does not answer" in found.said


def asked_of(url: str) -> list[Finding]:
    return list(scanner.look(command.patient_of(command.Path("nowhere"), {"VEZ_ATTACHMENTS_CLAMD_URL": url})))


def test_the_command_ends_with_1_and_says_what_to_do(installed: dict[str, str]) -> None:
    result = CliRunner().invoke(command.command, env=installed)
    assert result.exit_code == 1
    assert "WRONG  ticket service: does not answer at http://127.0.0.1:1" in result.output
    assert "→ Start it (vez run ticket http)" in result.output
    assert "ok     ticket database: PostgreSQL" in result.output
