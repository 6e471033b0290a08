"""The present catalog, put together from its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import select

from services.workflow.access.predicates import about
from services.workflow.access.versions import load_published
from services.workflow.models import calendars, catalogs, client_kinds, groups, types
from services.workflow.rules.catalog import Kept
from shared.catalog.definitions import (
    AttachmentLimits,
    Calendar,
    Catalog,
    ClientKind,
    Group,
    OpenedBy,
    Queue,
    Template,
    Type,
)
from shared.database import Reader, compiled

THE_CATALOG: Final = "catalog"
"""The id of the one row that counts the catalog's versions."""

_VERSION: Final = compiled(select(catalogs.c.version).where(catalogs.c.id == THE_CATALOG))
_GROUPS: Final = compiled(select(groups).order_by(groups.c.position, groups.c.code))
_CALENDARS: Final = compiled(select(calendars).order_by(calendars.c.position, calendars.c.code))
_KINDS: Final = compiled(select(client_kinds).order_by(client_kinds.c.position, client_kinds.c.code))
_TYPES: Final = compiled(select(types).order_by(types.c.position, types.c.code))
_QUEUES: Final = about(
    """SELECT q.code, q.names, q.position, q.is_retired,
    (SELECT json_agg(json_build_array(m.person_id, coalesce(p.email, m.email)) ORDER BY m.position)
     FROM queue_members m LEFT JOIN people p ON p.id = m.person_id WHERE m.queue = q.code) AS members
FROM queues q ORDER BY q.position, q.code"""
)


@dataclass(frozen=True, slots=True)
class Present:
    """The catalog as it stands: what is not retired as `catalog`, what is beside; positions and members by code."""

    version: int
    catalog: Catalog
    retired: Catalog
    kept: Mapping[str, Kept]
    positions: Mapping[tuple[str, str], int]
    members: Mapping[str, dict[str, str]]

    def find_type(self, code: str) -> Type:
        """A type, retired or not. Raises KeyError."""
        return self.catalog.type_by_code.get(code) or self.retired.type_by_code[code]

    def find_group(self, code: str) -> Group:
        """A group, retired or not. Raises KeyError."""
        return self.catalog.group_by_code.get(code) or self.retired.group_by_code[code]

    def next_position(self, section: str) -> int:
        """A position after all of a section's things."""
        return max((p for (s, _), p in self.positions.items() if s == section), default=-1) + 1


def load_present(reader: Reader) -> Present:
    """The present catalog. Version 0 until something is applied."""
    rows: dict[str, list[Any]] = {
        "groups": reader.all(_GROUPS),
        "calendars": reader.all(_CALENDARS),
        "client_kinds": reader.all(_KINDS),
        "queues": reader.all(_QUEUES),
        "types": reader.all(_TYPES),
    }
    return Present(
        version=reader.scalar(_VERSION) or 0,
        catalog=_catalog(reader, rows, retired=False),
        retired=_catalog(reader, rows, retired=True),
        kept={r.code: _kept(r) for r in rows["types"]},
        positions={(section, r.code): r.position for section, found in rows.items() for r in found},
        members={r.code: {email: id for id, email in r.members or ()} for r in rows["queues"]},
    )


def _catalog(reader: Reader, rows: Mapping[str, list[Any]], *, retired: bool) -> Catalog:
    chosen = {section: [r for r in found if r.is_retired is retired] for section, found in rows.items()}
    return Catalog(
        client_kinds=tuple(msgspec.convert(r.content, type=ClientKind) for r in chosen["client_kinds"]),
        calendars=tuple(msgspec.convert(r.content, type=Calendar) for r in chosen["calendars"]),
        queues=tuple(_queue(r) for r in chosen["queues"]),
        groups=tuple(Group(code=r.code, names=r.names) for r in chosen["groups"]),
        types=tuple(type_of(reader, r) for r in chosen["types"]),
    )


def _kept(row: Any) -> Kept:
    return Kept(number=row.current_version, position=row.position, retired=row.is_retired)


def _queue(row: Any) -> Queue:
    return Queue(code=row.code, names=row.names, members=tuple(email for _, email in row.members or ()))


def type_of(reader: Reader, row: Any) -> Type:
    """A type as it stands, with its current version."""
    return Type(
        code=row.code,
        group=row.group_code,
        names=row.names,
        version=load_published(reader, row.code, row.current_version).version,
        descriptions=row.descriptions,
        opened_by=msgspec.convert(row.opened_by, type=OpenedBy),
        confidential=row.is_confidential,
        priority=row.priority,
        attachments=msgspec.convert(row.attachments, type=AttachmentLimits | None),
        templates=msgspec.convert(row.templates, type=tuple[Template, ...]),
    )
