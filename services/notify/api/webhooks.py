"""Webhooks, for administrators."""

from __future__ import annotations

from typing import Any, cast

from flask import Response

from services.notify import access, commands, queries, schemas
from services.notify.api.places import last_id
from services.notify.gateways.receivers import http_receivers
from services.notify.options import Options
from shared.errors import Invalid
from shared.http import blueprint, command, encode_cursor, limit, needs, query
from shared.http.running import current_edge
from shared.ids import Actor

blp = blueprint("webhooks", __name__, description="Other systems that are told of events")


@blp.route("/webhooks")
@needs(access.MANAGES_WEBHOOKS)
@blp.response(200, schemas.Webhooks)
def webhooks() -> Response:
    """All webhooks, oldest first."""
    place, most = last_id(), limit()

    def noun(reader: Any, actor: Actor) -> dict[str, Any]:
        items, last = queries.webhooks(reader, actor, after=place, most=most)
        return {"items": items, "next_cursor": encode_cursor([last]) if last else None}

    return query(noun, schemas.Webhooks)


@blp.route("/webhooks", methods=["POST"])
@needs(access.MANAGES_WEBHOOKS)
@blp.arguments(schemas.NewWebhook)
@blp.response(201, schemas.Webhook)
def make_webhook(body: dict[str, Any]) -> Response:
    """A new webhook; its secret is in this answer and never shown again."""
    _judge(body["url"])
    return command(
        lambda tx: commands.make_webhook(tx, tx.actor, body["url"], body["events"]),
        schemas.Webhook,
        status=201,
        location=lambda made: f"/v1/webhooks/{made.id}",
    )


@blp.route("/webhooks/<uuid:webhook_id>")
@needs(access.MANAGES_WEBHOOKS)
@blp.response(200, schemas.Webhook)
def webhook(webhook_id: str) -> Response:
    """One webhook; what was delivered to it is at `/v1/deliveries?recipient_id=`."""
    return query(lambda reader, actor: queries.webhook(reader, actor, webhook_id), schemas.Webhook)


@blp.route("/webhooks/<uuid:webhook_id>", methods=["PATCH"])
@needs(access.MANAGES_WEBHOOKS)
@blp.arguments(schemas.WebhookChanges)
@blp.response(200, schemas.Webhook)
def change_webhook(body: dict[str, Any], webhook_id: str) -> Response:
    """Change its address or events, disable it, or let it work again."""
    if "url" in body:
        _judge(body["url"])
    changes = {name: value for name, value in body.items() if name != "state"}
    if "state" in body:
        changes["is_disabled"] = body["state"] == "disabled"
    return command(lambda tx: commands.change_webhook(tx, tx.actor, webhook_id, changes), schemas.Webhook)


@blp.route("/webhooks/<uuid:webhook_id>/secret", methods=["POST"])
@needs(access.MANAGES_WEBHOOKS)
@blp.response(200, schemas.Webhook)
def renew_secret(webhook_id: str) -> Response:
    """A new secret; for a day the one before signs too."""
    return command(lambda tx: commands.renew_secret(tx, tx.actor, webhook_id), schemas.Webhook)


@blp.route("/webhooks/<uuid:webhook_id>", methods=["DELETE"])
@needs(access.MANAGES_WEBHOOKS)
@blp.response(204)
def remove_webhook(webhook_id: str) -> Response:
    """Remove it; what was on its way is suppressed."""
    return command(lambda tx: commands.remove_webhook(tx, tx.actor, webhook_id), None, status=204)


def _judge(url: str) -> None:
    wrong = http_receivers(cast(Options, current_edge().options)).wrong_with(url)
    if wrong is not None:
        raise Invalid("Correct the fields named and send it again", fields={"url": [wrong]})
