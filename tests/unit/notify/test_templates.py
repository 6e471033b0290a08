"""Administrators' words: only places and `if`, in every language; nothing in them or in a subject breaks a letter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.rules.kinds import KINDS, is_written_by_administrators
from services.notify.rules.letter import House, Letter, write
from services.notify.rules.templates import PLACES, Words, built_in, fill, wrong_with
from shared.http.languages import LANGUAGES
from tests.unit.notify.test_letters import COMPOSER, NOW
from tests.unit.notify.test_words import story, voice

WRITTEN = [kind for kind in KINDS if is_written_by_administrators(kind)]


def letter(words: Words, **more: str) -> Letter:
    """A letter in these words."""
    house = House("Rede", "https://vez.test")
    return write(story("your_turn", **more), voice(), house, name="Ana", now=NOW, texts={"pt-BR": words})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", WRITTEN)
def test_the_built_in_words_are_good_templates_that_say_the_same(kind: str, language: str) -> None:
    words, told = built_in(kind, voice(language)), story(kind, holder_name="Bruno Alves")
    assert wrong_with(words) == {}
    title, body = fill(words, told, voice(language), subject="S", name="Ana", house="Rede")
    assert title
    assert "{{" not in title + " ".join(body)


@pytest.mark.parametrize(
    "text",
    [
        "{{ subject.__class__.__mro__ }}",
        "{{ ''.join }}",
        "{% for i in range(99999999) %}x{% endfor %}",
        "{{ 'x' * 99999999 }}",
        "{{ subject | upper }}",
        "{{ cycler() }}",
        "{% include 'letter.html' %}",
        "{% set x = 1 %}x",
        "{% macro m() %}{% endmacro %}x",
        "{{ self }}",
        "{{ client_secret }}",
        "{{ subject",
        "{% if due %}x",
        "{{ due }}",
        "x" * 4001,
    ],
)
def test_what_could_reach_out_run_long_fail_or_say_nothing_is_refused(text: str) -> None:
    assert "body" in wrong_with(Words("Um título", text))


def test_a_title_is_one_line() -> None:
    assert "title" in wrong_with(Words("um\ndois", "texto"))


def test_paragraphs_and_conditions_are_as_they_were_written() -> None:
    words = Words(
        "{{ number }}: {{ subject }}", "Olá.\n\n{% if person %}{{ person }} escreveu.{% else %}Novidade.{% endif %}"
    )
    told = letter(words, by_name="Carla")
    assert told.sentences == ("Olá.", "Carla escreveu.")
    assert letter(words, by_name="").sentences == ("Olá.", "Novidade.")
    assert told.title == "2026-000123: 100% em dobro"


@given(st.text(max_size=60), st.sampled_from(PLACES))
def test_nothing_that_people_write_is_taken_for_a_template_or_for_html(text: str, place: str) -> None:
    hostile = f"{{{{ 7*7 }}}}<script>{text}"
    told = letter(Words("{{ subject }} {{ number }}", f"<b>{{{{ subject }}}}</b> {{{{ {place} }}}}"), subject=hostile)
    html = COMPOSER.html(told)
    assert "<script>" not in html
    assert "{{ 7*7 }}" in html
    assert "&lt;b&gt;" in html
