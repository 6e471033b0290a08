"""Making and renaming organisations; people are put into one by changing them."""

from __future__ import annotations

from dataclasses import replace

from services.identity.access.organisations import load_organisation
from services.identity.models import organisations
from services.identity.rules.organisations import Organisation
from shared.ids import new_id
from shared.transaction import Transaction


def create_organisation(tx: Transaction, name: str) -> Organisation:
    """Make an organisation."""
    made = Organisation(new_id(), name, tx.now)
    tx.create(organisations, {"id": made.id, "name": made.name, "created_at": made.created_at})
    tx.audit("organisation", made.id, "create_organisation", {"name": name})
    return made


def rename_organisation(tx: Transaction, id: str, name: str) -> Organisation:
    """Give an organisation another name. Raises NotFound, Stale."""
    before = load_organisation(tx, id)
    tx.in_order(version=before.version)
    tx.change(organisations, id, {"name": name}, version=before.version)
    tx.audit("organisation", id, "rename_organisation", {"name": name})
    return replace(before, name=name, version=before.version + 1)
