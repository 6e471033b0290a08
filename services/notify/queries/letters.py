"""Claimed mail with all that writing it needs: who gets it, what it tells, and in whose house."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ARRAY, ScalarSelect, bindparam, func, select

from services.notify.access import STORIES, preferences_of, story_of
from services.notify.models import addresses, deliveries, people, preferences, settings, templates
from services.notify.rules.facts import Person
from services.notify.rules.story import Story
from services.notify.rules.templates import Texts, words_of
from shared.database import Id, Reader, compiled

HOUSE_NAME: Final = "house.name"
HOUSE_LOGO: Final = "house.logo"

_recipient = people.alias("recipient")


def _setting(key: str) -> ScalarSelect[Any]:
    return select(settings.c.value).where(settings.c.key == key).scalar_subquery()


HOUSE_COLUMNS: Final = (_setting(HOUSE_NAME).label("house"), _setting(HOUSE_LOGO).label("logo"))
_LETTERS: Final = compiled(
    STORIES.add_columns(
        _recipient.c.display_name.label("recipient_name"),
        _recipient.c.email,
        _recipient.c.language,
        _recipient.c.time_zone,
        _recipient.c.mail,
        _recipient.c.is_active,
        addresses.c.reason.label("undeliverable"),
        preferences.c.off,
        preferences.c.quiet_from,
        preferences.c.quiet_until,
        preferences.c.digest_minutes,
        *HOUSE_COLUMNS,
        templates.c.texts,
    )
    .join(_recipient, _recipient.c.id == deliveries.c.recipient_id)
    .outerjoin(addresses, addresses.c.email == _recipient.c.email)
    .outerjoin(templates, templates.c.kind == deliveries.c.kind)
    .outerjoin(preferences, preferences.c.person_id == _recipient.c.id)
    .where(deliveries.c.id == func.any(bindparam("ids", type_=ARRAY(Id()))))
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A mail to write: to whom, what it tells, and the house's name and logo. `is_deleted`: its ticket is no more.

    `texts`: the administrators' words for its kind, none where it has the built-in ones.
    """

    id: str
    event_id: str
    ticket_id: str | None
    recipient: Person
    story: Story
    house: str
    logo: str
    is_deleted: bool
    texts: Texts


def envelopes(reader: Reader, ids: Collection[str]) -> dict[str, Envelope]:
    """The mail with these ids, by id; who was forgotten meanwhile is left out."""
    return {row.id: _envelope(row) for row in reader.all(_LETTERS, ids=list(ids))}


def _envelope(row: Any) -> Envelope:
    recipient = Person(
        id=row.recipient_id,
        name=row.recipient_name,
        email=row.email,
        language=row.language,
        time_zone=row.time_zone,
        mail=row.mail,
        is_active=row.is_active,
        undeliverable=row.undeliverable,
        preferences=preferences_of(row.off, row.quiet_from, row.quiet_until, row.digest_minutes),
    )
    house, logo = house_of(row)
    is_deleted, texts = bool(row.is_deleted), words_of(row.texts)
    return Envelope(row.id, row.event_id, row.ticket_id, recipient, story_of(row), house, logo, is_deleted, texts)


def house_of(row: Any) -> tuple[str, str]:
    """The house's name and logo that a row of HOUSE_COLUMNS holds; empty where they are not set."""
    return (row.house if isinstance(row.house, str) else "", row.logo if isinstance(row.logo, str) else "")
