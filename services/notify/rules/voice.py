"""How this service speaks to one person: in their language, by the clock on their wall."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from shared.errors import Message

DEFAULT: Final = "pt-BR"
PATTERNS: Final = {
    "pt-BR": ("EEE, d MMM, H'h'mm", "pt_BR"),
    "en": ("EEE, MMM d, h:mm a", "en"),
    "es": ("EEE d MMM, H:mm", "es"),
}


@dataclass(frozen=True, slots=True)
class Voice:
    """`say` translates a message into `language`; instants are told in `time_zone`."""

    language: str
    time_zone: str
    say: Callable[[Message], str]

    def text(self, key: str, /, **values: object) -> str:
        """The text with this English key, in this voice's language, its values put in."""
        return self.say(Message(key, values))

    def foreign(self, key: str, values: Mapping[str, object]) -> str:
        """A text that another service wrote, translated where this one knows it; never fails on odd places in it."""
        try:
            return self.say(Message(key, values))
        except (KeyError, TypeError, ValueError):
            return key

    def pick(self, names: Mapping[str, str] | None) -> str:
        """A catalog's text in this language, else in pt-BR, else whichever there is."""
        if not names:
            return ""
        return names.get(self.language) or names.get(DEFAULT) or next(iter(names.values()))

    def when(self, at: datetime) -> str:
        """An instant in short: `seg, 7 dez, 15h30`."""
        pattern, locale = PATTERNS.get(self.language, PATTERNS[DEFAULT])
        local = at.astimezone(ZoneInfo(self.time_zone))
        told = format_datetime(local, pattern, locale=locale).replace(".", "")
        if self.language == "en":
            return told.replace("AM", "am").replace("PM", "pm")
        return told.replace("h00", "h") if self.language == DEFAULT else told

    def greeting(self, name: str, at: datetime) -> str:
        """`Bom dia, Mariana.` at the person's time of day."""
        hour = at.astimezone(ZoneInfo(self.time_zone)).hour
        first = name.split(" ", 1)[0]
        if not first:
            return ""
        if 5 <= hour < 12:
            return self.text("Good morning, %(name)s.", name=first)
        if 12 <= hour < 18:
            return self.text("Good afternoon, %(name)s.", name=first)
        return self.text("Good evening, %(name)s.", name=first)
