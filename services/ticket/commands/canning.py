"""Verbs of answers written beforehand: the house's and people's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.ticket.access.canned import load_canned
from services.ticket.models import canned_answers
from services.ticket.rules import canned, problems
from services.ticket.rules.answers import CannedAnswerShown
from shared.errors import Message
from shared.ids import new_id
from shared.transaction import Transaction


def can(tx: Transaction, *, name: str, body: str, scope: str) -> CannedAnswerShown:
    """Keep an answer: a `personal` one of the actor's, or one of the house's. Raises Forbidden, Invalid."""
    is_houses = scope == "house"
    tx.in_order(forbidden=canned.may_keep(tx.actor, is_houses=is_houses), moves=False)
    _judge(body)
    answer_id, owner_id = new_id(), None if is_houses else tx.actor.id
    row = {"id": answer_id, "owner_id": owner_id, "name": name, "body": body, "created_at": tx.now}
    tx.create(canned_answers, row)
    tx.audit("canned_answer", answer_id, "can", {"name": name, "body": body, "scope": scope})
    return canned.shown(answer_id, owner_id, name, body, 1)


def change_canned(tx: Transaction, answer_id: str, changes: Mapping[str, Any]) -> CannedAnswerShown:
    """Change an answer's name or text. Raises NotFound, Forbidden, Stale, Invalid."""
    row = load_canned(tx, tx.actor, answer_id)
    tx.in_order(forbidden=canned.may_keep(tx.actor, is_houses=row.owner_id is None), version=row.version)
    values = {name: changes.get(name, getattr(row, name)) for name in ("name", "body")}
    _judge(values["body"])
    tx.change(canned_answers, answer_id, values, version=row.version)
    tx.audit("canned_answer", answer_id, "change_canned", dict(changes))
    return canned.shown(answer_id, row.owner_id, values["name"], values["body"], row.version + 1)


def drop_canned(tx: Transaction, answer_id: str) -> None:
    """Remove an answer. Raises NotFound, Forbidden, Stale."""
    row = load_canned(tx, tx.actor, answer_id)
    tx.in_order(forbidden=canned.may_keep(tx.actor, is_houses=row.owner_id is None), version=row.version)
    gone = {"removed_at": tx.now, "name": "", "body": ""}
    tx.change(canned_answers, answer_id, gone, version=row.version)
    tx.audit("canned_answer", answer_id, "drop_canned", {})


def _judge(body: str) -> None:
    """Raises Invalid, naming each placeholder that means nothing."""
    message = "{{%(name)s}} is not a placeholder: take one of %(known)s, or {{parameters.CODE}}"
    known = ", ".join("{{" + name + "}}" for name in canned.MEANINGS)
    if wrong := canned.unknown(body):
        raise problems.invalid_fields({"body": [Message(message, {"name": name, "known": known}) for name in wrong]})
