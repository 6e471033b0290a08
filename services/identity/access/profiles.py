"""Profiles as commands and queries read them."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Select, bindparam, select

from services.identity.models import client_kinds, profiles
from services.identity.rules.kinds import Kind
from services.identity.rules.profiles import Profile
from shared.database import Reader, compiled
from shared.errors import NotFound

whole: Final[Select[Any]] = select(*(c for c in profiles.c if c.name not in ("head", "audit_count")))
kinds: Final[Select[Any]] = select(
    client_kinds.c.code, client_kinds.c.names, client_kinds.c.login, client_kinds.c.is_retired
)
_BY_CODE: Final = compiled(whole.where(profiles.c.code == bindparam("code")))
_KINDS: Final = compiled(kinds.order_by(client_kinds.c.code))


def profile_of(row: Any) -> Profile:
    """The profile that a row of `whole` holds."""
    facts = {name: getattr(row, name) for name in Profile.__dataclass_fields__}
    facts["permissions"], facts["scopes"] = tuple(row.permissions), tuple(row.scopes)
    return Profile(**facts)


def find_profile(reader: Reader, code: str) -> Profile | None:
    """A profile by its code, or None."""
    row = reader.one(_BY_CODE, code=code)
    return None if row is None else profile_of(row)


def load_profile(reader: Reader, code: str) -> Profile:
    """A profile by its code. Raises NotFound."""
    found = find_profile(reader, code)
    if found is None:
        raise NotFound("No such profile")
    return found


def kind_of(row: Any) -> Kind:
    """The client kind that a row of `kinds` holds."""
    return Kind(code=row.code, names=row.names, login=tuple(row.login), is_retired=row.is_retired)


def all_kinds(reader: Reader) -> list[Kind]:
    """Every client kind, retired ones too, by code."""
    return [kind_of(row) for row in reader.all(_KINDS)]
