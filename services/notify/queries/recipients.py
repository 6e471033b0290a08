"""How one person can be reached by e-mail."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam

from services.notify.access import RECIPIENTS, may_see_recipient, recipient_of
from services.notify.models import people
from services.notify.rules.shown import Recipient
from shared.database import Reader, compiled
from shared.errors import NotFound
from shared.ids import Actor

_ONE: Final = compiled(RECIPIENTS.where(people.c.id == bindparam("id")))


def recipient(reader: Reader, actor: Actor, person_id: str) -> Recipient:
    """How a person can be reached: of oneself, or of anybody for who manages people. Raises NotFound."""
    row = reader.one(_ONE, id=person_id) if may_see_recipient(actor, person_id) else None
    if row is None:
        raise NotFound("There is no such person")
    return recipient_of(row)
