"""Who may see which ticket, many pairs in one read: for the services that tell people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import JSON, Boolean, Text, bindparam, cast, column, func, select

from services.ticket.access.seeing import CODES, Who, granted, keys_of, may_see, queues_of
from services.ticket.models import tickets
from services.ticket.rules.ticket import MODULE
from shared import people
from shared.database import Id, Instant, Reader, compiled

_pair: Final = (
    func.json_to_recordset(cast(bindparam("pairs", type_=Text), JSON))
    .table_valued(
        column("person_id", Id()),
        column("ticket_id", Id()),
        column("attends", Boolean),
        column("opens_for", Boolean),
        column("reads_all", Boolean),
        column("sees_organisation", Boolean),
        column("scope_types", CODES),
        column("scope_groups", CODES),
        name="pair",
    )
    .render_derived(with_types=True)
)
_text_id: Final = cast(_pair.c.person_id, Text)
_WHO: Final = Who(
    id=_pair.c.person_id,
    text_id=_text_id,
    attends=_pair.c.attends,
    opens_for=_pair.c.opens_for,
    reads_all=_pair.c.reads_all,
    sees_organisation=_pair.c.sees_organisation,
    scope_types=_pair.c.scope_types,
    scope_groups=_pair.c.scope_groups,
    queues=queues_of(_text_id),
    keys=keys_of(_text_id),
    now=bindparam("now", type_=Instant()),
)
_VISIBLE: Final = compiled(
    select(_pair.c.person_id, _pair.c.ticket_id)
    .select_from(_pair.join(tickets, tickets.c.id == _pair.c.ticket_id))
    .where(may_see(tickets, _WHO))
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
