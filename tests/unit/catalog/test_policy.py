"""The matrix of stage and side, and what it makes of values: one policy for every way in."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import pytest

from shared.catalog import access, values
from shared.catalog.definitions import TypeVersion, text_in
from shared.catalog.values import READ_ONLY, REQUIRED, UNKNOWN
from tests.unit.catalog.files import version, version_with

TODAY = date(2026, 11, 24)


def effective(stage: str, side: str, turn: str, given: dict[str, Any] | None = None) -> dict[str, str]:
    return dict(access.effective(version(), stage, side, turn_side=turn, values=given or {}))


def test_a_parameter_that_the_stage_does_not_name_is_optional_for_attendants_and_invisible_to_clients() -> None:
    assert effective("work", "attendant", "attendant", {"urgent": True}) == {
        "amount": "read_only",
        "urgent": "optional",
        "why": "optional",
        "place": "optional",
        "parts": "optional",
    }
    assert effective("work", "client", "client", {"urgent": True}) == {
        "amount": "required",
        "urgent": "required",
        "why": "required",
        "place": "invisible",
        "parts": "invisible",
    }


def test_what_is_not_ones_turn_is_read_only() -> None:
    for side, turn in product(("client", "attendant"), ("client", "attendant", "third_party", "nobody")):
        mine = (side == "client") == (turn == "client") and turn != "nobody"
        writable = {"required", "optional"} & set(effective("work", side, turn, {"urgent": True}).values())
        assert bool(writable) is mine, (side, turn)


def test_a_third_party_counts_as_the_attendants() -> None:
    for turn in ("client", "attendant", "third_party", "nobody"):
        assert effective("work", "third_party", turn) == effective("work", "attendant", turn)
    assert effective("work", "attendant", "third_party") == effective("work", "attendant", "attendant")


@pytest.mark.parametrize("stage", ["board", "agree", "done"])
def test_nothing_is_written_in_an_approval_or_a_terminal_stage(stage: str) -> None:
    for side in ("client", "attendant"):
        assert set(effective(stage, side, side, {"urgent": True}).values()) <= {"read_only", "invisible"}
    assert values.missing(version(), stage, "client", {}) == {}


def test_a_parameter_whose_when_is_false_is_invisible_to_all() -> None:
    for given in ({}, {"urgent": False}, {"urgent": None}):
        assert effective("work", "client", "client", given)["why"] == "invisible"
        assert effective("work", "attendant", "attendant", given)["why"] == "invisible"
    assert effective("work", "client", "client", {"urgent": True})["why"] == "required"


def test_an_unknown_stage_is_an_error_of_the_caller() -> None:
    with pytest.raises(KeyError):
        effective("nowhere", "client", "client")


CHAIN = """\
{code: c, kind: boolean, label: C, when: "parameters.b"}
{code: b, kind: boolean, label: B, when: "parameters.a"}
{code: a, kind: boolean, label: A}
"""


def test_a_when_reads_an_inactive_parameter_as_empty_whatever_its_order() -> None:
    chain = version_with(CHAIN)
    assert access.inactive(chain, {"a": False, "b": True, "c": True}) == {"b", "c"}
    assert access.inactive(chain, {"a": True, "b": True, "c": True}) == frozenset()
    assert values.kept(chain, {"a": False, "b": True, "c": True}) == {"a": False}


def accept(given: dict[str, Any], stored: dict[str, Any] | None = None, **how: Any) -> values.Accepted:
    side = how.pop("side", "client")
    return values.accept(
        how.pop("version", None) or version(),
        how.pop("stage", "work"),
        side,
        given,
        stored or {},
        turn_side=how.pop("turn", side),
        today=TODAY,
    )


def test_values_are_taken_kept_in_one_form_and_what_changed_is_told() -> None:
    found = accept({"amount": "10", "urgent": False}, {"amount": "10.00", "place": "shop"})
    assert found == values.Accepted({"amount": "10.00", "place": "shop", "urgent": False}, {}, frozenset({"urgent"}))


def test_null_and_blank_empty_a_value() -> None:
    assert accept({"amount": None, "urgent": True, "why": " "}, {"amount": "10.00", "why": "so"}).values == {
        "urgent": True
    }


def test_unknown_and_invisible_look_the_same() -> None:
    found = accept({"place": "shop", "nonsense": 1})
    assert found.errors == {"place": [UNKNOWN], "nonsense": [UNKNOWN]}
    assert found.values == {}


def test_a_read_only_value_may_be_sent_again_but_not_changed() -> None:
    stored = {"amount": "10.00"}
    assert accept({"amount": "10.0"}, stored, side="attendant").errors == {}
    assert accept({"amount": "11"}, stored, side="attendant").errors == {"amount": [READ_ONLY]}
    assert accept({"amount": None}, stored, side="attendant").errors == {"amount": [READ_ONLY]}
    assert accept({"amount": None}, {}, side="attendant").errors == {}


def test_nothing_can_be_changed_out_of_turn() -> None:
    found = accept({"amount": "11"}, {"amount": "10.00"}, turn="attendant")
    assert found.errors == {"amount": [READ_ONLY]}
    assert found.values == {"amount": "10.00"}


def test_a_value_whose_when_is_false_is_dropped_with_its_errors() -> None:
    found = accept({"urgent": False, "why": "NOT FITTING"}, {"urgent": True, "why": "because"})
    assert found == values.Accepted({"urgent": False}, {}, frozenset({"urgent", "why"}))
    found = accept({"why": "NOT FITTING"}, {"urgent": True, "why": "because"})
    assert [message.key for message in found.errors["why"]] == ["It is not written as expected."]
    assert found.values["why"] == "because"


def test_a_when_is_judged_with_the_values_given_together() -> None:
    assert accept({"why": "because", "urgent": True}).values == {"urgent": True, "why": "because"}


def test_several_wrong_fields_are_told_together() -> None:
    found = accept({"amount": "0", "urgent": "yes", "place": "shop"})
    assert {name: texts[0].key for name, texts in found.errors.items()} == {
        "amount": "%(min)s at least.",
        "urgent": "Answer yes or no.",
        "place": UNKNOWN.key,
    }


def test_a_stored_value_that_the_version_does_not_know_is_left_out() -> None:
    assert accept({}, {"gone": 1, "amount": "1.00"}).values == {"amount": "1.00"}


def test_cells_of_tables_are_named_by_row_and_column() -> None:
    found = accept({"parts": [{"name": "a", "price": "x"}, {"price": "1"}]}, side="attendant")
    assert set(found.errors) == {"parts.0.price", "parts.1.name"}


def test_required_and_empty_is_missing_where_its_when_holds() -> None:
    judged = version()
    assert values.missing(judged, "work", "client", {}) == {"amount": [REQUIRED], "urgent": [REQUIRED]}
    assert values.missing(judged, "work", "client", {"amount": "1.00", "urgent": True}) == {"why": [REQUIRED]}
    assert values.missing(judged, "work", "client", {"amount": "1.00", "urgent": False}) == {}
    assert values.missing(judged, "work", "attendant", {}) == {}


def test_defaults_leave_out_what_is_not_asked() -> None:
    made = version_with(
        """\
{code: a, kind: boolean, label: A, default: false}
{code: b, kind: text, label: B, default: usual, when: "parameters.a"}
{code: c, kind: integer, label: C, default: 0}
{code: d, kind: money, label: D, currency: BRL, default: 9.9}
"""
    )
    assert values.defaults(made) == {"a": False, "c": 0, "d": "9.90"}


def test_a_side_reads_what_it_sees_with_null_where_empty() -> None:
    stored = {"amount": "10.00", "place": "shop", "why": "hidden", "urgent": False}
    assert values.visible(version(), "work", "client", stored) == {"amount": "10.00", "urgent": False}
    assert values.visible(version(), "work", "attendant", stored)["place"] == "shop"
    assert values.visible(version(), "work", "attendant", stored)["parts"] is None


def test_the_answers_may_be_changed_by_who_asked() -> None:
    judged = version()
    first = access.effective(judged, "work", "client", turn_side="client", values={})
    first["amount"] = "invisible"
    assert access.effective(judged, "work", "client", turn_side="client", values={})["amount"] == "required"


def test_texts_fall_back_to_portuguese() -> None:
    texts = {"pt-BR": "Triagem", "en": "Triage"}
    assert [text_in(texts, tag) for tag in ("en", "en-GB", "pt", "pt-PT", "es", "xx")] == [
        "Triage",
        "Triage",
        "Triagem",
        "Triagem",
        "Triagem",
        "Triagem",
    ]


def test_a_stage_shows_the_client_its_own_name() -> None:
    stage = version().load_stage("work")
    assert stage.names_for("client") == stage.names_for("attendant") == stage.names


def with_six_parameters() -> TypeVersion:
    return version_with(
        """\
{code: invoice, kind: text, label: I, pattern: "[0-9]{6,12}"}
{code: amount, kind: money, label: A, currency: BRL}
{code: reason, kind: choice, label: R, options: [{code: other, label: O}]}
{code: other_reason, kind: long_text, label: O, when: "parameters.reason == 'other'"}
{code: cause, kind: text, label: C}
{code: refund, kind: money, label: R, currency: BRL}
""",
        "{invoice: required, amount: required, reason: required, other_reason: required}",
    )


def test_a_form_is_judged_whole() -> None:
    found = accept(
        {"invoice": "123456", "amount": "99.90", "reason": "other", "other_reason": "x"}, version=with_six_parameters()
    )
    assert found.errors == {}
    assert values.missing(with_six_parameters(), "work", "client", found.values) == {}
