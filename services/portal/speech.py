"""Which language and time zone the reader gets, and the texts in it: gettext catalogs read from their sources."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path
from typing import Final
from zoneinfo import available_timezones

from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, request
from flask_babel import Babel, Domain, get_locale

from services.portal import door

LANGUAGES: Final = {"pt-BR": "Português", "en": "English", "es": "Español"}
FOLDER: Final = Path(__file__).parent / "translations"
ALIASES: Final = {"pt": "pt-BR"}
NEAR_ZONES: Final = (
    "America/Sao_Paulo",
    "America/Manaus",
    "America/Rio_Branco",
    "America/Noronha",
    "America/Bahia",
    "America/Fortaleza",
    "Europe/Lisbon",
    "Europe/Madrid",
    "America/New_York",
    "America/Mexico_City",
    "America/Argentina/Buenos_Aires",
    "UTC",
)


class Texts(Domain):  # type: ignore[misc]
    """The portal's texts, from the `.po` files themselves: nothing to compile, nothing to forget to compile."""

    def get_translations(self) -> NullTranslations:
        locale = get_locale()
        return catalog(str(locale) if locale else "pt_BR")


@lru_cache(maxsize=len(LANGUAGES))
def catalog(locale: str) -> NullTranslations:
    """The texts in one language."""
    path = FOLDER / locale / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=locale))
    compiled.seek(0)
    return Translations(fp=compiled)


def language() -> str:
    """The reader's language tag: the person's own, else what they chose here, else the browser's, else the house's."""
    if "language" not in g:
        g.language = _choose()
    return str(g.language)


def _choose() -> str:
    person = door.known()
    if person is not None:
        return person.language if person.language in LANGUAGES else door.options().default_language
    chosen = request.cookies.get(door.cookie_name("language"))
    if chosen in LANGUAGES:
        return str(chosen)
    wanted = [tag for tag, _ in request.accept_languages]
    return negotiate_locale(wanted, list(LANGUAGES), sep="-", aliases=ALIASES) or door.options().default_language


def time_zone() -> str:
    """The reader's time zone: the person's own, else the house's."""
    person = door.known()
    return person.time_zone if person else door.options().time_zone


def zones(present: str) -> list[str]:
    """The time zones to choose from: the present one first, then those of Brazil, then all others by name."""
    rest = sorted(
        zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/"))
    )
    return list(dict.fromkeys([present, *NEAR_ZONES, *rest]))


def start(app: Flask) -> None:
    """Let the app's pages speak."""
    babel = Babel(app, locale_selector=lambda: language().replace("-", "_"), timezone_selector=time_zone)
    babel.domain_instance = Texts()
