"""Who may see which rows, and the rows as verbs and nouns alike read them."""

from services.notify.access.ledger import DELIVERIES, delivery_of
from services.notify.access.seeing import MINE, SEES_LEDGER, among
from services.notify.access.stories import STORIES, notification_of, story_of

__all__ = ["DELIVERIES", "MINE", "SEES_LEDGER", "STORIES", "among", "delivery_of", "notification_of", "story_of"]
