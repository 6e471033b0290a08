"""Types: what they are called, who may open them, their parameters and templates."""

from __future__ import annotations

from typing import Any, Literal

from shared.catalog.definitions import (
    AttachmentLimits,
    Flow,
    OpenedBy,
    Parameter,
    Template,
    Type,
    TypeVersion,
)
from shared.catalog.file_types import FILE_TYPES
from shared.catalog.reading import words
from shared.catalog.reading.cursor import Cursor, Fields
from shared.catalog.reading.flows import flow
from shared.catalog.reading.parameters import kept, parameters

PRIORITIES = ("low", "normal", "high", "urgent")
_FIELDS = (
    "code", "group", "name", "description", "opened_by", "confidential", "priority", "attachments", "templates",
    "parameters", "flow",
)  # fmt: skip


def type_(at: Cursor) -> Type | None:
    """A type with its content. One without a code or a flow makes nothing."""
    fields = at.fields(*_FIELDS)
    code = fields.need("code", Cursor.code)
    group, names = fields.need("group", Cursor.text), fields.need("name", Cursor.texts)
    declared = fields.get("parameters", parameters, ())
    content = fields.need("flow", flow) or Flow(first="", stages=())
    if not code:
        return None
    return Type(
        code=code,
        group=group or "",
        names=names or {},
        version=TypeVersion(parameters=declared, flow=content),
        descriptions=fields.get("description", Cursor.texts, {}),
        opened_by=fields.get("opened_by", _opened_by, OpenedBy()),
        confidential=fields.get("confidential", Cursor.flag, False),
        priority=fields.get("priority", lambda part: part.word(*PRIORITIES), "normal"),
        attachments=fields.get("attachments", _attachments, None),
        templates=_templates(fields, declared),
    )


def _opened_by(at: Cursor) -> OpenedBy:
    fields = at.fields("kinds", "profiles")
    return OpenedBy(
        kinds=fields.get("kinds", _kinds, "all"),
        profiles=fields.get("profiles", lambda part: part.each(Cursor.code), ()),
    )


def _kinds(at: Cursor) -> tuple[str, ...] | Literal["all"] | None:
    if at.is_scalar:
        found: Literal["all"] | None = at.word("all")
        return found
    kinds = at.each(Cursor.text)
    if at.is_list and not kinds:
        at.problem("No kind of client could open it.", "Name kinds of client, or write all.")
    return kinds


def _attachments(at: Cursor) -> AttachmentLimits:
    fields = at.fields("count", "size", "types")
    return AttachmentLimits(
        count=fields.get("count", lambda part: part.integer(0, 1000), None),
        size_bytes=fields.get("size", words.size, None),
        types=fields.get("types", lambda part: part.each(lambda each: each.word(*FILE_TYPES)), ()),
    )


def _templates(fields: Fields, declared: tuple[Parameter, ...]) -> tuple[Template, ...]:
    by_code = {parameter.code: parameter for parameter in declared}
    return fields.get("templates", lambda part: part.each(lambda each: _template(each, by_code)), ())


def _template(at: Cursor, declared: dict[str, Parameter]) -> Template | None:
    fields = at.fields("code", "name", "subject", "description", "parameters")
    code, names = fields.need("code", Cursor.code), fields.need("name", Cursor.texts)
    if not code:
        return None
    return Template(
        code=code,
        names=names or {},
        subject=fields.get("subject", Cursor.text, ""),
        description=fields.get("description", Cursor.text, ""),
        parameters=fields.get("parameters", lambda part: _values(part, declared), {}),
    )


def _values(at: Cursor, declared: dict[str, Parameter]) -> dict[str, Any]:
    values = {}
    for code, entry in at.entries().items():
        if code in declared:
            values[code] = kept(entry, declared[code])
        else:
            at.log.unknown(entry.path, "There is no parameter %(word)s.", code, declared, at=entry.position)
    return values
