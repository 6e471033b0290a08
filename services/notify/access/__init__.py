"""Who may see which rows, and the rows as verbs and nouns alike read them."""

from services.notify.access.chosen import preferences_of
from services.notify.access.due import LEASE, Claimed, claimed, claiming
from services.notify.access.hooks import HEARING, MANAGES_WEBHOOKS, WEBHOOKS, webhook_of
from services.notify.access.incoming import INCOMING, Arrived, claimed_incoming, incoming_of
from services.notify.access.ledger import DELIVERIES, delivery_of
from services.notify.access.recipients import MANAGES_PEOPLE, RECIPIENTS, may_see_recipient, recipient_of
from services.notify.access.rooms import CHAT_ROOMS, LISTENING, chat_room_of, hearings_of
from services.notify.access.rules import CHANGES_RULES, HOUSE, RULES, WITHHELD, rules_of
from services.notify.access.seeing import MINE, SEES_LEDGER, among
from services.notify.access.stories import STORIES, notification_of, story_of
from services.notify.access.templates import CHANGES_TEMPLATES, TEMPLATES, template_of

__all__ = [
    "CHANGES_RULES",
    "CHANGES_TEMPLATES",
    "CHAT_ROOMS",
    "DELIVERIES",
    "HEARING",
    "HOUSE",
    "INCOMING",
    "LEASE",
    "LISTENING",
    "MANAGES_PEOPLE",
    "MANAGES_WEBHOOKS",
    "MINE",
    "RECIPIENTS",
    "RULES",
    "SEES_LEDGER",
    "STORIES",
    "TEMPLATES",
    "WEBHOOKS",
    "WITHHELD",
    "Arrived",
    "Claimed",
    "among",
    "chat_room_of",
    "claimed",
    "claimed_incoming",
    "claiming",
    "delivery_of",
    "hearings_of",
    "incoming_of",
    "may_see_recipient",
    "notification_of",
    "preferences_of",
    "recipient_of",
    "rules_of",
    "story_of",
    "template_of",
    "webhook_of",
]
