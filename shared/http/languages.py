"""Languages: which one the reader gets, and texts in it.

The key of a text is its English form. Catalogs are gettext `.po` files, read at first use; pt-BR is the default.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import current_app, g, has_request_context, request

from shared.errors import Message

LANGUAGES = ("pt-BR", "en", "es")
OWN = Path(__file__).parent.parent / "translations"


@lru_cache(maxsize=64)
def _catalog(folders: tuple[Path, ...], language: str) -> NullTranslations:
    merged: NullTranslations = NullTranslations()
    for folder in folders:
        path = folder / language.replace("-", "_") / "LC_MESSAGES" / "messages.po"
        if not path.exists():
            continue
        compiled = io.BytesIO()
        with path.open("rb") as source:
            write_mo(compiled, read_po(source, locale=language.replace("-", "_")))
        compiled.seek(0)
        found = Translations(fp=compiled)
        found.add_fallback(merged)
        merged = found
    return merged


def negotiate(accept: str | None, default: str) -> str:
    """The best of our languages for an Accept-Language header (RFC 9110), else `default`."""
    if not accept:
        return default
    wanted = []
    for part in accept.split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((float(quality or 1), tag))
        except ValueError:
            continue
    wanted.sort(key=lambda pair: -pair[0])
    aliases = {"pt": "pt-BR"}
    found = negotiate_locale([tag for q, tag in wanted if q > 0], list(LANGUAGES), sep="-", aliases=aliases)
    return found or default


def current_language() -> str:
    """The language of the present answer: the person's, else the header's, else the house's."""
    if not has_request_context():
        return LANGUAGES[0]
    known = g.get("language")
    if known is None:
        known = negotiate(
            request.headers.get("Accept-Language"), current_app.extensions["vez"].options.default_language
        )
    return str(known)


def translate(message: Message, language: str | None = None, folders: Sequence[Path] | None = None) -> str:
    """`message` in a language, its values put in."""
    if folders is None:
        folders = current_app.extensions["vez"].translations
    text = _catalog((OWN, *folders), language or current_language()).gettext(message.key) if message.key else ""
    return text % _readable(message.values) if message.values else text


def _readable(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        k: ", ".join(map(str, v)) if isinstance(v, list | tuple | set | frozenset) else v for k, v in values.items()
    }
