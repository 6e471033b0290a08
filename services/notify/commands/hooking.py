"""Webhooks: made, changed, renewed and removed by administrators; left alone while they fail."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import bindparam

from services.notify.access import WEBHOOKS, Claimed, claimed, webhook_of
from services.notify.commands import outside
from services.notify.models import webhooks
from services.notify.rules import webhooks as rules
from services.notify.rules.webhooks import Webhook
from shared.database import compiled
from shared.errors import NotFound
from shared.ids import Actor, new_id
from shared.transaction import Transaction

_ONE: Final = compiled(WEBHOOKS.where(webhooks.c.id == bindparam("id")))
_CLAIM: Final = outside.claim_of("webhook", webhooks)


def make_webhook(tx: Transaction, actor: Actor, url: str, events: Sequence[str]) -> Webhook:
    """A new webhook that hears of `events` from now on; its secret is in the answer, and never again."""
    id, secret = new_id(), _new_secret()
    values = {"id": id, "url": url, "events": sorted(set(events)), "secret": secret, "created_by": actor.id}
    tx.create(webhooks, {**values, "created_at": tx.now})
    tx.audit("webhook", id, "make_webhook", {"url": url, "events": values["events"]})
    return Webhook(
        id=id, url=url, events=tuple(sorted(set(events))), state="active", created_at=tx.now, version=1, secret=secret
    )


def change_webhook(tx: Transaction, actor: Actor, id: str, changes: Mapping[str, Any]) -> Webhook:
    """Change url, events or is_disabled. Raises NotFound, PreconditionRequired, Stale."""
    row = _load(tx, id)
    tx.in_order(version=row.version)
    values = outside.changed(changes)
    tx.change(webhooks, id, values, version=row.version)
    tx.audit("webhook", id, "change_webhook", dict(changes))
    return webhook_of(row, tx.now, **values, version=row.version + 1)


def renew_secret(tx: Transaction, actor: Actor, id: str) -> Webhook:
    """A new secret; the one before signs too for a day, so that the receiver can change over. Raises NotFound."""
    row = _load(tx, id)
    tx.in_order(version=row.version)
    secret = _new_secret()
    kept = {"previous_secret": row.secret, "previous_until": tx.now + rules.BEFORE_SECRET_GOOD_FOR}
    tx.change(webhooks, id, {"secret": secret, **kept}, version=row.version)
    tx.audit("webhook", id, "renew_secret", {})
    return webhook_of(row, tx.now, secret=secret, version=row.version + 1)


def remove_webhook(tx: Transaction, actor: Actor, id: str) -> None:
    """Remove a webhook; what was on its way to it is suppressed. Raises NotFound, PreconditionRequired, Stale."""
    row = _load(tx, id)
    tx.in_order(version=row.version)
    tx.change(webhooks, id, {"is_deleted": True, "secret": "", "previous_secret": None}, version=row.version)
    tx.audit("webhook", id, "remove_webhook", {"url": row.url})
    outside.stop(tx, id)


def claim_for_webhooks(tx: Transaction, actor: Actor, busy: Sequence[str], most: int) -> list[Claimed]:
    """Lease due deliveries of the webhooks that may be tried now and are not `busy`."""
    return claimed(tx, _CLAIM, most, busy=list(busy))


def record_webhook(tx: Transaction, actor: Actor, id: str, *, worked: bool) -> None:
    """Note how a webhook's receiver did."""
    outside.record(tx, webhooks, tx.one(_ONE, id=id), worked=worked)


def _load(tx: Transaction, id: str) -> Any:
    row = tx.one(_ONE, id=id)
    if row is None:
        raise NotFound("There is no such webhook")
    return row


def _new_secret() -> str:
    return rules.PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
