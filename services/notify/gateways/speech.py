"""Voices: this service's texts in a person's language."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final, Protocol

from services.notify.rules.voice import Voice
from shared.http.languages import LANGUAGES, translate

TRANSLATIONS: Final = Path(__file__).parent.parent / "translations"


class Listener(Protocol):
    """Whom one speaks to: an actor or a person."""

    @property
    def language(self) -> str:
        """A language tag."""

    @property
    def time_zone(self) -> str:
        """An IANA time zone."""


def voice_for(listener: Listener) -> Voice:
    """The voice in which to speak to a person."""
    return voice_in(listener.language, listener.time_zone)


def voice_in(language: str, time_zone: str) -> Voice:
    """The voice of a language, by the clock of a time zone."""
    known = language if language in LANGUAGES else LANGUAGES[0]
    return Voice(known, time_zone, partial(translate, language=known, folders=(TRANSLATIONS,)))
