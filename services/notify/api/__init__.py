"""The routes."""

from flask_smorest import Blueprint

from services.notify.api import (
    chat_rooms,
    deliveries,
    incoming,
    notifications,
    preferences,
    recipients,
    rules,
    streaming,
    templates,
    webhooks,
)


def blueprints() -> list[Blueprint]:
    """This service's own routes."""
    people = (notifications, deliveries, preferences, recipients, incoming, streaming)
    return [room.blp for room in (*people, rules, templates, webhooks, chat_rooms)]
