"""What verbs of this service may miss, and whom to ask: people of identity, the catalog of workflow."""

from __future__ import annotations

from typing import Final

from services.ticket.commands import replicating
from services.ticket.gateways import workflow
from shared import people
from shared.inbox.runtime import Resolver

RESOLVERS: Final[dict[str, Resolver]] = {
    **people.RESOLVERS,
    "type": (workflow.type_of, replicating.keep_answered_type),
    "type_version": (workflow.version_of, replicating.keep_answered_version),
    "queue": (workflow.queue_of, replicating.keep_answered_queue),
}
