"""Letters' words, and a real story to see them on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import bindparam, select

from services.notify.access import STORIES, TEMPLATES, story_of, template_of
from services.notify.models import deliveries, template_versions, tickets
from services.notify.queries.letters import HOUSE_COLUMNS, house_of
from services.notify.rules.kinds import KINDS, is_written_by_administrators
from services.notify.rules.shown import ShownTemplate
from services.notify.rules.story import Story
from services.notify.rules.templates import built_in
from services.notify.rules.voice import Voice
from shared.database import Reader, compiled
from shared.errors import NotFound
from shared.ids import Actor

_ALL: Final = compiled(TEMPLATES.order_by(template_versions.c.kind, template_versions.c.version.desc()))
_ONE: Final = compiled(
    TEMPLATES.where(template_versions.c.kind == bindparam("kind")).order_by(template_versions.c.version.desc())
)
_TICKET: Final = compiled(select(tickets.c.id).where(tickets.c.number == bindparam("number"), ~tickets.c.is_deleted))
_TOLD: Final = compiled(
    STORIES.where(deliveries.c.ticket_id == bindparam("ticket_id"), deliveries.c.kind == bindparam("kind"))
    .order_by(deliveries.c.id.desc())
    .limit(1)
)
_HOUSE: Final = compiled(select(*HOUSE_COLUMNS))

Voices = Callable[[str], Voice]


def templates(reader: Reader, actor: Actor, voice: Voice, voices: Voices) -> list[ShownTemplate]:
    """The words of every kind of letter that may be changed."""
    rows: dict[str, list[Any]] = {}
    for row in reader.all(_ALL):
        rows.setdefault(row.kind, []).append(row)
    kinds = [kind for kind in KINDS if is_written_by_administrators(kind)]
    return [template_of(kind, rows.get(kind, ()), _built_in(kind, voices), voice) for kind in kinds]


def template(reader: Reader, actor: Actor, kind: str, voice: Voice, voices: Voices) -> ShownTemplate:
    """The words of one kind of letter. Raises NotFound."""
    if not is_written_by_administrators(kind):
        raise NotFound("There is no such letter")
    return template_of(kind, reader.all(_ONE, kind=kind), _built_in(kind, voices), voice)


def _built_in(kind: str, voices: Voices) -> dict[str, dict[str, str]]:
    found = {}
    for language in ("pt-BR", "en", "es"):
        words = built_in(kind, voices(language))
        found[language] = {"title": words.title, "body": words.body}
    return found


def told_story(reader: Reader, actor: Actor, kind: str, number: str) -> tuple[str, Story, tuple[str, str]]:
    """A ticket's id, the newest that was told of it in a letter of this kind, and the house's name and logo.

    Raises NotFound.
    """
    ticket_id = reader.scalar(_TICKET, number=number.strip())
    row = reader.one(_TOLD, ticket_id=ticket_id, kind=kind) if ticket_id is not None else None
    if row is None:
        raise NotFound("Nothing of this kind was told of that request: take the number of another one")
    return str(ticket_id), story_of(row), house_of(reader.one(_HOUSE))
