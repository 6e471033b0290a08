"""What chat rooms are told: of which events, and never more than anybody may read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.notify.gateways.speech import voice_in
from services.notify.rules.chat import KINDS, plain, told, try_out, write
from services.notify.rules.facts import Hearing, Ticket
from services.notify.rules.kinds import KINDS as TOLD_TO_PEOPLE
from services.notify.rules.letter import House
from services.notify.rules.story import Story
from shared.contracts import Event
from shared.contracts import workflow as w
from shared.contracts.ticket import Commented

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
TRIAGE = w.StageFacts(code="triage", names={"pt-BR": "Triagem", "en": "Triage"}, client_names={"pt-BR": "Recebido"})
APPROVAL = w.StageFacts(code="ok", kind="approval", approves="result")
FINANCE, BRUNO = w.Holder(id="finance", queue=True), w.Holder(id="b")
TICKET = Ticket(id="t", number="2026-000123", subject="Cobrança em dobro", client_id="a", last_queue="finance")
HOUSE = House("Rede", "https://vez.test")
TYPES = {"pt-BR": "Contestação", "en": "Dispute"}


def entered(holder: w.Holder | None, **more: Any) -> w.StageEntered:
    known: dict[str, Any] = {"ordinal": 1, "since": NOW, "by": "x", "transition": None, "side": "attendant"}
    facts = {"ticket_id": "t", "stage": TRIAGE, "holder_before": None, "holder_after": holder}
    return w.StageEntered(**{**known, **facts, **more})


def reassigned(before: w.Holder, after: w.Holder, cause: Any = "take") -> w.Reassigned:
    return w.Reassigned(
        ticket_id="t", ordinal=1, since=NOW, by="x", cause=cause, stage=TRIAGE, side="attendant",
        holder_before=before, holder_after=after,
    )  # fmt: skip


def kinds_of(event: Event, *asked: str, queue: str | None = None, ticket: Ticket | None = TICKET) -> list[str]:
    """The kind of which a room is told of an event; nothing where it is not."""
    return [kind for _, kind in told(event, ticket, [Hearing("r", asked or KINDS, queue)])]


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (entered(FINANCE), "queue_turn"),
        (entered(BRUNO), "your_turn"),
        (entered(w.Holder(id="a"), side="client"), "your_turn"),
        (entered(BRUNO, stage=APPROVAL), "approve"),
        (entered(None, side="third_party"), "third_party_turn"),
        (entered(None, side="nobody"), "stage"),
        (entered(FINANCE, fallback_reason="queue_empty"), "fallback"),
        (reassigned(FINANCE, BRUNO), "your_turn"),
        (reassigned(BRUNO, FINANCE, "transfer"), "queue_turn"),
        (reassigned(BRUNO, BRUNO, "wake"), "your_turn"),
    ],
)
def test_an_event_is_told_as_what_asks_for_somebody_first(event: Event, kind: str) -> None:
    assert kinds_of(event) == [kind]


def test_a_room_hears_only_what_it_asked_for_and_of_one_event_once() -> None:
    assert kinds_of(entered(FINANCE), "stage", "finished") == ["stage"]
    assert kinds_of(entered(FINANCE), "finished") == []
    assert kinds_of(reassigned(BRUNO, BRUNO, "schedule")) == []


def test_no_message_is_told_whoever_may_read_it() -> None:
    for visibility in ("public", "internal"):
        event = Commented(ticket_id="t", message_id="m", author_id="b", visibility=visibility)  # type: ignore[arg-type]
        assert kinds_of(event) == []


def test_a_queues_room_hears_of_what_the_queue_has_or_had_last() -> None:
    assert kinds_of(entered(FINANCE), queue="finance", ticket=replace(TICKET, last_queue=None)) == ["queue_turn"]
    assert kinds_of(entered(BRUNO), queue="finance") == ["your_turn"]
    assert kinds_of(entered(FINANCE), queue="support") == []
    assert kinds_of(entered(BRUNO), queue="finance", ticket=replace(TICKET, last_queue=None)) == []
    assert kinds_of(entered(w.Holder(id="support", queue=True)), queue="finance") == []


def test_what_rooms_may_ask_for_is_among_what_people_are_told_of() -> None:
    assert set(KINDS) < set(TOLD_TO_PEOPLE)


def story(kind: str, **more: Any) -> Story:
    facts = {"stage": {"code": "triage", "names": TRIAGE.names}, "side": "attendant", **more.pop("facts", {})}
    known = {"ticket_id": "t", "number": TICKET.number, "subject": TICKET.subject, "by_name": "Ana Souza"}
    return Story(kind=kind, event="flow.stage_entered", facts=facts, **{**known, "holder_name": "Bruno Alves", **more})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["pt-BR", "en", "es"])
def test_no_room_reads_a_name_nor_a_confidential_subject(kind: str, language: str) -> None:
    facts = {"holder_id": "b", "queue": "finance", "fallback_reason": "queue_empty", "party": {"pt-BR": "Banco"}}
    told_of = story(kind, facts=facts, due_at=NOW, queue_names={"pt-BR": "Financeiro"})
    voice = voice_in(language, "America/Sao_Paulo")
    open_ = write(told_of, voice, HOUSE, type_names=TYPES, is_confidential=False)
    hidden = write(told_of, voice, HOUSE, type_names=TYPES)
    for post in (open_, hidden):
        text = f"{post.title}\n{post.body}"
        assert "2026-000123" in text
        assert post.body.endswith("\nhttps://vez.test/tickets/t")
        assert "Ana" not in text
        assert "Bruno" not in text
    assert "Cobrança" in open_.title
    assert "Cobrança" not in f"{hidden.title}{hidden.body}"


def test_a_turn_is_told_to_nobody_in_particular() -> None:
    post = write(
        story("your_turn", due_at=NOW), voice_in("pt-BR", "America/Sao_Paulo"), HOUSE,
        type_names=TYPES, is_confidential=False,
    )  # fmt: skip
    assert post.title == "Triagem: Cobrança em dobro (2026-000123)"
    assert post.body.splitlines() == [
        "Tipo: Contestação",
        "Etapa: Triagem",
        "A vez é do atendente.",
        "Prazo: seg, 23 nov, 15h30",
        "https://vez.test/tickets/t",
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("@everyone, @here", "@\u200beveryone, @\u200bhere"),
        ("<!channel> <@U1>", "‹!channel› ‹@\u200bU1›"),
        ("[pay](https://x.test)", "[pay]\u200b(https://x.test)"),
        ("one\r\ntwo\x00\ttwo", "one two two"),
        ("10 > 9 & 8", "10 › 9 & 8"),
    ],
)
def test_a_subject_calls_nobody_and_links_nowhere(written: str, read: str) -> None:
    assert plain(written) == read
    post = write(
        story("finished", subject=written), voice_in("en", "UTC"), HOUSE, type_names=TYPES, is_confidential=False
    )
    assert read in post.title


def test_a_test_message_names_the_house() -> None:
    post = try_out(voice_in("en", "UTC"), HOUSE)
    assert (post.title, post.body.splitlines()[-1]) == ("A test message from Rede", "https://vez.test/")
