"""CSV logs: columns, order in time, and the one message of each that is bad."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.logs import table, written
from vez.logs import Columns, EventLog, LogError, open_log

PM4PY = ("case:concept:name", "concept:name", "time:timestamp", "org:resource", "customer", "case:region")


def opened(tmp_path: Path, text: str | bytes, name: str = "a.csv", **columns: str) -> EventLog:
    return open_log(written(tmp_path / name, text), columns=Columns(**columns))


def walked(log: EventLog) -> list[tuple[str, list[tuple[str, str | None]]]]:
    return [(one.name, [(each.activity, each.resource) for each in one.events]) for one in log.cases]


ROWS = (
    ("2", "b", "2026-01-05T10:00:00Z", "Ana", "Acme", "south"),
    ("1", "a", "2026-01-05T09:00:00Z", "", "Beta", ""),
    ("2", "a", "2026-01-05T09:00:00Z", "Bia", "Acme", "south"),
)


def test_cases_keep_the_files_order_and_events_are_sorted_by_time(tmp_path: Path) -> None:
    log = opened(tmp_path, table(PM4PY, *ROWS))
    assert walked(log) == [("2", [("a", "Bia"), ("b", "Ana")]), ("1", [("a", None)])]


def test_equal_times_keep_the_files_order(tmp_path: Path) -> None:
    at = "2026-01-05T09:00:00Z"
    rows = [("1", name, at, "", "", "") for name in "cab"]
    assert walked(opened(tmp_path, table(PM4PY, *rows))) == [("1", [("c", None), ("a", None), ("b", None)])]


def test_times_are_compared_as_instants_not_as_text(tmp_path: Path) -> None:
    rows = [
        ("1", "later", "2026-01-05T09:00:00-03:00", "", "", ""),
        ("1", "first", "2026-01-05T10:00:00+00:00", "", "", ""),
    ]
    assert [name for name, _ in walked(opened(tmp_path, table(PM4PY, *rows)))[0][1]] == ["first", "later"]


def test_attributes_are_the_other_columns_empty_cells_left_out(tmp_path: Path) -> None:
    first = [one.events[0].attributes for one in opened(tmp_path, table(PM4PY, *ROWS)).cases]
    assert first == [{"customer": "Acme", "case:region": "south"}, {"customer": "Beta"}]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    assert len(walked(opened(tmp_path, table(PM4PY, *ROWS, delimiter=delimiter)))) == 2


def test_columns_may_be_named_and_times_written_in_their_own_form(tmp_path: Path) -> None:
    text = table(
        ("Caso", "Etapa", "Quando", "Quem"),
        ("1", "a", "31/01/2026 08:30", "Ana"),
        ("1", "b", "01/01/2026 08:30", "Bia"),
    )
    how = {"case": "Caso", "activity": "Etapa", "timestamp": "Quando", "resource": "Quem"}
    log = opened(tmp_path, text, **how, timestamp_format="%d/%m/%Y %H:%M")
    assert walked(log) == [("1", [("b", "Bia"), ("a", "Ana")])]


@pytest.mark.parametrize(
    "form", ["2012/10/09 14:50:17.000", "2012-10-09", "2012-10-09 14:50", "2012-10-09T14:50:17.1234567Z"]
)
def test_usual_forms_of_times_need_no_option(tmp_path: Path, form: str) -> None:
    assert len(walked(opened(tmp_path, table(PM4PY, ("1", "a", form, "", "", ""))))) == 1


def test_a_byte_order_mark_and_quoted_cells_are_understood(tmp_path: Path) -> None:
    text = '\ufeff"case:concept:name",concept:name,time:timestamp\n1,"a, then\nb",2026-01-05\n'
    assert walked(opened(tmp_path, text)) == [("1", [("a, then\nb", None)])]


def test_csv_is_known_by_its_content_where_the_name_says_nothing(tmp_path: Path) -> None:
    assert len(walked(opened(tmp_path, table(PM4PY, *ROWS), name="log.dat.gz"))) == 2


HEAD = "case:concept:name,concept:name,time:timestamp\n"
BAD: dict[str, tuple[str | bytes, dict[str, str], str]] = {
    "an empty file": (b"", {}, "is empty"),
    "a header alone": (HEAD, {}, "holds no events"),
    "missing columns": ("a,b\n1,2\n", {}, "no column 'case:concept:name' .--case., 'concept:name' .--activity., 'time"),
    "a resource column that is not there": (
        HEAD + "1,a,2026-01-01\n",
        {"resource": "Who"},
        "no column 'Who' .--resource.",
    ),
    "a date that is none": (HEAD + "1,a,2026-01-01\n1,b,soon\n", {}, "line 3: 'soon' is no date.*--timestamp-format"),
    "an empty case": (HEAD + ",a,2026-01-01\n", {}, "line 2: the column 'case:concept:name' is empty"),
    "an empty activity": (HEAD + "1, ,2026-01-01\n", {}, "line 2: the column 'concept:name' is empty"),
    "a line that is too short": (HEAD + "1,a\n", {}, "line 2: 2 columns where the first line has 3"),
    "a quote that never ends": (HEAD + '1,"a,2026-01-01\n', {}, "unexpected end of data"),
    "another encoding": (HEAD.encode() + "1,ação,2026-01-01\n".encode("latin-1"), {}, "not UTF-8 text"),
    "a million columns": (
        ",".join(f"c{index}" for index in range(1_000_000)) + "\n",
        {},
        "first line is longer than 1 MB",
    ),
    "too many columns": (",".join(f"c{index}" for index in range(1_500)) + "\n", {}, "more than 1,000 columns"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_log_gets_one_clear_message(tmp_path: Path, what: str) -> None:
    text, columns, message = BAD[what]
    with pytest.raises(LogError, match=message) as refused:
        opened(tmp_path, text, **columns)
    assert "\n" not in str(refused.value)


def test_a_classifier_is_for_xes_alone(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="declares no classifiers"):
        open_log(written(tmp_path / "a.csv", table(PM4PY, *ROWS)), classifier="Event Name")
