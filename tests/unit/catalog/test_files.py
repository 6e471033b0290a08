"""Files: the demonstration's loads as it stands, JSON is read too, and what is written reads back the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from shared.catalog import reading
from shared.catalog.definitions import (
    LANGUAGES,
    Approvers,
    Assignment,
    AttachmentLimits,
    Calendar,
    Catalog,
    ClientKind,
    Due,
    Duration,
    Flow,
    Group,
    OpenedBy,
    Queue,
    Stage,
    Template,
    Transition,
    Type,
    TypeVersion,
)
from shared.catalog.file_types import FILE_TYPES, allows
from shared.catalog.parameters import KINDS, Column, Option, Parameter
from shared.catalog.wire import version_digest, version_from_wire, version_to_wire
from shared.catalog.writing import write
from tests.unit.catalog.files import BASE, DEMO, base, changed, problems_of


def demo() -> Catalog:
    return reading.read(DEMO.read_text(encoding="utf-8"), "catalog.yaml")


def test_the_demonstration_is_complete_in_every_language_and_uses_every_kind() -> None:
    catalog = demo()
    assert catalog.warnings == ()
    assert {parameter.kind for type in catalog.types for parameter in type.version.parameters} == set(KINDS)
    assert {stage.side for type in catalog.types for stage in type.version.flow.stages} == {
        None,
        "client",
        "attendant",
        "third_party",
    }
    assert len(catalog.types) >= 5


def test_the_file_is_read_as_it_is_written() -> None:
    flow = demo().type_by_code["billing_dispute"].version.flow
    assert flow.fallback == Assignment(kind="queue", target="finance")
    assert flow.reopen_within == Duration(amount=7, unit="d")
    assert flow.first_stage.due == Due(within=Duration(amount=4, unit="h"), calendar="office")
    assert flow.first_stage.names_for("client")["pt-BR"] == "Recebido"
    board = flow.stage_by_code["approval_board"]
    assert board.approvers == Approvers(queue="finance", needs=2, exclude=("previous_holder",))
    assert board.transition_by_code["approve"].names == {"pt-BR": "Aprovar", "en": "Approve", "es": "Aprobar"}
    approved = board.transition_for("approved")
    assert approved is not None
    assert approved.to == "agreement"
    assert flow.stage_by_code["done"].kind == "terminal"
    repair = demo().type_by_code["equipment_repair"]
    assert repair.attachments == AttachmentLimits(count=10, size_bytes=20 << 20, types=("image", "pdf"))
    assert repair.templates[0].parameters == {"under_warranty": True}
    assert repair.version.parameter_by_code["bought_on"].max == "today"


def test_codes_that_look_like_other_things_stay_text() -> None:
    text = BASE.replace("code: desk", "code: no").replace("queue:desk", "queue:no").replace("queue: desk", "queue: no")
    assert reading.read(text, "catalog.yaml").queues[0].code == "no"


def test_a_missing_language_is_a_warning() -> None:
    catalog = reading.read(changed("label: Urgent", "label: {pt-BR: Urgente, en: Urgent}"), "catalog.yaml")
    assert [str(warning) for warning in catalog.warnings] == [
        "catalog.yaml:21: types.repair.parameters.urgent.label: The es text is missing. "
        "The pt-BR text will be shown in its place."
    ]
    assert catalog.types[0].version.parameters[1].labels == {"pt-BR": "Urgente", "en": "Urgent"}


@pytest.mark.parametrize("indent", [None, 2, "\t"])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_json_is_read_as_well(indent: int | str | None, ascii_only: bool) -> None:
    plain = yaml.safe_load(BASE)
    plain["groups"][0]["name"] = {"pt-BR": "Geral 🏠 \\ud83d", "en": "General \\", "es": "G\u00e9n\t."}
    catalog = reading.read(json.dumps(plain, indent=indent, ensure_ascii=ascii_only), "catalog.json")
    assert catalog.types == base().types
    assert catalog.groups[0].names == plain["groups"][0]["name"]


def test_a_problem_in_json_has_its_line_too() -> None:
    text = json.dumps(yaml.safe_load(changed("first: work", "first: wark")), indent=1)
    problem = problems_of(text)[0]
    assert '"first": "wark"' in text.splitlines()[problem.line - 1]


def test_people_are_named_with_their_places() -> None:
    catalog = reading.read(changed("assign: queue:desk", "assign: attendant:Eva@House.test"), "catalog.yaml")
    named = reading.people(catalog)
    assert named["bia@house.test"] == "queues.desk.members.1"
    assert named["eva@house.test"] == "types.repair.flow.stages.work.assign"
    problems = reading.unknown_people(catalog, {"ana@house.test", "bia@house.test", "caio@house.test"})
    assert [str(problem) for problem in problems] == [
        "catalog.yaml:41: types.repair.flow.stages.work.assign: "
        "Nobody has the e-mail eva@house.test. Create the person first."
    ]


def test_what_is_written_is_read_back() -> None:
    for catalog in (base(), demo()):
        text = write(catalog)
        again = reading.read(text, "again.yaml")
        assert again == catalog
        assert write(again) == text


def test_the_written_file_is_for_people() -> None:
    text = write(demo())
    assert "  - {code: general, name: {pt-BR: Geral, en: General, es: General}}\n" in text
    assert "hours: {mon-fri: ['08:00-12:00', '13:00-18:00']}" in text
    assert "fallback: queue:finance" in text
    assert "currency: BRL, min: 0.01}" in text or "min: 0.01, currency: BRL}" in text
    assert "&id" not in text


def test_a_version_survives_the_wire() -> None:
    for type in demo().types:
        wire = json.loads(json.dumps(version_to_wire(type.version)))
        assert version_from_wire(wire) == type.version
        assert version_digest(version_from_wire(wire)) == version_digest(type.version)


def test_a_version_stored_by_an_earlier_release_is_still_read() -> None:
    stored = version_to_wire(base().types[0].version)
    for parameter in stored["parameters"]:
        del parameter["min_items"], parameter["helps"]
    assert version_from_wire(stored) == base().types[0].version


def test_files_are_allowed_by_word() -> None:
    assert allows((), "application/x-anything")
    assert allows(("image", "pdf"), "image/png")
    assert allows(("pdf",), "application/pdf; charset=binary")
    assert not allows(("image",), "application/pdf")
    assert all(allows((word,), beginning) for word, types in FILE_TYPES.items() for beginning in types)


def test_reading_needs_no_file_of_its_own_name() -> None:
    assert not Path("catalog.yaml").exists()


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufffe\uffff"), min_size=1, max_size=12).filter(
    lambda text: bool(text.strip())
)
NAMES = st.fixed_dictionaries({"pt-BR": TEXT}, optional={"en": TEXT, "es": TEXT}) | TEXT.map(
    lambda text: dict.fromkeys(LANGUAGES, text)
)
CODES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(lambda code: code not in {"in", "as", "if", "for"})
HOURS = st.sampled_from([(("08:00", "12:00"),), (("08:00", "12:00"), ("13:00", "24:00"))])
DURATIONS = st.builds(Duration, amount=st.integers(1, 99), unit=st.sampled_from(["min", "h", "d"]))
COMMON: dict[str, Any] = {"labels": NAMES, "helps": st.just({}) | NAMES}


def coded(kind: Any, codes: st.SearchStrategy[str] = CODES, **parts: Any) -> st.SearchStrategy[Any]:
    """Up to three things of that kind, each with another code."""
    return st.lists(codes, unique=True, max_size=3).flatmap(
        lambda chosen: st.tuples(*(st.builds(kind, code=st.just(code), **parts) for code in chosen))
    )


@st.composite
def parameters(draw: st.DrawFn) -> tuple[Parameter, ...]:
    makers: dict[str, dict[str, Any]] = {
        "text": {"pattern": st.sampled_from([None, "[0-9]{2,}", "a'b\"|\\d"]), "max_length": st.none() | st.just(9)},
        "money": {"currency": st.just("BRL"), "min": st.sampled_from([None, "0.01", "-5"])},
        "decimal": {"decimals": st.none() | st.integers(0, 10), "max": st.sampled_from([None, "7.25"])},
        "integer": {"min": st.none() | st.integers(-5, 5), "default": st.none() | st.integers(6, 9)},
        "date": {"max": st.sampled_from([None, "today", "today-3d", "2026-01-31"])},
        "boolean": {"default": st.none() | st.booleans()},
        "choice": {"options": st.tuples(st.builds(Option, code=st.sampled_from(["A+", "1.5", "no"]), labels=NAMES))},
        "table": {
            "columns": st.tuples(st.builds(Column, code=CODES, kind=st.just("email"), required=st.booleans(), **COMMON))
        },
    }
    codes = draw(st.lists(CODES, unique=True, max_size=4))
    kinds = draw(st.lists(st.sampled_from(sorted(makers)), min_size=len(codes), max_size=len(codes)))
    return tuple(
        draw(st.builds(Parameter, code=st.just(code), kind=st.just(kind), **COMMON, **makers[kind]))
        for code, kind in zip(codes, kinds, strict=True)
    )


@st.composite
def versions(draw: st.DrawFn, queue: str, calendar: str) -> TypeVersion:
    declared = draw(parameters())
    codes = draw(st.lists(CODES, unique=True, min_size=2, max_size=4))
    rules = st.none() | st.sampled_from(
        [
            Assignment(kind="previous"),
            Assignment(kind="least_loaded", target=queue),
            Assignment(kind="attendant", target="a@b.test"),
        ]
    )
    accesses = st.sampled_from(["required", "optional", "read_only", "invisible"])
    column = st.dictionaries(st.sampled_from([each.code for each in declared]), accesses) if declared else st.just({})
    due = st.none() | st.builds(
        Due, within=DURATIONS, calendar=st.sampled_from([None, calendar]), near=st.integers(1, 99)
    )
    stages = []
    for code, following in zip(codes, [*codes[1:], ""], strict=True):
        if not following:
            stages.append(Stage(code=code, names=draw(NAMES), kind="terminal", terminal="cancelled"))
            continue
        step = Transition(
            code=draw(CODES),
            to=following,
            names=draw(NAMES),
            condition=draw(st.sampled_from([None, "true", "turn.side == 'client' &&\n  true"])),
            comment=draw(st.sampled_from(["required", "optional"])),
        )
        stages.append(
            Stage(
                code=code,
                names=draw(NAMES),
                client_names=draw(st.just({}) | NAMES),
                side="attendant",
                assign=draw(rules),
                due=draw(due),
                understanding=draw(st.sampled_from(["required", "optional"])),
                cells={side: cells for side in ("client", "attendant") if (cells := draw(column))},
                transitions=(step,),
            )
        )
    return TypeVersion(
        parameters=declared,
        flow=Flow(
            first=codes[0],
            stages=tuple(stages),
            fallback=Assignment(kind="queue", target=queue),
            reopen_within=draw(st.none() | DURATIONS),
        ),
    )


@st.composite
def catalogs(draw: st.DrawFn) -> Catalog:
    queue, calendar, group, kind = draw(CODES), draw(CODES), draw(CODES), draw(CODES)
    kinds = st.just("all") | st.just((kind,))
    type = st.builds(
        Type,
        code=CODES,
        group=st.just(group),
        names=NAMES,
        version=versions(queue, calendar),
        descriptions=st.just({}) | NAMES,
        opened_by=st.builds(OpenedBy, kinds=kinds, profiles=st.sampled_from([(), ("client",)])),
        confidential=st.booleans(),
        priority=st.sampled_from(["low", "normal", "high", "urgent"]),
        attachments=st.none()
        | st.builds(
            AttachmentLimits,
            count=st.none() | st.integers(0, 9),
            size_bytes=st.none() | st.integers(1, 1 << 40),
            types=st.sampled_from([(), ("pdf", "image")]),
        ),
        templates=coded(Template, names=NAMES, subject=st.just("") | TEXT, description=st.just("") | TEXT),
    )
    return Catalog(
        client_kinds=(ClientKind(code=kind, login=draw(st.sampled_from([("email",), ("registration", "email")]))),),
        calendars=(
            Calendar(
                code=calendar,
                timezone="America/Sao_Paulo",
                hours=draw(st.dictionaries(st.sampled_from(["mon", "tue", "wed", "sun"]), HOURS, min_size=1)),
                holidays=draw(st.sampled_from([None, "BR", "BR-RJ"])),
            ),
        ),
        queues=(Queue(code=queue, names=draw(NAMES), members=draw(st.sampled_from([(), ("a@b.test", "c@d.test")]))),),
        groups=(Group(code=group, names=draw(NAMES)),),
        types=(draw(type),),
    )


@given(catalogs())
@settings(max_examples=50, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_any_catalog_is_written_and_read_back_the_same(catalog: Catalog) -> None:
    assert reading.read(write(catalog), "catalog.yaml") == catalog
    version = catalog.types[0].version
    assert version_from_wire(json.loads(json.dumps(version_to_wire(version)))) == version


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda data: data.decode("latin-1")))
@settings(max_examples=150, deadline=None)
def test_any_text_is_a_catalog_or_has_problems(text: str) -> None:
    try:
        reading.read(text, "x")
    except reading.CatalogInvalid as invalid:
        assert all(problem.line >= 1 for problem in invalid.problems)  # noqa: PT017
