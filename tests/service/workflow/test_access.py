"""Every endpoint × role × relation, cell by cell: the table is here, the endpoints come from the code."""

from __future__ import annotations

from typing import Any, Final

import pytest
from werkzeug.test import TestResponse

from shared.contracts import ticket as asked
from tests.service.workflow.house import House
from tests.support.rights import NOBODY, OF_EVERY_SERVICE, SERVICE, Row, Table, endpoints, wrong_cells

SEERS: Final = ("member", "holder", "administrator", SERVICE)
ATTENDANTS: Final = (*SEERS, "other_attendant")
MODULE: Final = ("client", "other_client", *ATTENDANTS)
EVERYBODY: Final = (*MODULE, "without_profile", NOBODY)
PUBLISHER: Final = ("administrator",)
TABLE: Final[Table] = {
    **OF_EVERY_SERVICE,
    ("GET", "/v1/catalog"): Row({200: PUBLISHER}),
    ("PUT", "/v1/catalog"): Row({428: PUBLISHER}, body={"vez": 1}),
    ("GET", "/v1/flows/<uuid:ticket_id>"): Row({200: ("holder", "administrator", SERVICE)}, else_=404),
    ("POST", "/v1/flows/<uuid:ticket_id>/migrate"): Row({428: PUBLISHER}, body={"version": 99, "parameters": {}}),
    ("GET", "/v1/queues"): Row({200: ATTENDANTS}),
    ("GET", "/v1/queues/<string:code>"): Row({200: ATTENDANTS}),
    ("GET", "/v1/settings"): Row(else_=200),
    ("GET", "/v1/settings/<string:key>"): Row({200: ("administrator", SERVICE)}),
    ("PUT", "/v1/settings/<string:key>"): Row({428: PUBLISHER}, body={"value": None}),
    ("GET", "/v1/types"): Row({403: ("administrator", "without_profile")}, else_=200),
    ("GET", "/v1/types/<string:code>"): Row({200: ATTENDANTS}),
    ("GET", "/v1/types/<string:code>/flows"): Row({200: PUBLISHER}),
    ("GET", "/v1/types/<string:code>/versions/current"): Row({200: ATTENDANTS}),
    ("GET", "/v1/types/<string:code>/versions/<int:number>"): Row({200: ATTENDANTS}),
}


def test_every_endpoint_is_in_the_table(house: House) -> None:
    assert endpoints(house.world.app) == set(TABLE)


@pytest.mark.parametrize("by", ["holder", "queue"])
def test_each_cell_of_the_table(house: House, by: str) -> None:
    """Once with a ticket that Bruno holds, once with one that the queue of Carla holds."""
    world = house.world
    ticket_id = house.submitted()
    table = dict(TABLE)
    if by == "queue":
        world.asks(asked.TransferRequested, ticket_id, house.bruno, to_queue="finance")
        table["GET", "/v1/flows/<uuid:ticket_id>"] = Row({200: SEERS}, else_=404)
    people: dict[str, Any] = {
        "client": house.ana,
        "other_client": world.client("Bia"),
        "holder": house.bruno,
        "member": house.carla,
        "other_attendant": world.attendant("Olga"),
        "administrator": world.person("Root", "administrator", email="root@vez.test"),
        "without_profile": world.person("Nil"),
        SERVICE: SERVICE,
        NOBODY: None,
    }
    places = {"ticket_id": ticket_id, "code": "finance", "key": "client_online.default_attendant", "number": "1"}

    def call(who: str, method: str, path: str, body: Any) -> TestResponse:
        if path.startswith("/types/"):
            path = path.replace("/finance", "/dispute")
        return world.call(people[who], method, path, body)

    wrong = wrong_cells(table, EVERYBODY, places, call)
    assert not wrong, "\n".join(wrong)
