"""What people are told reads well in every language, whatever the facts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.notify.gateways.speech import voice_for
from services.notify.rules import wording
from services.notify.rules.facts import Person
from services.notify.rules.kinds import KINDS
from services.notify.rules.letter import House, baton, write
from services.notify.rules.story import Story
from services.notify.rules.voice import Voice
from shared.http.languages import LANGUAGES

DUE = datetime(2026, 12, 7, 18, 30, tzinfo=UTC)
STAGE = {
    "code": "analysis",
    "names": {"pt-BR": "Em análise", "en": "Under analysis", "es": "En análisis"},
    "client_names": {"pt-BR": "Com a equipe"},
}
FACTS: dict[str, Any] = {
    "stage": STAGE,
    "side": "attendant",
    "party": {"pt-BR": "Oficina", "en": "Workshop"},
    "status": "concluded",
    "service": "ticket",
    "event_name": "flow.stage_entered",
    "file": "foto.png",
    "reason": "100% strange",
    "score": 4,
    "address": "ana@vez.test",
    "refusal": {"message": "Type %(type)s takes no new tickets", "values": {"type": "x"}},
}


def voice(language: str = "pt-BR", time_zone: str = "America/Sao_Paulo") -> Voice:
    """A voice in a language."""
    return voice_for(Person("p", "P", language=language, time_zone=time_zone))


def story(kind: str, **more: Any) -> Story:
    """A story of a kind, with every fact."""
    known: dict[str, Any] = {"number": "2026-000123", "subject": "100% em dobro", "by_name": "Carla Dias"}
    facts = {**FACTS, **more.pop("facts", {})}
    return Story(**{"kind": kind, "event": "x", "ticket_id": "t", "due_at": DUE, "facts": facts, **known, **more})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_words_in_every_language(kind: str, language: str) -> None:
    for to_client in (True, False):
        for by_name in ("Carla Dias", ""):
            told = story(kind, to_client=to_client, by_name=by_name)
            letter = write(told, voice(language), House("Vez", "https://vez.test"), name="Ana", now=DUE)
            whole = " ".join([letter.title, letter.greeting, *letter.sentences, letter.action, letter.why])
            assert "%(" not in whole
            assert letter.title
            assert letter.sentences[0]


@pytest.mark.parametrize("kind", [k for k in KINDS if k not in ("stage", "finished")])
def test_no_words_are_left_untranslated(kind: str) -> None:
    said = {wording.sentence(story(kind), voice(language), "S") for language in LANGUAGES}
    assert len(said) == 3
    assert len({voice(language).say(KINDS[kind].why) for language in LANGUAGES}) == 3


def test_the_subject_comes_first_as_the_interface_wants_it() -> None:
    approval = story("approve", facts={"stage": {**STAGE, "approves": "understanding"}})
    assert wording.title(approval, voice()) == "Sua vez: aprovar o entendimento (2026-000123)"
    assert wording.title(story("your_turn"), voice("en")) == "Your turn: Under analysis (2026-000123)"


def test_a_client_reads_the_clients_name_of_a_stage() -> None:
    assert wording.title(story("stage", to_client=True), voice()).startswith("Com a equipe: ")
    assert wording.title(story("stage", to_client=False), voice()).startswith("Em análise: ")
    assert wording.title(story("stage", to_client=True), voice("en")).startswith("Under analysis: ")


@pytest.mark.parametrize(
    ("language", "told"),
    [("pt-BR", "seg, 7 dez, 15h30"), ("en", "Mon, Dec 7, 3:30 pm"), ("es", "lun 7 dic, 15:30")],
)
def test_an_instant_is_told_in_short(language: str, told: str) -> None:
    assert voice(language).when(DUE) == told


def test_a_full_hour_has_no_minutes_in_portuguese() -> None:
    assert voice().when(DUE.replace(minute=0)) == "seg, 7 dez, 15h"


def test_a_greeting_is_of_the_readers_time_of_day() -> None:
    assert voice().greeting("Mariana Duarte", DUE) == "Boa tarde, Mariana."
    assert voice("en", "Asia/Tokyo").greeting("Mariana Duarte", DUE) == "Good evening, Mariana."
    assert voice().greeting("", DUE) == ""


def test_an_odd_text_of_another_service_breaks_nothing() -> None:
    refused = story("submission_refused", facts={"refusal": {"message": "100% of %(lost)s", "values": {"x": 1}}})
    assert "100% of" in wording.sentence(refused, voice(), "S")


def test_the_baton_says_whose_turn_it_is() -> None:
    mine = baton(story("your_turn"), voice())
    theirs = baton(story("stage", holder_name="Bruno", due_at=None), voice())
    queued = baton(story("stage", facts={"queue": "finance"}, queue_names={"pt-BR": "Financeiro"}), voice())
    waiting = baton(story("stage", facts={"side": "third_party"}), voice())
    ended = baton(story("finished"), voice())
    assert mine is not None
    assert (mine.mine, mine.words) == (True, "Sua vez, até seg, 7 dez, 15h30")
    assert [b.words for b in (theirs, queued, waiting, ended) if b] == [
        "Com Bruno",
        "Na fila Financeiro",
        "Aguardando: Oficina",
        "Encerrado",
    ]


def test_an_unknown_language_is_spoken_to_in_the_default_one() -> None:
    assert voice("xx").language == "pt-BR"
