"""What is written is what is read back, in every form."""

from __future__ import annotations

import io
import tempfile
import tracemalloc
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vez.export.command import WRITERS, replaced
from vez.export.spool import Spool
from vez.logs import Columns, LogCase, LogError, LogEvent, Value, open_log

BEGINNING = datetime(2026, 1, 5, 9, 0, 0, 123456, tzinfo=UTC)
SCHEMA = Path(__file__).with_name("ocel20.json")
ENDINGS = {"xes": ".xes.gz", "csv": ".csv", "ocel": ".json"}


def event(activity: str, resource: str | None, minute: int, **more: Value) -> LogEvent:
    held: dict[str, Value] = {"concept:name": activity, "time:timestamp": BEGINNING + timedelta(minutes=minute)}
    held |= {"vez:stage": activity.lower()} | more
    return LogEvent(activity, resource, held if resource is None else held | {"org:resource": resource})


def case(name: str, *events: LogEvent, **own: Value) -> LogCase:
    return LogCase(name, {"concept:name": name, **own}, events)


CASES = [
    case(
        "2026-000002",
        event("Triagem", "Ana & João", 0),
        event("Análise <dois>", None, 1),
        event("Triagem", 'Bia "B"', 1),
        customer="Ação; Ltda, S/A",
        amount=99.5,
        count=3,
        urgent=True,
        at=BEGINNING,
        text="uma linha\noutra\tlinha",
    ),
    case("2026-000001", event("Triagem", "Ana & João", 5), customer="Zé", count=4),
]


def written(form: str, cases: Iterable[LogCase], path: Path) -> Path:
    with Spool(path.parent) as spool, replaced(path) as out:
        WRITERS[form](cases, out, spool)
    return path


def read(path: Path) -> list[LogCase]:
    return [replace(found, events=list(found.events)) for found in open_log(path).cases]


def plain(cases: Iterable[LogCase]) -> list[tuple[Any, ...]]:
    return [
        (c.name, dict(c.attributes), [(e.activity, e.resource, dict(e.attributes)) for e in c.events]) for c in cases
    ]


@pytest.mark.parametrize("form", ["xes", "ocel"])
def test_a_log_is_read_back_as_it_was_written(form: str, tmp_path: Path) -> None:
    assert plain(read(written(form, CASES, tmp_path / f"log{ENDINGS[form]}"))) == plain(CASES)


def test_csv_is_read_back_with_the_cases_own_in_columns_of_its_events(tmp_path: Path) -> None:
    """CSV has no types: every value is text."""
    found = read(written("csv", CASES, tmp_path / "log.csv"))
    assert [(c.name, [(e.activity, e.resource) for e in c.events]) for c in found] == [
        (c.name, [(e.activity, e.resource) for e in c.events]) for c in CASES
    ]
    first = found[0].events[1].attributes
    assert first["case:customer"] == "Ação; Ltda, S/A"
    assert (first["case:amount"], first["case:urgent"], first["case:at"]) == ("99.5", "true", BEGINNING.isoformat())
    assert first["case:text"] == "uma linha\noutra\tlinha"
    assert first["vez:stage"] == "análise <dois>"
    assert not {key for key in found[1].events[0].attributes if key.startswith("case:")} - {
        "case:customer",
        "case:count",
    }


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(
    lambda text: bool(text.strip())
)
XML_TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=20
).filter(lambda text: bool(text.strip()))


@pytest.mark.parametrize(("form", "texts"), [("xes", XML_TEXTS), ("ocel", TEXTS), ("csv", TEXTS)])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_names_come_back(form: str, texts: st.SearchStrategy[str], data: st.DataObject) -> None:
    walks = data.draw(st.lists(st.lists(st.tuples(texts, st.none() | texts), min_size=1, max_size=4), max_size=3))
    walks.append([("a", None)])
    cases = [
        case(f"2026-{n}", *(event(activity, resource, at) for at, (activity, resource) in enumerate(walk)))
        for n, walk in enumerate(walks)
    ]
    with tempfile.TemporaryDirectory() as folder:
        found = read(written(form, cases, Path(folder) / f"log{ENDINGS[form]}"))
    assert [[(e.activity, e.resource) for e in c.events] for c in found] == walks


def test_what_no_xml_may_hold_is_replaced(tmp_path: Path) -> None:
    (found,) = read(written("xes", [case("1", event("a\x00b\ufffe", None, 0))], tmp_path / "log.xes"))
    assert found.events[0].activity == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}"


def test_xes_declares_its_classifiers(tmp_path: Path) -> None:
    path = written("xes", CASES, tmp_path / "log.xes")
    assert open_log(path).classifier == "Stage"
    codes = [e.activity for e in next(open_log(path, classifier="Stage code").cases).events]
    assert codes == ["triagem", "análise <dois>", "triagem"]


# -- OCEL --------------------------------------------------------------------------------------------------------------


def ocel(tmp_path: Path, cases: Iterable[LogCase] = tuple(CASES)) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(written("ocel", cases, tmp_path / "log.json").read_bytes())
    return found


def test_ocel_is_valid_by_the_specifications_schema(tmp_path: Path) -> None:
    validator = jsonschema_rs.validator_for(msgspec.json.decode(SCHEMA.read_bytes()), validate_formats=True)
    document = ocel(tmp_path)
    assert [str(error) for error in validator.iter_errors(document)] == []
    document["events"][0].pop("time")
    assert not validator.is_valid(document)


def test_ocel_holds_together(tmp_path: Path) -> None:
    """What the schema cannot say: unique ids, declared types and attributes, relationships to objects that exist."""
    document = ocel(tmp_path)
    objects = {one["id"]: one for one in document["objects"]}
    assert len(objects) == len(document["objects"])
    assert len({one["id"] for one in document["events"]}) == len(document["events"]) == 4
    for kind in ("object", "event"):
        declared = {t["name"]: {a["name"]: a["type"] for a in t["attributes"]} for t in document[f"{kind}Types"]}
        assert len(declared) == len(document[f"{kind}Types"])
        for one in document[f"{kind}s"]:
            assert {a["name"] for a in one["attributes"]} <= set(declared[one["type"]])
            assert {related["objectId"] for related in one["relationships"]} <= set(objects)
    types = {a["name"]: a["type"] for t in document["objectTypes"] if t["name"] == "ticket" for a in t["attributes"]}
    assert types == {
        "amount": "float",
        "count": "integer",
        "urgent": "boolean",
        "at": "time",
        "text": "string",
    }


def test_an_attribute_with_two_types_of_values_is_text(tmp_path: Path) -> None:
    cases = [case("1", event("a", None, 0), amount=1), case("2", event("a", None, 0), amount="12.345,6")]
    assert [c.attributes["amount"] for c in read(written("ocel", cases, tmp_path / "log.json"))] == ["1", "12.345,6"]


def test_an_object_centric_log_is_flattened_for_the_type_that_is_asked_for(tmp_path: Path) -> None:
    path = written("ocel", CASES, tmp_path / "log.json")
    people = {found.name: [e.activity for e in found.events] for found in _cases(path, "person")}
    assert people["person:Ana & João"] == ["Triagem", "Triagem"]


def _cases(path: Path, type: str) -> Iterator[LogCase]:
    return open_log(path, columns=Columns(case=type)).cases


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is no OCEL 2.0 log in JSON"),
        ('{"objects":[]}', "is no OCEL 2.0 log in JSON"),
        ('{"objectTypes":[],"eventTypes":[],"objects":[],"events":[]}', "has no objects of the type 'ticket'"),
        ('{"objectTypes":[{"name":"x"}],"eventTypes":[],"objects":[],"events":[]}', "holds no objects of the type 'x'"),
        (
            '{"objectTypes":[{"name":"x"}],"eventTypes":[],"objects":[],"events":[{"id":"e","type":"a","time":"never"}]}',
            "has a time that is no date: 'never'",
        ),
    ],
)
def test_what_is_wrong_with_an_ocel_log_is_said(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text(text)
    with pytest.raises(LogError, match=said):
        read(path)


# -- files -------------------------------------------------------------------------------------------------------------


def test_a_file_is_replaced_whole_or_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("before")
    with pytest.raises(ZeroDivisionError), replaced(path) as out:
        out.write(str(1 // (out.write("half") - len("half"))))
    assert (path.read_text(), sorted(tmp_path.iterdir())) == ("before", [path])


@pytest.mark.parametrize("form", WRITERS)
def test_memory_does_not_grow_with_the_log(form: str, tmp_path: Path) -> None:
    def many(count: int) -> Iterator[LogCase]:
        for n in range(count):
            yield case(f"2026-{n}", *(event("Triagem", "Ana", at) for at in range(10)), customer="Zé", text="x" * 200)

    def peak(count: int) -> int:
        tracemalloc.start()
        with Spool(tmp_path) as spool:
            WRITERS[form](many(count), _Nowhere(), spool)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(2000) < peak(200) + 100_000


class _Nowhere(io.TextIOBase):
    def write(self, text: str) -> int:
        return len(text)
