"""Files by id and by ticket. Whether somebody may see one is `rules.files.may_see`, by the ticket service's word."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ARRAY, ColumnElement, Select, and_, bindparam, func, literal_column, or_, select

from services.attachments.models import attachments, contents, people, types
from services.attachments.rules.files import File, from_wire, may_see
from services.attachments.rules.limits import Limits, limits_of
from services.attachments.rules.rights import Standing
from shared.database import Boolean, Id, Reader, Text, compiled
from shared.errors import NotFound
from shared.ids import Actor

_WITH_AUTHOR: Final[Select[Any]] = select(
    attachments,
    func.coalesce(people.c.display_name, literal_column("''")).label("author"),
    func.coalesce(contents.c.has_thumbnail, literal_column("false")).label("has_thumbnail"),
).select_from(
    attachments.outerjoin(people, people.c.id == attachments.c.by_id).outerjoin(
        contents, contents.c.sha256 == attachments.c.sha256
    )
)
_ONE: Final = compiled(
    _WITH_AUTHOR.where(attachments.c.id == bindparam("id", type_=Id()), attachments.c.removed_at.is_(None))
)
_ANY: Final = compiled(_WITH_AUTHOR.where(attachments.c.id == bindparam("id", type_=Id())))
PARAMETERS: Final = compiled(
    select(attachments.c.parameter)
    .where(
        attachments.c.ticket_id == bindparam("ticket_id", type_=Id()),
        attachments.c.removed_at.is_(None),
        attachments.c.parameter.is_not(None),
    )
    .distinct()
)
"""The parameters that a ticket's files answer."""
_is_stored: Final = attachments.c.state == literal_column("'stored'")
_is_own: Final = attachments.c.by_id == bindparam("actor_id", type_=Id())
_TYPE: Final = compiled(select(types.c.attachments).where(types.c.code == bindparam("code")))


def _among(name: str) -> ColumnElement[bool]:
    """The parameter is one of those that the statement is given by that name."""
    return attachments.c.parameter == func.any(bindparam(name, type_=ARRAY(Text)))


FILES: Final = compiled(
    _WITH_AUTHOR.where(
        attachments.c.ticket_id == bindparam("ticket_id", type_=Id()),
        attachments.c.removed_at.is_(None),
        attachments.c.id > bindparam("after", type_=Id()),
        or_(~attachments.c.is_internal, bindparam("attends", type_=Boolean)),
        or_(
            and_(_is_stored, or_(attachments.c.parameter.is_(None), _among("shown"))),
            and_(_is_own, or_(~_is_stored, _among("fillable"))),
        ),
    )
    .order_by(attachments.c.id)
    .limit(bindparam("most"))
)
"""A ticket's files as one reader may see them, oldest first: the SQL of `may_see`."""
COUNTED: Final = compiled(
    select(func.count()).where(
        and_(
            attachments.c.ticket_id == bindparam("ticket_id", type_=Id()),
            attachments.c.removed_at.is_(None),
            attachments.c.state != literal_column("'rejected'"),
        )
    )
)
"""How many files of a ticket there are or are on their way."""


def file_of(row: Any) -> File:
    """The file that a row holds."""
    return File(
        id=row.id,
        ticket_id=row.ticket_id,
        type=row.ticket_type,
        by_id=row.by_id,
        author=row.author,
        name=row.name,
        size=row.size,
        declared_type=row.declared_type,
        content_type=row.content_type,
        announced_sha256=row.announced_sha256,
        sha256=row.sha256,
        is_internal=row.is_internal,
        message_id=row.message_id,
        parameter=row.parameter,
        state=row.state,
        reason=row.reason,
        parts=from_wire(row.parts),
        failure_count=row.failure_count,
        leased_until=row.leased_until,
        removed_at=row.removed_at,
        created_at=row.created_at,
        version=row.version,
        has_thumbnail=row.has_thumbnail,
    )


def find_file(reader: Reader, id: str) -> File | None:
    """A file, removed ones too, for work in the background."""
    row = reader.one(_ANY, id=id)
    return None if row is None else file_of(row)


def load_file(reader: Reader, id: str) -> File:
    """A file that was not removed. Whether one may see it is not judged here. Raises NotFound."""
    row = reader.one(_ONE, id=id)
    if row is None:
        raise not_there()
    return file_of(row)


def load_for_change(reader: Reader, actor: Actor, standing: Standing, id: str) -> File:
    """A file of this ticket that the actor may see. Raises NotFound."""
    file = load_file(reader, id)
    if file.ticket_id != standing.ticket_id or not may_see(file, actor.id, standing):
        raise not_there()
    return file


def not_there() -> NotFound:
    """The answer for what is not there, or not for this actor to see."""
    return NotFound("There is no such file")


def find_limits(reader: Reader, type: str, defaults: Limits) -> Limits | None:
    """What a type says of its files, `defaults` where it is silent; None for a type that is not known here."""
    row = reader.one(_TYPE, code=type)
    return None if row is None else limits_of(row.attachments, defaults)
