"""Conditions: typed as declared, false on what is empty or fails, compiled once."""

from __future__ import annotations

from typing import Any

import pytest

from shared.catalog import conditions
from shared.catalog.conditions import holds, names_in
from shared.catalog.expressions import problems_of
from tests.unit.catalog.files import version_with

VERSION = version_with(
    """\
{code: amount, kind: money, label: A, currency: BRL}
{code: score, kind: decimal, label: S}
{code: count, kind: integer, label: C}
{code: urgent, kind: boolean, label: U}
{code: reason, kind: choice, label: R, options: [{code: other, label: O}, {code: lost, label: L}]}
{code: tags, kind: multi_choice, label: T, options: [{code: a, label: A}, {code: b, label: B}]}
{code: day, kind: date, label: D}
{code: moment, kind: datetime, label: M}
{code: note, kind: text, label: N}
{code: papers, kind: file, label: P}
{code: parts, kind: table, label: P, columns: [{code: name, kind: text, label: N}, PRICE]}
""".replace("PRICE", "{code: price, kind: money, label: P, currency: BRL}")
)
VALUES: dict[str, Any] = {
    "amount": "99.90",
    "score": "7.5",
    "count": 3,
    "urgent": True,
    "reason": "other",
    "tags": ["b"],
    "day": "2026-11-24",
    "moment": "2026-11-24T12:00:00Z",
    "note": "abc",
    "papers": ["0199d0f0-1234-7000-8000-00000000abcd"],
    "parts": [{"name": "x", "price": "10.00"}, {"name": None, "price": None}],
}

TRUE = [
    "parameters.amount > 99.89 && parameters.amount <= 99.90",
    "parameters.amount > 99",
    "parameters.score + 0.5 == 8.0",
    "parameters.count == 3",
    "parameters.urgent",
    "parameters['reason'] == \"other\"",
    "'b' in parameters.tags && !('a' in parameters.tags)",
    "parameters.day < '2026-12-01'",
    "timestamp(parameters.moment) < timestamp('2026-11-24T12:00:01Z')",
    "parameters.note.startsWith('a') && size(parameters.note) == 3",
    "size(parameters.papers) == 1",
    "parameters.parts.exists(row, row.price > 5.0)",
    "size(parameters.parts) == 2",
    "ticket.priority == 'urgent' && client.kind == 'student' && turn.side == 'client'",
]


@pytest.mark.parametrize("expression", TRUE)
def test_a_condition_sees_each_value_as_declared(expression: str) -> None:
    assert problems_of(VERSION, expression) == []
    ticket, client, turn = {"priority": "urgent"}, {"kind": "student"}, {"side": "client"}
    assert holds(VERSION, expression, parameters=VALUES, ticket=ticket, client=client, turn=turn) is True


@pytest.mark.parametrize("expression", [one for one in TRUE if "ticket" not in one])
def test_a_condition_on_an_empty_value_is_false(expression: str) -> None:
    assert holds(VERSION, expression, parameters={}) is False
    assert holds(VERSION, expression, parameters=dict.fromkeys(VALUES)) is False


@pytest.mark.parametrize(
    "expression",
    ["parameters.amount == null", "parameters.tags == null", "parameters.note == null", "parameters.parts == null"],
)
def test_empty_is_null(expression: str) -> None:
    assert holds(VERSION, expression, parameters={"tags": [], "note": "", "parts": []}) is True
    assert holds(VERSION, expression, parameters=VALUES) is False


def test_no_condition_is_true_and_facts_may_be_left_out() -> None:
    assert holds(VERSION, None, parameters={}) is True
    assert holds(VERSION, "turn.side == 'client'", parameters={}) is False
    assert holds(VERSION, "client.kind == null", parameters={}, client={"shoe_size": 43}) is True


@pytest.mark.parametrize("expression", ["parameters.", "1 / 0 == 1", "parameters.nothing", "1", "'true'", "x" * 2000])
def test_what_fails_or_is_no_yes_is_false(expression: str) -> None:
    assert holds(VERSION, expression, parameters=VALUES) is False


def test_one_side_of_an_or_suffices_though_the_other_fails() -> None:
    assert holds(VERSION, "parameters.amount > 1.0 || parameters.urgent", parameters={"urgent": True}) is True


def test_a_condition_is_compiled_once_and_handed_only_what_it_reads() -> None:
    first = conditions.compiled(VERSION, "parameters.amount > 1.0 && parameters.note != 'parameters.count'")
    assert first is conditions.compiled(VERSION, "parameters.amount > 1.0 && parameters.note != 'parameters.count'")
    assert first is not None
    assert first.codes == ("amount", "note")
    assert not first.needs_facts


def test_names_are_found_however_they_are_written() -> None:
    assert names_in("parameters.a > 1 && parameters [ 'b' ] == x.parameters.c") == [
        ("parameters", "a"),
        ("parameters", "b"),
    ]
    assert names_in("'parameters.a' == client.kind") == [("client", "kind")]
    assert names_in("size(parameters) > 1") == [("parameters", "")]
    assert names_in("parameters[ticket.type] == 1") == [("ticket", "type"), ("parameters", "")]
    assert holds(VERSION, "parameters['no' + 'te'] == 'abc'", parameters=VALUES) is True


WRONG = {
    "parameters.amount > 'x'": "The condition fails on values of the declared kinds",
    "parameters.reason == 'other' && parameters.amount > 'x'": "The condition fails on values of the declared kinds",
    "parameters.score + 1 > 2.0": "The condition fails on values of the declared kinds",
    "parameters.parts.exists(row, row.prize > 1.0)": "there is no 'prize'",
    "parameters.note.matches('(')": "The condition fails on values of the declared kinds",
    "parameters.count ? true : false": "The condition fails on values of the declared kinds",
    "parameters.urgent ? 'yes' : 'no'": "The condition does not answer yes or no.",
    "parameters.reason == 'otter'": "reason has no option otter.",
    "parameters.amuont > 1.0": "parameters has no amuont.",
    "client.shoe_size == 1": "client has no shoe_size.",
    "other.thing": "other is not known in conditions.",
    "parameters.amount = 1.0": "The condition cannot be read at line 1, column 19 of it",
    "parameters.amount >\n  ": "The condition cannot be read at line 2",
    "(" * 300: "The condition cannot be read at line 1",
    "true && " * 200 + "true": "The condition is too long.",
}  # fmt: skip


@pytest.mark.parametrize("expression", WRONG, ids=lambda text: text[:40])
def test_a_wrong_condition_is_found_before_it_is_published(expression: str) -> None:
    problems = problems_of(VERSION, expression)
    said = [f"{problem.message} {problem.remedy}" % problem.values for problem in problems]
    assert len(said) == 1
    assert WRONG[expression] in said[0]


@pytest.mark.parametrize(
    "expression",
    [
        "parameters.amount / parameters.score > 1.0",
        "timestamp(parameters.note) > timestamp('2026-01-01T00:00:00Z')",
        "parameters.tags.exists(tag, tag == 'a')",
        "has(parameters.amount)",
        "parameters.count % 2 == 0",
    ],
)
def test_what_fails_on_some_values_only_is_no_mistake(expression: str) -> None:
    assert problems_of(VERSION, expression) == []
