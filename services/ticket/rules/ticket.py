"""A ticket as its row tells it, and how it stands to the one who acts."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec

from shared.ids import Actor

ENDED: Final = ("concluded", "cancelled", "deleted")
ATTENDED: Final = ("attendant", "third_party")
"""Sides on which an attendant acts: for third parties, who do not sign in, too."""

MODULE: Final = ("portal.client_online", "ticket.attend", "ticket.read_all", "ticket.read", "ticket.open_for")
"""Without any of these there is no ticket page and no ticket endpoint."""


class Ticket(msgspec.Struct, frozen=True):
    """The ticket's own columns, by their names."""

    id: str
    number: str
    type: str
    flow_version: int
    subject: str
    description: str
    status: str
    priority: str
    client_id: str
    author_id: str
    created_at: datetime
    updated_at: datetime
    turn_side: str
    turn_since: datetime
    turn_ordinal: int = 0
    turn_party: dict[str, str] | None = None
    parameters: dict[str, Any] = msgspec.field(default_factory=dict)
    stage: str | None = None
    stage_kind: str | None = None
    stage_entered_at: datetime | None = None
    last_stage: str | None = None
    holder_person_id: str | None = None
    holder_queue: str | None = None
    last_attendant_id: str | None = None
    approvers: list[str] = msgspec.field(default_factory=list)
    scheduled_until: datetime | None = None
    pending_id: str | None = None
    pending_kind: str | None = None
    understanding_version: int = 0
    understood_at: datetime | None = None
    due_at: datetime | None = None
    near_at: datetime | None = None
    reopen_until: datetime | None = None
    rating: int | None = None
    duplicate_of: str | None = None
    is_reopened: bool = False
    submitted_at: datetime | None = None
    ended_at: datetime | None = None
    version: int = 1

    @property
    def is_draft(self) -> bool:
        """Not in the flow yet: its author's alone."""
        return self.status == "draft"

    @property
    def is_queued(self) -> bool:
        """A queue holds it until one of its members takes it."""
        return self.holder_queue is not None

    @property
    def is_understood(self) -> bool:
        """Whether an understanding was written since the stage was last entered."""
        if self.understood_at is None or self.stage_entered_at is None:
            return False
        return self.understood_at > self.stage_entered_at


class Names(msgspec.Struct, frozen=True):
    """What the replicas say about a ticket's people, type and queue."""

    type_names: dict[str, str] = msgspec.field(default_factory=dict)
    group: str = ""
    group_names: dict[str, str] = msgspec.field(default_factory=dict)
    is_confidential: bool = False
    client: str = ""
    client_kind: str | None = None
    holder: str = ""
    queue_names: dict[str, str] | None = None


class Standing(msgspec.Struct, frozen=True):
    """How an actor stands to a ticket.

    `is_client`: acts as the client (the client, a guardian of theirs, the author while it is a draft);
    `attends`: sees it as an attendant does; `is_shared`: sees it by name or by organisation, to read and discuss.
    """

    actor: Actor
    is_client: bool = False
    is_author: bool = False
    is_shared: bool = False
    attends: bool = False
    queues: frozenset[str] = frozenset()

    @property
    def side(self) -> str:
        """Whose column of the matrix this actor reads."""
        return "attendant" if self.attends else "client"

    def may(self, permission: str) -> bool:
        """Whether a profile of the actor grants it."""
        return self.actor.may(permission)

    @property
    def may_attend(self) -> bool:
        """Sees it as an attendant and may work on tickets."""
        return self.attends and self.may("ticket.attend")

    @property
    def may_act_as_client(self) -> bool:
        """Stands on the client's side and may use the module (or opens for others)."""
        return self.is_client and (self.may("portal.client_online") or (self.is_author and self.may("ticket.open_for")))


class Relations(msgspec.Struct, frozen=True):
    """What the database knows of an actor and a ticket, beside the ticket's own columns.

    `stands_in`: who holds it in person is absent, and the actor is their substitute; `leads`: is their superior.
    """

    is_guardian: bool = False
    is_shared: bool = False
    has_held: bool = False
    is_in_scope: bool = False
    stands_in: bool = False
    leads: bool = False
    queues: frozenset[str] = frozenset()


def holds(ticket: Ticket, actor_id: str, queues: frozenset[str]) -> bool:
    """Whether the actor, or a queue of theirs, holds it now: as holder, as asked approver, or as who scheduled it."""
    if ticket.turn_side in ATTENDED:
        mine = ticket.holder_person_id == actor_id or ticket.holder_queue in queues
        return mine or actor_id in ticket.approvers
    return ticket.scheduled_until is not None and ticket.last_attendant_id == actor_id


def standing(actor: Actor, ticket: Ticket, names: Names, relations: Relations) -> Standing:
    """How `actor` stands to `ticket`: the client's side goes first, unless they hold it for the attendants."""
    is_author = ticket.author_id == actor.id
    is_client = ticket.client_id == actor.id or relations.is_guardian
    if ticket.is_draft:
        return Standing(actor, is_author, is_author, queues=relations.queues)
    person_holds = ticket.turn_side in ATTENDED and ticket.holder_person_id == actor.id and actor.may("ticket.attend")
    attends = person_holds or (not is_client and _sees_as_attendant(actor, ticket, names, relations))
    return Standing(
        actor,
        is_client=is_client and not person_holds,
        is_author=is_author,
        is_shared=relations.is_shared and not is_client and not attends,
        attends=attends,
        queues=relations.queues,
    )


def _sees_as_attendant(actor: Actor, ticket: Ticket, names: Names, relations: Relations) -> bool:
    """Domain page, *People and access*: those who hold or have held it, those of the profile's scope, read_all.

    For who holds it stand their substitute, while they are absent, and their superior, who is told of what is late.
    """
    if actor.may("ticket.read_all") or (relations.is_in_scope and actor.may("ticket.read")):
        return True
    if ticket.author_id == actor.id and actor.may("ticket.open_for"):
        return True
    if not actor.may("ticket.attend"):
        return False
    if holds(ticket, actor.id, relations.queues) or relations.stands_in:
        return True
    return (relations.has_held or relations.leads) and not names.is_confidential
