"""Whose turn it is, in a person's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.portal import words
from services.portal.shapes import Blocked, Move, Pending, Person, Stage, Turn, Visible
from services.portal.words import Reader
from tests.unit.portal.builders import ATTENDANT, BRUNO, CLIENT, FINANCE, NOON, a_step, a_ticket, ago

pytestmark = pytest.mark.usefixtures("pt")


def test_the_client_reads_whose_turn_it_is() -> None:
    said = {
        "Com Bruno": a_ticket("attendant", BRUNO),
        "Na fila Financeiro": a_ticket("attendant", FINANCE),
        "Com o atendimento": a_ticket("attendant"),
        "Sua vez: responder": a_ticket("client", actions=["advance"]),
        "Sua vez: decidir": a_ticket("client", actions=["decide"]),
        "Encerrado": a_ticket("nobody", status="concluded"),
        "Rascunho, só você vê": a_ticket("client", status="draft"),
        "Encaminhando seu pedido": a_ticket("nobody", pending=Pending(id="o", kind="submit"), stage=None),
    }
    assert {words.baton(ticket, CLIENT).words: ticket for ticket in said.values()} == said


def test_a_third_party_is_named_and_stands_in_the_middle() -> None:
    ticket = a_ticket(turn=Turn(side="third_party", party="Oficina", holder=BRUNO, since=ago(hours=1)))
    baton = words.baton(ticket, CLIENT)
    assert (baton.side, baton.words, baton.mine) == ("third_party", "Aguardando Oficina", False)


def test_a_schedule_says_until_when() -> None:
    until = NOON + timedelta(days=400)
    ticket = a_ticket(turn=Turn(side="nobody", since=ago(hours=1), until=until))
    assert words.baton(ticket, ATTENDANT).words.startswith("Agendado até 29 dez 2027")


def test_the_attendant_who_holds_it_must_act_and_others_need_not() -> None:
    ticket = a_ticket("attendant", BRUNO)
    assert words.is_mine(ticket, ATTENDANT)
    assert not words.is_mine(ticket, Reader(id="carla", side="attendant"))
    assert not words.is_mine(a_ticket("attendant", FINANCE), ATTENDANT)
    assert words.is_mine(a_ticket("attendant", FINANCE, actions=["decide"]), ATTENDANT)


def test_nothing_is_anybodys_turn_while_the_flow_decides() -> None:
    ticket = a_ticket("client", pending=Pending(id="o", kind="advance"))
    assert not words.is_mine(ticket, CLIENT)
    assert words.state(ticket, CLIENT, []).title == "Enviando sua resposta…"


def test_the_banner_quotes_what_was_asked_of_the_client() -> None:
    step = a_step("Complementar", "client", 3, by=Person(id="carla", name="Carla Dias"), comment="Qual o número?")
    state = words.state(a_ticket("client", actions=["advance"]), CLIENT, [step])
    assert (state.title, state.reason, state.quote) == (
        "Sua vez: responder",
        "Carla precisa de algo seu para continuar.",
        "Qual o número?",
    )


def test_an_approval_says_what_is_approved() -> None:
    stage = Stage(code="agree", name="De acordo?", kind="approval", approves="result")
    ticket = a_ticket("client", actions=["decide"], stage=stage)
    assert words.state(ticket, CLIENT, [], approves="result").title == "Sua vez: aprovar o resultado"
    assert words.state(ticket, CLIENT, [], approves="understanding").title == "Sua vez: aprovar o entendimento"


def test_the_deadline_is_the_readers_only_on_their_turn() -> None:
    due = NOON + timedelta(days=1)
    assert words.state(a_ticket("client", actions=["advance"], due_at=due), CLIENT, []).due_label == "responda até"
    assert words.state(a_ticket("attendant", BRUNO, due_at=due), CLIENT, []).due_label == "resposta prevista até"
    assert words.state(a_ticket("nobody", status="concluded", due_at=due), CLIENT, []).due_at is None


def test_what_is_missing_names_the_fields_by_their_labels() -> None:
    move = Move(
        code="propose",
        name="Propor",
        blocked=[
            Blocked(field="cause", reason="x"),
            Blocked(field="refund", reason="x"),
            Blocked(reason="Escreva antes"),
        ],
    )
    fields = [Visible(code="cause", label="Causa"), Visible(code="refund", label="Estorno")]
    ticket = a_ticket("attendant", BRUNO, transitions=[move], fields=fields)
    assert words.to_advance(ticket) == "Falta preencher: Causa, Estorno. Escreva antes."
    free = replace(ticket, transitions=[replace(move, blocked=[])])
    assert words.to_advance(free) == "Está tudo preenchido: já pode avançar."


@pytest.mark.parametrize(
    ("name", "letters"), [("Ana Souza", "AS"), ("Madonna", "MA"), ("José da Silva Neto", "JN"), ("", "")]
)
def test_a_face_has_two_letters(name: str, letters: str) -> None:
    assert words.initials(name) == letters
