"""Fields that several shapes share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from marshmallow import ValidationError, fields, validate

LINE: Final = 200
TEXT: Final = 20_000
CODE: Final = 100
PARAMETERS: Final = 500


def printable(value: str) -> None:
    """A validator: refuses signs that nobody can read; lines and tabs are text."""
    if any(sign < " " and sign not in "\n\r\t" for sign in value):
        raise ValidationError("This holds signs that cannot be shown")


def spoken(value: str) -> None:
    """A validator: refuses a text of nothing but spaces."""
    if not value.strip():
        raise ValidationError("Write something here")


def readable(value: Any) -> None:
    """A validator: refuses unreadable signs anywhere in JSON values."""
    if isinstance(value, str):
        printable(value)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            printable(name)
            readable(inner)
    elif isinstance(value, list):
        for inner in value:
            readable(inner)


def text(most: int = TEXT, **kwargs: Any) -> fields.String:
    """A text that may be empty."""
    return fields.String(validate=[validate.Length(max=most), printable], **kwargs)


def words(most: int = TEXT, **kwargs: Any) -> fields.String:
    """A text that says something."""
    return fields.String(validate=[validate.Length(min=1, max=most), printable, spoken], **kwargs)


def code(**kwargs: Any) -> fields.String:
    """A code of the catalog."""
    return fields.String(validate=[validate.Length(min=1, max=CODE), printable], **kwargs)


def parameters(**kwargs: Any) -> fields.Dict:
    """Values by parameter, in wire form; what they may be is the catalog's to judge."""
    judged: list[Callable[[Any], Any]] = [validate.Length(max=PARAMETERS), readable]
    return fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True), validate=judged, **kwargs)


def moment(**kwargs: Any) -> fields.AwareDateTime:
    """An instant, RFC 3339."""
    return fields.AwareDateTime(format="iso", **kwargs)


class Id(fields.UUID):
    """An id, as text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return str(super()._deserialize(value, attr, data, **kwargs))


def id(**kwargs: Any) -> Id:
    """An id."""
    return Id(**kwargs)
