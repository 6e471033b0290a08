"""A ticket's history as a case of a log: pure. What the services answer goes in, what `vez.logs` reads comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from shared.ids import SYSTEM
from vez.discover.draft import ENTRY
from vez.discover.survey import CLIENT_ATTRIBUTE
from vez.export.values import typed
from vez.logs import LogCase, LogEvent, Value
from vez.logs.model import ACTIVITY, RESOURCE, TIMESTAMP, parse_instant

STAGE: Final = "vez:stage"
NOBODY: Final = "nobody"
"""The side of a row of a terminal stage, and of no other: the turn of every other stage is somebody's."""

Answered = Mapping[str, Any]


class Distinct:
    """Names by which no two things are confused: a second one of the same name has its key behind it."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}

    def of(self, name: str, key: str) -> str:
        """The name of what `key` identifies; the key itself where it has no name (any more)."""
        called = name.strip() or key
        return called if self._owners.setdefault(called, key) == key else f"{called} ({key})"


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells tickets as cases; one for a whole log, since it keeps names apart."""

    stages: Distinct = field(default_factory=Distinct)
    people: Distinct = field(default_factory=Distinct)

    def case(self, ticket: Answered, history: Sequence[Answered]) -> LogCase:
        """The case of a ticket, as `GET …/tickets/{id}` and `…/history` show it to who exports.

        Each entry into a stage is an event of whoever took the ticket in. Terminal stages are none (the case says how
        and when it ended), nor is the entry stage of a discovered flow: no log has them, `discover` adds them.
        """
        events = [self._event(row) for row in history if not _is_added(row)]
        return LogCase(ticket["number"], self._attributes(ticket), events)

    def _event(self, row: Answered) -> LogEvent:
        activity = self.stages.of(row["stage"]["name"], row["stage"]["code"])
        resource = self._person(row["by"])
        found = {
            ACTIVITY: activity,
            RESOURCE: resource,
            TIMESTAMP: parse_instant(row["entered_at"]),
            STAGE: row["stage"]["code"],
            "vez:transition": row["transition"],
            "vez:side": row["side"],
            "vez:holder": self._holder(row["holder_after"]),
        }
        return LogEvent(activity, resource, {key: value for key, value in found.items() if value is not None})

    def _attributes(self, ticket: Answered) -> dict[str, Value]:
        client = self._person(ticket["client"])
        found: dict[str, Value | None] = {
            ACTIVITY: ticket["number"],
            CLIENT_ATTRIBUTE: client,
            "vez:type": ticket["type"]["code"],
            "vez:version": ticket["flow_version"],
            "vez:status": ticket["status"],
            "vez:priority": ticket["priority"],
            "vez:submitted_at": _instant(ticket["submitted_at"]),
            "vez:ended_at": _instant(ticket["ended_at"]),
        }
        found.update(_parameters(ticket, client))
        return {key: value for key, value in found.items() if value is not None}

    def _holder(self, holder: Answered | None) -> str | None:
        if holder is None:
            return None
        return f"queue:{holder['id']}" if holder["queue"] else self._person(holder)

    def _person(self, person: Answered | None) -> str | None:
        """What a person is called in the log; what a clock did is nobody's."""
        return None if person is None or person["id"] == SYSTEM.id else self.people.of(person["name"], person["id"])


def _is_added(row: Answered) -> bool:
    return row["side"] == NOBODY or (row["stage"]["code"] == ENTRY and row["transition"] is None)


def _instant(text: str | None) -> Value | None:
    return None if text is None else parse_instant(text)


def _parameters(ticket: Answered, client: str | None) -> Iterator[tuple[str, Value]]:
    kinds = {shown["code"]: shown["kind"] for shown in ticket["fields"]}
    for code, value in ticket["parameters"].items():
        found = typed(kinds.get(code), value)
        if found is None:
            continue
        if code != CLIENT_ATTRIBUTE:
            yield code, found
        elif found != client:
            yield f"parameter:{code}", found
