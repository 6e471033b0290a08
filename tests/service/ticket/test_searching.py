"""What words find: of the request, the discussion, parameters and files, what each side sees, and nothing more."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from services.ticket.access.searching import KNOWN
from services.ticket.queries import lists
from shared.catalog import values
from shared.catalog.definitions import Flow, Parameter, Stage, TypeVersion
from shared.catalog.wire import version_to_wire
from shared.contracts.attachments import AttachmentRemoved, AttachmentStored
from shared.ids import new_id
from tests.service.ticket.catalogs import house_catalog
from tests.service.ticket.house import GOOD, House
from tests.service.ticket.world import World
from tests.support import databases


def test_search_finds_words_without_their_accents_and_numbers_by_their_last_part(house: House) -> None:
    ticket = house.open(house.ana, submit=False, subject="Devolução da mensalidade").json
    house.draft()
    assert house.listed(house.ana, "q=devolucao") == [ticket["id"]]
    assert house.listed(house.ana, f"q={ticket['number']}") == [ticket["id"]]
    assert house.listed(house.ana, f"q={int(ticket['number'].partition('-')[2])}") == [ticket["id"]]
    assert house.listed(house.bia, "q=devolucao") == []


def test_an_invisible_value_is_not_found_by_searching(house: House) -> None:
    ticket_id = house.routed()
    house.patch(house.bruno, ticket_id, {"parameters": {"cause": "Embezzlement"}})
    assert house.listed(house.ana, "q=embezzlement") == []


def test_what_is_planned_anew_gets_its_values_as_values(house: House) -> None:
    """They stand in the text that is sent, so what somebody typed must not become SQL."""
    ticket = house.routed(subject="O'Brien; DROP TABLE texts; -- 100% \\' fim")
    for words in ("O'Brien", "texts; --", "100%", "\\'", "%(words)s", "fim'); SELECT 1; --"):
        answer = house.world.call(house.bruno, "GET", f"/tickets?as=attendant&filter=all&q={quote(words)}")
        assert answer.status_code == 200, words
    found = house.world.call(house.bruno, "GET", "/tickets?as=attendant&filter=my_turn&q=O%27Brien")
    assert [each["id"] for each in found.json["items"]] == [ticket]


def a_file(house: House, ticket_id: str, name: str, *, internal: bool = False, parameter: str | None = None) -> str:
    """A file is stored with a ticket; its id."""
    facts: dict[str, Any] = {"size": 10, "content_type": "application/pdf", "sha256": "ab" * 32, "by": house.bruno}
    facts |= {"internal": internal, "parameter": parameter}
    file_id = new_id()
    house.world.say(AttachmentStored(attachment_id=file_id, ticket_id=ticket_id, file_name=name, **facts))
    return file_id


def test_the_discussion_is_found_by_whom_it_is_said_to(house: House) -> None:
    ticket_id = house.routed()
    house.post(house.bruno, ticket_id, "messages", {"body": "A devolução sai na sexta"})
    house.post(house.bruno, ticket_id, "messages", {"body": "Cliente reincidente", "visibility": "internal"})
    assert house.listed(house.ana, "q=devolucao+sexta") == [ticket_id]
    assert house.listed(house.ana, "q=reincidente") == []
    assert house.listed(house.bruno, "q=reincidente") == [ticket_id]
    assert house.listed(house.bia, "q=devolucao") == house.listed(house.davi, "q=reincidente") == []


def test_files_are_found_by_the_words_of_their_names_as_long_as_they_are_there(house: House) -> None:
    ticket_id = house.routed()
    receipt = a_file(house, ticket_id, "Comprovante_Março-2026.pdf")
    a_file(house, ticket_id, "parecer.interno.docx", internal=True)
    assert house.listed(house.ana, "q=comprovante+marco") == [ticket_id]
    assert house.listed(house.ana, "q=parecer") == []
    assert house.listed(house.bruno, "q=parecer") == [ticket_id]
    house.world.say(AttachmentRemoved(attachment_id=receipt, ticket_id=ticket_id, by=house.ana))
    assert house.listed(house.ana, "q=comprovante") == []


@pytest.mark.parametrize("few", [lists.FEW, 0])
def test_a_parameters_files_are_found_as_long_as_the_stage_shows_it_to_the_side(
    house: House, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(lists, "FEW", few)
    house.flow.assign["analysis"] = house.queue
    ticket_id = house.routed()
    a_file(house, ticket_id, "orçamento.pdf", parameter="proof")
    a_file(house, ticket_id, "planilha.pdf", parameter="cause")
    a_file(house, ticket_id, "rascunho.pdf", parameter="of_another_version")
    a_file(house, ticket_id, "detalhe.pdf", parameter="which")
    found = {word: house.listed(house.ana, f"q={word}") for word in ("orcamento", "planilha", "rascunho", "detalhe")}
    assert found == {"orcamento": [ticket_id], "planilha": [], "rascunho": [], "detalhe": []}
    for word in ("orcamento", "planilha", "rascunho"):
        assert house.listed(house.bruno, f"q={word}") == [ticket_id]
    assert house.listed(house.bruno, "q=detalhe") == [], "its condition is not true"
    house.done(house.bruno, ticket_id, "advance", {"transition": "analyse"})
    assert house.listed(house.ana, "q=orcamento") == []
    assert house.listed(house.carla, "q=orcamento") == [ticket_id]


def test_a_conditional_parameters_files_are_found_while_it_has_a_value(house: House) -> None:
    ticket_id = house.routed(parameters={**GOOD, "reason": "other", "which": "A third one"})
    a_file(house, ticket_id, "detalhe.pdf", parameter="which")
    assert house.listed(house.ana, "q=detalhe") == house.listed(house.bruno, "q=detalhe") == [ticket_id]


def test_values_are_found_as_long_as_the_stage_shows_them_to_the_side(house: House) -> None:
    house.flow.assign["analysis"] = house.queue
    ticket_id = house.routed()
    assert house.listed(house.ana, "q=123456") == house.listed(house.bruno, "q=123456") == [ticket_id]
    house.patch(house.bruno, ticket_id, {"parameters": {"refund": "87.65"}})
    assert house.listed(house.ana, "q=87.65") == []
    assert house.listed(house.bruno, "q=87.65") == [ticket_id]
    house.done(house.bruno, ticket_id, "advance", {"transition": "analyse"})
    assert house.listed(house.ana, "q=87.65") == [ticket_id]
    house.done(house.davi, ticket_id, "take")
    assert house.patch(house.davi, ticket_id, {"parameters": {"refund": "12.34"}}).status_code == 200
    assert house.listed(house.ana, "q=87.65") == []
    assert house.listed(house.ana, "q=12.34") == [ticket_id]


def test_options_are_found_by_what_they_are_called(house: House) -> None:
    ticket_id = house.routed(parameters={"invoice": "123456", "amount": "99.90", "reason": "duplicate"})
    house.routed(house.bia)
    for words in ("duplicate", '"em dobro"'):
        assert house.listed(house.ana, f"q={quote(words)}") == [ticket_id], words
        assert house.listed(house.bruno, f"q={quote(words)}") == [ticket_id], words
    house.done(house.bruno, ticket_id, "advance", {"transition": "analyse"})
    assert house.listed(house.ana, "q=%22em+dobro%22") == []


def test_who_attends_and_is_the_client_finds_as_the_client(house: House) -> None:
    house.flow.assign["analysis"] = house.queue
    both = house.world.person("Both", "client", "attendant", email="both@cliente.test", kind="customer")
    house.world.queue("finance", house.carla, house.davi, both)
    ticket_id = house.routed(both)
    house.done(house.bruno, ticket_id, "advance", {"transition": "analyse"})
    house.post(house.carla, ticket_id, "messages", {"body": "Sigilo absoluto", "visibility": "internal"})
    assert house.listed(both, "as=attendant&q=sigilo") == []
    assert house.listed(house.carla, "q=sigilo") == [ticket_id]


@pytest.mark.parametrize("few", [0, 20_000], ids=["who held many", "who held few"])
def test_common_words_are_met_on_the_way_with_the_same_care(
    house: House, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(lists, "FEW", 0)
    monkeypatch.setattr(lists, "HELD_FEW", few)
    ticket_id = house.routed()
    house.post(house.bruno, ticket_id, "messages", {"body": "Cliente reincidente", "visibility": "internal"})
    a_file(house, ticket_id, "parecer.interno.docx", internal=True)
    house.patch(house.bruno, ticket_id, {"parameters": {"cause": "Embezzlement"}})
    for words in ("reincidente", "parecer", "embezzlement"):
        assert house.listed(house.ana, f"q={words}") == []
        assert house.listed(house.bruno, f"q={words}") == [ticket_id]
    assert house.listed(house.ana, "q=123456") == [ticket_id]


def test_statistics_tell_the_commonest_words(house: House) -> None:
    with house.world.together():
        for number in range(12):
            house.draft(subject=f"Mensalidade {number}")
    databases.run(house.world.options.database_url, "ANALYZE texts")
    with house.world.database.reader() as reader:
        ((about,),) = reader.all(KNOWN, words="Mensalidades")
        assert round(about) == 12
        for words in ("desconhecida", "mensalidade 3", "-mensalidade", "", "o'brien", "'"):
            assert reader.all(KNOWN, words=words) == [], words


VERSION: Final = house_catalog().type_by_code["dispute"].version
STAGES: Final = st.sampled_from([None, *(stage.code for stage in VERSION.flow.stages)])
CODES: Final = [parameter.code for parameter in VERSION.parameters]


@given(stage=STAGES, last=STAGES, side=st.sampled_from(["client", "attendant"]), filled=st.sets(st.sampled_from(CODES)))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sql_shows_a_side_the_values_that_the_policy_shows(
    world: World, stage: str | None, last: str | None, side: str, filled: set[str]
) -> None:
    stored = {code: "other" if code == "reason" else "x" for code in filled if code != "which" or "reason" in filled}
    sql = "SELECT seen_values(%(given)s, %(version)s, %(stage)s, %(last)s, %(side)s)"
    wire = Jsonb(version_to_wire(VERSION))
    ((shown,),) = world.rows(sql, given=Jsonb(stored), version=wire, stage=stage, last=last, side=side)
    found = VERSION.find_stage(stage)
    if found is None or (found.kind == "terminal" and not found.cells):
        found = VERSION.find_stage(last) or VERSION.flow.first_stage
    seen = values.visible(VERSION, found.code, side, stored)
    assert shown == {code: value for code, value in seen.items() if value is not None}


def a_version(**whens: str | None) -> TypeVersion:
    """A version of one stage with these parameters, each with its `when`; `file` is a file."""
    parameters = tuple(
        Parameter(code=code, kind="file" if code == "file" else "text", labels={"pt-BR": code}, when=when)
        for code, when in whens.items()
    )
    desk = Stage(code="desk", names={"pt-BR": "Mesa"}, side="attendant")
    return TypeVersion(parameters=parameters, flow=Flow(first="desk", stages=(desk,)))


CONDITIONS: Final = st.sampled_from(
    [
        None,
        "parameters.a == 'x'",
        "parameters.b == 'x'",
        "parameters.c != null",
        "parameters.file != null",
        "ticket.priority == 'high'",
        "!(client.kind == 'student')",
        "parameters['b'] == 'x'",
        "parameters.exists(k, k == 'b')",
        "size(parameters) > 2",
    ]
)


@given(
    whens=st.fixed_dictionaries({"a": CONDITIONS, "b": CONDITIONS, "c": CONDITIONS, "file": st.none()}),
    had=st.booleans(),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_may_have_turned_false_since_it_was_saved_is_not_found(
    world: World, whens: dict[str, str | None], had: bool
) -> None:
    """Another priority, another kind of client, a file that was removed: what a condition hides then is not found."""
    version = a_version(**whens)
    before = {"ticket": {"priority": "high"}, "client": {"kind": "customer"}}
    stored = values.kept(version, {"a": "x", "b": "x", "c": "x", **({"file": ["f"]} if had else {})}, before)
    stored.pop("file", None)
    sql = "SELECT seen_values(%(given)s, %(version)s, 'desk', NULL, 'attendant')"
    ((shown,),) = world.rows(sql, given=Jsonb(stored), version=Jsonb(version_to_wire(version)))
    for priority in ("high", "low"):
        for kind in ("customer", "student"):
            facts = {"ticket": {"priority": priority}, "client": {"kind": kind}}
            seen = values.visible(version, "desk", "attendant", stored, facts=facts)
            assert shown.keys() <= {code for code, value in seen.items() if value is not None}
    assert whens["a"] is not None or "a" in shown
