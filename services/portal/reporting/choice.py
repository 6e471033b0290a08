"""Which tickets the reports on a page tell of: a period, a type or group, a queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from flask import request, url_for

from services.portal import formats, narrowing
from services.portal.tongue import gettext
from shared import clock

SPANS: Final = (30, 90, 365)
USUAL: Final = 90
MOST: Final = 731
"""The longest period that a report covers, in days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is chosen. `of`: a type's code, or `group:` and a group's."""

    since: date
    until: date
    of: str = ""
    queue: str = ""

    @property
    def present(self) -> dict[str, str]:
        """How a service is asked about what is open now."""
        narrowed = {**narrowing.split(self.of), "queue": self.queue}
        return {name: value for name, value in narrowed.items() if value}

    @property
    def past(self) -> dict[str, str]:
        """How a service is asked about the period."""
        return {"since": self.since.isoformat(), "until": self.until.isoformat(), **self.present}

    @property
    def query(self) -> dict[str, str]:
        """The same, in a page's address."""
        kept = {"since": self.since.isoformat(), "until": self.until.isoformat(), "of": self.of, "queue": self.queue}
        return {name: value for name, value in kept.items() if value}

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.since).days + 1


def chosen(asked: Mapping[str, str] | None = None, today: date | None = None) -> Choice:
    """What the page's address asks for, mended where it makes no sense: the last 90 days unless it says otherwise."""
    asked = request.args if asked is None else asked
    today = today or formats.local(clock.now()).date()
    until = _day(asked.get("until")) or today
    since = _day(asked.get("since")) or until - timedelta(days=USUAL - 1)
    since, until = min(since, until), max(since, until)
    since = max(since, until - timedelta(days=MOST - 1))
    return Choice(since=since, until=until, of=asked.get("of", "")[:100], queue=asked.get("queue", "")[:100])


def _day(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if 2000 <= found.year < 2200 else None


def spans(choice: Choice, endpoint: str, today: date | None = None) -> list[dict[str, Any]]:
    """Links to the usual periods, each up to today."""
    today = today or formats.local(clock.now()).date()
    names = {30: gettext("30 days"), 90: gettext("90 days"), 365: gettext("1 year")}
    made = []
    for days in SPANS:
        since = today - timedelta(days=days - 1)
        asked: dict[str, Any] = {**choice.query, "since": since.isoformat(), "until": today.isoformat()}
        address = url_for(endpoint, **asked)
        is_now = (choice.since, choice.until) == (since, today)
        made.append({"name": names[days], "address": address, "is_now": is_now})
    return made
