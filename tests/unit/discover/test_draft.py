"""From a log to a catalog: the flow is the directly-follows graph, constant attributes are parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shared.catalog.definitions import Catalog, Type
from tests.builders.logs import case, event, table, written, xes
from vez.discover import writing
from vez.discover.draft import ENTRY, TERMINAL, Draft, draft
from vez.discover.survey import survey
from vez.logs import open_log

HELPDESK = Path(__file__).parents[4] / "shared/data/helpdesk.xes.gz"


def drafted(path: Path, **how: Any) -> Draft:
    return draft(survey(open_log(path), **how))


def from_cases(tmp_path: Path, *cases: str, name: str = "help_desk.xes", **how: Any) -> Draft:
    return drafted(written(tmp_path / name, xes(*cases)), **how)


def published(found: Draft) -> Catalog:
    return writing.checked(found, writing.text(found))


def the_type(found: Draft) -> Type:
    (only,) = published(found).types
    return only


def edges(found: Draft) -> set[tuple[str, str]]:
    stages = the_type(found).version.flow.stages
    return {(stage.code, transition.to) for stage in stages for transition in stage.transitions}


TWO = (
    case("1", event("a", "Ana"), event("b", "Bia"), event("b", "Ana"), event("c", "Ana")),
    case("2", event("b", "Ana"), event("a", "Ana"), event("b", "Bia")),
)


def test_transitions_are_what_directly_follows_what_self_loops_too(tmp_path: Path) -> None:
    log = {("a", "b"), ("b", "b"), ("b", "c"), ("b", "a")}
    ours = {(ENTRY, "a"), (ENTRY, "b"), ("c", TERMINAL), ("b", TERMINAL)}
    assert edges(from_cases(tmp_path, *TWO)) == log | ours


def test_the_entry_is_held_by_a_queue_of_all_resources_and_stages_by_who_held_before(tmp_path: Path) -> None:
    catalog = published(from_cases(tmp_path, *TWO))
    (queue,) = catalog.queues
    flow = catalog.types[0].version.flow
    assert queue.members == ("ana@help-desk.replay.test", "bia@help-desk.replay.test")
    assert str(flow.first_stage.assign) == f"queue:{queue.code}" == str(flow.fallback)
    assert {str(stage.assign) for stage in flow.stages if stage.code not in (ENTRY, TERMINAL)} == {"previous"}


def test_activities_called_as_our_own_stages_get_other_codes(tmp_path: Path) -> None:
    found = from_cases(tmp_path, case("1", event("Received"), event("received"), event("Done"), event("DONE")))
    assert list(found.stages[1:]) == ["received_2", "received_3", "done_2", "done_3"]
    assert edges(found) >= {(ENTRY, "received_2"), ("received_3", "done_2"), ("done_3", TERMINAL)}


def test_people_are_never_merged_by_case_or_accent(tmp_path: Path) -> None:
    names = ("Ana", "ana", "Aná", "ANA ", "安娜")
    found = from_cases(tmp_path, case("1", *(event("a", name, customer=name) for name in names)))
    for people, domain in ((found.attendants, "help-desk"), (found.clients, "clients.help-desk")):
        emails = [person.email for person in people[1:]]
        assert len(set(emails)) == 5
        assert all(email.endswith(f"@{domain}.replay.test") for email in emails)
    assert not {person.email for person in found.attendants[1:]} & {person.email for person in found.clients[1:]}


def test_events_without_resource_need_one_stand_in(tmp_path: Path) -> None:
    found = from_cases(tmp_path, case("1", event("a"), event("b", "Ana"), event("c", " ")))
    assert found.members == ["stand-in@help-desk.replay.test", "ana@help-desk.replay.test"]
    assert list(found.survey.walks[0].resources) == [0, 1, 0]


def test_a_log_without_resources_can_be_used(tmp_path: Path) -> None:
    found = from_cases(tmp_path, case("1", event("a"), event("b")))
    assert published(found).queues[0].members == ("stand-in@help-desk.replay.test",)


def test_no_stand_in_where_every_event_has_its_resource(tmp_path: Path) -> None:
    assert from_cases(tmp_path, *TWO).members == ["ana@help-desk.replay.test", "bia@help-desk.replay.test"]


# -- who opens -----------------------------------------------------------------------------------------------------


def clients(found: Draft) -> list[str]:
    return [found.clients[walk.client].name for walk in found.survey.walks]


def test_the_first_events_customer_opens_the_case(tmp_path: Path) -> None:
    found = from_cases(
        tmp_path,
        case("1", event("a", customer="Acme"), event("b", customer="Beta")),
        case("2", event("a"), customer="Casa"),
        case("3", event("a"), event("b", customer="Acme")),
    )
    assert clients(found) == ["Acme", "Casa", "Stand-in client"]


def test_another_attribute_may_name_the_client(tmp_path: Path) -> None:
    found = from_cases(tmp_path, case("1", event("a", buyer="Acme", customer="x")), client_attribute="buyer")
    assert clients(found) == ["Acme"]


# -- parameters ----------------------------------------------------------------------------------------------------


def test_what_is_constant_within_every_case_becomes_a_parameter(tmp_path: Path) -> None:
    found = from_cases(
        tmp_path,
        case("1", event("a", area="south", level=1, cost__total=3), event("b", area="south", level=2), amount=10),
        case("2", event("a", area="north", level=1), amount=20),
    )
    assert [(p.code, p.kind) for p in found.parameters] == [("amount", "integer"), ("area", "text")]
    assert [found.values(walk) for walk in found.survey.walks] == [
        {"amount": 10, "area": "south"},
        {"amount": 20, "area": "north"},
    ]


@pytest.mark.parametrize(
    ("values", "kind", "wire"),
    [
        ((True, False), "boolean", [True, False]),
        ((1, 2**53), "text", ["1", str(2**53)]),
        ((1, 0.0000001), "decimal", ["1", "0.0000001"]),
        ((1e300,), "text", ["1e+300"]),
        (("x" * 501,), "long_text", ["x" * 501]),
        (("two\nlines", "one"), "long_text", ["two\nlines", "one"]),
        ((1, "one"), "text", ["1", "one"]),
    ],
)
def test_parameters_have_the_kind_that_holds_every_value(
    tmp_path: Path, values: tuple[object, ...], kind: str, wire: list[object]
) -> None:
    cases = [case(str(index), event("a"), own=value) for index, value in enumerate(values)]
    text = xes(*cases).replace("two\nlines", "two&#10;lines")
    found = drafted(written(tmp_path / "a.xes", text))
    assert [p.kind for p in found.parameters] == [kind]
    assert [found.values(walk)["own"] for walk in found.survey.walks] == wire


def test_the_client_fills_them_at_the_entry(tmp_path: Path) -> None:
    first = the_type(from_cases(tmp_path, case("1", event("a"), area="south"))).version.flow.first_stage
    assert first.cells == {"client": {"area": "optional"}}


def test_columns_of_the_case_lose_their_prefix(tmp_path: Path) -> None:
    head = ("case:concept:name", "concept:name", "time:timestamp", "case:area", "customer")
    path = written(tmp_path / "a.csv", table(head, ("1", "a", "2026-01-01", "south", "Acme")))
    found = drafted(path)
    assert [(p.code, p.key) for p in found.parameters] == [("area", "case:area"), ("customer", "customer")]


# -- files ---------------------------------------------------------------------------------------------------------


def test_names_that_yaml_or_a_reader_would_mistake_survive(tmp_path: Path) -> None:
    names = ["no", "null", "1", "a: b", "# x", "é'\"\\", "- y", "x" * 900, "tab\there", "&anchor", "*alias", "\ufffd"]
    found = from_cases(tmp_path, case("1", *(event(name) for name in names)))
    assert len(the_type(found).version.flow.stages) == len(names) + 2


def test_a_case_without_events_is_left_out(tmp_path: Path) -> None:
    found = from_cases(tmp_path, case("1"), case("2", event("a")))
    assert (len(found.survey.walks), found.survey.without_events) == (1, 1)


def test_only_the_first_cases_are_looked_at_when_asked(tmp_path: Path) -> None:
    found = from_cases(tmp_path, *TWO, most=1)
    assert (len(found.survey.walks), len(found.survey.starts)) == (1, 1)


def test_codes_of_the_first_cases_are_those_of_the_whole_log(tmp_path: Path) -> None:
    few, all_of_them = from_cases(tmp_path, *TWO, most=1), from_cases(tmp_path, *TWO)
    assert list(all_of_them.stages[: len(few.stages)]) == list(few.stages)
    assert list(all_of_them.attendants[: len(few.attendants)]) == list(few.attendants)


def test_the_real_log_is_what_its_description_says() -> None:
    if not HELPDESK.exists():
        pytest.skip("the log is not on this machine")
    found = drafted(HELPDESK)
    seen = found.survey
    assert (len(seen.walks), seen.events, len(seen.resources), len(seen.clients)) == (4580, 21348, 22, 397)
    assert (len(seen.starts), len(seen.ends), seen.self_loops, seen.unattended) == (6, 6, 944, 0)
    assert [p.code for p in found.parameters] == ["seriousness", "responsible_section", "support_section"]
    assert not published(found).warnings
