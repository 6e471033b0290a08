"""Who may see which ticket, many pairs in one read: for the services that tell people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import select

from services.ticket.access.seeing import each_of, granted, may_see, recordset
from services.ticket.models import tickets
from services.ticket.rules.ticket import MODULE
from shared import people
from shared.database import Id, Reader, compiled

_pair: Final = recordset("pairs", person_id=Id(), ticket_id=Id())
_VISIBLE: Final = compiled(
    select(_pair.c.person_id, _pair.c.ticket_id)
    .select_from(_pair.join(tickets, tickets.c.id == _pair.c.ticket_id))
    .where(may_see(tickets, each_of(_pair.c.person_id, _pair)))
)


def visible_pairs(reader: Reader, pairs: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of (person id, ticket id) where the person may see the ticket now."""
    known = people.find(reader, {person for person, _ in pairs})
    asked: list[dict[str, Any]] = []
    for person_id, ticket_id in pairs:
        person = known.get(person_id)
        if person is not None and any(person.may(permission) for permission in MODULE):
            facts = granted(person.permissions, person.scopes)
            asked.append({"person_id": person_id, "ticket_id": ticket_id, **facts})
    if not asked:
        return set()
    rows = reader.all(_VISIBLE, pairs=msgspec.json.encode(asked).decode(), now=reader.now)
    return {(row.person_id, row.ticket_id) for row in rows}
