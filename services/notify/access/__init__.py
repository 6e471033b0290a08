"""Who may see which rows, and the rows as verbs and nouns alike read them."""

from services.notify.access.chosen import preferences_of
from services.notify.access.due import LEASE, Claimed, claimed, claiming
from services.notify.access.hooks import HEARING, MANAGES_WEBHOOKS, WEBHOOKS, webhook_of
from services.notify.access.ledger import DELIVERIES, delivery_of
from services.notify.access.seeing import MINE, SEES_LEDGER, among
from services.notify.access.stories import STORIES, notification_of, story_of

__all__ = [
    "DELIVERIES",
    "HEARING",
    "LEASE",
    "MANAGES_WEBHOOKS",
    "MINE",
    "SEES_LEDGER",
    "STORIES",
    "WEBHOOKS",
    "Claimed",
    "among",
    "claimed",
    "claiming",
    "delivery_of",
    "notification_of",
    "preferences_of",
    "story_of",
    "webhook_of",
]
