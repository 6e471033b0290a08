"""What a verb or a noun knows of a ticket after its one read."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec

from services.ticket.rules.policy import Case
from services.ticket.rules.ticket import Names, Relations, Standing, Ticket, standing
from shared.catalog.definitions import Stage, TypeVersion, text_in


class Reading(msgspec.Struct, frozen=True, dict=True):
    """A ticket, what the replicas call its people and things, how the actor stands to it, its version, and when."""

    ticket: Ticket
    names: Names
    standing: Standing
    definition: TypeVersion
    now: datetime
    relations: Relations = msgspec.field(default_factory=Relations)

    @property
    def language(self) -> str:
        """The reader's."""
        return self.standing.actor.language

    @cached_property
    def stage(self) -> Stage | None:
        """The stage that the ticket is in; None for drafts and on the way to the first one."""
        return self.definition.find_stage(self.ticket.stage)

    @cached_property
    def judging_stage(self) -> Stage:
        """The stage whose column of the matrix counts: the first one before the flow, the last real one after it."""
        stage = self.stage
        if stage is None or (stage.kind == "terminal" and not stage.cells):
            stage = self.definition.find_stage(self.ticket.last_stage)
        return stage or self.definition.flow.first_stage

    @cached_property
    def facts(self) -> dict[str, dict[str, Any]]:
        """What conditions may name beside parameters."""
        ticket, names = self.ticket, self.names
        return {
            "ticket": {
                "number": ticket.number,
                "type": ticket.type,
                "group": names.group,
                "status": ticket.status,
                "priority": ticket.priority,
                "reopened": ticket.is_reopened,
            },
            "client": {"id": ticket.client_id, "kind": names.client_kind},
            "turn": {
                "side": ticket.turn_side,
                "stage": ticket.stage,
                "holder": ticket.holder_queue or ticket.holder_person_id,
                "ordinal": ticket.turn_ordinal,
            },
        }

    @cached_property
    def values(self) -> dict[str, Any]:
        """What the flow needs to judge conditions: it knows the turn itself."""
        return {"parameters": self.ticket.parameters, "ticket": self.facts["ticket"], "client": self.facts["client"]}

    @cached_property
    def holder_name(self) -> str:
        """Who holds it, as a person or as a queue, in the reader's language."""
        if self.ticket.holder_queue is not None:
            return text_in(self.names.queue_names or {}, self.language) or self.ticket.holder_queue
        return self.names.holder

    @cached_property
    def case(self) -> Case:
        """What the policy judges."""
        side = self.stage.side if self.stage else None
        return Case(self.ticket, self.standing, side, self.now, self.holder_name)

    def changed(self, **changes: Any) -> Reading:
        """The same after a change: `changes` are the ticket's columns by name."""
        ticket = msgspec.structs.replace(self.ticket, **changes)
        stands = self.standing
        if "status" in changes:
            stands = standing(stands.actor, ticket, self.names, self.relations)
        return msgspec.structs.replace(self, ticket=ticket, standing=stands)
