"""What a verb may miss here, whom to ask for it, and how the answer is kept."""

from __future__ import annotations

from typing import Final

from services.attachments.commands import keep_answered_type
from services.attachments.gateways import workflow
from shared import people
from shared.inbox.runtime import Resolver

RESOLVERS: Final[dict[str, Resolver]] = {
    **people.RESOLVERS,
    "type": (workflow.type_of, keep_answered_type),
}
