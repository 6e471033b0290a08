"""Types: those that somebody may open, one whole for replicas, and published versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import select

from services.workflow.access.catalog import type_of
from services.workflow.access.predicates import OPEN, OPEN_FOR, about, knows_definitions
from services.workflow.models import groups, types
from services.workflow.rules.catalog import may_open, opened_by, type_changed
from services.workflow.rules.fields import FieldShown, first_fields
from shared import people
from shared.catalog.definitions import Group, Type, text_in
from shared.contracts import encode
from shared.database import Reader, compiled
from shared.errors import Forbidden, Missing, NotFound
from shared.ids import Actor

_OPENABLE: Final = compiled(
    select(types, groups.c.names.label("group_names"), groups.c.position.label("group_position"))
    .join(groups, groups.c.code == types.c.group_code)
    .where(~types.c.is_retired)
    .order_by(groups.c.position, types.c.position, types.c.code)
)
_ONE: Final = about(
    """SELECT t.*, g.names AS group_names, p.sequence AS published_sequence
FROM types t JOIN groups g ON g.code = t.group_code JOIN publications p ON p.type = t.code WHERE t.code = %(code)s"""
)
_VERSION: Final = about(
    """SELECT v.number, v.content, v.published_at FROM type_versions v JOIN types t ON t.code = v.type
WHERE v.type = %(code)s AND v.number = coalesce(%(number)s::numeric, t.current_version)"""
)


@dataclass(frozen=True, slots=True)
class Coded:
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateShown:
    code: str
    name: str
    subject: str
    description: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeOffered:
    """A type that may be opened, with the form that opens it."""

    code: str
    name: str
    description: str
    group: Coded
    version: int
    priority: str
    confidential: bool
    opened_by: dict[str, Any]
    attachments: dict[str, Any] | None
    templates: list[TemplateShown]
    fields: list[FieldShown]


@dataclass(frozen=True, slots=True)
class Opener:
    """For whom a type would be opened: every kind where `anybody`, as for attendants who open on behalf of others."""

    anybody: bool
    kind: str | None
    profiles: frozenset[str]


def opener(reader: Reader, actor: Actor, client_id: str | None) -> Opener:
    """For whom `actor` would open: themselves, or the client named. Raises Forbidden, Missing."""
    may_for = actor.is_service or actor.may(OPEN_FOR)
    if not may_for and (client_id is not None or not actor.may(OPEN)):
        permission = OPEN_FOR if client_id is not None else OPEN
        raise Forbidden("This needs the permission %(permission)s", permission=permission)
    if client_id is None:
        return Opener(may_for, actor.kind, actor.profiles)
    client = people.find(reader, [client_id]).get(client_id)
    if client is None:
        raise Missing("person", client_id)
    return Opener(False, client.kind, client.profiles)


def offered(
    reader: Reader, who: Opener, *, language: str, after: str | None, limit: int
) -> tuple[Sequence[TypeOffered], str | None]:
    """The types that `who` may open, in the catalog's order, after the code `after`; and where the next ones begin."""
    rows = [(row, type_of(reader, row)) for row in reader.all(_OPENABLE)]
    found = [(r, t) for r, t in rows if who.anybody or may_open(t.opened_by, who.kind, who.profiles)]
    codes = [t.code for _, t in found]
    start = codes.index(after) + 1 if after in codes else 0
    chosen = found[start : start + limit]
    last = chosen[-1][1].code if len(found) > start + limit else None
    return [_offered(row, type, language) for row, type in chosen], last


def _offered(row: Any, type: Type, language: str) -> TypeOffered:
    return TypeOffered(
        code=type.code,
        name=text_in(type.names, language),
        description=text_in(type.descriptions, language),
        group=Coded(type.group, text_in(row.group_names, language)),
        version=row.current_version,
        priority=type.priority,
        confidential=type.confidential,
        opened_by=opened_by(type.opened_by),
        attachments=msgspec.to_builtins(type.attachments),
        templates=[
            TemplateShown(
                code=template.code,
                name=text_in(template.names, language),
                subject=template.subject,
                description=template.description,
                parameters=template.parameters,
            )
            for template in type.templates
        ],
        fields=first_fields(type.version, language),
    )


def whole(reader: Reader, actor: Actor, code: str) -> dict[str, Any]:
    """A type as its events say it, with their numbers, for replicas and attendants. Raises Forbidden, NotFound."""
    _refuse_strangers(actor)
    row = reader.one(_ONE, code=code)
    if row is None:
        raise NotFound("There is no type %(code)s", code=code)
    group = Group(code=row.group_code, names=row.group_names)
    event = type_changed(type_of(reader, row), group, retired=row.is_retired)
    return {
        "type": {**encode(event), "sequence": row.sequence},
        "published": {"type": code, "version": row.current_version, "sequence": row.published_sequence},
    }


@dataclass(frozen=True, slots=True)
class VersionShown:
    """A published version, which never changes."""

    type: str
    version: int
    definition: dict[str, Any]
    published_at: datetime


def version(reader: Reader, actor: Actor, code: str, number: int | None) -> VersionShown:
    """A published version of a type, the current one where `number` is None. Raises Forbidden, NotFound."""
    _refuse_strangers(actor)
    row = reader.one(_VERSION, code=code, number=number)
    if row is None:
        raise NotFound("There is no such version")
    return VersionShown(code, row.number, row.content, row.published_at)


def _refuse_strangers(actor: Actor) -> None:
    if not knows_definitions(actor):
        raise Forbidden("Whole definitions are for attendants and administrators")
