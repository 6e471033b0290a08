"""One pass over a log: what is in it, counted, and each case as numbers small enough to keep all of them."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import Final

from vez.discover.constants import Constants
from vez.logs import EventLog, LogCase, LogError, Value
from vez.logs.model import CASE_PREFIX

NOBODY: Final = 0
"""The number of no resource, and of no client: a stand-in acts for them."""
CLIENT_ATTRIBUTE: Final = "customer"


class Numbered:
    """Names in the order in which they were met, and their numbers from 1."""

    def __init__(self) -> None:
        self.names: list[str] = [""]
        self._numbers: dict[str, int] = {}

    def number(self, name: str) -> int:
        """The number of `name`, a new one where it is new."""
        found = self._numbers.get(name)
        if found is None:
            found = self._numbers[name] = len(self.names)
            self.names.append(name)
        return found

    def __len__(self) -> int:
        return len(self._numbers)


@dataclass(slots=True)
class Walk:
    """A case as numbers: who opens it (`client`), and per event the activity and its resource (or NOBODY)."""

    name: str
    client: int
    activities: array[int] = field(default_factory=lambda: array("L"))
    resources: array[int] = field(default_factory=lambda: array("L"))
    values: dict[str, Value] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.activities)


@dataclass(slots=True)
class Survey:
    """A whole log, seen once. Activities, resources and clients are known by their numbers."""

    log: str
    classifier: str
    activities: Numbered = field(default_factory=Numbered)
    resources: Numbered = field(default_factory=Numbered)
    clients: Numbered = field(default_factory=Numbered)
    walks: list[Walk] = field(default_factory=list)
    edges: Counter[tuple[int, int]] = field(default_factory=Counter)
    starts: Counter[int] = field(default_factory=Counter)
    ends: Counter[int] = field(default_factory=Counter)
    constants: Constants = field(default_factory=Constants)
    unattended: int = 0
    without_events: int = 0

    @property
    def events(self) -> int:
        return sum(map(len, self.walks))

    @property
    def self_loops(self) -> int:
        """Events that follow one of the same activity."""
        return sum(count for (before, after), count in self.edges.items() if before == after)


def survey(log: EventLog, *, client_attribute: str = CLIENT_ATTRIBUTE, most: int | None = None) -> Survey:
    """Walk the log, or its first `most` cases.

    `client_attribute`, of the first event or else of the case (whose columns of a CSV log begin with `case:`), names
    who opens it. Raises LogError.
    """
    found = Survey(log.name, log.classifier)
    for case in islice(log.cases, most):
        if case.events:
            _add(found, log, case, client_attribute)
        else:
            found.without_events += 1
    if not found.walks:
        raise LogError(f"{log.name} holds no events.")
    _keep_constants(found)
    return found


def _keep_constants(found: Survey) -> None:
    varying = found.constants.varying
    for walk in found.walks:
        walk.values = {key: value for key, value in walk.values.items() if key not in varying}


def _add(found: Survey, log: EventLog, case: LogCase, client_attribute: str) -> None:
    walk = Walk(case.name, _client(found, case, client_attribute))
    for event in case.events:
        walk.activities.append(found.activities.number(event.activity))
        walk.resources.append(found.resources.number(event.resource) if event.resource else NOBODY)
    _count(found, walk.activities)
    found.unattended += walk.resources.count(NOBODY)
    _note_clients(found, case, client_attribute)
    walk.values = found.constants.of_case(log, case)
    found.walks.append(walk)


def _client(found: Survey, case: LogCase, attribute: str) -> int:
    first = case.events[0].attributes
    of_case = case.attributes.get(attribute, first.get(CASE_PREFIX + attribute))
    value = first.get(attribute, of_case)
    return found.clients.number(str(value)) if value not in (None, "") else NOBODY


def _note_clients(found: Survey, case: LogCase, attribute: str) -> None:
    for event in case.events:
        value = event.attributes.get(attribute)
        if value not in (None, ""):
            found.clients.number(str(value))


def _count(found: Survey, activities: array[int]) -> None:
    found.starts[activities[0]] += 1
    found.ends[activities[-1]] += 1
    found.edges.update(pairwise(activities))
