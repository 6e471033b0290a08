"""Codes: readable slugs, and never two names under one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vez.discover.codes import Codes, slug

CODE = re.compile(r"[a-z][a-z0-9_]{0,62}")


@pytest.mark.parametrize(
    ("text", "code"),
    [("Take in charge ticket", "take_in_charge_ticket"), ("Ação nº 1", "acao_no_1"), ("  --  ", ""), ("日本語", "")],
)
def test_a_slug_has_small_letters_digits_and_joints(text: str, code: str) -> None:
    assert slug(text) == code


def test_names_that_differ_by_case_accent_or_length_are_not_merged() -> None:
    codes = Codes("stage")
    names = ["Closed", "closed", "CLOSED!", "Fechado", "Fechádo", "x" * 80, "x" * 81]
    assert [codes.of(name) for name in names[:5]] == ["closed", "closed_2", "closed_3", "fechado", "fechado_2"]
    assert codes.of(names[5]) != codes.of(names[6])


def test_what_has_no_letters_gets_a_word_in_place() -> None:
    codes = Codes("stage")
    assert [codes.of(text) for text in ("???", "日本語", "42", "stage")] == ["stage", "stage_2", "stage_42", "stage_3"]


def test_reserved_codes_are_given_to_nobody() -> None:
    codes = Codes("stage", reserved=("received", "done"))
    assert [codes.of(text) for text in ("Received", "Done", "Received 2")] == ["received_2", "done_2", "received_2_2"]


@given(st.lists(st.text(max_size=90), max_size=60))
def test_every_code_is_one_and_no_two_are_the_same(texts: list[str]) -> None:
    codes = Codes("stage", reserved=("done",))
    given_out = [codes.of(text) for text in texts]
    assert len({*given_out, "done"}) == len(texts) + 1
    assert all(CODE.fullmatch(code) for code in given_out)


def test_thousands_of_the_same_slug_are_given_out_in_no_time() -> None:
    codes = Codes("resource")
    assert len({codes.of(f"日{index}".replace(str(index), "本" * (index % 7))) for index in range(20_000)}) == 20_000
