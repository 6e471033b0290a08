"""One's own templates: half-written requests that somebody keeps for themselves, beside those of the catalog."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import request

from services.portal import door, shapes
from services.portal.ask import Refused
from shared.errors import Retryable


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTemplate:
    """A template of the reader's own; those of the catalog have no id."""

    id: str | None
    name: str
    subject: str = ""
    description: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    version: int = 0


def of_type(code: str) -> list[OwnTemplate]:
    """The reader's own for a type, by name; none where they cannot be asked, so that the form is there all the same."""
    try:
        found = door.asker().get("ticket", "/v1/templates", type=code)
    except (Refused, Retryable):
        return []
    own = [each for each in shapes.several(found, OwnTemplate) if each.id]
    return sorted(own, key=lambda each: each.name.casefold())


def keep(code: str, body: dict[str, Any]) -> str:
    """Keep what the form says under the name that was typed; its id. Raises Refused: the name is `template_name`."""
    name = request.form.get("template_name", "").strip()
    try:
        made = door.asker().send("POST", "ticket", "/v1/templates", {"type": code, "name": name, **body}).body
    except Refused as refused:
        fields = {"template_name" if each == "name" else each: texts for each, texts in refused.fields.items()}
        raise Refused(refused.status, refused.kind, refused.title, refused.detail, fields) from refused
    return str(made["id"])


def remove() -> None:
    """Remove the one that the form was begun from. Raises Refused."""
    id, version = request.form.get("mine", ""), request.form.get("mine_version")
    door.asker().send("DELETE", "ticket", f"/v1/templates/{id}", version=version)
