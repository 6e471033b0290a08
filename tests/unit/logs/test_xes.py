"""XES logs: what is read from them, and the one message of each that is bad."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.builders.logs import attribute, case, event, written, xes
from vez.logs import Columns, EventLog, LogError, open_log

CLASSIFIERS = (
    '<global scope="event"><string key="Activity code" value=""/><string key="concept:name" value=""/></global>'
    '<classifier name="Of traces" scope="trace" keys="concept:name"/>'
    '<classifier name="Both" keys="concept:name lifecycle:transition"/>'
    '<classifier name="Quoted" keys="\'Activity code\' concept:name"/>'
    '<classifier name="Bare" keys="Activity code"/>'
)


def opened(tmp_path: Path, text: str | bytes, name: str = "a.xes", classifier: str | None = None) -> EventLog:
    return open_log(written(tmp_path / name, text), classifier=classifier)


def activities(log: EventLog) -> list[list[str]]:
    return [[each.activity for each in one.events] for one in log.cases]


def test_keeps_the_documents_order_even_where_times_run_backwards(tmp_path: Path) -> None:
    log = opened(tmp_path, xes(case("1", event("b", minute=9), event("a", minute=3), event("c", minute=3))))
    assert activities(log) == [["b", "a", "c"]]


@pytest.mark.parametrize("name", ["helpdesk.xes", "helpdesk.xes.gz", "helpdesk.XES.gz", "helpdesk.xml"])
def test_is_read_compressed_or_not_and_named_after_its_file(tmp_path: Path, name: str) -> None:
    log = opened(tmp_path, xes(case("1", event("a", "Ana"))), name)
    assert log.name == "helpdesk"
    assert [each.resource for one in log.cases for each in one.events] == ["Ana"]


def test_compression_is_known_by_content_not_by_name(tmp_path: Path) -> None:
    log = opened(tmp_path, gzip.compress(xes(case("1", event("a"))).encode()), "plain.xes")
    assert activities(log) == [["a"]]


def test_values_have_the_types_that_the_log_gives_them(tmp_path: Path) -> None:
    one = next(opened(tmp_path, xes(case("1", event("a", n=3, x=1.5, yes=True, text="t"), amount=7))).cases)
    assert one.attributes["amount"] == 7
    values = one.events[0].attributes
    assert (values["n"], values["x"], values["yes"], values["text"]) == (3, 1.5, True, "t")


def test_a_value_that_is_not_of_its_type_is_kept_as_text(tmp_path: Path) -> None:
    bad = '<event><string key="concept:name" value="a"/><int key="n" value="many"/><date key="d" value="soon"/></event>'
    values = next(opened(tmp_path, xes(case("1", bad))).cases).events[0].attributes
    assert (values["n"], values["d"]) == ("many", "soon")


def test_nested_attributes_belong_to_their_attribute_not_to_the_event(tmp_path: Path) -> None:
    nested = '<string key="outer" value="1"><string key="inner" value="2"/></string>'
    body = event("a").replace("</event>", nested + "</event>")
    values = next(opened(tmp_path, xes(case("1", body))).cases).events[0].attributes
    assert "outer" in values
    assert "inner" not in values


def test_prefixed_names_and_missing_namespace_are_the_same_log(tmp_path: Path) -> None:
    plain = f"<log><trace>{event('a')}</trace></log>"
    prefixed = f'<x:log xmlns:x="http://www.xes-standard.org/"><x:trace>{event("a")}</x:trace></x:log>'
    prefixed = (
        prefixed.replace("<event>", "<x:event>").replace("</event>", "</x:event>").replace("<string", "<x:string")
    )
    assert activities(opened(tmp_path, plain)) == activities(opened(tmp_path, prefixed)) == [["a"]]


def test_a_case_without_a_name_is_numbered(tmp_path: Path) -> None:
    log = opened(tmp_path, f"<log><trace>{event('a')}</trace><trace>{event('b')}</trace></log>")
    assert [one.name for one in log.cases] == ["case 1", "case 2"]


def test_extensions_are_those_that_the_log_declares_and_those_of_the_standard(tmp_path: Path) -> None:
    log = opened(tmp_path, xes(case("1", event("a")), header='<extension prefix="own" name="Own" uri="x:y"/>'))
    assert [
        key for key in ("own:x", "concept:name", "cost:total", "case:concept:name") if not log.is_extension(key)
    ] == []
    assert [key for key in ("customer", "case:customer", "other:x") if log.is_extension(key)] == []


# -- classifiers ----------------------------------------------------------------------------------------


def test_the_first_event_classifier_names_events_by_default(tmp_path: Path) -> None:
    log = opened(tmp_path, xes(case("1", event("a", lifecycle__transition="start")), header=CLASSIFIERS))
    assert log.classifier == "Both"
    assert activities(log) == [["a+start"]]


def test_without_classifier_the_concept_name_does(tmp_path: Path) -> None:
    log = opened(tmp_path, xes(case("1", event("a", lifecycle__transition="start"))))
    assert log.classifier == "concept:name"
    assert activities(log) == [["a"]]


@pytest.mark.parametrize(("name", "activity"), [("Quoted", "7+a"), ("Bare", "7")])
def test_keys_with_blanks_are_understood_quoted_and_bare(tmp_path: Path, name: str, activity: str) -> None:
    one = event("a").replace("</event>", attribute("Activity code", "7") + "</event>")
    assert activities(opened(tmp_path, xes(case("1", one), header=CLASSIFIERS), classifier=name)) == [[activity]]


def test_an_unknown_classifier_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(LogError, match=r"declares no classifier 'Mine'\. It declares: 'Both', 'Quoted', 'Bare'"):
        opened(tmp_path, xes(case("1", event("a")), header=CLASSIFIERS), classifier="Mine")


# -- bad logs -------------------------------------------------------------------------------------------


def many(count: int) -> str:
    return "".join(f'<string key="k{index}" value="v"/>' for index in range(count))


ENTITIES = '<!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
LATE = '<classifier name="Late" keys="concept:name"/></log>'
WRONG_TIME = event("a").replace("2026-01-05T09:00:00+00:00", "yesterday")
BAD = {
    "an empty file": (b"", "is empty"),
    "an empty file, compressed": (gzip.compress(b""), "is empty"),
    "compressed data cut short": (gzip.compress(xes(case("1", *[event("a")] * 9)).encode())[:-30], "cut short"),
    "compressed data damaged": (gzip.compress(b"x" * 90)[:15] + b"\0" * 40, "damaged"),
    "a document cut short": (xes(case("1", event("a")))[:-30], "cut short: it ends before </log>"),
    "no XML at all": ("hello, this is text", "nor any XML"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "nor any XML"),
    "another kind of XML": ("<html><body/></html>", "its root is <html>, not <log>"),
    "broken markup": (xes(case("1", event("a"))).replace("</trace>", "</trase>"), "is not XML: line"),
    "no cases": (xes(), "holds no cases"),
    "an event outside of traces": (xes(event("a")), "outside of any trace"),
    "a date that is none": (
        xes(case("7", event("a"), WRONG_TIME)),
        "event 2 of case 7 has a time:timestamp .*'yesterday'",
    ),
    "an event without a name": (xes(case("7", event(None, "Ana"))), "event 1 of case 7 has no concept:name"),
    "entities": (xes(case("1", event("a"))).replace("<log", ENTITIES + "<log", 1), "declares XML entities"),
    "an event of a million attributes": (
        xes(case("1", event("a").replace("</event>", many(1_000_000) + "</event>"))),
        "one event has more than 1,000 attributes",
    ),
    "a case of too many attributes": (xes(f"<trace>{many(2000)}</trace>"), "one trace has more than 1,000"),
    "a header of too many attributes": (xes(case("1"), header=many(2000)), "one log has more than 1,000"),
    "too many different attributes": (
        xes(case("1", *(event("a", **{f"k{index}": 1}) for index in range(2100)))),
        "more than 2,000 different attributes",
    ),
    "attributes nested without end": (
        xes(case("1", "<event>" + '<list key="l">' * 200 + "</list>" * 200 + "</event>")),
        "nested more than 60 deep",
    ),
    "one endless value": (xes(case("1", event("a" * 40_000_000))), "longer than 16 MB"),
    "a late classifier": (xes(case("1", event("a"))).replace("</log>", LATE), "declared after the first trace"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_log_gets_one_clear_message(tmp_path: Path, what: str) -> None:
    text, message = BAD[what]
    with pytest.raises(LogError, match=message) as refused:
        activities(opened(tmp_path, text))
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="cannot be read: No such file"):
        open_log(tmp_path / "none.xes")


def test_columns_are_for_csv_alone(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xes", xes(case("1", event("a"))))
    with pytest.raises(LogError, match="is not CSV"):
        open_log(path, columns=Columns(case="c"))
