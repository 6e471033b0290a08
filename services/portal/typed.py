"""What was typed into a form, in wire form; what cannot be read goes as it is, for the service to say what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from babel import numbers
from werkzeug.datastructures import MultiDict

from services.portal import formats
from services.portal.controls import PREFIX
from shared.catalog.parameters import Field, Parameter

Form = MultiDict[str, str]

PLAIN_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
ROW: Final = re.compile(r"^(\d+)\.")
MOST_ROWS: Final = 500


def values(form: Form, parameters: Mapping[str, Parameter], editable: set[str]) -> dict[str, Any]:
    """The values of the parameters that the form holds, of those that may be edited."""
    return {
        code: value_of(form, parameters[code])
        for code in editable
        if code in parameters and is_there(form, parameters[code])
    }


def is_there(form: Form, parameter: Parameter) -> bool:
    """Whether the form shows the parameter at all (an unticked box sends nothing: its marker does)."""
    name = f"{PREFIX}{parameter.code}"
    return name in form or f"{name}.there" in form


def value_of(form: Form, parameter: Parameter) -> Any:
    """A parameter's value in wire form; null where nothing was typed."""
    name = f"{PREFIX}{parameter.code}"
    if parameter.kind in ("multi_choice", "file"):
        chosen = [each for each in form.getlist(name) if each]
        return chosen or None
    if parameter.kind == "table":
        return _rows(form, parameter, f"{name}.") or None
    return one(form.get(name, ""), parameter)


def one(text: str, of: Field) -> Any:
    """One input's text in wire form."""
    text = text.strip() if of.kind != "long_text" else text.strip("\r\n")
    if not text:
        return None
    if of.kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if of.kind in ("money", "decimal"):
        return decimal(text)
    if of.kind == "integer":
        return _integer(text)
    if of.kind == "datetime":
        return instant(text)
    return text.replace("\r\n", "\n")


def decimal(text: str) -> str:
    """A number as the reader writes it (1.284,90) in wire form (1284.90); what is none stays as typed."""
    bare = re.sub(r"[^\d.,\-]", "", text)
    if not bare or re.search(r"[A-Za-z]{4,}", text):
        return text
    try:
        return str(numbers.parse_decimal(bare, locale=formats.here()[0], strict=True))
    except numbers.NumberFormatError:
        return bare if PLAIN_NUMBER.fullmatch(bare) else text


def _integer(text: str) -> int | str:
    bare = re.sub(r"[\s.,\u00a0]", "", text) if re.fullmatch(r"-?\d{1,3}([.,\s\u00a0]\d{3})+", text) else text
    return int(bare) if re.fullmatch(r"-?\d{1,18}", bare) else text


def instant(text: str) -> str:
    """The reader's wall clock as an instant (RFC 3339)."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return formats.at_here(moment).isoformat() if moment.tzinfo is None else moment.isoformat()


def _rows(form: Form, parameter: Parameter, prefix: str) -> list[dict[str, Any]]:
    numbers_there = {
        int(found[1]) for name in form if name.startswith(prefix) and (found := ROW.match(name[len(prefix) :]))
    }
    rows = []
    for index in sorted(numbers_there)[:MOST_ROWS]:
        row = {column.code: one(form.get(f"{prefix}{index}.{column.code}", ""), column) for column in parameter.columns}
        if any(value is not None for value in row.values()):
            rows.append(row)
    return rows
