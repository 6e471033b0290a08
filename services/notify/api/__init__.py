"""The routes."""

from flask_smorest import Blueprint

from services.notify.api import (
    chat_rooms,
    deliveries,
    incoming,
    notifications,
    preferences,
    recipients,
    streaming,
    templates,
    webhooks,
)


def blueprints() -> list[Blueprint]:
    """This service's own routes."""
    rooms = (notifications, deliveries, preferences, recipients, incoming, streaming, templates, webhooks, chat_rooms)
    return [room.blp for room in rooms]
