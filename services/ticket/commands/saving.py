"""Verbs of the filters that people save."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import bindparam, func, select

from services.ticket.access.loading import require_module
from services.ticket.models import saved_filters
from services.ticket.rules import problems
from services.ticket.rules.answers import SavedFilterShown
from shared.database import Id, Text, compiled
from shared.errors import NotFound
from shared.ids import new_id
from shared.transaction import Transaction

MOST: Final = 100
"""Filters that a person keeps: their list is read whole."""

_OWN: Final = bindparam("owner_id", type_=Id())
_FILTER: Final = compiled(
    select(saved_filters).where(saved_filters.c.id == bindparam("id", type_=Id()), saved_filters.c.owner_id == _OWN)
)
_NAMED: Final = compiled(
    select(
        func.count().label("count"),
        func.bool_or(
            (saved_filters.c.side == bindparam("side", type_=Text))
            & (saved_filters.c.name == bindparam("name", type_=Text))
        ).label("is_there"),
    ).where(saved_filters.c.owner_id == _OWN)
)


def save_filter(tx: Transaction, *, side: str, name: str, query: Mapping[str, Any]) -> SavedFilterShown:
    """Keep a filter of the actor's own. Raises Conflict when there are too many, Invalid when the name is taken."""
    require_module(tx.actor)
    _refuse_taken(tx, side, name, more=True)
    filter_id = new_id()
    row = {"side": side, "name": name, "query": dict(query), "created_at": tx.now}
    tx.insert(saved_filters, {**row, "id": filter_id, "owner_id": tx.actor.id})
    return SavedFilterShown(filter_id, side, name, dict(query), 1)


def change_filter(tx: Transaction, filter_id: str, changes: Mapping[str, Any]) -> SavedFilterShown:
    """Change an own filter's name or query. Raises NotFound, Stale, Invalid."""
    row = _load(tx, filter_id)
    tx.in_order(version=row.version)
    values = {name: changes.get(name, getattr(row, name)) for name in ("name", "query")}
    if values["name"] != row.name:
        _refuse_taken(tx, row.side, values["name"], more=False)
    version = row.version + 1
    tx.update(saved_filters, {"id": filter_id}, {**values, "version": version}, expect={"version": row.version})
    return SavedFilterShown(filter_id, row.side, values["name"], values["query"], version)


def drop_filter(tx: Transaction, filter_id: str) -> None:
    """Remove an own filter. Raises NotFound, Stale."""
    row = _load(tx, filter_id)
    tx.in_order(version=row.version)
    tx.delete(saved_filters, {"id": filter_id})


def _load(tx: Transaction, filter_id: str) -> Any:
    require_module(tx.actor)
    row = tx.one(_FILTER, id=filter_id, owner_id=tx.actor.id)
    if row is None:
        raise NotFound("There is no such filter")
    return row


def _refuse_taken(tx: Transaction, side: str, name: str, *, more: bool) -> None:
    found = tx.one(_NAMED, owner_id=tx.actor.id, side=side, name=name)
    if found.is_there:
        raise problems.invalid("name", "You have a filter of that name already")
    if more and found.count >= MOST:
        raise problems.conflict("too-many-filters", "You have as many filters as can be kept: remove one first")
