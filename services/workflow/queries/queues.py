"""Queues and their members, for replicas and attendants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.workflow.access.predicates import about, knows_definitions
from shared.catalog.definitions import text_in
from shared.database import Reader
from shared.errors import Forbidden, NotFound
from shared.ids import Actor

_QUEUES: Final = about(
    """SELECT q.code, q.names, q.is_retired, q.sequence,
    (SELECT json_agg(json_build_array(m.person_id, coalesce(p.display_name, m.email), coalesce($can_attend, false))
            ORDER BY m.position)
     FROM queue_members m LEFT JOIN people p ON p.id = m.person_id WHERE m.queue = q.code) AS members
FROM queues q
WHERE (%(code)s::text IS NULL OR q.code = %(code)s)
  AND (%(code)s IS NOT NULL OR NOT q.is_retired) AND (%(after)s::text IS NULL OR q.code > %(after)s)
ORDER BY q.code LIMIT %(limit)s"""
)


@dataclass(frozen=True, slots=True)
class Member:
    """A queue's member, and whether they can attend now."""

    id: str
    name: str
    can_attend: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueShown:
    """A queue: its members by id, as its event says them, and with their names beside."""

    code: str
    name: str
    names: dict[str, str]
    members: list[str]
    people: list[Member]
    retired: bool
    sequence: int


def queues(
    reader: Reader, actor: Actor, *, language: str, after: str | None, limit: int
) -> tuple[Sequence[QueueShown], str | None]:
    """The queues in use, by code, after the code `after`; and where the next ones begin. Raises Forbidden."""
    _refuse_strangers(actor)
    rows = reader.all(_QUEUES, code=None, after=after, limit=limit + 1)
    last = rows[limit - 1].code if len(rows) > limit else None
    return [_shown(row, language) for row in rows[:limit]], last


def queue(reader: Reader, actor: Actor, code: str, *, language: str) -> QueueShown:
    """One queue, retired or not. Raises Forbidden, NotFound."""
    _refuse_strangers(actor)
    row = reader.one(_QUEUES, code=code, after=None, limit=1)
    if row is None:
        raise NotFound("There is no queue %(queue)s", queue=code)
    return _shown(row, language)


def _shown(row: Any, language: str) -> QueueShown:
    members = [Member(*m) for m in row.members or ()]
    return QueueShown(
        code=row.code,
        name=text_in(row.names, language),
        names=row.names,
        members=[m.id for m in members],
        people=members,
        retired=row.is_retired,
        sequence=row.sequence,
    )


def _refuse_strangers(actor: Actor) -> None:
    if not knows_definitions(actor):
        raise Forbidden("Queues are for attendants and administrators")
