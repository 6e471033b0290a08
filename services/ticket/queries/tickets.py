"""One ticket as its reader finds it, and the templates to start from."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import bindparam, func, literal_column, select

from services.ticket.access.loading import load_ticket, require_module
from services.ticket.models import templates, types
from services.ticket.rules.answers import TemplateShown, TicketShown
from services.ticket.rules.listing import own_template, type_template
from services.ticket.rules.opening import may_be_opened_by
from services.ticket.rules.viewing import shown
from shared.database import Id, Reader, compiled
from shared.errors import NotFound
from shared.ids import Actor

_OWN: Final = compiled(
    select(templates, types.c.names.label("type_names"))
    .select_from(templates.outerjoin(types, types.c.code == templates.c.type))
    .where(templates.c.owner_id == bindparam("owner_id", type_=Id()))
    .order_by(templates.c.id)
)
_OF_TYPES: Final = compiled(
    select(types.c.code, types.c.names, types.c.templates, types.c.opened_by)
    .where(~types.c.is_retired, func.jsonb_array_length(types.c.templates) > literal_column("0"))
    .order_by(types.c.code)
)
_SAID: Final = ("name", "subject", "description", "parameters")


def ticket(reader: Reader, actor: Actor, ticket_id: str) -> TicketShown:
    """The ticket, whole, as `actor` may see it. Raises NoSuchTicket."""
    return shown(load_ticket(reader, actor, ticket_id))


def templates_of(reader: Reader, actor: Actor, type: str | None) -> list[TemplateShown]:
    """The templates to start from: those of the types that the actor may open, and their own."""
    require_module(actor)
    found = []
    for row in reader.all(_OF_TYPES):
        if may_be_opened_by(row.opened_by, actor.kind, actor.profiles) is None or actor.may("ticket.open_for"):
            found += [type_template(row.code, row.names, t, actor.language) for t in row.templates]
    found += [_own(row, actor) for row in reader.all(_OWN, owner_id=actor.id)]
    return [t for t in found if type is None or t.type.code == type]


def template(reader: Reader, actor: Actor, template_id: str) -> TemplateShown:
    """An own template. Raises NotFound."""
    row = next((r for r in reader.all(_OWN, owner_id=actor.id) if r.id == template_id), None)
    if row is None:
        raise NotFound("There is no such template")
    return _own(row, actor)


def _own(row: Any, actor: Actor) -> TemplateShown:
    said = {name: getattr(row, name) for name in _SAID}
    return own_template(row.id, row.type, row.type_names, row.version, said, actor.language)
