"""The one policy of parameters (`shared.catalog`), asked about a ticket and the one who reads or writes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, Protocol, TypeVar
from zoneinfo import ZoneInfo

from services.ticket.rules.answers import ColumnShown, FieldShown, OptionShown
from services.ticket.rules.policy import judge
from services.ticket.rules.reading import Reading
from shared.catalog import access, values
from shared.catalog.definitions import TypeVersion, text_in
from shared.catalog.parameters import Column, Parameter
from shared.catalog.values import Accepted, Errors


class Held(Protocol):
    """What decides who sees a ticket's file."""

    @property
    def is_internal(self) -> bool:
        """It is the attendants' alone."""

    @property
    def parameter(self) -> str | None:
        """The code of the parameter that it answers."""


F = TypeVar("F", bound=Held)
_LIMITS: Final = ("pattern", "min", "max", "min_length", "max_length", "currency", "decimals")


def shown_fields(reading: Reading) -> tuple[dict[str, Any], list[FieldShown]]:
    """The values and the fields that the reader sees: only what they may fill now is more than read-only."""
    stored = reading.ticket.parameters
    side = reading.standing.side
    turn = reading.ticket.turn_side if judge("edit", reading.case).allows else "nobody"
    seen = access.effective(
        reading.definition, reading.judging_stage.code, side, turn_side=turn, values=stored, facts=reading.facts
    )
    codes = [code for code, cell in seen.items() if cell != "invisible"]
    fields = [_field(reading.definition, code, reading.language, seen[code]) for code in codes]
    return {code: stored.get(code) for code in codes}, fields


def field_named(reading: Reading, code: str) -> FieldShown:
    """A parameter as it is shown to be read only."""
    return _field(reading.definition, code, reading.language, "read_only")


def seen_values(reading: Reading, side: str) -> dict[str, Any]:
    """The values that a side may read."""
    stage, stored = reading.judging_stage.code, reading.ticket.parameters
    return values.visible(reading.definition, stage, side, stored, facts=reading.facts)


def shows_files_of(reading: Reading, codes: Iterable[str]) -> frozenset[str]:
    """Those of the parameters whose files the reader's side sees; one that the version does not know is attendants'.

    A file is shown as far as its parameter's value is (domain page, *Parameters*).
    """
    side, known = reading.standing.side, reading.definition.parameter_by_code
    seen = seen_values(reading, side)
    return frozenset(code for code in codes if code in seen or (side == "attendant" and code not in known))


def seen_files(reading: Reading, held: Iterable[F]) -> list[F]:
    """Those of the ticket's files that the reader's side sees."""
    found = [file for file in held if reading.standing.side == "attendant" or not file.is_internal]
    shown = shows_files_of(reading, {file.parameter for file in found if file.parameter is not None})
    return [file for file in found if file.parameter is None or file.parameter in shown]


def accepted(reading: Reading, given: Mapping[str, Any], *, time_zone: str) -> Accepted:
    """Judge values that the actor gives on their turn."""
    return values.accept(
        reading.definition,
        reading.judging_stage.code,
        reading.standing.side,
        given,
        reading.ticket.parameters,
        turn_side=reading.ticket.turn_side,
        today=today(reading, time_zone),
        facts=reading.facts,
    )


def lacking(reading: Reading, side: str) -> Errors:
    """What the side that leaves the stage must still fill."""
    stage = reading.judging_stage.code
    return values.missing(reading.definition, stage, side, reading.ticket.parameters, reading.facts)


def today(reading: Reading, time_zone: str) -> date:
    """The day where the house is."""
    return reading.now.astimezone(ZoneInfo(time_zone)).date()


def files_named(version: TypeVersion, given: Mapping[str, Any]) -> dict[str, list[str]]:
    """The attachments that `file` parameters name, by parameter."""
    codes = [p.code for p in version.parameters if p.kind == "file"]
    return {code: list(given.get(code) or []) for code in codes if given.get(code)}


def without_file(given: Mapping[str, Any], file_id: str) -> dict[str, list[str]]:
    """What is left of each value that names a file, when that is gone. Only files are lists of ids."""
    named = {code: value for code, value in given.items() if isinstance(value, list) and file_id in value}
    return {code: [id for id in value if id != file_id] for code, value in named.items()}


def people_named(version: TypeVersion, given: Mapping[str, Any]) -> dict[str, str]:
    """The people that `person` parameters name, by parameter."""
    codes = [p.code for p in version.parameters if p.kind == "person"]
    return {code: str(given[code]) for code in codes if given.get(code)}


def _field(version: TypeVersion, code: str, language: str, cell: str) -> FieldShown:
    key = ("field", code, language, cell)
    found: FieldShown | None = version.cache.get(key)
    if found is None:
        found = version.cache[key] = _make_field(version.parameter_by_code[code], language, cell)
    return found


def _make_field(parameter: Parameter, language: str, cell: str) -> FieldShown:
    return FieldShown(
        code=parameter.code,
        kind=parameter.kind,
        label=text_in(parameter.labels, language),
        access=cell,
        help=text_in(parameter.helps, language),
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


def _options(field: Parameter | Column, language: str) -> list[OptionShown]:
    return [OptionShown(option.code, text_in(option.labels, language)) for option in field.options]
