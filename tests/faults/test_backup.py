"""A backup is taken while people work, and put back: of everything, or of one service that then catches up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.service.embedded import stack as embedded
from tests.support import agreement
from tests.support.stack import Stack
from tests.support.waiting import wait_until
from vez import places

CHARGED_TWICE = {"invoice": "20261107", "amount": "12.00", "reason": "duplicate"}


@contextmanager
def running(data: Path) -> Iterator[Stack]:
    """The whole system on a data folder."""
    with embedded.running(data) as process:
        stack = Stack(process.url, data.parent)
        try:
            yield stack
        finally:
            stack.client.close()


def vez(*arguments: str) -> str:
    """What a command says; it must succeed."""
    done = embedded.run(*arguments, seconds=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def disputed(stack: Stack) -> str:
    """A ticket that its attendant has."""
    return str(stack.submit("ana", "billing_dispute", CHARGED_TWICE)["id"])


def ask(stack: Stack, id: str) -> None:
    """The attendant asks the client something."""
    stack.act("bruno", id, "advance", {"transition": "ask", "comment": "Envie o extrato"})


def ask_after_a_restore(stack: Stack, id: str) -> None:
    """The same as the first of its ticket since a restore: each reader asks first what lies between."""
    body = {"transition": "ask", "comment": "Envie o extrato"}
    assert stack.post("bruno", f"/api/ticket/v1/tickets/{id}/advance", body, match="*").status_code == 202
    wait_until(lambda: not stack.ticket("bruno", id)["pending"], "the flow's answer", seconds=60, every=0.5)
    assert stack.ticket("bruno", id)["turn"]["side"] == "client"


def answer(stack: Stack, id: str) -> None:
    """The client answers."""
    stack.act("ana", id, "advance", {"transition": "answer"})


def expect_agreement(data: Path) -> None:
    """Wait until everybody has applied all that was said, and nothing is parked."""
    with places.settings(data, embedded.CLEAN) as settings:
        agreement.expect(places.databases(settings))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A data folder's place, and beside it that of the backup."""
    return tmp_path / "data"


def test_a_service_that_is_ten_minutes_older_than_the_others_catches_up(place: Path) -> None:
    backup = place.parent / "backup"
    with running(place) as stack:
        early = disputed(stack)
        expect_agreement(place)
        assert "workflow: " in vez("backup", str(backup), "--data", str(place))
        ask(stack, early)
        late = disputed(stack)
        ask(stack, late)
        answer(stack, late)
        expect_agreement(place)
        before = {id: stack.ticket("ana", id) for id in (early, late)}
        refused = embedded.run("restore", str(backup), "--service", "workflow", "--data", str(place), "--yes")
        assert refused.returncode == 1
        assert "in use by" in refused.stderr
    said = vez("restore", str(backup), "--service", "workflow", "--data", str(place), "--yes")
    assert "numbered 1,000,000 higher" in said
    with running(place) as stack:
        expect_agreement(place)
        for id, ticket in before.items():
            now = stack.ticket("ana", id)
            assert (now["stage"], now["turn"], now["pending"]) == (ticket["stage"], ticket["turn"], None)
        answer(stack, early)
        ask(stack, late)
        disputed(stack)
        expect_agreement(place)


def test_everything_is_put_back_and_no_number_is_given_twice(place: Path) -> None:
    backup = place.parent / "backup"
    with running(place) as stack:
        kept = disputed(stack)
        expect_agreement(place)
        vez("backup", str(backup), "--data", str(place))
        lost = stack.ticket("ana", disputed(stack))
        ask(stack, kept)
        expect_agreement(place)
    vez("restore", str(backup), "--data", str(place), "--yes")
    with running(place) as stack:
        assert stack.ticket("bruno", kept)["turn"]["side"] == "attendant"
        assert stack.client.get(f"/api/ticket/v1/tickets/{lost['id']}", headers=stack.bearer("ana")).status_code == 404
        ask_after_a_restore(stack, kept)
        new = stack.ticket("ana", disputed(stack))
        assert int(new["number"].rpartition("-")[2]) > int(lost["number"].rpartition("-")[2])
        expect_agreement(place)


def test_a_folder_that_is_no_backup_changes_nothing(place: Path) -> None:
    with running(place):
        pass
    refused = embedded.run("restore", str(place), "--data", str(place), "--yes")
    assert refused.returncode == 1
    assert "is no backup that was finished" in refused.stderr
