"""Parameters as form controls: from a version, its access and its values to what a template draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.portal import formats, speech
from services.portal.tongue import gettext
from shared.catalog.definitions import TypeVersion, text_in
from shared.catalog.parameters import Field, Parameter

PREFIX = "p-"
ROW = "{row}"
MODES = {"integer": "numeric", "decimal": "decimal", "money": "decimal", "phone": "tel", "email": "email", "url": "url"}
TYPES = {
    "email": "email",
    "phone": "tel",
    "url": "url",
    "date": "date",
    "datetime": "datetime-local",
    "person": "email",
}
FEW = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One option of a choice."""

    code: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One field of a form. `text` is what the input shows, `shown` whether its condition holds."""

    name: str
    code: str
    kind: str
    label: str
    help: str | None = None
    required: bool = False
    read_only: bool = False
    text: str = ""
    chosen: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    options: tuple[Choice, ...] = ()
    currency: str | None = None
    max_length: int | None = None
    least: str | None = None
    most: str | None = None
    conditional: bool = False
    columns: tuple[Control, ...] = ()
    rows: tuple[tuple[Control, ...], ...] = ()
    shown_value: str = ""

    def blank(self, index: int) -> tuple[Control, ...]:
        """An empty row of a table, the index-th."""
        return tuple(_replaced(column, name=column.name.replace(ROW, str(index))) for column in self.columns)

    @property
    def type(self) -> str:
        """The input's type."""
        return TYPES.get(self.kind, "text")

    @property
    def mode(self) -> str | None:
        """Which keyboard a phone shows."""
        return MODES.get(self.kind)

    @property
    def is_few(self) -> bool:
        """Whether all options fit on the page."""
        return len(self.options) <= FEW

    @property
    def is_short(self) -> bool:
        """Whether a short input is enough."""
        return self.kind in ("integer", "decimal", "date", "datetime", "phone", "cpf_cnpj") or (
            self.kind == "text" and self.max_length is not None and self.max_length <= 20
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What was typed and refused: values as typed by field name, and the errors beside them."""

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)


def controls(
    version: TypeVersion,
    access: Mapping[str, str],
    values: Mapping[str, Any],
    language: str,
    typed: Typed | None = None,
) -> list[Control]:
    """The controls of the parameters that `access` lets the reader see, in the version's order."""
    said = typed or Typed()
    shown = dict(values) | dict(said.values)
    return [
        _control(parameter, access[parameter.code], shown.get(parameter.code), language, said)
        for parameter in version.parameters
        if access.get(parameter.code, "invisible") != "invisible"
    ]


def _control(parameter: Parameter, access: str, value: Any, language: str, said: Typed) -> Control:
    made = _of_field(parameter, f"{PREFIX}{parameter.code}", value, language, said.errors.get(parameter.code, ()))
    columns = tuple(
        _of_field(column, f"{PREFIX}{parameter.code}.{ROW}.{column.code}", None, language, ())
        for column in parameter.columns
    )
    rows = tuple(
        tuple(_cell(parameter, index, column, row, language, said) for column in parameter.columns)
        for index, row in enumerate(value if parameter.kind == "table" and isinstance(value, list) else ())
    )
    return _replaced(
        made,
        required=access == "required",
        read_only=access == "read_only",
        conditional=parameter.when is not None,
        columns=columns,
        rows=rows,
        shown_value=shown(parameter, value, language),
    )


def _cell(parameter: Parameter, index: int, column: Field, row: Any, language: str, said: Typed) -> Control:
    value = row.get(column.code) if isinstance(row, dict) else None
    errors = said.errors.get(f"{parameter.code}.{index}.{column.code}", ())
    name = f"{PREFIX}{parameter.code}.{index}.{column.code}"
    made = _of_field(column, name, value, language, errors)
    return _replaced(
        made, required=bool(getattr(column, "required", False)), shown_value=shown(column, value, language)
    )


def _of_field(of: Field, name: str, value: Any, language: str, errors: Sequence[str]) -> Control:
    return Control(
        name=name,
        code=of.code,
        kind=of.kind,
        label=text_in(of.labels, language) or of.code,
        help=text_in(of.helps, language) or None,
        text=typed_text(of, value),
        chosen=tuple(str(each) for each in value) if isinstance(value, list) and of.kind != "table" else (),
        errors=tuple(errors),
        options=_options(of, language),
        currency=of.currency or ("BRL" if of.kind == "money" else None),
        max_length=of.max_length,
        least=_bound(of.min) if of.kind == "date" else None,
        most=_bound(of.max) if of.kind == "date" else None,
    )


def _options(of: Field, language: str) -> tuple[Choice, ...]:
    if of.kind == "boolean":
        return (Choice(code="true", label=gettext("Yes")), Choice(code="false", label=gettext("No")))
    return tuple(Choice(code=each.code, label=text_in(each.labels, language) or each.code) for each in of.options)


def _bound(limit: int | str | None) -> str | None:
    """A limit that the browser understands: a plain day; `today` and the like are left to the service."""
    return limit if isinstance(limit, str) and limit[:1].isdigit() else None


def _replaced(control: Control, **changes: Any) -> Control:
    names = Control.__dataclass_fields__
    return Control(**{name: changes.get(name, getattr(control, name)) for name in names})


def typed_text(of: Field, value: Any) -> str:
    """What an input shows for a value in wire form (or for what was typed)."""
    if value is None or isinstance(value, list | dict):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if of.kind in ("money", "decimal") and formats.decimal_of(text) is not None:
        return formats.number(text) if of.kind == "decimal" else formats.amount(text)
    return formats.wall_clock(text) if of.kind == "datetime" else text


def shown(of: Field, value: Any, language: str) -> str:
    """A value as it is read: money with its sign, a choice by its label; empty where there is none."""
    if value is None or value == "" or value == []:
        return ""
    if of.kind == "boolean":
        return gettext("Yes") if value in (True, "true") else gettext("No")
    if of.kind == "money":
        return formats.money(str(value), of.currency or "BRL")
    if of.kind in ("integer", "decimal"):
        return formats.number(str(value))
    if of.kind in ("choice", "multi_choice"):
        return _labels(of, value, language)
    if of.kind in ("date", "datetime"):
        return _moment(of.kind, str(value))
    return "" if isinstance(value, list | dict) else str(value)


def _labels(of: Field, value: Any, language: str) -> str:
    codes = value if isinstance(value, list) else [value]
    labels = {each.code: text_in(each.labels, language) or each.code for each in of.options}
    return ", ".join(labels.get(str(code), str(code)) for code in codes)


def _moment(kind: str, value: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return formats.when(moment) if kind == "datetime" else formats.whole_day(moment.date())


def label(of: Field) -> str:
    """The field's label in the reader's language."""
    return text_in(of.labels, speech.language()) or of.code
