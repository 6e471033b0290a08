"""What is needed to judge a sign-in, before any hash is computed: whose password, and how many failures there were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, bindparam, or_, select

from services.identity.access.clients import client_row
from services.identity.models import client_kinds, failures, identifiers, passwords, people
from services.identity.rules.identifiers import IDENTIFIER_KINDS, candidates
from services.identity.rules.kinds import may_sign_in_by
from services.identity.rules.throttle import Limits, account_key, address_key, wait_seconds
from shared.database import Reader, compiled

_HOLDERS: Final = compiled(
    select(
        identifiers.c.kind.label("identifier_kind"),
        people.c.id,
        people.c.name,
        people.c.email,
        people.c.is_active,
        passwords.c.hash,
        client_kinds.c.login,
    )
    .join(people, people.c.id == identifiers.c.person_id)
    .outerjoin(passwords, passwords.c.person_id == people.c.id)
    .outerjoin(client_kinds, client_kinds.c.code == people.c.kind)
    .where(
        or_(*(and_(identifiers.c.kind == kind, identifiers.c.value == bindparam(kind)) for kind in IDENTIFIER_KINDS)),
        ~people.c.is_machine,
    )
)
_FAILURES: Final = compiled(
    select(failures.c.key, failures.c.at).where(
        failures.c.key.in_([bindparam("account"), bindparam("address")]), failures.c.at > bindparam("since")
    )
)
_OWN: Final = compiled(
    select(people.c.id, people.c.name, people.c.email, people.c.is_active, passwords.c.hash)
    .outerjoin(passwords, passwords.c.person_id == people.c.id)
    .where(people.c.id == bindparam("id"))
)
_VALUES: Final = compiled(select(identifiers.c.value).where(identifiers.c.person_id == bindparam("id")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """An account as a sign-in finds it. `person_id` and `hash` are None where there is nothing to compare with."""

    person_id: str | None
    hash: str | None
    account_key: str
    address_key: str
    wait_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineCredentials:
    """A machine client as its sign-in finds it."""

    person_id: str
    secret_digest: bytes
    grants: tuple[str, ...]
    is_active: bool


def by_username(reader: Reader, username: str, address: str, limits: Limits) -> Credentials:
    """The account that `username` names, by an identifier by which such a person may sign in."""
    held = {row.identifier_kind: row for row in reader.all(_HOLDERS, **candidates(username))}
    usable = [held[kind] for kind in IDENTIFIER_KINDS if kind in held and may_sign_in_by(kind, held[kind].login)]
    return _credentials(reader, usable[0] if usable else None, username, address, limits)


def own(reader: Reader, person_id: str, address: str, limits: Limits) -> Credentials:
    """The account of who is signed in and shows their password again."""
    return _credentials(reader, reader.one(_OWN, id=person_id), person_id, address, limits)


def known_words(reader: Reader, person_id: str) -> Sequence[str | None]:
    """What everybody knows of a person: their name and identifiers. No password is made of it."""
    row = reader.one(_OWN, id=person_id)
    values = [found.value for found in reader.all(_VALUES, id=person_id)]
    return [row.name, row.email, *values] if row else values


def machine(reader: Reader, client_id: str) -> MachineCredentials | None:
    """The machine client of that id, or None."""
    row = client_row(reader, client_id)
    if row is None:
        return None
    return MachineCredentials(
        person_id=row.person_id,
        secret_digest=bytes(row.secret_digest),
        grants=tuple(row.grants),
        is_active=row.is_active,
    )


def waiting(reader: Reader, account: str, address: str, limits: Limits) -> int:
    """How many seconds the next try has to wait, 0 for none."""
    now = reader.now
    rows = reader.all(_FAILURES, account=account, address=address, since=now - limits.span)
    return max(
        _wait(rows, account, limits.per_account, limits, now), _wait(rows, address, limits.per_address, limits, now)
    )


def _wait(rows: Sequence[Any], key: str, limit: int, limits: Limits, now: datetime) -> int:
    return wait_seconds([row.at for row in rows if row.key == key], limit, limits.span, now)


def _credentials(reader: Reader, row: Any, username: str, address: str, limits: Limits) -> Credentials:
    account, from_address = account_key(row.id if row else None, username), address_key(address)
    return Credentials(
        person_id=row.id if row and row.is_active else None,
        hash=row.hash if row and row.is_active else None,
        account_key=account,
        address_key=from_address,
        wait_seconds=waiting(reader, account, from_address, limits),
    )
