"""marshmallow's refusals as messages that can be translated: their places become named values again."""

from __future__ import annotations

import re
from functools import lru_cache

from shared.errors import Message

TEMPLATES = (
    "Longer than maximum length {max}.",
    "Shorter than minimum length {min}.",
    "Length must be between {min} and {max}.",
    "Length must be {equal}.",
    "Must be one of: {choices}.",
    "Must be equal to {other}.",
    "Must be greater than or equal to {min} and less than or equal to {max}.",
    "Must be greater than or equal to {min}.",
    "Must be less than or equal to {max}.",
    "Must be greater than {min}.",
    "Must be less than {max}.",
)
KINDS = {
    "Not a valid datetime.": "Give a date and time with its zone, such as 2026-01-31T12:00:00-03:00.",
    "Not a valid aware datetime.": "Give a date and time with its zone, such as 2026-01-31T12:00:00-03:00.",
    "Not a valid date.": "Give a date as YYYY-MM-DD.",
    "Not a valid integer.": "Give a whole number.",
    "Not a valid string.": "Give a text.",
    "Not a valid boolean.": "Give true or false.",
    "Not a valid list.": "Give a list.",
    "Not a valid mapping type.": "Give an object.",
    "Not a valid UUID.": "This is not an identifier.",
    "Not a valid email address.": "This is not an e-mail address.",
    "Not a valid URL.": "Give an address that begins with https:// or http://.",
    "Missing data for required field.": "This must be filled in.",
    "Field may not be null.": "This must be filled in.",
    "Unknown field.": "There is no such field.",
    "Invalid input type.": "Give an object.",
}


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    found = []
    for template in TEMPLATES:
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(template))
        key = re.sub(r"\{(\w+)\}", r"%(\1)s", template)
        found.append((re.compile(pattern), key))
    return tuple(found)


def message_of(text: str) -> Message:
    """The message that a schema's text stands for; a text of our own is its own key."""
    if text in KINDS:
        return Message(KINDS[text])
    for pattern, key in _patterns():
        match = pattern.fullmatch(text)
        if match:
            return Message(key, match.groupdict())
    return Message(text)
