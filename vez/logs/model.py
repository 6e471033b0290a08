"""What a log is made of, in the log's own words: cases, events, activities, resources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

Value = str | int | float | bool | datetime

ACTIVITY: Final = "concept:name"
RESOURCE: Final = "org:resource"
TIMESTAMP: Final = "time:timestamp"
CASE_PREFIX: Final = "case:"
"""How pm4py writes an attribute of the case among the columns of its events."""

EXTENSIONS: Final = frozenset(
    {
        *("concept", "lifecycle", "org", "time", "semantic", "identity", "cost", "micro", "artifactlifecycle"),
        *("swapp", "swcomm", "swevent", "swtelemetry"),
        *("meta_3TU", "meta_general", "meta_concept", "meta_life", "meta_org", "meta_time"),
        "vez",
    }
)
"""The prefixes of the published XES extensions, and of what `vez export` says of tickets and stages.

What they name is not the house's own, as parameters are (IEEE 1849, clause 7).
"""

MOST_ATTRIBUTES: Final = 1_000
"""Of one event, case or header, nested ones counted. Real logs stay near 100; a million is an attack or a mistake."""

MOST_KEYS: Final = 2_000
"""Different attribute names in a whole log."""


class LogError(Exception):
    """The log cannot be used; the text says why, and where and what to do as far as that is known."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a CSV log hold what. None: pm4py's name, which may then be missing where it is optional."""

    case: str | None = None
    activity: str | None = None
    timestamp: str | None = None
    resource: str | None = None
    timestamp_format: str | None = None

    def __bool__(self) -> bool:
        return bool(self.case) or self.others

    @property
    def others(self) -> bool:
        """Whether anything but the case is told."""
        return any((self.activity, self.timestamp, self.resource, self.timestamp_format))


@dataclass(frozen=True, slots=True)
class LogEvent:
    """Something that happened in a case. `attributes` are all of the event's, those of extensions too."""

    activity: str
    resource: str | None
    attributes: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class LogCase:
    """One case and its events in order. `attributes` are the case's own, not its events'."""

    name: str
    attributes: Mapping[str, Value]
    events: Sequence[LogEvent]


@dataclass(slots=True)
class EventLog:
    """A log being read. `cases` can be walked once; `classifier` says what names an event, for people."""

    name: str
    classifier: str
    cases: Iterator[LogCase]
    extensions: set[str] = field(default_factory=lambda: set(EXTENSIONS))

    def is_extension(self, key: str) -> bool:
        """Whether an attribute belongs to an XES extension (its prefix, also after pm4py's `case:`)."""
        prefix, colon, _ = key.removeprefix(CASE_PREFIX).partition(":")
        return bool(colon) and prefix in self.extensions


def parse_instant(text: str) -> datetime:
    """An instant of a log, in UTC; without a zone it is UTC already. Raises ValueError."""
    return in_utc(datetime.fromisoformat(text.strip().replace("/", "-")))


def in_utc(instant: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError where the calendar ends before it."""
    try:
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError(str(error)) from error


def resource_of(text: str | None) -> str | None:
    """The resource as written, or None where the log leaves it empty."""
    return text if text and not text.isspace() else None
