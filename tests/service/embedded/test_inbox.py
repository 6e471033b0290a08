"""`vez inbox` and `vez outbox`, in the databases themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from click.testing import CliRunner

from shared.ids import new_id
from tests.support import databases
from vez.inbox.command import inbox
from vez.inbox.outbox import outbox

TICKET, EVENT = new_id(), new_id()
PARK = """
INSERT INTO inbox (id, word, aggregate_id, sequence, name, state, tries, error, envelope, received_at)
VALUES ('{id}', 'ticket', '{ticket}', 7, 'ticket.commented', 'parked', 8, 'KeyError: x', jsonb_build_object(
  'id', '{id}', 'name', 'ticket.commented', 'v', 1, 'occurred_at', '2026-01-01T00:00:00Z', 'aggregate_id', '{ticket}',
  'sequence', 7, 'actor_id', '{ticket}', 'causation_id', null, 'trace', null, 'payload', '{{}}'::jsonb), now())
"""
UNSENT = """
INSERT INTO outbox (id, name, v, word, aggregate_id, sequence, occurred_at, actor_id, payload)
VALUES ('{id}', 'x.y', 1, 'x', 'a', 1, now() - interval '1 minute', '{id}', '{{}}')
"""


@pytest.fixture
def environ(database_url: Callable[[str], str]) -> Mapping[str, str]:
    """The notify service's database holds a parked event."""
    url = database_url("notify")
    databases.run(url, PARK.format(id=EVENT, ticket=TICKET))
    others = {f"VEZ_{name.upper()}_DATABASE_URL": url for name in ("ticket", "workflow", "attachments", "identity")}
    return {**others, "VEZ_NOTIFY_DATABASE_URL": url}


def vez(command: Any, environ: Mapping[str, str], *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, arguments, env=dict(environ), catch_exceptions=False)
    return result.exit_code, result.output


def state(environ: Mapping[str, str]) -> list[tuple[object, ...]]:
    return databases.rows(environ["VEZ_NOTIFY_DATABASE_URL"], "SELECT state, tries FROM inbox")


def test_what_is_parked_is_listed_with_its_error(environ: Mapping[str, str]) -> None:
    status, said = vez(inbox, environ, "list", "--service", "notify", "--database")
    assert status == 0
    for told in ("notify", EVENT, "ticket.commented", TICKET, "KeyError: x"):
        assert told in said


def test_a_retried_event_is_due_with_its_tries_counted_anew(environ: Mapping[str, str]) -> None:
    status, _ = vez(inbox, environ, "retry", EVENT, "--service", "notify", "--database")
    assert (status, state(environ)) == (0, [("due", 0)])
    assert vez(inbox, environ, "list", "--service", "notify", "--database") == (0, "Nothing is parked\n")


def test_a_discarded_event_lets_the_later_ones_by(environ: Mapping[str, str]) -> None:
    status, said = vez(inbox, environ, "discard", EVENT, "--service", "notify", "--database")
    assert status == 0, said
    assert state(environ) == [("discarded", 8)]
    url = environ["VEZ_NOTIFY_DATABASE_URL"]
    assert databases.rows(url, "SELECT word, aggregate_id, applied FROM applied") == [("ticket", TICKET, 7)]


def test_an_event_that_is_not_parked_is_told_in_one_line(environ: Mapping[str, str]) -> None:
    status, said = vez(inbox, environ, "retry", "abc", "--service", "notify", "--database")
    assert (status, said) == (1, "Error: No parked event has the id abc\n")


def test_a_system_that_does_not_answer_is_told_in_one_line(environ: Mapping[str, str]) -> None:
    status, said = vez(inbox, environ, "list", "--url", "http://127.0.0.1:1")
    assert status == 1
    assert said == "Error: http://127.0.0.1:1 does not answer. With --database the databases are asked instead\n"


def test_what_was_not_sent_is_counted(environ: Mapping[str, str]) -> None:
    databases.run(environ["VEZ_NOTIFY_DATABASE_URL"], UNSENT.format(id=new_id()))
    status, said = vez(outbox, environ, "status")
    line = next(line for line in said.splitlines() if line.startswith("notify"))
    assert (status, line.split()[1]) == (0, "1")
    assert 59 <= int(line.split()[2]) <= 120
