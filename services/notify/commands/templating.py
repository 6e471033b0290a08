"""Changing what the house's letters say. Every version is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import bindparam, select

from services.notify.models import template_versions, templates
from services.notify.rules.kinds import is_written_by_administrators
from services.notify.rules.templates import words_of, wrong_with
from shared.database import compiled
from shared.errors import Invalid, Message, NotFound
from shared.ids import Actor
from shared.transaction import Transaction

_ONE: Final = compiled(select(templates.c.version).where(templates.c.kind == bindparam("kind")))


def change_template(
    tx: Transaction, actor: Actor, kind: str, texts: Mapping[str, Mapping[str, str]] | None
) -> dict[str, Any]:
    """Have a kind's letters say `texts` from now on, None: the built-in words. The stored version, as it is shown.

    Raises NotFound, PreconditionRequired, Stale, and Invalid where a template of any language cannot be used.
    """
    if not is_written_by_administrators(kind):
        raise NotFound("There is no such letter")
    row = tx.one(_ONE, kind=kind)
    version = row.version if row is not None else 0
    tx.in_order(version=version)
    _judge(texts)
    values = {"texts": texts, "changed_by": actor.id, "changed_at": tx.now}
    if row is None:
        tx.create(templates, {"kind": kind, **values})
    else:
        tx.change(templates, kind, values, version=version)
    tx.insert(template_versions, {"kind": kind, "version": version + 1, **values})
    tx.audit("template", kind, "change_template", {"kind": kind, "texts": texts})
    return {"version": version + 1, **values}


def _judge(texts: Mapping[str, Mapping[str, str]] | None) -> None:
    fields: dict[str, list[Message]] = {}
    for language, words in words_of(texts).items():
        for field, wrong in wrong_with(words).items():
            fields[f"{language}.{field}"] = [wrong]
    if fields:
        raise Invalid("Correct the fields named and send it again", fields=fields)
