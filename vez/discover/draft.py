"""What a survey becomes: a type with its parameters and flow, a queue of all resources, and people.

The flow is the log's directly-follows graph. An entry stage, held by the queue, has a transition to each activity that
starts a case; a terminal stage one from each that ends a case. Both are ours, not the log's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from shared.catalog.parameters import Kind
from vez.discover.codes import Codes, slug
from vez.discover.constants import kind_of, wire
from vez.discover.survey import NOBODY, Survey, Walk

ENTRY: Final = "received"
TERMINAL: Final = "done"
MOST_NAME: Final = 200
DOMAIN: Final = "replay.test"
"""Below a top-level domain that is nobody's (RFC 2606), so that no mail to these people can ever leave."""

Document = dict[str, Any]
_ENTRY_NAMES: Final = {"pt-BR": "Recebido", "en": "Received", "es": "Recibido"}
_TERMINAL_NAMES: Final = {"pt-BR": "Concluído", "en": "Concluded", "es": "Concluido"}
_UNSHOWN: Final = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff\ufffd]+")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom the log names, or the stand-in for those whom it does not."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class ParameterOf:
    """The parameter that a constant attribute of the log becomes."""

    key: str
    code: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Draft:
    """The survey with its codes given out. `stages`, `attendants` and `clients` are by the survey's numbers."""

    survey: Survey
    code: str
    stages: Sequence[str]
    attendants: Sequence[Person]
    clients: Sequence[Person]
    parameters: Sequence[ParameterOf]

    def values(self, walk: Walk) -> dict[str, Any]:
        """A case's parameters in wire form, empty ones left out."""
        return {p.code: wire(p.kind, walk.values[p.key]) for p in self.parameters if p.key in walk.values}

    @property
    def domain(self) -> str:
        """Where its people have their e-mail, clients in a part of their own."""
        return _domain(self.survey.log)

    @property
    def members(self) -> list[str]:
        """The e-mails of those who may hold a ticket: every resource, and the stand-in where one is needed."""
        return [person.email for person in self.attendants if person.email]

    def document(self) -> Document:
        """The catalog, as a file says it."""
        queue = f"queue:{self.code}"
        name = shown(self.survey.log)
        return {
            "catalog": 1,
            "queues": [{"code": self.code, "name": name, "members": self.members}],
            "groups": [{"code": self.code, "name": name}],
            "types": [
                {
                    "code": self.code,
                    "group": self.code,
                    "name": name,
                    "opened_by": {"kinds": "all", "profiles": ["client"]},
                    "parameters": [{"code": p.code, "kind": p.kind, "label": shown(p.key)} for p in self.parameters],
                    "flow": {"first": ENTRY, "fallback": queue, "stages": self._stages(queue)},
                }
            ],
        }

    def _stages(self, queue: str) -> list[Document]:
        entry: Document = {"code": ENTRY, "name": _ENTRY_NAMES, "side": "attendant", "assign": queue}
        if self.parameters:
            entry["parameters"] = {"client": {p.code: "optional" for p in self.parameters}}
        starts = [activity for activity, _ in self.survey.starts.most_common()]
        entry["transitions"] = [self._transition(activity) for activity in starts]
        terminal = {"code": TERMINAL, "name": _TERMINAL_NAMES, "terminal": "concluded"}
        follows: dict[int, list[int]] = {}
        for (before, after), _ in self.survey.edges.most_common():
            follows.setdefault(before, []).append(after)
        stages = [self._stage(activity, follows.get(activity, [])) for activity in range(1, len(self.stages))]
        return [entry, *stages, terminal]

    def _stage(self, activity: int, follows: Sequence[int]) -> Document:
        transitions = [self._transition(after) for after in follows]
        if activity in self.survey.ends:
            transitions.append({"code": TERMINAL, "to": TERMINAL, "name": _TERMINAL_NAMES})
        name = shown(self.survey.activities.names[activity])
        code = self.stages[activity]
        return {"code": code, "name": name, "side": "attendant", "assign": "previous", "transitions": transitions}

    def _transition(self, activity: int) -> Document:
        code = self.stages[activity]
        return {"code": code, "to": code, "name": shown(self.survey.activities.names[activity])}


def draft(found: Survey) -> Draft:
    """Give out codes and e-mails, unique and never merged, in the order in which the log names things."""
    code = Codes("log").of(found.log)
    domain = _domain(found.log)
    stages = Codes("stage", reserved=(ENTRY, TERMINAL))
    codes = Codes("parameter")
    return Draft(
        survey=found,
        code=code,
        stages=["", *map(stages.of, found.activities.names[1:])],
        attendants=_people(found.resources.names, "attendant", domain, needed=found.unattended > 0),
        clients=_people(found.clients.names, "client", f"clients.{domain}", needed=_openerless(found)),
        parameters=[ParameterOf(key, codes.of(_bare(key)), _kind(found, key)) for key in found.constants.keys],
    )


def _openerless(found: Survey) -> bool:
    return any(walk.client == NOBODY for walk in found.walks)


def _people(names: Sequence[str], role: str, domain: str, *, needed: bool) -> list[Person]:
    """People by number; the first is the stand-in, nobody at all where none is needed."""
    codes = Codes(role, joint="-", reserved=("stand-in",))
    stand_in = Person(f"Stand-in {role}", f"stand-in@{domain}") if needed else Person("", "")
    return [stand_in, *(Person(shown(name), f"{codes.of(name)}@{domain}") for name in names[1:])]


def _domain(log: str) -> str:
    return f"{slug(log, '-') or 'log'}.{DOMAIN}"


def _bare(key: str) -> str:
    return key.removeprefix("case:")


def _kind(found: Survey, key: str) -> Kind:
    return kind_of(walk.values[key] for walk in found.walks if key in walk.values)


def shown(text: str) -> str:
    """A name of the log as people read it: on one line, of bounded length, never empty."""
    line = _UNSHOWN.sub(" ", text).strip()
    return (line if len(line) <= MOST_NAME else line[: MOST_NAME - 1] + "…") or "—"
