"""Kinds that are written text: lines, addresses, telephone and document numbers."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

import re2
from stdnum.br import cnpj, cpf
from stdnum.exceptions import ValidationError

from shared.catalog.parameters import Field
from shared.catalog.refusal import Refused
from shared.errors import Message

MAX_LINE: Final = 500
MAX_LINES: Final = 20_000
MAX_URL: Final = 2_000
MAX_PATTERN: Final = 200

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_BREAK = re.compile(r"[\r\n\t\x85\u2028\u2029]")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
_PHONE = re.compile(r"\+?[0-9 ().-]{8,30}")


def line(field: Field, raw: Any, today: date) -> str:
    """One line of text, without the blanks around it."""
    text = _text(raw).strip()
    if _BREAK.search(text):
        raise Refused(Message("Write it on one line."))
    return _fitting(field, text, MAX_LINE)


def lines(field: Field, raw: Any, today: date) -> str:
    """Text of any number of lines, kept with plain line feeds."""
    text = _text(raw).replace("\r\n", "\n").replace("\r", "\n").strip()
    return _fitting(field, text, MAX_LINES)


def email(field: Field, raw: Any, today: date) -> str:
    """An e-mail address, its domain in small letters."""
    text = _text(raw).strip()
    if len(text) > 254 or not is_email(text):
        raise Refused(Message("This is not an e-mail address."))
    name, _, domain = text.rpartition("@")
    return f"{name}@{domain.lower()}"


def is_email(text: str) -> bool:
    """Whether this looks like an e-mail address that can be written to."""
    return _EMAIL.fullmatch(text) is not None


def phone(field: Field, raw: Any, today: date) -> str:
    """A telephone number, kept as its digits, with the + of an international one (E.164: 15 digits at most)."""
    text = _text(raw).strip()
    digits = re.sub(r"[^0-9]", "", text)
    if not _PHONE.fullmatch(text) or not 8 <= len(digits) <= 15:
        raise Refused(Message("This is not a telephone number."))
    return f"+{digits}" if text.startswith("+") else digits


def cpf_cnpj(field: Field, raw: Any, today: date) -> str:
    """A CPF, or a CNPJ with digits or (since July 2026) letters; kept without punctuation."""
    text = _text(raw).strip()
    number = re.sub(r"[ ./-]", "", text).upper()
    rule = cpf if len(number) == 11 else cnpj
    try:
        if not number.isascii() or len(set(number)) == 1:
            raise ValidationError
        return str(rule.validate(number))
    except ValidationError:
        raise Refused(Message("This is not a valid CPF or CNPJ.")) from None


def url(field: Field, raw: Any, today: date) -> str:
    """An address of the web, without a user's name in it."""
    text = _text(raw).strip()
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        good = False
    if not good or len(text) > MAX_URL or re.search(r"[\s<>\"]", text):
        raise Refused(Message("Give an address that begins with https:// or http://."))
    return text


def pattern_problem(pattern: str) -> str | None:
    """What is wrong with a regular expression, or None."""
    try:
        _compiled(pattern)
    except re2.error as error:
        reason = error.args[0]
        return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
    return None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Any:
    """RE2 runs on an automaton: its time grows with the text alone, whatever the pattern says."""
    options = re2.Options()
    options.max_mem = 1 << 20
    options.log_errors = False
    return re2.compile(pattern, options)


def _text(raw: Any) -> str:
    if not isinstance(raw, str):
        raise Refused(Message("Give a text."))
    if _CONTROL.search(raw):
        raise Refused(Message("There are characters in it that cannot be shown."))
    return raw


def _fitting(field: Field, text: str, most: int) -> str:
    most = most if field.max_length is None else field.max_length
    if len(text) > most:
        raise Refused(Message("%(max)s characters at most.", {"max": most}))
    if field.min_length is not None and len(text) < field.min_length:
        raise Refused(Message("%(min)s characters at least.", {"min": field.min_length}))
    if field.pattern is not None and _compiled(field.pattern).fullmatch(text) is None:
        raise Refused(Message("It is not written as expected."))
    return text
