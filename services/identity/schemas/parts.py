"""Fields that several shapes share."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final
from zoneinfo import available_timezones

from marshmallow import ValidationError, fields, validate

from services.identity.rules.identifiers import IDENTIFIER_KINDS
from services.identity.rules.passwords import LONGEST
from services.identity.rules.people import LANGUAGES

CODE: Final = validate.Regexp(r"[a-z][a-z0-9_\-]{0,59}\Z", error="Small letters, digits, - and _, at most 60")


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def printable(value: str) -> None:
    """A validator: refuses signs that nobody can read."""
    if any(sign < " " or sign == "\x7f" for sign in value):
        raise ValidationError("This holds signs that cannot be shown")


def spoken(value: str) -> None:
    """A validator: refuses a text of nothing but spaces."""
    if not value.strip():
        raise ValidationError("Write something here")


def known_zone(value: str) -> None:
    """A validator: refuses what is no time zone of the IANA database."""
    if value not in _zones():
        raise ValidationError("There is no such time zone")


def line(most: int = 200, **kwargs: Any) -> fields.String:
    """One line of text."""
    return fields.String(validate=[validate.Length(min=1, max=most), printable, spoken], **kwargs)


def language(**kwargs: Any) -> fields.String:
    """A language of ours."""
    return fields.String(validate=validate.OneOf(LANGUAGES), **kwargs)


def time_zone(**kwargs: Any) -> fields.String:
    """A time zone's name."""
    return fields.String(validate=[validate.Length(max=64), known_zone], **kwargs)


def password(**kwargs: Any) -> fields.String:
    """A password, of which only the length is judged here."""
    return fields.String(validate=validate.Length(min=1, max=LONGEST), load_only=True, **kwargs)


def codes(most: int = 50, **kwargs: Any) -> fields.List[str]:
    """Codes, each once."""
    return fields.List(fields.String(validate=CODE), validate=[validate.Length(max=most), once_each], **kwargs)


def names_by_language(*, may_be_null: bool = False, **kwargs: Any) -> fields.Dict:
    """Names by language; in a change null removes one."""
    return fields.Dict(keys=language(), values=line(allow_none=may_be_null), **kwargs)


def identifiers(**kwargs: Any) -> fields.Dict:
    """Identifiers by kind, the e-mail left out; in a change null removes one."""
    kinds = [kind for kind in IDENTIFIER_KINDS if kind != "email"]
    return fields.Dict(keys=fields.String(validate=validate.OneOf(kinds)), values=line(60, allow_none=True), **kwargs)


def once_each(value: list[Any]) -> None:
    """A validator: refuses a list that names something twice."""
    if len(set(value)) < len(value):
        raise ValidationError("Name each only once")
