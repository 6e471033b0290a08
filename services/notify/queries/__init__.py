"""Nouns: (reader, actor, …) → frozen read dataclasses. They never write."""

from services.notify.queries.chosen import preferences
from services.notify.queries.hooks import Parcel, parcels, webhook, webhooks
from services.notify.queries.ledger import Filters, ledger
from services.notify.queries.letters import Envelope, envelopes
from services.notify.queries.shown import Inbox, notifications

__all__ = [
    "Envelope",
    "Filters",
    "Inbox",
    "Parcel",
    "envelopes",
    "ledger",
    "notifications",
    "parcels",
    "preferences",
    "webhook",
    "webhooks",
]
