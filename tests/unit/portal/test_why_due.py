"""A deadline in words: what counted, what did not, and why."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.portal import why_due
from services.portal.why_due import Clock, Spell
from tests.unit.portal.town import TICKET_ID, Town

BEGIN = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAUSED = datetime(2026, 3, 2, 15, tzinfo=UTC)


def a_clock(*spells: Spell, **facts: Any) -> Clock:
    shown: dict[str, Any] = {
        "name": "stage",
        "budget_seconds": 14400.0,
        "spent_seconds": 10800.0,
        "calendar": "office",
    } | facts
    return Clock(**shown, intervals=list(spells))


@pytest.mark.usefixtures("pt")
def test_every_interval_says_whether_it_counted_and_why() -> None:
    told = why_due.explain(
        [
            a_clock(
                Spell(since=BEGIN, until=PAUSED, side="attendant", why="counted", open_seconds=10800.0),
                Spell(since=PAUSED, until=PAUSED, side="attendant", why="counted", open_seconds=0.0),
                Spell(since=PAUSED, side="third_party", why="third_party", open_seconds=0.0),
            )
        ]
    )
    assert [(line.counted, line.length, line.why) for line in told[0].lines] == [
        (True, "3 h", "Era a vez da equipe."),
        (False, "", "O calendário ficou fechado todo esse tempo."),
        (False, "", "Esperava-se um terceiro."),
    ]
    assert told[0].title == "Prazo desta etapa"
    assert told[0].summary.startswith("Contaram 3 h de 4 h, no horário do calendário office. Está em pausa")


@pytest.mark.usefixtures("pt")
def test_a_clock_that_counts_says_when_it_ends() -> None:
    told = why_due.explain([a_clock(name="attendant", calendar=None, due_at=PAUSED)])
    assert "dia e noite" in told[0].summary
    assert "Se a contagem seguir, termina em" in told[0].summary


@pytest.mark.parametrize(
    ("clocks", "said"),
    [(None, "Agora não dá para saber"), ([], "Nenhum prazo corre aqui."), ([{}], "Prazo desta etapa")],
)
def test_the_page_says_it_also_where_the_flow_cannot_be_asked(
    town: Town, bruno: FlaskClient, clocks: Any, said: str
) -> None:
    spell = {"since": BEGIN.isoformat(), "until": None, "side": "attendant", "why": "counted", "open_seconds": 60.0}
    stage = {"name": "stage", "calendar": None, "due_at": None, "near_at": None, "budget_seconds": 60.0}
    whole = [{**stage, "spent_seconds": 60.0, "intervals": [spell]} for _ in clocks or ()]
    path = f"/v1/tickets/{TICKET_ID}"
    town.answers[f"ticket GET {path}/clock"] = {"clocks": None if clocks is None else whole}
    assert said in bruno.get(f"/tickets/{TICKET_ID}/clock").text
    assert said in bruno.get(f"/tickets/{TICKET_ID}/clock", headers={"HX-Request": "true"}).text
