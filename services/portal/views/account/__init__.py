"""The pages that are everybody's: signing in and out, notifications, preferences and one's own data."""

from services.portal.views.account import links, logo, notifications, preferences, sign_in
from services.portal.views.account.blueprint import blueprint

__all__ = ["blueprint", "links", "logo", "notifications", "preferences", "sign_in"]
