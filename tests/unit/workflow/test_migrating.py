"""Whether an open ticket can go on in another version, and what moving it makes of its flow."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.workflow.rules.flow import Published
from services.workflow.rules.migrating import migrate, obstacles
from shared.catalog.definitions import Stage
from shared.catalog.parameters import Option, Parameter
from tests.builders.workflow import BOARD, DONE, a_flow, moment, published, stage, to

TODAY = date(2026, 3, 10)
DESK = stage("desk", "attendant", to("more"), to("done"))
MORE = stage("more", "client", to("desk"))
AMOUNT = Parameter(code="amount", kind="integer", labels={})
COLOUR = Parameter(code="colour", kind="choice", labels={}, options=(Option(code="red", labels={}),))


def version(*stages: Stage, number: int = 2, parameters: tuple[Parameter, ...] = (AMOUNT,)) -> Published:
    found = published(*(stages or (DESK, MORE, BOARD, DONE)))
    return replace(found, number=number, version=replace(found.version, parameters=parameters))


PRESENT = version(number=1)


def found(target: Published, given: Any = None, present: Published = PRESENT, **flow: Any) -> list[tuple[str, str]]:
    told = obstacles(a_flow(**flow).build(), present, target, given or {}, TODAY)
    return [(one.reason, one.field) for one in told]


def test_a_version_with_the_same_stages_and_parameters_is_no_obstacle() -> None:
    assert found(version(), {"amount": 7, "gone": None}) == []


@pytest.mark.parametrize(
    ("desk", "reason"),
    [
        (replace(DESK, code="counter"), "stage-missing"),
        (replace(DESK, side="client"), "side-differs"),
        (replace(BOARD, code="desk"), "stage-differs"),
    ],
)
def test_the_stage_must_be_there_of_the_same_kind_and_side(desk: Stage, reason: str) -> None:
    assert found(version(MORE, desk, BOARD, DONE)) == [(reason, "stage")]


def test_a_pending_decision_keeps_a_ticket_where_it_is() -> None:
    assert found(version(), stage="board") == [("approval-pending", "stage")]


def test_a_value_whose_parameter_is_gone_would_be_lost() -> None:
    assert found(version(parameters=()), {"amount": 7}) == [("value-lost", "amount")]
    assert found(version(parameters=()), {"amount": None}) == []


def test_a_value_must_be_one_that_the_changed_parameter_takes() -> None:
    smaller = version(parameters=(replace(AMOUNT, max=5),))
    assert found(smaller, {"amount": 7}) == [("value-wrong", "amount")]
    assert found(smaller, {"amount": 5}) == []
    assert found(version(parameters=(replace(COLOUR, code="amount"),)), {"amount": 7}) == [("value-wrong", "amount")]


def test_a_value_of_an_unchanged_parameter_was_judged_when_it_was_given() -> None:
    odd = version(parameters=(replace(AMOUNT, max=5),), number=1)
    assert found(version(parameters=(replace(AMOUNT, max=5),)), {"amount": 7}, present=odd) == []


def asking(cell: str, *, desk: str = "read_only", parameters: tuple[Parameter, ...] = (AMOUNT, COLOUR)) -> Published:
    """A version whose first stage asks `colour` of clients, and whose desk lets attendants do as said."""
    first = replace(MORE, code="first", cells={"client": {"colour": cell}})
    at_desk = replace(DESK, cells={"attendant": {"colour": desk}})
    return version(first, at_desk, MORE, BOARD, DONE, parameters=parameters)


def test_what_a_submission_there_must_have_must_be_there_or_be_asked_for_in_the_stage() -> None:
    assert found(asking("required")) == [("value-missing", "colour")]
    assert found(asking("required"), {"colour": "red"}) == []
    assert found(asking("optional")) == []
    assert found(asking("required", desk="optional")) == []
    assert found(asking("required", desk="required")) == []


def test_what_was_missing_already_or_could_not_be_seen_is_no_obstacle() -> None:
    target = asking("required")
    assert found(target, present=asking("required")) == []
    assert found(target, present=asking("optional", desk="invisible")) == []
    assert found(target, present=asking("optional")) == [("value-missing", "colour")]


def test_what_no_caller_should_send_is_judged_and_breaks_nothing() -> None:
    dependent = replace(COLOUR, when="parameters.amount > 5")
    target = asking("required", parameters=(AMOUNT, dependent))
    odd = version(parameters=(replace(AMOUNT, max=9),), number=1)
    for value in ("seven", [7], {"a": 1}, True):
        assert ("value-wrong", "amount") in found(target, {"amount": value, "": [], "x": {}}, present=odd)
    assert found(target, {"amount": 3}) == []
    assert found(target, {"amount": 7}) == [("value-missing", "colour")]


def test_moving_is_no_new_turn_and_is_undone_by_moving_back() -> None:
    flow = a_flow().build()
    step = migrate(flow, version(), moment("admin"))
    (event,) = step.events
    assert step.flow == replace(flow, type_version=2)
    assert (step.turned, step.vote) == (False, None)
    assert (event.name, event.from_version, event.version, event.ordinal, event.by) == (  # type: ignore[attr-defined]
        "flow.migrated",
        1,
        2,
        flow.ordinal,
        "admin",
    )
    assert migrate(step.flow, PRESENT, moment("admin")).flow == flow
