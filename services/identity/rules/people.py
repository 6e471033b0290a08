"""A person as identity keeps them, what others are told of them, and when they are absent."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from shared.contracts.identity import PersonChanged

LANGUAGES: Final = ("pt-BR", "en", "es")
OWN: Final = frozenset({"language", "time_zone", "mail", "substitute_id", "absent_from", "absent_until"})
"""What people may change of themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person as stored. `identifiers` by kind, the e-mail left out."""

    id: str
    name: str
    email: str | None = None
    kind: str | None = None
    language: str
    time_zone: str
    profiles: tuple[str, ...] = ()
    identifiers: Mapping[str, str] = field(default_factory=dict)
    mail: bool = True
    is_active: bool = True
    is_machine: bool = False
    superior_id: str | None = None
    substitute_id: str | None = None
    absent_from: date | None = None
    absent_until: date | None = None
    is_absent: bool = False
    guardians: tuple[str, ...] = ()
    organisation_id: str | None = None
    signed_out_at: datetime | None = None
    is_erased: bool = False
    created_at: datetime
    updated_at: datetime
    version: int = 1
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """What somebody is made of."""

    name: str
    email: str | None = None
    kind: str | None = None
    language: str
    time_zone: str
    profiles: tuple[str, ...] = ()
    identifiers: Mapping[str, str] = field(default_factory=dict)
    mail: bool = True
    superior_id: str | None = None
    substitute_id: str | None = None
    absent_from: date | None = None
    absent_until: date | None = None
    guardians: tuple[str, ...] = ()
    organisation_id: str | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody, as others see them."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A person as administrators see them."""

    id: str
    name: str
    email: str | None
    kind: str | None
    language: str
    time_zone: str
    profiles: tuple[str, ...]
    identifiers: Mapping[str, str]
    mail: bool
    is_active: bool
    is_machine: bool
    superior: Named | None
    substitute: Named | None
    absent_from: date | None
    absent_until: date | None
    is_absent: bool
    guardians: tuple[Named, ...]
    organisation: Named | None
    created_at: datetime
    updated_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Who is signed in, as they see themselves."""

    id: str
    name: str
    email: str | None
    kind: str | None
    profiles: tuple[str, ...]
    permissions: tuple[str, ...]
    language: str
    time_zone: str
    mail: bool
    superior: Named | None
    substitute: Named | None
    absent_from: date | None
    absent_until: date | None
    is_absent: bool
    session_id: str | None
    version: int


def born(id: str, new: NewPerson, now: datetime, *, is_machine: bool = False) -> Person:
    """The person that `new` makes."""
    facts = {name: getattr(new, name) for name in NewPerson.__dataclass_fields__}
    person = Person(id=id, created_at=now, updated_at=now, is_machine=is_machine, **facts)
    return replace(person, is_absent=absent_at(person, now))


def changed(person: Person, changes: Mapping[str, Any], now: datetime) -> Person:
    """The person after `changes`, at the next version. Identifiers are merged, None removes one (RFC 7396)."""
    facts = dict(changes)
    if "identifiers" in facts:
        merged = {**person.identifiers, **facts["identifiers"]}
        facts["identifiers"] = {kind: value for kind, value in merged.items() if value is not None}
    after = replace(person, **facts, updated_at=now, version=person.version + 1)
    return replace(after, is_absent=absent_at(after, now))


def erased(person: Person, now: datetime) -> Person:
    """What is left of a person who is erased: the id, and that there was somebody. No sign-in, no profile, no name."""
    return Person(
        id=person.id,
        name="",
        language=person.language,
        time_zone=person.time_zone,
        mail=False,
        is_active=False,
        is_erased=True,
        signed_out_at=now,
        created_at=person.created_at,
        updated_at=now,
        version=person.version + 1,
        sequence=person.sequence,
    )


def absent_at(person: Person, now: datetime) -> bool:
    """Whether the person is absent, in days of their own time zone, both ends included; without an end: for now."""
    if person.absent_from is None:
        return False
    today = now.astimezone(ZoneInfo(person.time_zone)).date()
    return person.absent_from <= today and (person.absent_until is None or today <= person.absent_until)


def related(person: Person) -> list[str]:
    """The people whom this one's row names."""
    return [id for id in (person.superior_id, person.substitute_id, *person.guardians) if id]


def resource(person: Person, names: Mapping[str, str]) -> Resource:
    """The person as administrators see them; `names` are those of whom their row names, their organisation's too."""
    facts = {name: getattr(person, name) for name in Resource.__dataclass_fields__ if hasattr(person, name)}
    facts["guardians"] = tuple(Named(id, names.get(id, "")) for id in person.guardians)
    return Resource(
        **facts,
        superior=_named(person.superior_id, names),
        substitute=_named(person.substitute_id, names),
        organisation=_named(person.organisation_id, names),
    )


def me(person: Person, permissions: Sequence[str], names: Mapping[str, str], session_id: str | None) -> Me:
    """The person as they see themselves."""
    facts = {name: getattr(person, name) for name in Me.__dataclass_fields__ if hasattr(person, name)}
    return Me(
        **facts,
        permissions=tuple(sorted(permissions)),
        superior=_named(person.superior_id, names),
        substitute=_named(person.substitute_id, names),
        session_id=session_id,
    )


def _named(id: str | None, names: Mapping[str, str]) -> Named | None:
    return Named(id, names.get(id, "")) if id else None


def told(person: Person, ended_sessions: Sequence[str]) -> PersonChanged:
    """What the other services are told of the person."""
    return PersonChanged(
        person_id=person.id,
        display_name=person.name,
        email=person.email,
        kind=person.kind,
        language=person.language,
        time_zone=person.time_zone,
        profiles=list(person.profiles),
        is_active=person.is_active,
        superior_id=person.superior_id,
        substitute_id=person.substitute_id,
        absent=person.is_absent,
        machine=person.is_machine,
        guardians=list(person.guardians),
        organisation_id=person.organisation_id,
        mail=person.mail,
        signed_out_at=person.signed_out_at,
        ended_sessions=list(ended_sessions),
        erased=person.is_erased,
    )


def folded(*texts: str | None) -> str:
    """Text as it is searched: lower case, without accents."""
    joined = " ".join(text for text in texts if text)
    plain = unicodedata.normalize("NFKD", joined.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))
