"""A history against the log."""

from __future__ import annotations

from typing import Any

from vez.discover.draft import ENTRY, TERMINAL
from vez.replay.compare import Entry, difference, entries, is_finished


def row(stage: str, by: str | None, holder: str | None, *, queue: bool = False) -> dict[str, Any]:
    after = {"id": holder, "name": "x", "queue": queue} if holder else None
    return {
        "stage": {"code": stage, "name": stage},
        "by": {"id": by, "name": "x"} if by else None,
        "holder_after": after,
    }


LOG = [Entry("a", "1", "1"), Entry("a", "2", "2")]
HISTORY = [row(ENTRY, "c", "desk", queue=True), row("a", "1", "1"), row("a", "2", "2"), row(TERMINAL, "2", None)]


def test_entry_and_terminal_stages_are_left_out() -> None:
    assert difference("1", "t", LOG, entries(HISTORY)) is None
    assert is_finished(HISTORY)


def test_a_row_that_differs_in_stage_by_or_holder_is_found() -> None:
    for wrong in (row("b", "2", "2"), row("a", "1", "2"), row("a", "2", "1"), row("a", "2", None)):
        found = difference("1", "t", LOG, entries([*HISTORY[:2], wrong, HISTORY[3]]))
        assert found is not None
        assert found.row == 2


def test_rows_too_few_and_too_many_are_found() -> None:
    few = difference("1", "t", LOG, entries(HISTORY[:2]))
    many = difference("1", "t", LOG, entries([*HISTORY[:3], row("a", "2", "2"), HISTORY[3]]))
    assert (few and few.row, few and few.history) == (2, None)
    assert (many and many.row, many and many.log) == (3, None)


def test_rows_in_another_order_are_found() -> None:
    assert difference("1", "t", LOG, entries([HISTORY[0], HISTORY[2], HISTORY[1], HISTORY[3]])) is not None


def test_a_ticket_that_was_never_opened_differs_in_its_first_row() -> None:
    found = difference("1", None, LOG, entries([]))
    assert found is not None
    assert (found.row, found.log) == (1, "a by 1, then held by 1")
    assert not is_finished([])
