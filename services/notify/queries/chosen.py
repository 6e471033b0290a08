"""What a person chose to be told."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select

from services.notify.models import preferences as table
from services.notify.rules.shown import Chosen, Preferred, chosen
from services.notify.rules.voice import Voice
from shared.database import Reader, compiled
from shared.ids import Actor

_CHOSEN: Final = compiled(select(table).where(table.c.person_id == bindparam("person_id")))


def preferences(reader: Reader, actor: Actor, voice: Voice) -> Chosen:
    """The actor's preferences; all is on for who chose nothing (version 0)."""
    row = reader.one(_CHOSEN, person_id=actor.id)
    if row is None:
        return chosen(Preferred(), voice)
    return chosen(Preferred(tuple(row.off), row.quiet_from, row.quiet_until, row.digest_minutes, row.version), voice)
