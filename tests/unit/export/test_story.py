"""A ticket's history as a case of a log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.ids import SYSTEM
from vez.export.story import Teller
from vez.export.values import typed

ANA = {"id": "id-ana", "name": "Ana"}
BRUNO = {"id": "id-bruno", "name": "Bruno"}


def ticket(**more: Any) -> dict[str, Any]:
    return {
        "number": "2026-000001",
        "client": ANA,
        "type": {"code": "repair", "name": "Conserto"},
        "flow_version": 2,
        "status": "concluded",
        "priority": "normal",
        "submitted_at": "2026-01-05T09:00:00+00:00",
        "ended_at": "2026-01-05T11:00:00+00:00",
        "fields": [],
        "parameters": {},
    } | more


def row(code: str, by: Any = BRUNO, *, side: str = "attendant", hour: int = 9, **more: Any) -> dict[str, Any]:
    return {
        "stage": {"code": code, "name": code.title()},
        "entered_at": f"2026-01-05T{hour:02}:00:00+00:00",
        "by": by,
        "transition": "go",
        "side": side,
        "holder_after": {**BRUNO, "queue": False},
    } | more


def test_each_entry_into_a_stage_is_an_event_of_who_took_it_in() -> None:
    told = Teller().case(ticket(), [row("triage", ANA, transition=None), row("analysis", hour=10)])
    assert (told.name, [(e.activity, e.resource) for e in told.events]) == (
        "2026-000001",
        [("Triage", "Ana"), ("Analysis", "Bruno")],
    )
    assert told.events[1].attributes == {
        "concept:name": "Analysis",
        "org:resource": "Bruno",
        "time:timestamp": datetime(2026, 1, 5, 10, tzinfo=UTC),
        "vez:stage": "analysis",
        "vez:transition": "go",
        "vez:side": "attendant",
        "vez:holder": "Bruno",
    }


def test_terminal_stages_and_the_entry_of_a_discovered_flow_are_no_events() -> None:
    ended = row("done", side="nobody", holder_after=None)
    told = Teller().case(ticket(), [row("received", ANA, transition=None), row("a"), ended, row("b"), ended])
    assert [event.activity for event in told.events] == ["A", "B"]


def test_a_stage_that_is_called_received_and_entered_by_a_transition_is_an_event() -> None:
    assert [e.activity for e in Teller().case(ticket(), [row("received")]).events] == ["Received"]


def test_the_case_says_who_opened_it_and_how_it_ended() -> None:
    told = Teller().case(ticket(ended_at=None), [row("a")])
    assert told.attributes == {
        "concept:name": "2026-000001",
        "customer": "Ana",
        "vez:type": "repair",
        "vez:version": 2,
        "vez:status": "concluded",
        "vez:priority": "normal",
        "vez:submitted_at": datetime(2026, 1, 5, 9, tzinfo=UTC),
    }


def test_what_a_clock_did_is_no_persons() -> None:
    clock = {"id": SYSTEM.id, "name": SYSTEM.name}
    (event,) = Teller().case(ticket(), [row("a", clock)]).events
    assert (event.resource, "org:resource" in event.attributes) == (None, False)


def test_two_people_or_stages_of_one_name_are_never_one() -> None:
    other = {"id": "id-2", "name": "Bruno"}
    told = Teller().case(
        ticket(), [row("a"), row("a", other), row("a_2", other, stage={"code": "a_2", "name": "A"}), row("a")]
    )
    assert [(e.activity, e.resource) for e in told.events] == [
        ("A", "Bruno"),
        ("A", "Bruno (id-2)"),
        ("A (a_2)", "Bruno (id-2)"),
        ("A", "Bruno"),
    ]


def test_who_has_no_name_any_more_is_called_by_their_id() -> None:
    assert Teller().case(ticket(client={"id": "id-3", "name": ""}), []).attributes["customer"] == "id-3"


def test_a_queue_that_holds_is_named_as_one() -> None:
    held = row("a", holder_after={"id": "desk", "name": "Balcão", "queue": True})
    assert Teller().case(ticket(), [held]).events[0].attributes["vez:holder"] == "queue:desk"


def test_a_parameter_called_customer_gives_way_to_the_client() -> None:
    same = Teller().case(ticket(parameters={"customer": "Ana"}), []).attributes
    other = Teller().case(ticket(parameters={"customer": "Acme"}), []).attributes
    assert (same["customer"], "parameter:customer" in same) == ("Ana", False)
    assert (other["customer"], other["parameter:customer"]) == ("Ana", "Acme")


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("text", "x", "x"),
        ("text", "", None),
        ("integer", 7, 7),
        ("boolean", False, False),
        ("money", "99.90", 99.9),
        ("decimal", "12345678901234567890.12", "12345678901234567890.12"),
        ("date", "2026-01-05", "2026-01-05"),
        ("datetime", "2026-01-05T09:00:00-03:00", datetime(2026, 1, 5, 12, tzinfo=UTC)),
        ("choice", "blue", "blue"),
        ("multi_choice", ["blue", "red"], "blue, red"),
        ("multi_choice", [], None),
        ("table", [{"item": "a", "count": 2}], '[{"item":"a","count":2}]'),
    ],
)
def test_values_have_the_types_of_logs_and_never_change(kind: str, value: Any, expected: Any) -> None:
    found = typed(kind, value)
    assert (found, type(found)) == (expected, type(expected))
