"""Nouns: (reader, actor, …) → frozen read dataclasses. They never write."""

from services.notify.queries.chosen import preferences
from services.notify.queries.hooks import Parcel, parcels, webhook, webhooks
from services.notify.queries.incoming import Answered, answered, arrivals, writer
from services.notify.queries.ledger import Filters, ledger
from services.notify.queries.letters import Envelope, envelopes
from services.notify.queries.recipients import recipient
from services.notify.queries.rooms import Door, News, chat_room, chat_rooms, door, news
from services.notify.queries.rules import rules
from services.notify.queries.shown import Inbox, notifications
from services.notify.queries.templates import template, templates, told_story

__all__ = [
    "Answered",
    "Door",
    "Envelope",
    "Filters",
    "Inbox",
    "News",
    "Parcel",
    "answered",
    "arrivals",
    "chat_room",
    "chat_rooms",
    "door",
    "envelopes",
    "ledger",
    "news",
    "notifications",
    "parcels",
    "preferences",
    "recipient",
    "rules",
    "template",
    "templates",
    "told_story",
    "webhook",
    "webhooks",
    "writer",
]
