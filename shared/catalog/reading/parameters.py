"""Parameters and the columns of tables, as a file declares them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final, cast

from shared.catalog import kinds
from shared.catalog.definitions import Column, Option, Parameter
from shared.catalog.parameters import KINDS, Field, Kind
from shared.catalog.reading import words
from shared.catalog.reading.cursor import OPTION_CODE, Cursor, Fields
from shared.catalog.refusal import Refused

_TEXT: Final = ("pattern", "min_length", "max_length")
_BOUNDS: Final = ("min", "max")
KEYS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "text": _TEXT,
    "long_text": ("min_length", "max_length"),
    "integer": _BOUNDS,
    "decimal": (*_BOUNDS, "decimals"),
    "money": (*_BOUNDS, "currency"),
    "date": _BOUNDS,
    "datetime": _BOUNDS,
    "choice": ("options",),
    "multi_choice": ("options", "min_items", "max_items"),
    "file": ("min_items", "max_items"),
    "table": ("columns", "min_items", "max_items"),
}
_A_DAY: Final = date(2026, 1, 1)
COLUMN_KINDS: Final = tuple(kind for kind in KINDS if kind not in ("table", "file"))
_OWN: Final = tuple(dict.fromkeys(key for keys in KEYS_OF.values() for key in keys))
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")


def parameters(at: Cursor) -> tuple[Parameter, ...]:
    """The parameters of a type, in order; the first of those with one code."""
    return unique(at, at.each(_parameter))


def unique(at: Cursor, made: tuple[Any, ...]) -> tuple[Any, ...]:
    """The things with a code, without those whose code came before: each is a problem at its line."""
    lines: dict[str, Cursor] = {}
    for item in at.items() if at.is_list else ():
        code = item.path.rpartition(".")[2].partition("#")[0]
        if "#" in item.path.rpartition(".")[2]:
            item.problem(
                "The code %(code)s is used twice.",
                "Give it another; the first is on line %(line)s.",
                code=code,
                line=lines[code].position.line,
            )
        lines.setdefault(code, item)
    first: dict[str, Any] = {}
    for thing in made:
        first.setdefault(thing.code, thing)
    return tuple(first.values())


def _parameter(at: Cursor) -> Parameter | None:
    fields = at.fields("code", "kind", "label", "help", "default", "when", *_OWN)
    common = _common(fields, KINDS)
    if common is None:
        return None
    columns = fields.get("columns", lambda part: unique(part, part.each(_column)), ())
    bare = Parameter(**common, columns=columns, when=fields.get("when", words.expression, None))
    default = fields.get("default", lambda part: kept(part, bare), None)
    return Parameter(**common, columns=columns, when=bare.when, default=default)


def _column(at: Cursor) -> Column | None:
    fields = at.fields("code", "kind", "label", "help", "required", *_OWN)
    common = _common(fields, COLUMN_KINDS)
    return Column(**common, required=fields.get("required", Cursor.flag, False)) if common else None


def _common(fields: Fields, allowed: tuple[str, ...]) -> dict[str, Any] | None:
    code = fields.need("code", Cursor.code)
    kind = cast(Kind | None, fields.need("kind", lambda part: part.word(*allowed)))
    labels = fields.need("label", Cursor.texts)
    if not code or kind is None:
        return None
    _refuse_foreign(fields, kind)
    return {
        "code": code,
        "kind": kind,
        "labels": labels or {},
        "helps": fields.get("help", Cursor.texts, {}),
        **_limits(fields, kind),
    }


def _refuse_foreign(fields: Fields, kind: str) -> None:
    for key in _OWN:
        if fields.has(key) and key not in KEYS_OF.get(kind, ()):
            fields.all[key].problem(
                "%(key)s does not belong to a parameter of kind %(kind)s.",
                "Leave it out, or change the kind.",
                key=key,
                kind=kind,
            )


def _limits(fields: Fields, kind: str) -> dict[str, Any]:
    def count(part: Cursor) -> int | None:
        return part.integer(0, 100_000)

    return {
        "options": fields.get("options", lambda part: unique(part, part.each(_option)), ()),
        "pattern": fields.get("pattern", Cursor.text, None),
        "min": fields.get("min", lambda part: _bound(part, kind), None),
        "max": fields.get("max", lambda part: _bound(part, kind), None),
        "min_length": fields.get("min_length", count, None),
        "max_length": fields.get("max_length", count, None),
        "min_items": fields.get("min_items", count, None),
        "max_items": fields.get("max_items", count, None),
        "currency": fields.get("currency", Cursor.text, None),
        "decimals": fields.get("decimals", lambda part: part.integer(0, 10), None),
    }


def _bound(at: Cursor, kind: str) -> int | str | None:
    if kind == "integer":
        return at.integer(-(2**53), 2**53)
    text = at.text()
    if kind in ("decimal", "money") and text is not None and not _NUMBER.fullmatch(text):
        at.problem("A number is expected here.", "Write it with a point, such as 0.01.")
        return None
    return text


def _option(at: Cursor) -> Option | None:
    fields = at.fields("code", "label")
    code = fields.need("code", lambda part: part.code(OPTION_CODE))
    labels = fields.need("label", Cursor.texts)
    return Option(code=code, labels=labels or {}) if code else None


def kept(at: Cursor, parameter: Parameter) -> Any:
    """A value in the form in which tickets keep it; as written where the parameter does not take it, to be judged."""
    raw = plain(at, parameter)
    try:
        return kinds.normal(parameter, raw, _A_DAY) if kinds.is_ready(parameter) else raw
    except Refused:
        return raw


def plain(at: Cursor, field: Field) -> Any:
    """A value as a file writes it, in wire form as far as its kind needs; the kind's own rules judge it later."""
    if at.is_null:
        return None
    if field.kind == "boolean":
        return at.flag()
    if field.kind == "integer":
        return at.integer(-(2**53), 2**53)
    if field.kind in ("multi_choice", "file"):
        return list(at.each(Cursor.text))
    if field.kind == "table" and isinstance(field, Parameter):
        return [_row(item, field) for item in at.items()]
    return at.text()


def _row(at: Cursor, table: Parameter) -> dict[str, Any]:
    row = {}
    for code, entry in at.entries().items():
        column = table.column_by_code.get(code)
        if column is not None:
            row[code] = plain(entry, column)
        else:
            at.log.unknown(entry.path, "There is no column %(word)s.", code, table.column_by_code, at=entry.position)
    return row
