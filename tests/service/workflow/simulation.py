"""A history of the workflow service: what is asked of a few tickets, and what their flows answer."""

from __future__ import annotations

from typing import Any, Final

from shared.contracts import ticket as asked
from tests.service.workflow.house import House
from tests.support.publishers import Publishers
from tests.support.simulation import Simulation
from tests.support.twins import Kept

WAYS: Final = {
    "triage": ("analyse", "ask", "loop", "eva", "board", "agree", "repair", "refuse"),
    "more": ("answer", "give_up"),
    "analysis": ("finish", "back"),
    "workshop": ("back",),
}
FLOW: Final = "SELECT state, stage, ordinal, holder_id, holder_queue FROM flows WHERE ticket_id = %(id)s"
INSTANTS: Final = ("since", "due_at", "near_at", "reopen_until")


class WorkflowSimulation(Simulation):
    """One to three tickets, of which up to eight things are asked each."""

    KEPT = (
        Kept("flows", "ticket_id", without=(*INSTANTS, "number", "next_at")),
        Kept("turns", "ticket_id", without=("since",)),
        Kept("votes", "ticket_id", without=("at",)),
        Kept("clocks", "ticket_id", without=("due_at", "near_at")),
        Kept(
            "outbox",
            "aggregate_id",
            "text",
            without=("id", "occurred_at", "trace", "payload"),
            inside=(("payload", INSTANTS),),
            where="word = 'flow'",
        ),
    )

    def __init__(self, house: House, publishers: Publishers, seed: int) -> None:
        super().__init__(house.world, publishers, seed)
        self.house = house
        self.staff = [house.carla, house.davi, house.eva]

    def go_on(self) -> None:
        tickets = [self._submitted() for _ in range(self.chance.randint(1, 3))]
        left = {ticket_id: self.chance.randint(2, 7) for ticket_id in tickets}
        while left:
            ticket_id = self.chance.choice(list(left))
            [row] = self.house.world.rows(FLOW, id=ticket_id)
            self.say(self._next(ticket_id, *row))
            left[ticket_id] -= 1
            if not left[ticket_id]:
                del left[ticket_id]

    def fault(self) -> str | None:
        for ticket_id in self.twins.names.values():
            instants = [event.since for event in self.house.world.said("flow", ticket_id)]
            if instants != sorted(instants):
                return f"a turn begins before the one that it follows: {instants}"
        return None

    def _submitted(self) -> str:
        ids = {"ticket_id": self.new(), "operation_id": self.new()}
        self.say(self.house.world.submission(self.house.ana, "dispute", **ids))
        return ids["ticket_id"]

    def _next(self, id: str, state: str, stage: str, ordinal: int, holder: Any, queue: str | None) -> Any:
        common = {"ticket_id": id, "operation_id": self.new(), "values": {}, "ordinal": ordinal}
        by = self.chance.choice(self.staff) if queue or holder is None else str(holder)
        if self.happens(0.15):  # one who saw an older turn, or whose turn it is not
            common["ordinal"] = max(0, ordinal - self.chance.randint(0, 1))
            by = self.chance.choice([*self.staff, self.house.ana])
        if state != "running":
            return asked.ReopenRequested(by=self.house.ana, **common)
        if stage in ("board", "agreement"):
            outcome = self.chance.choice(["approved", "rejected"])
            return asked.DecisionRequested(by=by, outcome=outcome, evidence="0" * 64, **common)
        if queue:
            return asked.TakeRequested(by=by, **common)
        if self.happens(0.2):
            return asked.TransferRequested(by=by, to_person_id=self.chance.choice(self.staff), **common)
        return asked.AdvanceRequested(by=by, transition=self.chance.choice(WAYS[stage]), **common)
