"""What the other services' replicas ask for: a person with the profiles that they name, each with its number."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import bindparam, func
from sqlalchemy.dialects.postgresql import ARRAY

from services.identity.access.people import ended_sessions, find_by_email, find_person
from services.identity.access.profiles import profile_of, whole
from services.identity.models import profiles
from services.identity.rules import people as rules
from services.identity.rules.identifiers import EMAIL, Unfit, normal_form
from services.identity.rules.people import Person
from services.identity.rules.profiles import told
from shared.contracts import encode
from shared.database import Reader, Text, compiled
from shared.errors import NotFound

_PROFILES: Final = compiled(
    whole.where(profiles.c.code == func.any(bindparam("codes", type_=ARRAY(Text)))).order_by(profiles.c.code)
)


def by_id(reader: Reader, id: str) -> dict[str, Any]:
    """The answer about a person. Raises NotFound."""
    found = find_person(reader, id)
    if found is None:
        raise NotFound("No such person")
    return _answer(reader, found[0])


def by_email(reader: Reader, email: str) -> dict[str, Any]:
    """The answer about who has an e-mail. Raises NotFound."""
    try:
        found = find_by_email(reader, normal_form(EMAIL, email))
    except Unfit:
        found = None
    if found is None:
        raise NotFound("No such person")
    return _answer(reader, found)


def _answer(reader: Reader, person: Person) -> dict[str, Any]:
    told_of = encode(rules.told(person, ended_sessions(reader, person.id, reader.now)))
    held = [profile_of(row) for row in reader.all(_PROFILES, codes=list(person.profiles))]
    return {
        "person": {**told_of, "sequence": person.sequence},
        "profiles": [{**encode(told(profile)), "sequence": profile.sequence} for profile in held],
    }
