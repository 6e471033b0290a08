"""The routes."""

from flask_smorest import Blueprint

from services.notify.api import deliveries, notifications, preferences, streaming, webhooks


def blueprints() -> list[Blueprint]:
    """This service's own routes."""
    return [notifications.blp, deliveries.blp, preferences.blp, streaming.blp, webhooks.blp]
