"""The track, a list row's hint of it, and the ledger."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.portal import ledger, track
from services.portal.shapes import Turn
from services.portal.track import Ahead
from tests.unit.portal.builders import BRUNO, CLIENT, NOON, a_spell, a_step, a_ticket, ago

pytestmark = pytest.mark.usefixtures("pt")

AHEAD = [Ahead(name="De acordo?", side="client"), Ahead(name="Concluído", side="nobody")]


def test_it_shows_what_was_walked_what_is_now_and_what_is_likely() -> None:
    steps = [a_step("Recebido", "attendant", 30, 6, holder_after=BRUNO), a_step("Em análise", "attendant", 6)]
    picture = track.draw(a_ticket("attendant", BRUNO), steps, AHEAD, CLIENT, NOON)
    assert [(leg.name, leg.state, leg.who) for leg in picture.legs] == [
        ("Recebido", "done", "Bruno"),
        ("Em análise", "now", "Bruno"),
        ("De acordo?", "next", "Você"),
        ("Concluído", "next", "encerra"),
    ]
    assert [leg.came_from for leg in picture.legs] == [None, "attendant", "attendant", "client"]
    assert [leg.heading for leg in picture.legs] == ["level", "level", "up", "down"]
    assert picture.lanes == 2


def test_a_third_party_gets_a_lane_of_its_own() -> None:
    ticket = a_ticket(turn=Turn(side="third_party", party="Oficina", since=ago(hours=1)))
    picture = track.draw(ticket, [a_step("Oficina", "third_party", 1)], [], CLIENT, NOON)
    assert picture.lanes == 3
    assert picture.legs[-1].who == "Oficina"


def test_the_present_capsule_fills_with_its_deadline() -> None:
    ticket = a_ticket("attendant", BRUNO, due_at=NOON + timedelta(hours=6))
    leg = track.draw(ticket, [a_step("Triagem", "attendant", 18)], [], CLIENT, NOON).legs[-1]
    assert leg.filled == 75
    assert leg.time == "há 3 h, até hoje, 18h"


def test_at_most_eight_capsules_the_oldest_become_one() -> None:
    steps = [a_step(f"E{n}", "attendant", 40 - n, 39 - n) for n in range(20)] + [a_step("Agora", "attendant", 3)]
    picture = track.draw(a_ticket("attendant", BRUNO), steps, AHEAD, CLIENT, NOON)
    assert len(picture.legs) == 8
    assert picture.legs[0].name == "+16 etapas"
    assert picture.legs[5].state == "now"


def test_a_draft_begins_with_its_client() -> None:
    picture = track.draw(a_ticket("client", status="draft"), [], AHEAD, CLIENT, NOON)
    assert [leg.state for leg in picture.legs] == ["now", "next", "next"]
    assert picture.legs[0].side == "client"


def test_an_ended_ticket_has_nobody_at_its_last_stage() -> None:
    steps = [a_step("Triagem", "attendant", 5, 1), a_step("Concluído", "nobody", 1)]
    picture = track.draw(a_ticket("nobody", status="concluded"), steps, [], CLIENT, NOON)
    assert [(leg.side, leg.state) for leg in picture.legs] == [("attendant", "done"), ("nobody", "done")]


def test_a_rows_hint_fills_its_width_and_never_leaves_it() -> None:
    spells = [a_spell("attendant", 100, 50), a_spell("client", 50, 3), a_spell("attendant", 3)]
    bars = track.hint(a_ticket("attendant", BRUNO), spells, 2, NOON)
    assert [bar.state for bar in bars] == ["was", "was", "now", "next", "next"]
    assert bars[0].x == 0
    assert bars[-1].x + bars[-1].width == pytest.approx(track.MINI_WIDTH, abs=0.3)


def test_the_ledger_sums_whose_time_it_was() -> None:
    spells = [a_spell("attendant", 50, 26), a_spell("client", 26, 2), a_spell("attendant", 2)]
    picture = ledger.draw(spells, NOON + timedelta(days=9), NOON, is_client=True)
    assert picture is not None
    assert picture.name == "Com você 1 dia, Com o atendimento 1 dia 2 h, Ao todo 2 dias 2 h"
    assert picture.lanes == ["client", "attendant"]
    assert picture.due_beyond
    assert picture.due_text == "3 dez →"


@pytest.mark.parametrize("hours", [0.01, 0.5, 3, 20, 60, 24 * 12, 24 * 90, 24 * 800])
def test_the_ledgers_window_holds_every_length_with_few_ticks(hours: float) -> None:
    picture = ledger.draw([a_spell("attendant", hours)], None, NOON, is_client=False)
    assert picture is not None
    assert picture.now is not None
    assert 0 < picture.now <= 100
    assert 2 <= len(picture.ticks) <= 16
    assert all(0 <= block.x <= block.x + block.width <= 100.3 for block in picture.blocks)


def test_without_a_turn_there_is_no_ledger() -> None:
    assert ledger.draw([], None, NOON, is_client=True) is None
