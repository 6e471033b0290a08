"""The tests' house: its people, its catalog, its flow, and what they do, told in few words."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from werkzeug.test import TestResponse

from shared.contracts.workflow import Holder
from tests.service.ticket.flow import Flow
from tests.service.ticket.world import World

GOOD = {"invoice": "123456", "amount": "99.90"}
ANY = "*"


class House:
    """Ana and Bia are customers, Leo is a student; Bruno is the default attendant; Carla and Davi are queue finance."""

    def __init__(self, world: World) -> None:
        self.world = world
        with world.together():
            self._move_in(world)
        self.flow = Flow(world, self.bruno)
        self.flow.queues = {"finance": [self.carla, self.davi]}

    def _move_in(self, world: World) -> None:
        self.ana = world.client("Ana Souza", email="ana@cliente.test")
        self.bia = world.client("Bia Lima", email="bia@cliente.test")
        self.leo = world.client("Leo Prado", email="leo@cliente.test", kind="student")
        self.bruno = world.attendant("Bruno Alves")
        self.carla = world.attendant("Carla Dias")
        self.davi = world.attendant("Davi Rocha")
        self.admin = world.person("Admin", "administrator", email="admin@vez.test")
        world.queue("finance", self.carla, self.davi)
        world.queue("front_desk", self.bruno)
        world.publish()

    @cached_property
    def queue(self) -> Holder:
        return Holder(id="finance", queue=True)

    # -- calls ------------------------------------------------------------------------------------------------------

    def get(self, who: str, ticket_id: str, rest: str = "") -> Any:
        """What somebody reads; the answer must be good."""
        answer = self.world.call(who, "GET", f"/tickets/{ticket_id}{rest}")
        assert answer.status_code == 200, answer.text
        return answer.json

    def post(self, who: str, ticket_id: str, action: str, body: Any = None, **headers: str) -> TestResponse:
        """Somebody acts on a ticket, whatever its version."""
        return self.world.call(who, "POST", f"/tickets/{ticket_id}/{action}", body, **{"If_Match": ANY, **headers})

    def done(self, who: str, ticket_id: str, action: str, body: Any = None) -> Any:
        """Somebody acts, and the flow answers; the ticket as they then see it."""
        answer = self.post(who, ticket_id, action, body)
        assert answer.status_code == 202, answer.text
        self.flow.answer(ticket_id)
        return self.world.call(who, "GET", f"/tickets/{ticket_id}").json

    def patch(self, who: str, ticket_id: str, body: Any, **headers: str) -> TestResponse:
        return self.world.call(who, "PATCH", f"/tickets/{ticket_id}", body, **{"If_Match": ANY, **headers})

    def listed(self, who: str, query: str = "") -> list[str]:
        """The ids that a list shows."""
        answer = self.world.call(who, "GET", f"/tickets?{query}")
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json["items"]]

    # -- tickets ----------------------------------------------------------------------------------------------------

    def open(self, who: str, *, submit: bool = True, type: str = "dispute", **body: Any) -> TestResponse:
        """Somebody opens a ticket; what begins with a capital is a header."""
        headers = {name: body.pop(name) for name in list(body) if name[0].isupper()}
        parameters = GOOD if type == "dispute" else {}
        sent = {"type": type, "subject": "Charged twice", "description": "Twice in November", "parameters": parameters}
        return self.world.call(who, "POST", "/tickets", {**sent, "submit": submit, **body}, **headers)

    def draft(self, who: str | None = None, **body: Any) -> str:
        """A draft of Ana's (or of `who`); its id."""
        answer = self.open(who or self.ana, submit=False, **body)
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def submitted(self, who: str | None = None, **body: Any) -> str:
        """A ticket of Ana's, accepted and not routed; its id."""
        answer = self.open(who or self.ana, **body)
        assert answer.status_code == 202, answer.text
        return str(answer.json["id"])

    def routed(self, who: str | None = None, **body: Any) -> str:
        """A ticket of Ana's in its first stage, held by Bruno; its id."""
        ticket_id = self.submitted(who, **body)
        self.flow.answer(ticket_id)
        return ticket_id

    def on_the_clients_turn(self, who: str | None = None, **body: Any) -> str:
        """A ticket of Ana's that Bruno asked her about; its id."""
        ticket_id = self.routed(who, **body)
        self.done(self.bruno, ticket_id, "advance", {"transition": "ask", "comment": "Which one?"})
        return ticket_id

    def in_analysis(self, holder: Holder | None = None) -> str:
        """A ticket of Ana's in analysis, held by queue finance (or by `holder`); its id."""
        self.flow.assign["analysis"] = holder or self.queue
        ticket_id = self.routed()
        self.done(self.bruno, ticket_id, "advance", {"transition": "analyse"})
        return ticket_id

    def understood(self, holder: str, ticket_id: str) -> None:
        """The holder fills what analysis requires and writes an understanding."""
        answer = self.patch(holder, ticket_id, {"parameters": {"cause": "Bank", "refund": "99.90"}})
        assert answer.status_code == 200, answer.text
        answer = self.post(holder, ticket_id, "understandings", {"body": "We give it back", "due_on": "2026-12-01"})
        assert answer.status_code == 201, answer.text

    def in_agreement(self) -> str:
        """A ticket whose understanding Ana is asked to approve; its id."""
        ticket_id = self.in_analysis(Holder(id=self.carla))
        self.understood(self.carla, ticket_id)
        self.done(self.carla, ticket_id, "advance", {"transition": "propose"})
        return ticket_id

    def before_the_board(self) -> str:
        """A ticket on which Carla and Davi decide; its id."""
        ticket_id = self.in_analysis(Holder(id=self.carla))
        self.understood(self.carla, ticket_id)
        self.done(self.carla, ticket_id, "advance", {"transition": "direct"})
        return ticket_id

    def concluded(self) -> str:
        """A concluded ticket of Ana's; its id."""
        ticket_id = self.routed()
        self.done(self.bruno, ticket_id, "advance", {"transition": "refuse"})
        return ticket_id

    def cancelled(self) -> str:
        """A cancelled ticket of Ana's; its id."""
        ticket_id = self.on_the_clients_turn()
        self.done(self.ana, ticket_id, "advance", {"transition": "give_up"})
        return ticket_id
