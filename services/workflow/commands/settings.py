"""Changing a setting."""

from __future__ import annotations

import uuid
from typing import Any, Final

from services.workflow.access.catalog import load_present
from services.workflow.access.predicates import about
from services.workflow.access.settings import load_setting, meaning_of
from services.workflow.commands.holders import ask_check
from services.workflow.models import settings
from services.workflow.rules import settings as rules
from services.workflow.rules.settings import FALLBACK_QUEUE, Named, SettingShown
from shared import people
from shared.contracts.workflow import SettingChanged
from shared.errors import Message
from shared.transaction import Transaction

QUEUE_PREFIX: Final = "queue:"
_QUEUE: Final = about("SELECT code FROM queues WHERE code = %(code)s AND NOT is_retired")


def change_setting(tx: Transaction, key: str, value: Any) -> SettingShown:
    """Set a setting. Raises NotFound (no such key), Stale, Missing, Invalid."""
    kind = rules.kind_of(key)
    before = load_setting(tx, key)
    tx.in_order(version=before.version)
    plain = _plain(tx, kind, value)
    if key == FALLBACK_QUEUE and plain is None:
        _refuse_no_fallback(tx)
    row = {"value": plain, "updated_at": tx.now, "updated_by": tx.actor.id}
    if key == FALLBACK_QUEUE and plain is not None:
        ask_check(tx, "queue", plain)
    if before.version == 0:
        tx.create(settings, {"key": key, **row})
    else:
        tx.change(settings, key, row, version=before.version)
    tx.emit(SettingChanged(key=key, value=plain, by=tx.actor.id))
    tx.audit(
        "setting", key, "change_setting", {"before": rules.told(kind, before.value), "value": rules.told(kind, plain)}
    )
    return SettingShown(
        key=key,
        value=plain,
        version=before.version + 1,
        updated_at=tx.now,
        updated_by=Named(tx.actor.id, tx.actor.name),
        meaning=meaning_of(tx, kind, plain),
    )


def _plain(tx: Transaction, kind: rules.Kind, value: Any) -> str | None:
    plain = rules.plain(kind, value)
    if plain is None or kind in ("text", "time_zone", "picture"):
        return plain
    return _person(tx, plain) if kind == "person" else _queue(tx, plain)


def _person(tx: Transaction, named: str) -> str:
    """The id of the person whom a setting names by id or e-mail. Raises Missing, Invalid."""
    if "@" in named:
        by_email = people.by_email(tx, named)
        if by_email is None:
            tx.miss("person_email", named)
            raise rules.wrong(Message("Nobody has the e-mail %(email)s", {"email": named}))
        return by_email.id
    try:
        id = str(uuid.UUID(named))
    except ValueError:
        raise rules.wrong(Message("The id or the e-mail of a person")) from None
    if id not in people.find(tx, [id]):
        tx.miss("person", id)
        raise rules.wrong(Message("There is no such person"))
    return id


def _queue(tx: Transaction, named: str) -> str:
    code = named.removeprefix(QUEUE_PREFIX)
    if tx.one(_QUEUE, code=code) is None:
        raise rules.wrong(Message("There is no queue %(queue)s", {"queue": code}))
    return code


def _refuse_no_fallback(tx: Transaction) -> None:
    types = load_present(tx).catalog.types
    rules.refuse_no_fallback([t.code for t in types if t.version.flow.fallback is None])
