"""Every kind of parameter: what it takes, what it keeps, what it refuses and why."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.br import cnpj, cpf

from shared.catalog.kinds import Refused, normal
from shared.catalog.parameters import KINDS, Column, Field, Option, Parameter
from shared.catalog.written import pattern_problem
from shared.clock import monotonic

TODAY = date(2026, 11, 24)
ID = "0199d0f0-1234-7000-8000-00000000abcd"
OTHER = "0199d0f0-1234-7000-8000-00000000ffff"


def field(kind: Any, **limits: Any) -> Parameter:
    return Parameter(code="it", kind=kind, labels={"pt-BR": "Isto"}, **limits)


def options(*codes: str) -> tuple[Option, ...]:
    return tuple(Option(code=code, labels={"pt-BR": code}) for code in codes)


PARTS = field(
    "table",
    max_items=3,
    columns=(
        Column(code="name", kind="text", labels={}, required=True),
        Column(code="price", kind="money", labels={}, currency="BRL", min="0"),
    ),
)

TAKEN: list[tuple[Field, Any, Any]] = [
    (field("text"), "  one line ", "one line"),
    (field("text", pattern="[0-9]{6,12}"), "123456", "123456"),
    (field("text", pattern=r"\p{L}+"), "ção", "ção"),
    (field("long_text"), "a\r\nb\rc\n\n", "a\nb\nc"),
    (field("integer"), 5, 5),
    (field("integer"), 5.0, 5),
    (field("integer", min=0, max=0), 0, 0),
    (field("decimal"), "1.50", "1.5"),
    (field("decimal"), "-0.00", "0"),
    (field("decimal"), " 007.250 ", "7.25"),
    (field("decimal", decimals=2), "1", "1.00"),
    (field("decimal", decimals=0), "12.00", "12"),
    (field("money", currency="BRL"), "99.9", "99.90"),
    (field("money", currency="BRL", min="0.01"), "0.01", "0.01"),
    (field("money", currency="JPY"), "1500", "1500"),
    (field("money", currency="KWD"), "1.5", "1.500"),
    (field("date"), "2026-02-28", "2026-02-28"),
    (field("date", max="today"), "2026-11-24", "2026-11-24"),
    (field("date", min="today-30d", max="today+30d"), "2026-12-24", "2026-12-24"),
    (field("datetime"), "2026-01-31T12:00:00-03:00", "2026-01-31T15:00:00Z"),
    (field("datetime"), "2026-01-31t12:00:00.999z", "2026-01-31T12:00:00Z"),
    (field("boolean"), False, False),
    (field("choice", options=options("a", "b")), "b", "b"),
    (field("multi_choice", options=options("a", "b", "c")), ["c", "a", "c"], ["a", "c"]),
    (field("email"), " Ana.Souza@Cliente.TEST ", "Ana.Souza@cliente.test"),
    (field("phone"), "(11) 98765-4321", "11987654321"),
    (field("phone"), "+55 11 98765.4321", "+5511987654321"),
    (field("cpf_cnpj"), "529.982.247-25", "52998224725"),
    (field("cpf_cnpj"), "16.727.230/0001-97", "16727230000197"),
    (field("cpf_cnpj"), "12.abc.345/01de-35", "12ABC34501DE35"),
    (field("url"), "https://vez.example/a?b=c", "https://vez.example/a?b=c"),
    (field("person"), ID.upper(), ID),
    (field("file"), [ID, OTHER, ID], [ID, OTHER]),
    (PARTS, [{"name": "Tela", "price": "10"}], [{"name": "Tela", "price": "10.00"}]),
    (PARTS, [{"name": "Tela"}], [{"name": "Tela", "price": None}]),
    (PARTS, [{}, {"name": " ", "price": None}], None),
]

REFUSED: list[tuple[Field, Any, str]] = [
    (field("text"), "two\nlines", "Write it on one line."),
    (field("text"), "two\u2028lines", "Write it on one line."),
    (field("text"), "a\0b", "There are characters in it that cannot be shown."),
    (field("text"), "a\ud800b", "There are characters in it that cannot be shown."),
    (field("text"), 5, "Give a text."),
    (field("text"), "x" * 501, "500 characters at most."),
    (field("text", max_length=3), "abcd", "3 characters at most."),
    (field("text", min_length=3), "ab", "3 characters at least."),
    (field("text", pattern="[0-9]{6,12}"), "12345", "It is not written as expected."),
    (field("text", pattern="[0-9]{6,12}"), "x123456", "It is not written as expected."),
    (field("text", pattern="a|b"), "ab", "It is not written as expected."),
    (field("long_text"), "x" * 20_001, "20000 characters at most."),
    (field("integer"), "5", "Give a whole number."),
    (field("integer"), True, "Give a whole number."),
    (field("integer"), 5.5, "Give a whole number."),
    (field("integer"), 2**53, "Give a whole number."),
    (field("integer"), float("inf"), "Give a whole number."),
    (field("integer", min=1), 0, "1 at least."),
    (field("integer", max=5), 6, "5 at most."),
    (field("decimal"), 1.5, 'Give a number as text with a point, such as "99.90".'),
    (field("decimal"), "1,5", 'Give a number as text with a point, such as "99.90".'),
    (field("decimal"), "1e5", 'Give a number as text with a point, such as "99.90".'),
    (field("decimal"), "٣", 'Give a number as text with a point, such as "99.90".'),
    (field("decimal"), "1" * 16, 'Give a number as text with a point, such as "99.90".'),
    (field("decimal", decimals=1), "1.25", "1 decimal places at most."),
    (field("decimal", max="10"), "10.1", "10 at most."),
    (field("money", currency="BRL"), "1.999", "2 decimal places at most."),
    (field("money", currency="JPY"), "1.5", "0 decimal places at most."),
    (field("money", currency="BRL", min="0.01"), "0", "0.01 at least."),
    (field("date"), "2026-02-29", "Give a date as YYYY-MM-DD."),
    (field("date"), "20260228", "Give a date as YYYY-MM-DD."),
    (field("date"), "28/02/2026", "Give a date as YYYY-MM-DD."),
    (field("date", max="today"), "2026-11-25", "On 2026-11-24 at the latest."),
    (field("date", min="today-30d"), "2026-10-24", "On 2026-10-25 at the earliest."),
    (field("date", min="2026-01-01"), "2025-12-31", "On 2026-01-01 at the earliest."),
    (field("datetime"), "2026-01-31T12:00:00", "Give a date and time with its zone"),
    (field("datetime"), "2026-01-31T25:00:00Z", "Give a date and time with its zone"),
    (field("datetime"), "0001-01-01T00:00:00+23:59", "Give a date and time with its zone"),
    (field("datetime", max="today"), "2026-11-25T00:00:00-03:00", "On 2026-11-24 at the latest."),
    (field("boolean"), "true", "Answer yes or no."),
    (field("boolean"), 1, "Answer yes or no."),
    (field("choice", options=options("a")), "b", "Choose one of the options."),
    (field("choice", options=options("a")), ["a"], "Choose one of the options."),
    (field("multi_choice", options=options("a")), "a", "Choose among the options."),
    (field("multi_choice", options=options("a")), ["b"], "Choose among the options."),
    (field("multi_choice", options=options("a")), [{}], "Choose among the options."),
    (field("multi_choice", options=options("a", "b"), max_items=1), ["a", "b"], "1 at most."),
    (field("multi_choice", options=options("a", "b"), min_items=2), ["a"], "2 at least."),
    (field("email"), "ana@", "This is not an e-mail address."),
    (field("email"), "ana@localhost", "This is not an e-mail address."),
    (field("email"), "ana souza@cliente.test", "This is not an e-mail address."),
    (field("phone"), "123", "This is not a telephone number."),
    (field("phone"), "1" * 16, "This is not a telephone number."),
    (field("phone"), "call me maybe", "This is not a telephone number."),
    (field("cpf_cnpj"), "529.982.247-24", "This is not a valid CPF or CNPJ."),
    (field("cpf_cnpj"), "111.111.111-11", "This is not a valid CPF or CNPJ."),
    (field("cpf_cnpj"), "16.727.230/0001-98", "This is not a valid CPF or CNPJ."),
    (field("cpf_cnpj"), "12ABC34501DE36", "This is not a valid CPF or CNPJ."),
    (field("cpf_cnpj"), "٥٢٩٩٨٢٢٤٧٢٥", "This is not a valid CPF or CNPJ."),
    (field("url"), "javascript:alert(1)", "Give an address that begins with"),
    (field("url"), "https://", "Give an address that begins with"),
    (field("url"), "https://me:secret@vez.example", "Give an address that begins with"),
    (field("url"), "https://vez.example/<b>", "Give an address that begins with"),
    (field("url"), "http://[", "Give an address that begins with"),
    (field("person"), "ana", "This is not an identifier."),
    (field("person"), {"id": ID}, "This is not an identifier."),
    (field("file"), ID, "Give a list of attachments."),
    (field("file"), ["x"], "This is not an identifier."),
    (field("file", max_items=1), [ID, OTHER], "1 at most."),
    (PARTS, {"name": "x"}, "Give a list of rows."),
    (PARTS, [{"name": "x"}] * 4, "3 at most."),
]


def the_kind(case: tuple[Field, Any, Any]) -> str:
    return f"{case[0].kind}-{str(case[1])[:20]!r}"


@pytest.mark.parametrize("case", TAKEN, ids=the_kind)
def test_a_value_is_kept_in_one_form(case: tuple[Field, Any, Any]) -> None:
    parameter, raw, kept = case
    assert normal(parameter, raw, TODAY) == kept
    assert normal(parameter, kept, TODAY) == kept


@pytest.mark.parametrize("case", REFUSED, ids=the_kind)
def test_a_value_is_refused_with_its_reason(case: tuple[Field, Any, str]) -> None:
    parameter, raw, said = case
    with pytest.raises(Refused) as caught:
        normal(parameter, raw, TODAY)
    message = caught.value.under("it")["it"][0]
    assert (message.key % message.values).startswith(said)


def test_every_kind_is_tried() -> None:
    assert {case[0].kind for case in TAKEN} == set(KINDS)
    assert {case[0].kind for case in REFUSED} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("empty", [None, "", "  ", []], ids=repr)
def test_empty_is_null_in_every_kind(kind: str, empty: Any) -> None:
    assert normal(field(kind), empty, TODAY) is None


@pytest.mark.parametrize(
    ("row", "errors"),
    [
        ({"price": "1"}, {"it.1.name": "This must be filled in."}),
        ({"name": "x", "price": "1.999"}, {"it.1.price": "2 decimal places at most."}),
        ({"name": "x", "colour": "red"}, {"it.1.colour": "There is no such column."}),
        ("x", {"it.1": "A row names its columns."}),
    ],
)
def test_a_wrong_cell_is_named_by_its_row_and_column(row: Any, errors: dict[str, str]) -> None:
    with pytest.raises(Refused) as caught:
        normal(PARTS, [{"name": "fine"}, row], TODAY)
    said = {name: texts[0].key % texts[0].values for name, texts in caught.value.under("it").items()}
    assert said == errors


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|aa)+b", "(.*)*b", "(a?){50}a{50}", "([a-z]+)*!"])
def test_no_pattern_takes_long(pattern: str) -> None:
    assert pattern_problem(pattern) is None
    started = monotonic()
    with pytest.raises(Refused):
        normal(field("text", pattern=pattern), "a" * 499 + "c", TODAY)
    assert monotonic() - started < 0.5


@pytest.mark.parametrize("pattern", ["(", "a)|(b", r"(a)\1", "(?=a)", "(a{1000}){1000}", "[z-a]"])
def test_a_pattern_that_cannot_be_kept_cheap_or_read_is_a_problem(pattern: str) -> None:
    assert pattern_problem(pattern)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from([case[0] for case in TAKEN])


@given(FIELDS, JUNK)
@settings(max_examples=400, deadline=None)
def test_whatever_is_given_is_kept_in_a_form_that_is_kept_again_or_refused(parameter: Field, raw: Any) -> None:
    try:
        kept = normal(parameter, raw, TODAY)
    except Refused:
        return
    assert normal(parameter, kept, TODAY) == kept
    assert json.loads(json.dumps(kept)) == kept


FIRST = datetime(1, 1, 2)  # noqa: DTZ001 (hypothesis takes its bounds without a zone)
LAST = datetime(9999, 12, 30)  # noqa: DTZ001


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
@settings(max_examples=100, deadline=None)
def test_money_never_changes_its_amount(amount: Decimal) -> None:
    kept = normal(field("money", currency="BRL"), f"{amount:f}", TODAY)
    assert Decimal(kept) == amount
    assert len(kept.partition(".")[2]) == 2


@given(st.datetimes(min_value=FIRST, max_value=LAST), st.integers(-840, 840))
@settings(max_examples=100, deadline=None)
def test_an_instant_is_the_same_instant_in_utc(moment: datetime, minutes: int) -> None:
    local = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    kept = normal(field("datetime"), local.isoformat(), TODAY)
    assert kept.endswith("Z")
    assert datetime.fromisoformat(kept.replace("Z", "+00:00")) == local.astimezone(UTC)


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=12, max_size=12))
@settings(max_examples=100, deadline=None)
def test_a_cnpj_of_letters_is_taken_with_its_check_digits_and_not_with_others(stem: str) -> None:
    good = stem + cnpj.calc_check_digits(stem)
    if stem == "0" * 12 or len(set(good)) == 1:
        return
    assert normal(field("cpf_cnpj"), cnpj.format(good).lower(), TODAY) == good
    wrong = good[:-1] + str((int(good[-1]) + 1) % 10)
    with pytest.raises(Refused):
        normal(field("cpf_cnpj"), wrong, TODAY)


@given(st.text("0123456789", min_size=9, max_size=9))
@settings(max_examples=50, deadline=None)
def test_a_cpf_is_taken_with_its_check_digits_in_any_dress(stem: str) -> None:
    digits = [int(digit) for digit in stem]
    for _ in range(2):
        weighed = sum(digit * weight for digit, weight in zip(digits, range(len(digits) + 1, 1, -1), strict=True))
        digits.append((weighed * 10) % 11 % 10)
    good = "".join(map(str, digits))
    if len(set(good)) == 1:
        return
    assert normal(field("cpf_cnpj"), cpf.format(good), TODAY) == good
