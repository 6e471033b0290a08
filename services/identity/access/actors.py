"""The actor of a token, from identity's own tables: sessions that ended are refused at once."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import and_, bindparam, func, literal_column, select

from services.identity.models import people, profiles, sessions
from shared.access import Claims
from shared.database import Reader, compiled
from shared.errors import Unauthenticated
from shared.ids import Actor, PersonId
from shared.people import refuse_ended

granted: Final = (
    select(
        func.json_build_array(
            func.json_agg(func.to_json(profiles.c.permissions)).filter(~profiles.c.is_retired),
            func.json_agg(func.to_json(profiles.c.scopes)).filter(~profiles.c.is_retired),
        )
    )
    .where(profiles.c.code == func.any(people.c.profiles))
    .correlate(people)
    .scalar_subquery()
    .label("granted")
)
"""[[permissions of a profile, …], [scopes of a profile, …]] of a person's profiles, retired ones left out."""

_ACTOR: Final = compiled(
    select(
        people.c.id,
        people.c.name,
        people.c.kind,
        people.c.language,
        people.c.time_zone,
        people.c.profiles,
        people.c.is_active,
        people.c.is_machine,
        people.c.signed_out_at,
        literal_column("'{}'::text[]").label("ended_sessions"),
        granted,
        sessions.c.id.label("session_id"),
        sessions.c.ended_at,
        literal_column("clock_timestamp()").label("now"),
    )
    .select_from(people)
    .outerjoin(sessions, and_(sessions.c.id == bindparam("session_id"), sessions.c.person_id == people.c.id))
    .where(people.c.id == bindparam("id"))
)


def load_actor(reader: Reader, claims: Claims) -> Actor:
    """The actor whose token says `claims`; also sets the reader's instant.

    Raises Unauthenticated when they may not act any more, or their session ended.
    """
    row = reader.one(_ACTOR, id=claims.person_id, session_id=claims.session_id)
    if row is None:
        raise Unauthenticated("This session has ended. Sign in again")
    reader.took_place_at(row.now)
    refuse_ended(row, claims)
    if not row.is_machine and (row.session_id is None or row.ended_at is not None):
        raise Unauthenticated("This session has ended. Sign in again")
    if claims.is_service:
        return Actor(id=PersonId(row.id), name=row.name, permissions=claims.permissions, is_service=True)
    permissions, scopes = merged(row.granted)
    return Actor(
        id=PersonId(row.id),
        name=row.name,
        kind=row.kind,
        language=row.language,
        time_zone=row.time_zone,
        permissions=permissions,
        profiles=frozenset(row.profiles),
        scopes=scopes,
    )


def merged(found: Any) -> tuple[frozenset[str], frozenset[str]]:
    """The permissions and scopes of several profiles taken together."""
    permissions, scopes = found or (None, None)
    return frozenset().union(*permissions or ()), frozenset().union(*scopes or ())
