"""What verbs of this service may miss, and whom to ask: people, of identity."""

from __future__ import annotations

from typing import Any, Final

from services.workflow.commands.apply import PEOPLE_BY_EMAIL, store_people
from shared import people
from shared.client import Services
from shared.errors import NotFound
from shared.inbox.runtime import Resolver


def ask_people(services: Services, emails: str) -> Any:
    """Ask identity who has these e-mails, joined by spaces. Raises NotFound when nobody has any, or Retryable."""
    found = []
    for email in emails.split():
        try:
            found.append(people.ask_by_email(services, email))
        except NotFound:
            continue
    if not found:
        raise NotFound("Nobody has any of these e-mails")
    return found


RESOLVERS: Final[dict[str, Resolver]] = {**people.RESOLVERS, PEOPLE_BY_EMAIL: (ask_people, store_people)}
