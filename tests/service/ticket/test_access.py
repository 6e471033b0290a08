"""Every endpoint × role × relation, cell by cell: the table is here, the endpoints come from the code.

A command that moves or ends a ticket is called without If-Match, so that 428 means "may ever do it" and 403 "may not",
whatever the ticket's state; the states' rules are tested one by one elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pytest

from shared import clock
from shared.ids import new_id
from tests.service.ticket.house import House
from tests.service.ticket.world import Building
from tests.support.rights import OF_EVERY_SERVICE, endpoints, wrong_cells

CLIENTS: Final = ("client", "guardian")
ATTENDANTS: Final = ("holder", "former", "administrator")
SEERS: Final = (*CLIENTS, "shared", *ATTENDANTS)
STRANGERS: Final = ("other_client", "other_attendant", "service")
EVERYBODY: Final = (*SEERS, *STRANGERS, "nobody")
MODULE: Final = (*CLIENTS, "shared", *ATTENDANTS, "other_client", "other_attendant")


@dataclass(frozen=True)
class Row:
    """An endpoint: what is sent, and who gets which status. Whoever is not named gets `else_`, strangers 404."""

    body: Any = None
    cells: tuple[tuple[int, tuple[str, ...]], ...] = ()
    else_: int = 403
    about_a_ticket: bool = True

    def expected(self, who: str) -> int:
        if who == "nobody":
            return 401
        if self.about_a_ticket and who in STRANGERS:
            return 404
        return next((status for status, people in self.cells if who in people), self.else_)


def to_all(status: int, body: Any = None) -> Row:
    return Row(body, ((status, SEERS),))


def moving(*who: str, body: Any = None) -> Row:
    """Who may ever take an action that moves or ends a ticket."""
    return Row({} if body is None else body, ((428, who),))


TICKET = "/v1/tickets/<uuid:ticket_id>"
WORKERS = (*ATTENDANTS, "other_attendant")
OWN = Row(cells=((404, MODULE),), about_a_ticket=False)
OWN_CHANGED = Row({}, ((404, MODULE),), about_a_ticket=False)
SOON = (clock.now() + timedelta(days=1)).isoformat()
TABLE: Final[dict[tuple[str, str], Row]] = {
    ("GET", TICKET): to_all(200),
    ("PATCH", TICKET): moving(*CLIENTS, *ATTENDANTS),
    ("DELETE", TICKET): moving("administrator"),
    ("POST", f"{TICKET}/submit"): moving("client"),
    ("POST", f"{TICKET}/advance"): moving(*CLIENTS, *ATTENDANTS, body={"transition": "ask"}),
    ("POST", f"{TICKET}/cancel"): moving("administrator"),
    ("POST", f"{TICKET}/transfer"): moving(*ATTENDANTS, body={"to": "queue:finance", "reason": "x"}),
    ("POST", f"{TICKET}/take"): moving(*ATTENDANTS),
    ("POST", f"{TICKET}/schedule"): moving(*ATTENDANTS, body={"until": SOON}),
    ("POST", f"{TICKET}/wait"): moving(*ATTENDANTS, body={"party": "x"}),
    ("POST", f"{TICKET}/resume"): moving(*ATTENDANTS),
    ("POST", f"{TICKET}/reopen"): moving(*CLIENTS),
    ("POST", f"{TICKET}/decision"): moving(*CLIENTS, *ATTENDANTS, body={"outcome": "approved"}),
    ("GET", f"{TICKET}/decisions"): to_all(200),
    ("POST", f"{TICKET}/rating"): Row({"score": 5}, ((409, CLIENTS),)),
    ("GET", f"{TICKET}/rating"): to_all(404),
    ("GET", f"{TICKET}/messages"): to_all(200),
    ("POST", f"{TICKET}/messages"): to_all(201, {"body": "x"}),
    ("GET", f"{TICKET}/history"): to_all(200),
    ("GET", f"{TICKET}/turns"): to_all(200),
    ("GET", f"{TICKET}/clock"): to_all(200),
    ("GET", f"{TICKET}/operations/<uuid:operation_id>"): to_all(200),
    ("GET", f"{TICKET}/understandings"): to_all(200),
    ("POST", f"{TICKET}/understandings"): Row({"body": "x"}, ((201, ("holder",)), (409, ("former", "administrator")))),
    ("GET", f"{TICKET}/shares"): Row(cells=((200, (*CLIENTS, *ATTENDANTS)),)),
    ("POST", f"{TICKET}/shares"): Row(
        {"person": "tina@atende.test", "expires_at": SOON},
        ((201, ("holder",)), (409, (*CLIENTS, "former", "administrator"))),
    ),
    ("DELETE", f"{TICKET}/shares/<uuid:share_id>"): moving(*CLIENTS, *ATTENDANTS),
    ("GET", f"{TICKET}/readers"): Row(cells=((200, ("administrator",)),)),
    ("GET", f"{TICKET}/relations"): to_all(200),
    ("POST", f"{TICKET}/relations"): Row({"ticket_id": new_id()}, ((422, ATTENDANTS),)),
    ("DELETE", f"{TICKET}/relations/<uuid:relation_id>"): moving(*ATTENDANTS),
    ("GET", f"{TICKET}/time-entries"): Row(cells=((200, ATTENDANTS),)),
    ("POST", f"{TICKET}/time-entries"): Row({"minutes": 1}, ((201, ATTENDANTS),)),
    ("DELETE", f"{TICKET}/time-entries/<uuid:entry_id>"): Row(
        cells=((428, ("holder",)), (404, (*CLIENTS, "shared"))),
    ),
    ("GET", "/v1/tickets"): Row(cells=((200, MODULE),), about_a_ticket=False),
    ("GET", "/v1/tickets/counts"): Row(cells=((200, MODULE),), about_a_ticket=False),
    ("GET", "/v1/tickets/choices"): Row(cells=((200, (*ATTENDANTS, "other_attendant")),), about_a_ticket=False),
    ("POST", "/v1/tickets"): Row(
        {"type": "dispute", "subject": "x"},
        ((201, ("client", "guardian", "shared", "other_client")), (403, ATTENDANTS)),
        about_a_ticket=False,
    ),
    ("POST", "/v1/decisions"): Row(
        {"items": [{"ticket_id": new_id(), "version": 1, "outcome": "approved"}]},
        ((200, EVERYBODY),),
        about_a_ticket=False,
    ),
    ("POST", "/v1/visibility"): Row({"pairs": []}, ((200, ("service",)),), about_a_ticket=False),
    ("GET", "/v1/templates"): Row(cells=((200, MODULE),), about_a_ticket=False),
    ("POST", "/v1/templates"): Row({"type": "dispute", "name": "x"}, ((201, MODULE),), about_a_ticket=False),
    ("GET", "/v1/templates/<uuid:template_id>"): Row(else_=404, about_a_ticket=False),
    ("PATCH", "/v1/templates/<uuid:template_id>"): Row({}, else_=404, about_a_ticket=False),
    ("DELETE", "/v1/templates/<uuid:template_id>"): Row(else_=404, about_a_ticket=False),
    ("GET", "/v1/saved-filters"): Row(cells=((200, MODULE),), about_a_ticket=False),
    ("POST", "/v1/saved-filters"): Row(
        {"side": "client", "name": "x", "query": {}}, ((201, MODULE),), about_a_ticket=False
    ),
    ("GET", "/v1/saved-filters/<uuid:filter_id>"): OWN,
    ("PATCH", "/v1/saved-filters/<uuid:filter_id>"): OWN_CHANGED,
    ("DELETE", "/v1/saved-filters/<uuid:filter_id>"): OWN,
    ("GET", "/v1/canned-answers"): Row(cells=((200, WORKERS),), about_a_ticket=False),
    ("POST", "/v1/canned-answers"): Row({"name": "x", "body": "y"}, ((201, WORKERS),), about_a_ticket=False),
    ("GET", "/v1/canned-answers/<uuid:answer_id>"): Row(cells=((404, WORKERS),), about_a_ticket=False),
    ("PATCH", "/v1/canned-answers/<uuid:answer_id>"): Row({}, ((404, WORKERS),), about_a_ticket=False),
    ("DELETE", "/v1/canned-answers/<uuid:answer_id>"): Row(cells=((404, WORKERS),), about_a_ticket=False),
    ("GET", f"{TICKET}/canned-answers/<uuid:answer_id>"): Row(cells=((404, ATTENDANTS),)),
}

REPORTS: Final = (
    "open",
    "load",
    "throughput",
    "times",
    "satisfaction",
    "bottlenecks",
    "waits",
    "variants",
    "rework",
    "loops",
    "hand-overs",
)
TABLE |= {
    ("GET", f"/v1/reports{name}"): Row(cells=((200, ("administrator",)),), about_a_ticket=False)
    for name in ("", *(f"/{report}" for report in REPORTS))
}


def test_every_endpoint_is_in_the_table(building: Building) -> None:
    assert endpoints(building.app) - set(OF_EVERY_SERVICE) == set(TABLE)


@pytest.fixture
def cast(house: House) -> dict[str, Any]:
    """A ticket held by Bruno, once by Carla; who stands how to it, and the ids in its paths."""
    greta, sofia = house.world.client("Greta"), house.world.client("Sofia")
    house.world.client("Tina")
    house.world.changed(house.ana, guardians=[greta])
    ticket_id = house.routed()
    house.done(house.bruno, ticket_id, "transfer", {"to": house.carla, "reason": "x"})
    house.done(house.carla, ticket_id, "advance", {"transition": "ask", "comment": "x"})
    share = house.post(house.ana, ticket_id, "shares", {"person": sofia, "expires_at": SOON}).json
    house.done(house.ana, ticket_id, "advance", {"transition": "answer"})
    relation = house.post(house.bruno, ticket_id, "relations", {"ticket_id": house.routed()}).json
    entry = house.post(house.bruno, ticket_id, "time-entries", {"minutes": 1}).json
    operation = house.world.rows("SELECT id::text FROM operations WHERE ticket_id = %(id)s LIMIT 1", id=ticket_id)
    return {
        "people": {
            "client": house.ana,
            "guardian": greta,
            "shared": sofia,
            "holder": house.bruno,
            "former": house.carla,
            "administrator": house.admin,
            "other_client": house.bia,
            "other_attendant": house.davi,
            "service": "service",
            "nobody": None,
        },
        "places": {
            "ticket_id": ticket_id,
            "share_id": share["id"],
            "relation_id": relation["id"],
            "entry_id": entry["id"],
            "operation_id": operation[0][0],
            "template_id": new_id(),
            "filter_id": new_id(),
            "answer_id": new_id(),
        },
    }


def test_each_cell_of_the_table(house: House, cast: dict[str, Any]) -> None:
    people, places = cast["people"], cast["places"]
    wrong = wrong_cells(TABLE, EVERYBODY, places, lambda who, *asked: house.world.call(people[who], *asked))
    assert not wrong, "\n".join(wrong)


def test_the_predicate_and_the_rules_see_the_same(house: House, cast: dict[str, Any]) -> None:
    """What SQL lets somebody see is what the rules give a standing to, and what the services are told."""
    ticket_id = cast["places"]["ticket_id"]
    people = [(w, p) for w, p in cast["people"].items() if p not in (None, "service")]
    pairs = [{"person_id": p, "ticket_id": ticket_id} for _, p in people]
    told = house.world.call("service", "POST", "/visibility", {"pairs": pairs}).json["items"]
    for (who, person), pair in zip(people, told, strict=True):
        read = house.world.call(person, "GET", f"/tickets/{ticket_id}").status_code == 200
        assert (who, read) == (who, pair["visible"])
        assert read == (who in SEERS)
