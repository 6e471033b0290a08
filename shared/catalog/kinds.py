"""The parameter kinds: what each takes in wire form and how it is kept.

`normal` gives the kept form (`"1.5"` of a money in BRL becomes `"1.50"`, a CNPJ loses its dots) or raises Refused. It
is idempotent: the kept form is taken again unchanged. Empty (null, blank text, an empty list) is always taken as null.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from babel.numbers import list_currencies

from shared.catalog import numbers, records, times, written
from shared.catalog.parameters import Field, Parameter
from shared.catalog.refusal import Refused
from shared.errors import Message
from shared.ids import is_id

__all__ = ["Refused", "is_empty", "is_ready", "normal"]

DEFAULT_MAX_ITEMS: Final = 100


def is_empty(value: Any) -> bool:
    """Null, blank text or an empty list: nothing was filled in. False and 0 are values."""
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def normal(field: Field, raw: Any, today: date) -> Any:
    """The value as it is kept, None where it is empty. Raises Refused."""
    return None if is_empty(raw) else _KINDS[field.kind](field, raw, today)


def is_ready(field: Field) -> bool:
    """Whether the field itself is right, so that values can be judged by it: its pattern, currency and options."""
    fields: tuple[Field, ...] = (field, *field.columns) if isinstance(field, Parameter) else (field,)
    return not any(
        (each.kind == "money" and each.currency not in list_currencies())
        or (each.pattern is not None and written.pattern_problem(each.pattern) is not None)
        or (each.kind in ("choice", "multi_choice") and not each.options)
        for each in fields
    )


def _boolean(field: Field, raw: Any, today: date) -> bool:
    if not isinstance(raw, bool):
        raise Refused(Message("Answer yes or no."))
    return raw


def _choice(field: Field, raw: Any, today: date) -> str:
    if not isinstance(raw, str) or raw not in field.option_by_code:
        raise Refused(Message("Choose one of the options."))
    return raw


def _multi_choice(field: Field, raw: Any, today: date) -> list[str]:
    if not isinstance(raw, list) or not all(isinstance(code, str) and code in field.option_by_code for code in raw):
        raise Refused(Message("Choose among the options."))
    chosen = [code for code in field.option_by_code if code in raw]
    check_count(field, chosen)
    return chosen


def _person(field: Field, raw: Any, today: date) -> str:
    return _id(raw)


def _file(field: Field, raw: Any, today: date) -> list[str]:
    if not isinstance(raw, list):
        raise Refused(Message("Give a list of attachments."))
    ids = list(dict.fromkeys(_id(item) for item in raw))
    check_count(field, ids)
    return ids


def _id(raw: Any) -> str:
    if not isinstance(raw, str) or not is_id(raw):
        raise Refused(Message("This is not an identifier."))
    return raw.lower()


def _table(field: Field, raw: Any, today: date) -> list[dict[str, Any]] | None:
    columns = field.column_by_code if isinstance(field, Parameter) else {}
    if not isinstance(raw, list):
        raise Refused(Message("Give a list of rows."))
    check_count(field, raw)
    rows, wrong = records.rows(columns, raw, lambda column, cell: normal(column, cell, today))
    if wrong:
        raise Refused(within=wrong)
    return rows or None


def check_count(field: Field, items: list[Any]) -> None:
    """Raises Refused where there are too few or too many of them."""
    most = DEFAULT_MAX_ITEMS if field.max_items is None else field.max_items
    if len(items) > most:
        raise Refused(Message("%(max)s at most.", {"max": most}))
    if field.min_items is not None and len(items) < field.min_items:
        raise Refused(Message("%(min)s at least.", {"min": field.min_items}))


_KINDS: Final[Mapping[str, Callable[[Any, Any, date], Any]]] = {
    "text": written.line,
    "long_text": written.lines,
    "integer": numbers.integer,
    "decimal": numbers.decimal,
    "money": numbers.money,
    "date": times.day,
    "datetime": times.instant,
    "boolean": _boolean,
    "choice": _choice,
    "multi_choice": _multi_choice,
    "email": written.email,
    "phone": written.phone,
    "cpf_cnpj": written.cpf_cnpj,
    "url": written.url,
    "person": _person,
    "file": _file,
    "table": _table,
}
