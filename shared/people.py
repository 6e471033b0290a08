"""The replica of person and profile that each service keeps, and the Actor built from it.

Loading an Actor is on the way of every request: one indexed read, which also brings the database's instant. Nothing is
cached, so who is disabled or changed is judged anew from the moment the event is applied.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol, cast

from sqlalchemy import MetaData, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared import personal
from shared.access import Claims
from shared.client import Services
from shared.contracts import Event, decode
from shared.contracts.identity import PersonChanged, ProfileChanged
from shared.database import BigInteger, Boolean, Column, Id, Index, Instant, Json, Reader, Table, Text, compiled
from shared.errors import Missing, Unauthenticated
from shared.ids import Actor, PersonId
from shared.transaction import Transaction

_Codes: Final = ARRAY(Text)


def tables(metadata: MetaData) -> tuple[Table, Table]:
    """Add the replica's tables `people` and `profiles` to a service's metadata (once) and return them."""
    if "people" in metadata.tables:
        return metadata.tables["people"], metadata.tables["profiles"]
    people = Table(
        "people",
        metadata,
        Column("id", Id(), primary_key=True),
        Column("display_name", Text, nullable=False),
        Column("email", Text),
        Column("kind", Text),
        Column("language", Text, nullable=False),
        Column("time_zone", Text, nullable=False),
        Column("profiles", _Codes, nullable=False),
        Column("is_active", Boolean, nullable=False),
        Column("superior_id", Id()),
        Column("substitute_id", Id()),
        Column("is_absent", Boolean, nullable=False),
        Column("is_machine", Boolean, nullable=False),
        Column("guardians", _Codes, nullable=False),
        Column("organisation_id", Id()),
        Column("mail", Boolean, nullable=False),
        Column("signed_out_at", Instant()),
        Column("ended_sessions", _Codes, nullable=False),
        Column("sequence", BigInteger, nullable=False),
        Index("ix_people_email", "email"),
        Index("ix_people_profiles", "profiles", postgresql_using="gin"),
        Index("ix_people_guardians", "guardians", postgresql_using="gin"),
    )
    profiles = Table(
        "profiles",
        metadata,
        Column("code", Text, primary_key=True),
        Column("names", Json, nullable=False),
        Column("permissions", _Codes, nullable=False),
        Column("scopes", _Codes, nullable=False),
        Column("is_retired", Boolean, nullable=False),
        Column("sequence", BigInteger, nullable=False),
    )
    return people, profiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person as a service's replica knows them. `permissions` and `scopes` are those of their profiles."""

    id: str
    name: str
    email: str | None
    kind: str | None
    language: str
    time_zone: str
    profiles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    is_active: bool = True
    is_absent: bool = False
    is_machine: bool = False
    superior_id: str | None = None
    substitute_id: str | None = None
    guardians: tuple[str, ...] = field(default=())
    organisation_id: str | None = None
    mail: bool = True

    def may(self, permission: str) -> bool:
        """Whether this person is active and a profile of theirs grants `permission`."""
        return self.is_active and permission in self.permissions


# ---- reading -----------------------------------------------------------------------------------------------------

_people, _profiles = tables(MetaData())
_granted = (
    select(
        func.json_build_array(
            func.count(),
            func.json_agg(func.to_json(_profiles.c.permissions)).filter(~_profiles.c.is_retired),
            func.json_agg(func.to_json(_profiles.c.scopes)).filter(~_profiles.c.is_retired),
        )
    )
    .where(_profiles.c.code == func.any(_people.c.profiles))
    .correlate(_people)
    .scalar_subquery()
    .label("granted")
)
_whole = select(*(c for c in _people.c if c.name not in ("signed_out_at", "ended_sessions", "sequence")), _granted)
_granting = (
    select(func.array_agg(_profiles.c.code))
    .where(bindparam("permission") == func.any(_profiles.c.permissions), ~_profiles.c.is_retired)
    .scalar_subquery()
)

_ACTOR: Final = compiled(
    select(
        _people.c.id,
        _people.c.display_name,
        _people.c.kind,
        _people.c.language,
        _people.c.time_zone,
        _people.c.profiles,
        _people.c.is_active,
        _people.c.signed_out_at,
        _people.c.ended_sessions,
        _granted,
        literal_column("clock_timestamp()").label("now"),
    ).where(_people.c.id == bindparam("id"))
)
_BY_IDS: Final = compiled(_whole.where(_people.c.id == func.any(bindparam("ids", type_=ARRAY(Id())))))
_BY_EMAIL: Final = compiled(
    _whole.where(_people.c.email == bindparam("email")).order_by(_people.c.is_active.desc(), _people.c.id).limit(1)
)
_WITH_PERMISSION: Final = compiled(
    _whole.where(_people.c.profiles.overlap(_granting), _people.c.is_active, ~_people.c.is_machine).order_by(
        _people.c.id
    )
)


def load_actor(reader: Reader, claims: Claims) -> Actor:
    """The actor whose token says `claims`, with what their profiles grant now; also sets the reader's instant.

    Raises Missing("person", id) where the replica lacks the person or a profile of theirs, Unauthenticated when they
    may not act any more or the token is older than what ended it.
    """
    row = reader.one(_ACTOR, id=claims.person_id)
    if row is None and claims.is_service:
        return _service(claims)
    if row is None:
        raise Missing("person", claims.person_id)
    reader.took_place_at(row.now)
    refuse_ended(row, claims)
    if claims.is_service:
        return _service(claims, row.display_name)
    count, permissions, scopes = row.granted
    if count < len(row.profiles):
        raise Missing("person", claims.person_id)
    return Actor(
        id=PersonId(row.id),
        name=row.display_name,
        kind=row.kind,
        language=row.language,
        time_zone=row.time_zone,
        permissions=frozenset().union(*permissions or ()),
        profiles=frozenset(row.profiles),
        scopes=frozenset().union(*scopes or ()),
    )


class _Endable(Protocol):
    is_active: bool
    signed_out_at: datetime | None
    ended_sessions: Collection[str]


def refuse_ended(person: _Endable, claims: Claims) -> None:
    """Raises Unauthenticated when the person is disabled, or the token's session or the token itself was ended."""
    signed_out = person.signed_out_at is not None and claims.issued_at <= person.signed_out_at
    if not person.is_active or signed_out or claims.session_id in person.ended_sessions:
        raise Unauthenticated("This session has ended. Sign in again")


def _service(claims: Claims, name: str = "") -> Actor:
    return Actor(id=PersonId(claims.person_id), name=name, permissions=claims.permissions, is_service=True)


def find(reader: Reader, ids: Iterable[str]) -> dict[str, Person]:
    """Those of `ids` that the replica knows, by id."""
    wanted = sorted({i for i in ids if i})
    if not wanted:
        return {}
    return {row.id: _person(row) for row in reader.all(_BY_IDS, ids=wanted)}


def load(reader: Reader, ids: Iterable[str]) -> dict[str, Person]:
    """All of `ids`, by id. Raises Missing("person", id) for the first that the replica lacks."""
    wanted = [i for i in ids if i]
    found = find(reader, wanted)
    for id in wanted:
        if id not in found:
            raise Missing("person", id)
    return found


def by_email(reader: Reader, email: str) -> Person | None:
    """Who has this e-mail, whatever its case; None when the replica knows nobody (ask with Missing("person_email"))."""
    row = reader.one(_BY_EMAIL, email=email.strip().lower())
    return None if row is None else _person(row)


def with_permission(reader: Reader, permission: str) -> list[Person]:
    """The active people whose profiles grant `permission`, machine clients left out."""
    return [_person(row) for row in reader.all(_WITH_PERMISSION, permission=permission)]


def _person(row: Any) -> Person:
    _, permissions, scopes = row.granted
    return Person(
        id=row.id,
        name=row.display_name,
        email=row.email,
        kind=row.kind,
        language=row.language,
        time_zone=row.time_zone,
        profiles=frozenset(row.profiles),
        permissions=frozenset().union(*permissions or ()),
        scopes=frozenset().union(*scopes or ()),
        is_active=row.is_active,
        is_absent=row.is_absent,
        is_machine=row.is_machine,
        superior_id=row.superior_id,
        substitute_id=row.substitute_id,
        guardians=tuple(row.guardians),
        organisation_id=row.organisation_id,
        mail=row.mail,
    )


# ---- writing: what identity says, and what it answers ----------------------------------------------------------------


def record_person(tx: Transaction, event: PersonChanged, sequence: int) -> None:
    """Keep what identity says of a person, unless something newer is kept."""
    values = {
        "id": event.person_id,
        "display_name": event.display_name,
        "email": event.email,
        "kind": event.kind,
        "language": event.language,
        "time_zone": event.time_zone,
        "profiles": event.profiles,
        "is_active": event.is_active,
        "superior_id": event.superior_id,
        "substitute_id": event.substitute_id,
        "is_absent": event.absent,
        "is_machine": event.machine,
        "guardians": event.guardians,
        "organisation_id": event.organisation_id,
        "mail": event.mail,
        "signed_out_at": event.signed_out_at,
        "ended_sessions": event.ended_sessions,
        "sequence": sequence,
    }
    tx.upsert(tx.store.table("people"), values, newer="sequence")
    if event.erased:
        personal.ask(tx, event.person_id)


def record_profile(tx: Transaction, event: ProfileChanged, sequence: int) -> None:
    """Keep what identity says of a profile, unless something newer is kept."""
    values = {
        "code": event.code,
        "names": event.names,
        "permissions": event.permissions,
        "scopes": event.scopes,
        "is_retired": event.retired,
        "sequence": sequence,
    }
    tx.upsert(tx.store.table("profiles"), values, newer="sequence")


def on_person_changed(tx: Transaction, event: Event) -> None:
    """Handles person.changed."""
    assert tx.cause is not None
    record_person(tx, cast(PersonChanged, event), tx.cause.sequence)


def on_profile_changed(tx: Transaction, event: Event) -> None:
    """Handles profile.changed."""
    assert tx.cause is not None
    record_profile(tx, cast(ProfileChanged, event), tx.cause.sequence)


HANDLERS: Final[dict[str, Callable[[Transaction, Event], None]]] = {
    PersonChanged.name: on_person_changed,
    ProfileChanged.name: on_profile_changed,
}


def ask(services: Services, id: str) -> Any:
    """Ask identity for a person and their profiles. Raises NotFound or Retryable."""
    return services.get("identity", f"/v1/replica/people/{id}")


def ask_by_email(services: Services, email: str) -> Any:
    """Ask identity who has an e-mail. Raises NotFound when nobody has, or Retryable."""
    return services.get("identity", "/v1/replica/people", params={"email": email.strip().lower()})


def store(tx: Transaction, answer: Any) -> None:
    """A verb: keep what identity answered. An answer carries its sequences and counts as applied."""
    person, profiles = answer["person"], answer["profiles"]
    for wire in profiles:
        profile = cast(ProfileChanged, decode(ProfileChanged.name, 1, wire))
        record_profile(tx, profile, wire["sequence"])
        _applied(tx, "profile", profile.code, wire["sequence"])
    event = cast(PersonChanged, decode(PersonChanged.name, 1, person))
    record_person(tx, event, person["sequence"])
    _applied(tx, "person", event.person_id, person["sequence"])


def _applied(tx: Transaction, word: str, id: str, sequence: int) -> None:
    values = {"word": word, "aggregate_id": id, "applied": sequence}
    tx.upsert(tx.store.table("applied"), values, newer="applied")


RESOLVERS: Final[dict[str, tuple[Callable[[Services, str], Any], Callable[[Transaction, Any], None]]]] = {
    "person": (ask, store),
    "person_email": (ask_by_email, store),
}
