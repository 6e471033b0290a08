"""What a person was told: GET /v1/notifications, read one, read all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response

from services.notify import commands, queries, schemas
from services.notify.api.places import last_id
from services.notify.gateways.speech import voice_for
from services.notify.gateways.visibility import visible
from shared.errors import Retryable
from shared.http import blueprint, command, encode_cursor, limit, query, services, signed_in
from shared.ids import Actor

blp = blueprint("notifications", __name__, description="What I was told")


@blp.route("/notifications")
@signed_in
@blp.arguments(schemas.NotificationsQuery, location="query")
@blp.response(200, schemas.Notifications)
def notifications(asked: dict[str, Any]) -> Response:
    """What I was told, newest first, and how many of all are unread."""
    place, most, unread = last_id(), limit(), asked["unread"]

    def noun(reader: Any, actor: Actor) -> dict[str, Any]:
        found = queries.notifications(
            reader, actor, voice_for(actor), _seen_by(actor.id), before=place, most=most, unread_only=unread
        )
        cursor = encode_cursor([found.next_before]) if found.next_before else None
        return {"items": found.items, "next_cursor": cursor, "unread": found.unread}

    return query(noun, schemas.Notifications)


def _seen_by(person_id: str) -> Callable[[set[str]], set[str]]:
    """Which of some tickets a person may see; none while the ticket service cannot be asked."""
    asker = services()

    def seen(tickets: set[str]) -> set[str]:
        try:
            return {ticket for _, ticket in visible(asker, {(person_id, ticket) for ticket in tickets})}
        except Retryable:
            return set()

    return seen


@blp.route("/notifications/<uuid:notification_id>/read", methods=["POST"])
@signed_in
@blp.response(200, schemas.Notification)
def read(notification_id: str) -> Response:
    """Mark one as read; again changes nothing."""
    return command(lambda tx: commands.read(tx, tx.actor, notification_id, voice_for(tx.actor)), schemas.Notification)


@blp.route("/notifications/read", methods=["POST"])
@signed_in
@blp.response(200, schemas.ReadAll)
def read_all() -> Response:
    """Mark all as read."""
    return command(lambda tx: {"read": commands.read_all(tx, tx.actor)}, schemas.ReadAll)
