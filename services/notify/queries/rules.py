"""Who is told what, as the house has it."""

from __future__ import annotations

from typing import Final

from services.notify.access import RULES, rules_of
from services.notify.rules.shown import HouseRules
from services.notify.rules.voice import Voice
from shared.database import Reader, compiled
from shared.ids import Actor

_HOUSE: Final = compiled(RULES)


def rules(reader: Reader, actor: Actor, voice: Voice) -> HouseRules:
    """The house's rules: every kind in every role; version 0 where nobody changed any."""
    return rules_of(reader.one(_HOUSE), voice)
