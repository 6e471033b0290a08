"""The custom fields of a type: their kinds, limits and options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

from shared.catalog.texts import Texts

Kind = Literal[
    "text",
    "long_text",
    "integer",
    "decimal",
    "money",
    "date",
    "datetime",
    "boolean",
    "choice",
    "multi_choice",
    "email",
    "phone",
    "cpf_cnpj",
    "url",
    "person",
    "file",
    "table",
]
KINDS: Final[tuple[str, ...]] = get_args(Kind)


@dataclass(frozen=True, kw_only=True)
class Option:
    """One of the answers of a choice."""

    code: str
    labels: Texts


@dataclass(frozen=True, kw_only=True)
class Field:
    """What a parameter and a table's column have in common.

    `min` and `max` bound the value: an integer, a number as text (`decimal`, `money`), a day (`2026-01-31` or `today`,
    `today+30d`). `min_length` and `max_length` count characters, `max_items` rows, files or choices.
    `decimals` are the places of a decimal; a currency has its own.
    """

    code: str
    kind: Kind
    labels: Texts
    helps: Texts = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    pattern: str | None = None
    min: int | str | None = None
    max: int | str | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_items: int | None = None
    max_items: int | None = None
    currency: str | None = None
    decimals: int | None = None

    @cached_property
    def option_by_code(self) -> Mapping[str, Option]:
        return MappingProxyType({option.code: option for option in self.options})


@dataclass(frozen=True, kw_only=True)
class Column(Field):
    """A column of a table: every kind but `table` and `file`."""

    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Parameter(Field):
    """A custom field. `default` is in wire form; one whose `when` is false is neither asked nor kept."""

    default: Any = None
    when: str | None = None
    columns: tuple[Column, ...] = ()

    @cached_property
    def column_by_code(self) -> Mapping[str, Column]:
        return MappingProxyType({column.code: column for column in self.columns})
