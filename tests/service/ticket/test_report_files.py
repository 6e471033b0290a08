"""Reports as CSV, for who opens them in a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import Any

from tests.builders.ledger import MONDAY, Past, Turn, random_pasts
from tests.service.ticket.house import House
from tests.service.ticket.test_reports import YEAR, ended, report, write


def table(text: str, **how: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), **how))


def test_a_report_is_had_as_csv(house: House) -> None:
    write(house, ended(house, "triage", "analysis", "done"))
    by_accept = house.world.call(house.admin, "GET", f"/reports/variants?{YEAR}", Accept="text/csv")
    by_format = house.world.call(house.admin, "GET", f"/reports/variants?{YEAR}&format=csv")
    assert by_accept.text == by_format.text
    assert (by_format.content_type, by_format.headers["Vary"]) == ("text/csv; charset=utf-8", "Accept")
    assert 'filename="variants.csv"' in by_format.headers["Content-Disposition"]
    assert table(by_format.text) == [
        {
            "type_code": "dispute",
            "type_name": "Dispute",
            "stages": "Triage > Analysis > Done",
            "tickets": "1",
            "share": "1.0",
            "mean_seconds": "7200",
            "median_seconds": "7200",
        }
    ]


def test_every_report_is_had_as_csv_with_a_column_for_each_field(house: House) -> None:
    write(house, *random_pasts(3, 40, [house.bruno, house.carla]))
    for name in ("open", "load", "throughput", "times", "satisfaction", "bottlenecks"):
        told = report(house, name, "" if name == "open" else YEAR)
        query = f"{'' if name == 'open' else YEAR}&format=csv&separator=semicolon"
        rows = table(house.world.call(house.admin, "GET", f"/reports/{name}?{query}").text, delimiter=";")
        assert len(rows) == len(told["items"]) > 0
        assert all(None not in row and None not in row.values() for row in rows)


def test_a_name_that_a_spreadsheet_would_run_is_text(house: House) -> None:
    evil = house.world.attendant('=HYPERLINK("http://evil.test";"x")', email="evil@atende.test")
    write(house, Past(turns=[Turn(MONDAY, "triage", "attendant", evil)], status="open"))
    (row,) = table(house.world.call(house.admin, "GET", "/reports/load?format=csv").text)
    assert row["holder_name"] == '\'=HYPERLINK("http://evil.test";"x")'
