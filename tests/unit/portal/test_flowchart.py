"""A flow's diagram: everything has its place, however large the flow is."""

from __future__ import annotations

import pytest

from services.portal import course, flowchart
from services.portal.words import Reader
from shared.catalog.definitions import Flow, Stage, Transition, TypeVersion
from shared.catalog.reading import read
from tests.unit.portal.builders import CLIENT
from tests.unit.portal.town import CATALOG

pytestmark = pytest.mark.usefixtures("pt")
VERSION = read(CATALOG, "catalog.yaml").type_by_code["dispute"].version


def test_stages_lie_in_the_bands_of_their_sides_and_ends_at_the_right() -> None:
    chart = flowchart.draw(VERSION, CLIENT, "pt-BR", walked=["triage", "more"])
    boxes = {box.code: box for box in chart.boxes}
    bands = {band.side: band for band in chart.bands}
    for code, side in (("triage", "attendant"), ("more", "client")):
        assert bands[side].y <= boxes[code].y <= bands[side].y + bands[side].height
    assert boxes["done"].x > max(boxes["triage"].x, boxes["more"].x)
    assert boxes["more"].is_now
    assert boxes["triage"].name == "Recebido"


def test_the_path_that_was_taken_is_marked() -> None:
    chart = flowchart.draw(VERSION, CLIENT, "pt-BR", walked=["triage", "more", "triage"])
    assert {edge.text for edge in chart.edges if edge.is_walked} == {"", "Perguntar", "Responder"}


def test_what_the_picture_shows_is_also_there_as_words() -> None:
    ways = {way.stage: way.ways for way in flowchart.draw(VERSION, CLIENT, "pt-BR").ways}
    assert ways["Recebido"] == ["Perguntar leva a Complementar", "Concluir leva a Concluído"]


def test_a_large_flow_has_no_two_stages_in_one_place() -> None:
    codes = [f"s{n}" for n in range(40)]
    stages = tuple(
        Stage(
            code=code,
            names={"pt-BR": f"Etapa com um nome bastante comprido {code}"},
            side="attendant",
            transitions=tuple(Transition(code=f"to_{to}", to=to) for to in (codes[(n * 7 + 1) % 40], code, "end")),
        )
        for n, code in enumerate(codes)
    )
    end = Stage(code="end", names={"pt-BR": "Fim"}, terminal="concluded")
    version = TypeVersion(parameters=(), flow=Flow(first="s0", stages=(*stages, end)))
    chart = flowchart.draw(version, Reader(id="x", side="attendant"), "pt-BR")
    places = [(box.x, box.y) for box in chart.boxes]
    assert len(set(places)) == len(places) == 41
    assert all(box.y + box.height <= chart.height and box.x + box.width <= chart.width for box in chart.boxes)


def test_the_likely_course_leads_to_an_end_and_stops() -> None:
    ahead = course.ahead(VERSION, "triage", CLIENT, "pt-BR")
    assert [each.name for each in ahead] == ["Concluído"]
    assert course.ahead(VERSION, "done", CLIENT, "pt-BR") == []
    assert course.ahead(None, "triage", CLIENT, "pt-BR") == []
