"""The verb of a flow's every step."""

from __future__ import annotations

from services.ticket.access.loading import load_ticket
from services.ticket.commands.asking import permit, request
from services.ticket.rules.answers import TicketShown
from services.ticket.rules.transitions import judge_taken
from services.ticket.rules.viewing import shown
from shared.contracts.ticket import AdvanceRequested
from shared.transaction import Transaction


def advance(tx: Transaction, ticket_id: str, *, transition: str, comment: str | None) -> TicketShown:
    """Take a transition of the present stage. Raises NotYourTurn, OperationPending, Invalid (all that blocks it)."""
    reading = load_ticket(tx, tx.actor, ticket_id)
    permit(tx, reading, "advance")
    taken = judge_taken(reading, transition, comment)
    details = {"transition": taken.code, "comment": comment}
    return shown(request(tx, reading, "advance", AdvanceRequested, details, transition=taken.code))
