"""Texts in the reader's language. The key of a text is its English form."""

from __future__ import annotations

import flask_babel


def gettext(text: str, **values: object) -> str:
    """The text in the reader's language, its values put in."""
    return str(flask_babel.gettext(text, **values))


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """The text for one or for many, by the reader's language; `%(num)d` is the number."""
    return str(flask_babel.ngettext(one, many, num, **values))


def pgettext(context: str, text: str, **values: object) -> str:
    """The text where it stands for something that other places say with the same English words."""
    return str(flask_babel.pgettext(context, text, **values))
