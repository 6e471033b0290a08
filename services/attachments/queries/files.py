"""Files as people read them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import ARRAY, bindparam, func, select, text

from services.attachments.access import FILES, PARAMETERS, find_limits, load_file
from services.attachments.access.loading import file_of, not_there
from services.attachments.models import attachments
from services.attachments.rules.files import File
from services.attachments.rules.limits import Limits
from services.attachments.rules.rights import Standing
from shared.database import Id, Reader, compiled
from shared.errors import NotFound
from shared.ids import Actor

FIRST: Final = "00000000-0000-0000-0000-000000000000"
_WITH_PARTS: Final = compiled(
    select(attachments.c.id).where(
        attachments.c.id == func.any(bindparam("ids", type_=ARRAY(Id()))), attachments.c.parts != text("'[]'::jsonb")
    )
)


def file(reader: Reader, actor: Actor, file_id: str) -> File:
    """A file, before it is known whether the actor may see it: that is the ticket service's to say. Raises NotFound."""
    found = load_file(reader, file_id)
    if not found.is_stored and found.by_id != actor.id:
        raise not_there()
    return found


def upload(reader: Reader, actor: Actor, upload_id: str) -> File:
    """The actor's own upload. Raises NotFound."""
    found = load_file(reader, upload_id)
    if found.by_id != actor.id:
        raise NotFound("There is no such upload")
    return found


def files_of(reader: Reader, actor: Actor, standing: Standing, *, after: str | None, most: int) -> list[File]:
    """A ticket's files, oldest first, as far as the actor may see them."""
    values = {"ticket_id": standing.ticket_id, "after": after or FIRST, "most": most}
    who = {"attends": standing.attends, "actor_id": actor.id}
    codes = {"shown": sorted(standing.shown), "fillable": sorted(standing.fillable)}
    return [file_of(row) for row in reader.all(FILES, **values, **who, **codes)]


def parameters_of(reader: Reader, actor: Actor, ticket_id: str) -> tuple[str, ...]:
    """The parameters that a ticket's files answer, before it is known which of them the actor sees."""
    return tuple(row.parameter for row in reader.all(PARAMETERS, ticket_id=ticket_id))


def part_keys_known(reader: Reader, ids: Iterable[str]) -> set[str]:
    """Those of the files whose parts may still be in quarantine."""
    wanted = sorted(set(ids))
    return {row.id for row in reader.all(_WITH_PARTS, ids=wanted)} if wanted else set()


def limits(reader: Reader, actor: Actor, type: str, defaults: Limits) -> Limits:
    """Which files a ticket of that type takes; `defaults` where its type says nothing."""
    return find_limits(reader, type, defaults) or defaults
