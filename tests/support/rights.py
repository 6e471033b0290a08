"""Tables of endpoint × role × relation: what a service's tests expect, against its URL map and cell by cell.

The rows are written down; that no endpoint is without one, and what each answers to everybody, comes from the code. A
command that needs If-Match is called without it, so that 428 means "may" and 403 "may not", whatever the state.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flask import Flask
from werkzeug.test import TestResponse

NOBODY: Final = "nobody"
SERVICE: Final = "service"
UNKNOWN: Final = "01890000-0000-7000-8000-00000000dead"
Call = Callable[[str, str, str, Any], TestResponse]
"""call(who, method, path below /v1, body) is the answer to somebody."""


@dataclass(frozen=True)
class Row:
    """An endpoint: the body and the query that are sent, who gets which status, and what everybody else gets.

    Who is not signed in gets 401, unless a cell or `is_public` says otherwise.
    """

    cells: Mapping[int, str | tuple[str, ...]] = field(default_factory=dict)
    else_: int = 403
    body: Any = None
    query: str = ""
    is_public: bool = False

    def expected(self, who: str) -> int:
        """The status that somebody gets."""
        for status, people in self.cells.items():
            if who in (people.split() if isinstance(people, str) else people):
                return status
        return 401 if who == NOBODY and not self.is_public else self.else_


Table = Mapping[tuple[str, str], Any]
"""(method, rule) → a row: anything with `body` and `expected(who)`."""

OF_EVERY_SERVICE: Final[Table] = {
    ("GET", "/v1/parked"): Row({200: "administrator"}),
    ("POST", "/v1/parked/<uuid:event_id>/retry"): Row({404: "administrator"}),
    ("POST", "/v1/parked/<uuid:event_id>/discard"): Row({404: "administrator"}),
    ("GET", "/v1/audit"): Row({200: "administrator"}),
    ("GET", "/v1/audit/verification"): Row({404: "administrator"}, query="?word=x&aggregate_id=y"),
    ("GET", "/v1/people/<uuid:person_id>/data"): Row(else_=404),
    ("GET", "/v1/people/<uuid:person_id>/data/<string:section>"): Row(else_=404),
    ("GET", "/v1/people/<uuid:person_id>/erasure"): Row(),
    ("GET", "/v1/outbox"): Row({200: SERVICE}),
    ("GET", "/v1/outbox/heads"): Row({422: SERVICE}),
    ("GET", "/v1/openapi.json"): Row(else_=200, is_public=True),
    ("GET", "/v1/docs"): Row(else_=200, is_public=True),
}
"""What every service has; an administrator is who has `inbox.manage` and `audit.read`, but not `people.manage`."""


def endpoints(app: Flask) -> set[tuple[str, str]]:
    """Every (method, rule) below /v1, from the URL map."""
    rules = [rule for rule in app.url_map.iter_rules() if str(rule).startswith("/v1/")]
    return {(method, str(rule)) for rule in rules for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}


def wrong_cells(table: Table, everybody: Collection[str], places: Mapping[str, str], call: Call) -> list[str]:
    """Call every endpoint as everybody; a line for each cell that answers another status than the table's.

    `places` holds what stands in the paths, by the parameter's name; an id that is not named there is unknown.
    """
    wrong = []
    for (method, rule), row in table.items():
        path = _path(rule.removeprefix("/v1"), places) + getattr(row, "query", "")
        for who in everybody:
            answer = call(who, method, path, row.body)
            if answer.status_code != row.expected(who):
                text = f"{answer.status_code}, not {row.expected(who)}: {answer.text[:200]}"
                wrong.append(f"{method} {rule} {who}: {text}")
    return wrong


def _path(rule: str, places: Mapping[str, str]) -> str:
    parts = []
    for part in rule.split("/"):
        name = part.rstrip(">").rpartition(":")[2].removeprefix("<")
        parts.append(places.get(name, UNKNOWN) if part.startswith("<") else part)
    return "/".join(parts)
