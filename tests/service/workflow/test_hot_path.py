"""An ordinary step costs one read, and a rule that names a queue one more."""

from __future__ import annotations

from typing import Any

import pytest

from services.workflow.commands.operate import operate, start_flow
from services.workflow.models import STORE
from shared.contracts import ticket as asked
from shared.ids import new_id
from shared.transaction import Transaction, flush
from tests.service.workflow.house import House


class Counting:
    """A connection that counts what it runs."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.pgconn = connection.pgconn
        self.statements = 0

    def execute(self, *args: Any) -> Any:
        """Count and run."""
        self.statements += 1
        return self.connection.execute(*args)


def reads_and_writes(house: House, verb: Any, event: Any) -> tuple[int, int]:
    """How many statements a verb reads with, and how many it takes to write what it decided."""
    with house.world.database.connection() as connection:
        counting = Counting(connection)
        tx = Transaction(counting, STORE)  # type: ignore[arg-type]
        verb(tx, event)
        reads = counting.statements
        flush(counting, STORE, tx.writes, tx.envelopes)  # type: ignore[arg-type]
        return reads, counting.statements - reads


@pytest.fixture
def ticket(house: House) -> str:
    """A ticket that Bruno holds; its version is known to the process."""
    return house.submitted()


def request(kind: Any, ticket: str, by: str, **facts: Any) -> Any:
    """An operation on the first turn."""
    return kind(ticket_id=ticket, operation_id=new_id(), by=by, ordinal=1, **facts)


def test_a_submission_reads_once_and_writes_once(house: House, ticket: str) -> None:
    assert reads_and_writes(house, start_flow, house.world.submission(house.ana, "dispute")) == (1, 1)


@pytest.mark.parametrize(
    ("transition", "reads"), [("loop", 1), ("ask", 1), ("agree", 1), ("refuse", 1), ("analyse", 2), ("eva", 2)]
)
def test_an_advance_reads_once_or_twice_where_a_rule_names_another_and_writes_once(
    house: House, ticket: str, transition: str, reads: int
) -> None:
    event = request(asked.AdvanceRequested, ticket, house.bruno, transition=transition)
    assert reads_and_writes(house, operate, event) == (reads, 1)


def test_a_transfer_reads_once_and_writes_once(house: House, ticket: str) -> None:
    event = request(asked.TransferRequested, ticket, house.bruno, to_person_id=house.carla)
    assert reads_and_writes(house, operate, event) == (1, 1)


def test_a_stage_with_a_deadline_reads_its_ledger_besides(house: House) -> None:
    house.submitted("timed")
    assert reads_and_writes(house, start_flow, house.world.submission(house.ana, "timed")) == (2, 1)
