"""Letters' words: who may change them, and their rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Select, select

from services.notify.models import people, template_versions, templates
from services.notify.rules.kinds import KINDS
from services.notify.rules.shown import Named, ShownTemplate, TemplateVersion
from services.notify.rules.templates import PLACES
from services.notify.rules.voice import Voice

CHANGES_TEMPLATES: Final = "settings.change"
"""The permission to change what the house's letters say."""

TEMPLATES: Final[Select[Any]] = select(
    template_versions, people.c.display_name, templates.c.version.label("present")
).select_from(
    template_versions.join(templates, templates.c.kind == template_versions.c.kind).outerjoin(
        people, people.c.id == template_versions.c.changed_by
    )
)

Wire = Mapping[str, Mapping[str, str]]


def template_of(kind: str, rows: Iterable[Any], built_in: Wire, voice: Voice) -> ShownTemplate:
    """A kind's letters' words from the rows of its versions, newest first; none where nobody changed them."""
    versions = tuple(
        TemplateVersion(row.version, row.texts, Named(row.changed_by, row.display_name or ""), row.changed_at)
        for row in rows
    )
    texts = versions[0].texts if versions else None
    return ShownTemplate(
        kind=kind,
        name=voice.say(KINDS[kind].name),
        is_changed=texts is not None,
        places=PLACES,
        texts=texts or built_in,
        built_in=built_in,
        versions=versions,
        version=versions[0].version if versions else 0,
    )
