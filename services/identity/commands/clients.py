"""Machine clients."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.identity.access.clients import client_of, client_row
from services.identity.access.people import load_person
from services.identity.commands.people import make, refusal, save, set_active
from services.identity.models import clients
from services.identity.rules import people as rules
from services.identity.rules.clients import Client, WithSecret, digest, new_secret
from services.identity.rules.people import NewPerson
from shared.errors import Conflict, NotFound, VezError
from shared.ids import Actor, new_id
from shared.transaction import Transaction


def create_client(tx: Transaction, actor: Actor, new: NewPerson) -> WithSecret:
    """Make a machine client with a name and profiles; its secret is shown this once. Raises Forbidden, Invalid."""
    person = rules.born(new_id(), new, tx.now, is_machine=True)
    client_id, secret = f"client-{person.id}", new_secret()
    made = make(tx, actor, person)
    write_client(tx, client_id, made.id, secret_digest=digest(secret), grants=())
    client = Client(
        client_id=client_id,
        person_id=made.id,
        name=made.name,
        profiles=made.profiles,
        is_active=True,
        is_of_this_house=False,
        created_at=tx.now,
        rotated_at=tx.now,
        version=made.version,
    )
    return WithSecret(client=client, client_secret=secret)


def rotate_secret(tx: Transaction, actor: Actor, client_id: str) -> WithSecret:
    """Give a machine client a new secret; the old one and every token got with it end. Raises NotFound, Conflict."""
    row = _load(tx, client_id)
    person, granted = load_person(tx, actor, row.person_id)
    tx.in_order(forbidden=refusal(tx, actor, granted, ()), conflict=_of_this_house(row), version=row.version)
    secret = new_secret()
    tx.update(clients, {"id": client_id}, {"secret_digest": digest(secret), "rotated_at": tx.now})
    after = replace(person, signed_out_at=tx.now, updated_at=tx.now, version=person.version + 1)
    save(tx, person, after, "rotate_secret", detail={})
    return WithSecret(client=replace(client_of(row), rotated_at=tx.now, version=after.version), client_secret=secret)


def revoke_client(tx: Transaction, actor: Actor, client_id: str) -> Client:
    """End a machine client: its secret and its tokens are refused at once. Raises NotFound, Conflict."""
    row = _load(tx, client_id)
    if _of_this_house(row) is not None:
        tx.in_order(conflict=_of_this_house(row))
    ended = set_active(tx, actor, row.person_id, is_active=False)
    return replace(client_of(row), is_active=False, version=ended.version)


def write_client(
    tx: Transaction, client_id: str, person_id: str, *, secret_digest: bytes, grants: tuple[str, ...]
) -> None:
    """Store a machine client of a person's row."""
    tx.insert(
        clients,
        {
            "id": client_id,
            "person_id": person_id,
            "secret_digest": secret_digest,
            "grants": list(grants),
            "made_by": tx.actor.id,
            "created_at": tx.now,
            "rotated_at": tx.now,
        },
    )


def _load(tx: Transaction, client_id: str) -> Any:
    row = client_row(tx, client_id)
    if row is None:
        raise NotFound("No such machine client")
    return row


def _of_this_house(row: Any) -> VezError | None:
    if not row.grants:
        return None
    return Conflict("This is one of the house's own services: its secret is set where it is run", type="built-in")
