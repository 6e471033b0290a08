"""People as commands and queries read them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from services.identity.access.actors import granted, merged
from services.identity.access.profiles import kind_of, kinds
from services.identity.models import client_kinds, identifiers, organisations, people, profiles, sessions
from services.identity.rules.identifiers import EMAIL
from services.identity.rules.kinds import Kind
from services.identity.rules.people import Person, related
from services.identity.rules.permissions import is_system, may_grant
from services.identity.rules.sessions import TOKENS_LIVE_AT_MOST
from shared.database import Id, Reader, Text, compiled
from shared.errors import NotFound
from shared.ids import Actor

_named = (
    select(func.json_object_agg(identifiers.c.kind, identifiers.c.value))
    .where(identifiers.c.person_id == people.c.id, identifiers.c.kind != EMAIL)
    .correlate(people)
    .scalar_subquery()
    .label("identifiers")
)
_hidden = ("head", "audit_count", "search_text")
whole: Final[Select[Any]] = select(*(c for c in people.c if c.name not in _hidden), _named, granted)
"""A person's row with identifiers and what their profiles grant."""

_BY_ID: Final = compiled(whole.where(people.c.id == bindparam("id")))
_BY_EMAIL: Final = compiled(
    whole.join(identifiers, identifiers.c.person_id == people.c.id).where(
        identifiers.c.kind == EMAIL, identifiers.c.value == bindparam("email")
    )
)
_NAMES: Final = compiled(
    select(people.c.id, people.c.name).where(people.c.id == func.any(bindparam("ids", type_=ARRAY(Id()))))
)
_ORGANISATIONS: Final = compiled(
    select(organisations.c.id, organisations.c.name).where(
        organisations.c.id == func.any(bindparam("ids", type_=ARRAY(Id())))
    )
)
_TAKEN: Final = compiled(
    select(identifiers.c.person_id).where(
        identifiers.c.kind == bindparam("kind"), identifiers.c.value == bindparam("value")
    )
)
_ENDED: Final = compiled(
    select(sessions.c.id)
    .where(
        sessions.c.person_id == bindparam("person_id"),
        sessions.c.ended_at > bindparam("since"),
        sessions.c.last_used_at > bindparam("since"),
    )
    .order_by(sessions.c.id)
)
_PERMISSIONS: Final = compiled(
    select(profiles.c.code, profiles.c.permissions).where(
        profiles.c.code == func.any(bindparam("codes", type_=ARRAY(Text))), ~profiles.c.is_retired
    )
)
_KIND: Final = compiled(kinds.where(client_kinds.c.code == bindparam("code"), ~client_kinds.c.is_retired))


def person_of(row: Any) -> Person:
    """The person that a row of `whole` holds."""
    facts = {name: getattr(row, name) for name in Person.__dataclass_fields__}
    facts["profiles"], facts["guardians"] = tuple(row.profiles), tuple(row.guardians)
    facts["identifiers"] = row.identifiers or {}
    return Person(**facts)


def find_person(reader: Reader, id: str) -> tuple[Person, frozenset[str]] | None:
    """A person and what their profiles grant, or None."""
    row = reader.one(_BY_ID, id=id)
    return None if row is None else (person_of(row), merged(row.granted)[0])


def find_by_email(reader: Reader, email: str) -> Person | None:
    """Who has this e-mail (in its normal form), or None."""
    row = reader.one(_BY_EMAIL, email=email)
    return None if row is None else person_of(row)


def load_person(reader: Reader, actor: Actor, id: str) -> tuple[Person, frozenset[str]]:
    """A person whom `actor` may see, and what their profiles grant. Raises NotFound."""
    found = find_person(reader, id)
    if found is None or not may_see(actor, found[0]):
        raise NotFound("No such person")
    return found


def may_see(actor: Actor, person: Person) -> bool:
    """Whether `actor` sees the person's row: their own, or anybody's with `people.manage`."""
    return is_system(actor) or actor.id == person.id or actor.may("people.manage")


def may_change(actor: Actor, granted_to_person: Collection[str]) -> bool:
    """Whether `actor` may change somebody to whom that is granted."""
    return is_system(actor) or (actor.may("people.manage") and may_grant(actor, granted_to_person))


def names_of(reader: Reader, people: Iterable[Person]) -> dict[str, str]:
    """The names of those whom these people's rows name, and of their organisations, by id."""
    people = list(people)
    wanted = sorted({id for person in people for id in related(person)})
    names = {row.id: row.name for row in reader.all(_NAMES, ids=wanted)} if wanted else {}
    theirs = sorted({person.organisation_id for person in people if person.organisation_id})
    return names | ({row.id: row.name for row in reader.all(_ORGANISATIONS, ids=theirs)} if theirs else {})


def holder_of_identifier(reader: Reader, kind: str, value: str) -> str | None:
    """The id of who has an identifier, or None."""
    found = reader.scalar(_TAKEN, kind=kind, value=value)
    return None if found is None else str(found)


def ended_sessions(reader: Reader, person_id: str, now: datetime) -> list[str]:
    """A person's sessions that ended a moment ago, whose access tokens may still live."""
    return [row.id for row in reader.all(_ENDED, person_id=person_id, since=now - TOKENS_LIVE_AT_MOST)]


def permissions_by_profile(reader: Reader, codes: Collection[str]) -> dict[str, frozenset[str]]:
    """What each of these profiles grants; retired and unknown ones are left out."""
    if not codes:
        return {}
    return {row.code: frozenset(row.permissions) for row in reader.all(_PERMISSIONS, codes=sorted(codes))}


def find_kind(reader: Reader, code: str) -> Kind | None:
    """A client kind in use, or None."""
    row = reader.one(_KIND, code=code)
    return None if row is None else kind_of(row)
