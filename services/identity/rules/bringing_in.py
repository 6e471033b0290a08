"""People brought in from a list: what a line says, what would become of it, and what it would change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from services.identity.rules.people import Named, Person
from services.identity.rules.permissions import ADMINISTRATOR
from shared.errors import Message, VezError

MOST_LINES: Final = 2000
PLAIN: Final = ("name", "email", "kind", "profiles", "language", "time_zone")
"""The fields of a line that a person has under the same name."""


class Outcome(StrEnum):
    """What becomes of a line."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One person of the list. What is empty is not said: of somebody who is there already it changes nothing.

    `superior` and `guardians` are e-mails or other identifiers, `organisation` is a name. `wrong`: what does not fit
    the form, by field.
    """

    number: int
    facts: Mapping[str, Any] = field(default_factory=dict)
    identifiers: Mapping[str, str] = field(default_factory=dict)
    superior: str | None = None
    guardians: tuple[str, ...] = ()
    organisation: str | None = None
    wrong: Mapping[str, Sequence[Message]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A field of somebody who is there already, as it is and as it would be; people and organisations by name."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of a line, or would: `person` is none where the line is wrong or its person is yet to be made."""

    line: int
    outcome: Outcome
    person: Named | None = None
    changes: tuple[Change, ...] = ()
    refusal: VezError | None = None


def differences(before: Person, after: Person, names: Mapping[str, str]) -> tuple[Change, ...]:
    """What differs; `names` are those of the people and organisations that either row names."""
    was, becomes = _shown(before, names), _shown(after, names)
    fields = [*was, *(name for name in becomes if name not in was)]
    return tuple(
        Change(name, was.get(name), becomes.get(name)) for name in fields if was.get(name) != becomes.get(name)
    )


def takes_administration(before: Person, after: Person) -> bool:
    """Whether somebody would administer the house no more."""
    return ADMINISTRATOR in before.profiles and ADMINISTRATOR not in after.profiles


def _shown(person: Person, names: Mapping[str, str]) -> dict[str, str | None]:
    shown: dict[str, str | None] = {
        "name": person.name,
        "email": person.email,
        "kind": person.kind,
        "profiles": ", ".join(sorted(person.profiles)) or None,
        "language": person.language,
        "time_zone": person.time_zone,
        "superior": _named(person.superior_id, names),
        "organisation": _named(person.organisation_id, names),
        "guardians": ", ".join(names.get(id, id) for id in person.guardians) or None,
    }
    return shown | {f"identifiers.{kind}": value for kind, value in person.identifiers.items()}


def _named(id: str | None, names: Mapping[str, str]) -> str | None:
    return names.get(id, id) if id else None
