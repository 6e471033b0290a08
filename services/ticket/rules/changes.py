"""What changed between the version that somebody saw and the present one, as far as their side may read it.

Source: domain page, *Understanding and approval*: a decision on what changed is refused and the person is shown the
change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from services.ticket.rules.answers import FieldShown
from services.ticket.rules.parameters import field_named, seen_files, seen_values
from services.ticket.rules.reading import Reading
from shared.errors import Stale

TEXTS: Final = ("subject", "description")


@dataclass(frozen=True, slots=True)
class FileHeld:
    """A file that was with the ticket."""

    id: str
    name: str
    is_internal: bool
    parameter: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a ticket said at one of its versions."""

    subject: str
    description: str
    parameters: Mapping[str, Any]
    understanding: int
    files: Mapping[str, FileHeld] = field(default_factory=dict)

    def before(self, revision: Mapping[str, Any]) -> Content:
        """What it said before the change that `revision` tells of."""
        texts = {name: revision[name] for name in TEXTS if name in revision}
        parameters = {**self.parameters, **revision.get("parameters", {})}
        understanding = revision.get("understanding", self.understanding)
        files = dict(self.files)
        if (added := revision.get("added")) is not None:
            files.pop(added, None)
        if (removed := revision.get("removed")) is not None:
            files[removed["id"]] = FileHeld(**removed)
        return replace(self, **texts, parameters=parameters, understanding=understanding, files=files)


@dataclass(frozen=True, slots=True)
class Written:
    """An understanding, as it is shown beside the one that took its place."""

    version: int
    body: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class FileNamed:
    """A file that came or went."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed: `part` is subject, description, parameter (then `field` says which), understanding, file.

    `before` and `after` are values in wire form; a file that came has no `before`, one that went no `after`.
    """

    part: str
    before: Any
    after: Any
    field: FieldShown | None = None


def changed_since(
    reading: Reading, present: Content, revisions: Iterable[Mapping[str, Any]], written: Mapping[int, Written]
) -> list[Change]:
    """What the reader's side sees changed, when `revisions` (newest first) led to `present`."""
    seen = present
    for revision in revisions:
        seen = seen.before(revision)
    return [
        *_texts(seen, present),
        *_parameters(reading, seen, present),
        *_understanding(seen, present, written),
        *_files(reading, seen, present),
    ]


def stale(changes: Sequence[Change]) -> Stale:
    """412 that says what changed, or that nothing did which this reader sees."""
    if changes:
        message = "What you decide on has changed since you saw it. See what changed, and decide again"
    else:
        message = "This ticket moved on since you saw it. Look at it again, and decide"
    return Stale(message, extra={"changes": list(changes)})


def _texts(seen: Content, present: Content) -> list[Change]:
    pairs = [(name, getattr(seen, name), getattr(present, name)) for name in TEXTS]
    return [Change(name, before, after) for name, before, after in pairs if before != after]


def _parameters(reading: Reading, seen: Content, present: Content) -> list[Change]:
    side = reading.standing.side
    before = seen_values(reading.changed(parameters=dict(seen.parameters)), side)
    after = seen_values(reading.changed(parameters=dict(present.parameters)), side)
    return [
        Change("parameter", before.get(p.code), after.get(p.code), field_named(reading, p.code))
        for p in reading.definition.parameters
        if before.get(p.code) != after.get(p.code)
    ]


def _understanding(seen: Content, present: Content, written: Mapping[int, Written]) -> list[Change]:
    if seen.understanding == present.understanding:
        return []
    return [Change("understanding", written.get(seen.understanding), written.get(present.understanding))]


def _files(reading: Reading, seen: Content, present: Content) -> list[Change]:
    came = [f for id, f in present.files.items() if id not in seen.files]
    went = [f for id, f in seen.files.items() if id not in present.files]
    return [
        *(Change("file", None, FileNamed(f.id, f.name)) for f in seen_files(reading, came)),
        *(Change("file", FileNamed(f.id, f.name), None) for f in seen_files(reading, went)),
    ]
