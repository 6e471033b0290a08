"""Verbs of the working day: time entries, and a person's own templates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from services.ticket.access.loading import load_ticket, require_module
from services.ticket.commands.asking import permit
from services.ticket.models import templates, time_entries, types
from services.ticket.rules import problems
from services.ticket.rules.answers import PersonNamed, TemplateShown, TimeEntryShown
from services.ticket.rules.listing import own_template
from shared.contracts.ticket import TimeLogged
from shared.database import Id, compiled
from shared.errors import NotFound
from shared.ids import new_id
from shared.transaction import Transaction

_ENTRY: Final = compiled(
    select(time_entries.c.person_id, time_entries.c.minutes).where(
        time_entries.c.id == bindparam("id", type_=Id()),
        time_entries.c.ticket_id == bindparam("ticket_id", type_=Id()),
    )
)
_TYPE: Final = compiled(select(types.c.names).where(types.c.code == bindparam("code")))
_TEMPLATE: Final = compiled(
    select(templates, types.c.names)
    .select_from(templates.outerjoin(types, types.c.code == templates.c.type))
    .where(templates.c.id == bindparam("id", type_=Id()), templates.c.owner_id == bindparam("owner_id", type_=Id()))
)
_CHANGEABLE: Final = ("name", "subject", "description", "parameters")


def log_time(tx: Transaction, ticket_id: str, *, minutes: int, worked_on: date | None, note: str) -> TimeEntryShown:
    """Enter time that the actor worked on a ticket. Raises ReadOnly, Forbidden, Invalid."""
    reading = load_ticket(tx, tx.actor, ticket_id)
    permit(tx, reading, "log_time", moves=False)
    today = tx.now.astimezone(ZoneInfo(tx.actor.time_zone)).date()
    day = worked_on or today
    if day > today:
        raise problems.invalid("worked_on", "This lies ahead: enter time that was worked")
    entry_id = new_id()
    row = {"id": entry_id, "worked_on": day, "minutes": minutes, "note": note, "created_at": tx.now}
    tx.insert(time_entries, {**row, "ticket_id": ticket_id, "person_id": tx.actor.id})
    tx.emit(TimeLogged(ticket_id=ticket_id, entry_id=entry_id, minutes=minutes, by=tx.actor.id))
    tx.audit("ticket", ticket_id, "log_time", {"entry_id": entry_id, "minutes": minutes, "worked_on": day})
    return TimeEntryShown(entry_id, PersonNamed(tx.actor.id, tx.actor.name), day, minutes, note, tx.now)


def remove_time(tx: Transaction, ticket_id: str, entry_id: str) -> None:
    """Remove a time entry of the actor's own. Raises NotFound, Forbidden."""
    reading = load_ticket(tx, tx.actor, ticket_id)
    row = tx.one(_ENTRY, id=entry_id, ticket_id=ticket_id)
    if row is None or not reading.standing.attends:
        raise NotFound("There is no such time entry")
    if row.person_id != tx.actor.id:
        raise problems.forbidden("A time entry is removed by who made it")
    permit(tx, reading, "log_time", part=True)
    tx.delete(time_entries, {"id": entry_id})
    tx.emit(TimeLogged(ticket_id=ticket_id, entry_id=entry_id, minutes=row.minutes, by=tx.actor.id, removed=True))
    tx.audit("ticket", ticket_id, "remove_time", {"entry_id": entry_id})


def keep_template(tx: Transaction, *, type: str, given: Mapping[str, Any]) -> TemplateShown:
    """Keep a half-written ticket as the actor's own template. Raises Invalid."""
    require_module(tx.actor)
    names = tx.scalar(_TYPE, code=type)
    if names is None:
        tx.miss("type", type)
        raise problems.invalid("type", "There is no type %(type)s", type=type)
    template_id = new_id()
    row = {"subject": "", "description": "", "parameters": {}, **given}
    tx.insert(templates, {**row, "id": template_id, "owner_id": tx.actor.id, "type": type, "created_at": tx.now})
    return own_template(template_id, type, names, 1, row, tx.actor.language)


def change_template(tx: Transaction, template_id: str, changes: Mapping[str, Any]) -> TemplateShown:
    """Change an own template. Raises NotFound, Stale."""
    row = _load_template(tx, template_id)
    tx.in_order(version=row.version)
    values = {name: changes.get(name, getattr(row, name)) for name in _CHANGEABLE}
    version = row.version + 1
    tx.update(templates, {"id": template_id}, {**values, "version": version}, expect={"version": row.version})
    return own_template(template_id, row.type, row.names, version, values, tx.actor.language)


def drop_template(tx: Transaction, template_id: str) -> None:
    """Remove an own template. Raises NotFound, Stale."""
    row = _load_template(tx, template_id)
    tx.in_order(version=row.version)
    tx.delete(templates, {"id": template_id})


def _load_template(tx: Transaction, template_id: str) -> Any:
    row = tx.one(_TEMPLATE, id=template_id, owner_id=tx.actor.id)
    if row is None:
        raise NotFound("There is no such template")
    return row
