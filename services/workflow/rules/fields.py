"""A type's first form: what its first stage asks of who opens it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from shared.catalog import access
from shared.catalog.definitions import Column, Parameter, TypeVersion, text_in

_LIMITS: Final = ("pattern", "min", "max", "min_length", "max_length", "currency", "decimals")


@dataclass(frozen=True, slots=True)
class OptionShown:
    """One of the answers of a choice."""

    code: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnShown:
    """A table's column."""

    code: str
    kind: str
    label: str
    help: str = ""
    required: bool = False
    options: list[OptionShown] = field(default_factory=list)
    pattern: str | None = None
    min: int | str | None = None
    max: int | str | None = None
    min_length: int | None = None
    max_length: int | None = None
    currency: str | None = None
    decimals: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldShown:
    """A parameter of the first form. With `when`, a condition on others, it is asked only while that holds."""

    code: str
    kind: str
    label: str
    access: str
    help: str = ""
    when: str | None = None
    default: object = None
    options: list[OptionShown] = field(default_factory=list)
    columns: list[ColumnShown] = field(default_factory=list)
    pattern: str | None = None
    min: int | str | None = None
    max: int | str | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_items: int | None = None
    max_items: int | None = None
    currency: str | None = None
    decimals: int | None = None


def first_fields(version: TypeVersion, language: str) -> list[FieldShown]:
    """The parameters of the first stage's client column, which judges every opening; invisible ones are left out."""
    cells = access.cells(version, version.flow.first, "client")
    return [_field(p, cells[p.code], language) for p in version.parameters if cells[p.code] != "invisible"]


def _field(parameter: Parameter, cell: str, language: str) -> FieldShown:
    return FieldShown(
        code=parameter.code,
        kind=parameter.kind,
        label=text_in(parameter.labels, language),
        access=cell,
        help=text_in(parameter.helps, language),
        when=parameter.when,
        default=parameter.default,
        options=_options(parameter, language),
        columns=[_column(column, language) for column in parameter.columns],
        min_items=parameter.min_items,
        max_items=parameter.max_items,
        **{name: getattr(parameter, name) for name in _LIMITS},
    )


def _column(column: Column, language: str) -> ColumnShown:
    return ColumnShown(
        code=column.code,
        kind=column.kind,
        label=text_in(column.labels, language),
        help=text_in(column.helps, language),
        required=column.required,
        options=_options(column, language),
        **{name: getattr(column, name) for name in _LIMITS},
    )


def _options(of: Parameter | Column, language: str) -> list[OptionShown]:
    return [OptionShown(option.code, text_in(option.labels, language)) for option in of.options]
