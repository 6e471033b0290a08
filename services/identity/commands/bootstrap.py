"""What every house begins with: built-in profiles and client kinds, and the machine clients of its own services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from services.identity.access.clients import client_row
from services.identity.access.people import find_by_email, find_person
from services.identity.access.profiles import all_kinds, find_profile
from services.identity.commands.clients import write_client
from services.identity.commands.people import make, save
from services.identity.commands.profiles import write_kinds, write_new
from services.identity.models import clients, profiles
from services.identity.rules import people as rules
from services.identity.rules.kinds import BUILT_IN_KINDS
from services.identity.rules.people import NewPerson
from services.identity.rules.permissions import ADMINISTRATOR, BUILT_IN, PERMISSIONS, service_grants
from services.identity.rules.profiles import Profile, told
from shared.ids import new_id
from shared.transaction import Transaction


def bootstrap(tx: Transaction, machine_clients: Mapping[str, bytes], house: NewPerson) -> None:
    """Make what is not there yet; nothing is written where all is there.

    `machine_clients`: the digest of the secret of each of our own services' client, by client id. `house` gives the
    language and the time zone.
    """
    if not all_kinds(tx):
        write_kinds(tx, BUILT_IN_KINDS)
    _keep_profiles(tx)
    for client_id, secret_digest in machine_clients.items():
        _keep_client(tx, client_id, secret_digest, replace(house, name=client_id))


def not_there(tx: Transaction, wanted: Sequence[NewPerson]) -> list[NewPerson]:
    """Those of `wanted` whose e-mail nobody has."""
    return [new for new in wanted if find_by_email(tx, (new.email or "").strip().lower()) is None]


def ensure_person(tx: Transaction, new: NewPerson, *, password_hash: str) -> bool:
    """Make somebody unless their e-mail is known already; whether they were made."""
    if not not_there(tx, [new]):
        return False
    make(tx, tx.actor, rules.born(new_id(), new, tx.now), password_hash=password_hash)
    return True


def _keep_profiles(tx: Transaction) -> None:
    for built_in in BUILT_IN:
        present = find_profile(tx, built_in.code)
        if present is None:
            made = Profile(
                code=built_in.code,
                names=built_in.names,
                permissions=built_in.permissions,
                is_built_in=True,
                created_at=tx.now,
                updated_at=tx.now,
            )
            write_new(tx, made, "create_profile")
        elif built_in.code == ADMINISTRATOR and set(present.permissions) != set(PERMISSIONS):
            after = replace(present, permissions=tuple(PERMISSIONS), version=present.version + 1)
            values = {"permissions": list(PERMISSIONS), "updated_at": tx.now}
            tx.change(profiles, ADMINISTRATOR, values, version=present.version)
            tx.emit(told(after))
            tx.audit("profile", ADMINISTRATOR, "change_profile", {"permissions": list(PERMISSIONS)})


def _keep_client(tx: Transaction, client_id: str, secret_digest: bytes, new: NewPerson) -> None:
    row = client_row(tx, client_id)
    if row is None:
        person = rules.born(new_id(), new, tx.now, is_machine=True)
        make(tx, tx.actor, person)
        write_client(tx, client_id, person.id, secret_digest=secret_digest, grants=service_grants(client_id))
        return
    if tuple(row.grants) != service_grants(client_id):
        tx.update(clients, {"id": client_id}, {"grants": list(service_grants(client_id))})
    if bytes(row.secret_digest) != secret_digest:
        tx.update(clients, {"id": client_id}, {"secret_digest": secret_digest, "rotated_at": tx.now})
        found = find_person(tx, row.person_id)
        assert found is not None
        person = found[0]
        after = replace(person, signed_out_at=tx.now, updated_at=tx.now, version=person.version + 1)
        save(tx, person, after, "rotate_secret", detail={})
