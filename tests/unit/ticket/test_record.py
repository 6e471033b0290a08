"""Numbers, the ledger's sums, the history's chain, what the flow's answers make of a row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.ticket.rules import chain
from services.ticket.rules.numbers import number, numbers_meant
from services.ticket.rules.recording import (
    Known,
    answered,
    entered_columns,
    finished_columns,
    history_entry,
    holder_key,
    turn_row,
)
from services.ticket.rules.turns import ATTENDANT_FILTERS, CLIENT_FILTERS, seconds_by_side, spans
from shared.contracts.workflow import Finished, Holder, StageEntered, StageFacts
from shared.ids import new_id
from tests.builders.ticket import NOON

KNOWN = Known(
    pending_id=None,
    pending_kind=None,
    stage="triage",
    stage_kind="ordinary",
    last_stage="triage",
    last_attendant_id=None,
    history_count=0,
    history_head=b"",
)


@dataclass(frozen=True)
class Entry:
    side: str
    since: datetime


def entered(**more: Any) -> StageEntered:
    facts: dict[str, Any] = {
        "ticket_id": new_id(),
        "ordinal": 1,
        "since": NOON,
        "by": new_id(),
        "transition": None,
        "stage": StageFacts(code="triage"),
        "side": "attendant",
        "holder_before": None,
        "holder_after": Holder(id=new_id()),
    }
    return StageEntered(**{**facts, **more})


def finished(**more: Any) -> Finished:
    facts: dict[str, Any] = {
        "ticket_id": new_id(),
        "ordinal": 4,
        "since": NOON,
        "by": new_id(),
        "status": "concluded",
        "transition": "conclude",
        "stage": StageFacts(code="done", kind="terminal"),
        "holder_before": None,
    }
    return Finished(**{**facts, **more})


# ---- numbers --------------------------------------------------------------------------------------------------------


def test_the_human_number_is_the_year_and_a_sequence_never_reset() -> None:
    assert number(123, NOON, "America/Sao_Paulo") == "2026-000123"
    assert number(12_345_678, NOON, "America/Sao_Paulo") == "2026-12345678"


def test_the_year_is_the_houses_time_zones() -> None:
    new_year = datetime(2027, 1, 1, 1, tzinfo=UTC)
    assert number(1, new_year, "America/Sao_Paulo") == "2026-000001"
    assert number(1, new_year, "Europe/Lisbon") == "2027-000001"


@pytest.mark.parametrize(("words", "meant"), [("2026-123", ["2026-000123"]), ("nothing", []), ("12 apples", [])])
def test_a_whole_number_is_meant_as_it_stands(words: str, meant: list[str]) -> None:
    assert numbers_meant(words, NOON) == meant


def test_the_last_part_of_a_number_is_meant_in_the_years_not_long_ago() -> None:
    assert "2026-000123" in numbers_meant("#123", NOON)
    assert "2020-000123" in numbers_meant("000123", NOON)


# ---- the ledger -----------------------------------------------------------------------------------------------------


def test_each_entry_ends_where_the_next_begins_so_gaps_and_overlaps_cannot_exist() -> None:
    entries = [Entry("attendant", NOON), Entry("client", NOON + timedelta(hours=1)), Entry("nobody", NOON)]
    shown = spans(entries)
    assert [s.until for s in shown] == [entries[1].since, entries[2].since, None]


def test_how_long_each_side_held_it_sums_to_the_whole() -> None:
    entries = [Entry("attendant", NOON), Entry("client", NOON + timedelta(hours=1))]
    sums = seconds_by_side(entries, NOON, NOON + timedelta(hours=3))
    assert sums == {"client": 7200.0, "attendant": 3600.0, "third_party": 0.0, "nobody": 0.0}


def test_a_stages_share_of_the_ledger_is_cut_at_its_ends() -> None:
    entries = [Entry("attendant", NOON), Entry("client", NOON + timedelta(hours=2))]
    sums = seconds_by_side(entries, NOON + timedelta(hours=1), NOON + timedelta(hours=3))
    assert (sums["attendant"], sums["client"]) == (3600.0, 3600.0)


def test_the_clients_filters_part_every_ticket_of_theirs() -> None:
    parts = [CLIENT_FILTERS[name] for name in ("my_turn", "awaiting", "concluded", "cancelled")]
    together = [shelf for part in parts for shelf in part]
    assert sorted(together) == sorted(CLIENT_FILTERS["all"])
    assert len(set(together)) == len(together)


def test_attendants_never_list_drafts_but_their_own() -> None:
    assert all("draft" not in shelves for shelves in ATTENDANT_FILTERS.values())


# ---- what answers make of a row -------------------------------------------------------------------------------------


def test_the_answer_to_the_pending_operation_clears_it() -> None:
    pending = replace(KNOWN, pending_id="one", pending_kind="advance")
    assert answered(pending, "one") == {"pending_id": None, "pending_kind": None}


def test_a_clocks_step_leaves_a_pending_operation_to_its_own_answer() -> None:
    pending = replace(KNOWN, pending_id="one", pending_kind="advance")
    assert answered(pending, None) == {}
    assert answered(pending, "another") == {}


def test_entering_a_stage_gives_the_turn_and_resets_the_deadline() -> None:
    event = entered()
    columns = entered_columns(event, KNOWN, NOON)
    assert columns["status"] == "open"
    assert (columns["turn_side"], columns["holder_person_id"], columns["holder_queue"]) == (
        "attendant",
        event.holder_after.id if event.holder_after else None,
        None,
    )
    assert columns["due_at"] is None


def test_previous_is_the_attendant_a_person_who_last_held_the_ticket() -> None:
    carla = new_id()
    known = replace(KNOWN, last_attendant_id=carla)
    assert (
        entered_columns(entered(holder_after=Holder(id="finance", queue=True)), known, NOON)["last_attendant_id"]
        == carla
    )
    assert entered_columns(entered(side="client"), known, NOON)["last_attendant_id"] == carla
    assert entered_columns(entered(), known, NOON)["last_attendant_id"] != carla


def test_a_ticket_cancelled_from_outside_keeps_the_stage_that_it_was_in() -> None:
    columns = finished_columns(finished(stage=None, status="cancelled", transition=None), KNOWN, NOON)
    assert (columns["stage"], columns["status"], columns["turn_side"]) == ("triage", "cancelled", "nobody")


def test_reopening_makes_the_ticket_open_again() -> None:
    columns = entered_columns(entered(reopened=True), KNOWN, NOON)
    assert (columns["status"], columns["is_reopened"], columns["ended_at"]) == ("open", True, None)


def test_the_end_gives_the_turn_to_nobody() -> None:
    row = turn_row(finished(), KNOWN)
    assert (row["side"], row["holder_person_id"], row["cause"]) == ("nobody", None, "finished")


def test_clients_are_not_among_those_who_hold_for_the_attendants() -> None:
    assert holder_key(Holder(id="x"), "client") is None
    assert holder_key(Holder(id="finance", queue=True), "attendant") == "queue:finance"


def test_the_first_history_row_is_the_first_stages() -> None:
    row = history_entry(entered(), KNOWN).row
    assert (row["position"], row["transition"], row["before_person_id"]) == (1, None, None)


# ---- the chain ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A row as the database gives it."""

    columns: dict[str, Any]
    salt: bytes | None = None
    comment: str | None = None
    kept_count: int = 0
    kept_head: bytes = b""

    def __getattr__(self, name: str) -> Any:
        return self.columns[name]


def a_history(length: int = 3) -> list[Row]:
    ticket_id, known, rows = new_id(), KNOWN, []
    for n in range(length):
        known = replace(known, comment=f"Step {n}")
        entry = history_entry(entered(ticket_id=ticket_id, ordinal=n + 1), known)
        assert entry.comment is not None
        rows.append(Row(entry.row, entry.comment["salt"], entry.comment["comment"]))
        known = replace(known, history_count=entry.columns["history_count"], history_head=entry.columns["history_head"])
    return [replace(row, kept_count=known.history_count, kept_head=known.history_head) for row in rows]


def test_an_untouched_history_verifies() -> None:
    assert chain.first_bad([*a_history(), *a_history()]) is None


def test_the_chain_still_verifies_when_erasure_removed_the_comments() -> None:
    assert chain.first_bad([replace(row, salt=None, comment=None) for row in a_history()]) is None


def test_a_changed_row_is_found() -> None:
    rows = a_history()
    rows[1] = replace(rows[1], columns={**rows[1].columns, "by_id": new_id()})
    assert "row 2: its facts were changed" in str(chain.first_bad(rows))


def test_a_changed_comment_is_found() -> None:
    rows = a_history()
    rows[1] = replace(rows[1], comment="Something else")
    assert "row 2: its comment was changed" in str(chain.first_bad(rows))


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_removed_row_is_found(gone: int) -> None:
    rows = a_history()
    del rows[gone]
    assert f"stage history row {gone + 1} is missing" in str(chain.first_bad([*rows, *a_history()]))


def test_reordered_rows_are_found() -> None:
    rows = a_history()
    first, second = rows[0], rows[1]
    rows[0] = replace(second, columns={**second.columns, "position": 1})
    rows[1] = replace(first, columns={**first.columns, "position": 2})
    assert "row 1: its facts were changed" in str(chain.first_bad(rows))


def test_an_inserted_row_is_found() -> None:
    rows = a_history()
    known = replace(KNOWN, history_count=3, history_head=rows[2].head)
    extra = Row(history_entry(entered(ticket_id=rows[0].ticket_id), known).row)
    kept = replace(extra, kept_count=rows[0].kept_count, kept_head=rows[0].kept_head)
    assert "row 4: it is not the one in which" in str(chain.first_bad([*rows, kept]))
