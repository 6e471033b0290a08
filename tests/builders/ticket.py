"""People and tickets for tests: `a_ticket().held_by(bruno)` instead of fixtures that know everything."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import structs

from services.ticket.rules.policy import Case
from services.ticket.rules.ticket import Names, Relations, Standing, Ticket, standing
from shared.ids import Actor, PersonId, new_id

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
CLIENT = ("portal.client_online", "ticket.open")
ATTENDANT = ("ticket.attend", "ticket.open_for")
ADMINISTRATOR = (
    *CLIENT,
    *ATTENDANT,
    "ticket.read_all",
    "ticket.cancel",
    "ticket.delete",
    "ticket.transfer_any",
    "settings.change",
    "people.manage",
    "audit.read",
    "reports.read",
)


def a_person(name: str, *permissions: str, **more: Any) -> Actor:
    """Somebody with these permissions."""
    return Actor(id=PersonId(new_id()), name=name, permissions=frozenset(permissions), **more)


def a_client(name: str = "Ana") -> Actor:
    """Somebody of the built-in client profile."""
    return a_person(name, *CLIENT, kind="customer", profiles=frozenset({"client"}))


def an_attendant(name: str = "Bruno") -> Actor:
    """Somebody of the built-in attendant profile."""
    return a_person(name, *ATTENDANT, profiles=frozenset({"attendant"}))


def an_administrator(name: str = "Admin") -> Actor:
    """Somebody of the built-in administrator profile."""
    return a_person(name, *ADMINISTRATOR, profiles=frozenset({"administrator"}))


@dataclass(frozen=True)
class TicketBuilder:
    """A ticket's state, and how it stands to whom."""

    ticket: Ticket
    names: Names = field(default_factory=Names)
    stage_side: str = "attendant"

    def having(self, **changes: Any) -> TicketBuilder:
        return replace(self, ticket=structs.replace(self.ticket, **changes))

    def submitted_by(self, client: Actor) -> TicketBuilder:
        """Accepted, not routed yet."""
        return self.having(
            status="open",
            client_id=client.id,
            author_id=client.id,
            turn_side="nobody",
            pending_id=new_id(),
            pending_kind="submit",
            submitted_at=NOON,
        )

    def opened_by(self, client: Actor) -> TicketBuilder:
        return self.having(client_id=client.id, author_id=client.id)

    def on_behalf(self, author: Actor, client: Actor) -> TicketBuilder:
        return self.having(client_id=client.id, author_id=author.id)

    def on_the_clients_turn(self, *, kind: str = "ordinary") -> TicketBuilder:
        there = replace(self, stage_side="client")
        return there.having(**_in_stage(kind), turn_side="client", holder_person_id=self.ticket.client_id)

    def held_by(self, attendant: Actor, *, side: str = "attendant", stage_side: str | None = None) -> TicketBuilder:
        there = replace(self, stage_side=stage_side or side)
        return there.having(
            **_in_stage("ordinary"), turn_side=side, holder_person_id=attendant.id, last_attendant_id=attendant.id
        )

    def held_by_queue(self, queue: str) -> TicketBuilder:
        return self.having(**_in_stage("ordinary"), turn_side="attendant", holder_queue=queue, holder_person_id=None)

    def asking(self, *approvers: Actor, queue: str = "finance") -> TicketBuilder:
        """In an approval of the attendants' side."""
        there = self.having(**_in_stage("approval"), turn_side="attendant", holder_queue=queue, holder_person_id=None)
        return there.having(approvers=[a.id for a in approvers])

    def scheduled_by(self, attendant: Actor) -> TicketBuilder:
        return self.held_by(attendant).having(
            turn_side="nobody", holder_person_id=None, scheduled_until=NOON + timedelta(days=1)
        )

    def concluded(self, *, reopen_until: datetime | None = None) -> TicketBuilder:
        return self._ended("concluded", reopen_until=reopen_until)

    def cancelled(self) -> TicketBuilder:
        return self._ended("cancelled")

    def pending(self, kind: str = "advance") -> TicketBuilder:
        return self.having(pending_id=new_id(), pending_kind=kind)

    def confidential(self) -> TicketBuilder:
        return replace(self, names=structs.replace(self.names, is_confidential=True))

    def _ended(self, status: str, **more: Any) -> TicketBuilder:
        return self.having(
            status=status, turn_side="nobody", holder_person_id=None, holder_queue=None, ended_at=NOON, **more
        )

    def seen_by(self, actor: Actor, **relations: Any) -> Standing:
        return standing(actor, self.ticket, self.names, Relations(**relations))

    def case(self, actor: Actor, *, now: datetime = NOON, **relations: Any) -> Case:
        """What a rule judges when `actor` acts on it."""
        return Case(self.ticket, self.seen_by(actor, **relations), self.stage_side, now, holder="Carla")


def _in_stage(kind: str) -> dict[str, Any]:
    return {"status": "open", "stage": "there", "stage_kind": kind, "stage_entered_at": NOON, "turn_ordinal": 3}


def a_ticket(**changes: Any) -> TicketBuilder:
    """A draft of nobody in particular."""
    person = new_id()
    state = Ticket(
        id=new_id(),
        number="2026-000123",
        type="billing_dispute",
        flow_version=1,
        subject="Charged twice",
        description="November was charged twice",
        status="draft",
        priority="normal",
        client_id=person,
        author_id=person,
        created_at=NOON,
        updated_at=NOON,
        turn_side="client",
        turn_since=NOON,
    )
    return TicketBuilder(state).having(**changes)
