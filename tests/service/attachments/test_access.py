"""Every endpoint × role × relation, cell by cell: the table is here, the endpoints come from the code.

Whether somebody sees a ticket, and may add to it, is the ticket service's to say; here it says it of four people.
"""

from __future__ import annotations

from typing import Any, Final

import pytest
from werkzeug.test import TestResponse

from shared.contracts.identity import ProfileChanged
from shared.ids import new_id
from tests.service.attachments.world import Building, Ticket, World, id_of, put_all
from tests.service.notify.callers import Caller, caller, token
from tests.support.rights import NOBODY, OF_EVERY_SERVICE, SERVICE, Row, Table, endpoints, wrong_cells

WRITERS: Final = ("client", "holder")
READERS: Final = (*WRITERS, "shared")
EVERYBODY: Final = (*READERS, "stranger", "administrator", SERVICE, NOBODY)
FILE: Final = "/v1/attachments/<uuid:attachment_id>"
NOTE: Final = b"Segue a nota fiscal.\n"
ANNOUNCED: Final = {"name": "nota.txt", "size": len(NOTE), "content_type": "text/plain"}
TABLE: Final[Table] = {
    **OF_EVERY_SERVICE,
    ("GET", FILE): Row({200: READERS}, else_=404),
    ("GET", f"{FILE}/content"): Row({200: READERS}, else_=404),
    ("GET", f"{FILE}/thumbnail"): Row(else_=404),
    ("POST", f"{FILE}/link"): Row({200: READERS}, else_=404),
    ("GET", "/v1/tickets/<uuid:ticket_id>/attachments"): Row({200: READERS}, else_=404),
    ("POST", "/v1/tickets/<uuid:ticket_id>/attachments"): Row({202: WRITERS, 403: "shared"}, else_=404),
    ("POST", "/v1/uploads"): Row({201: WRITERS, 403: "shared"}, else_=404, body=ANNOUNCED),
    ("GET", "/v1/uploads/<uuid:upload_id>"): Row({200: "client"}, else_=404),
    ("POST", "/v1/uploads/<uuid:upload_id>/complete"): Row({202: "client"}, else_=404),
    ("DELETE", FILE): Row({428: WRITERS, 403: "shared"}, else_=404),
}


@pytest.fixture
def people(world: World, ana: Caller, bruno: Caller) -> dict[str, Caller]:
    """Who asks."""
    world.say(ProfileChanged(code="administrator", permissions=["inbox.manage", "audit.read"]))
    permissions = ["service.ask"]
    return {
        "client": ana,
        "holder": bruno,
        "shared": world.person("Sofia Reis"),
        "stranger": world.person("Tina Melo"),
        "administrator": world.person("Admin", profiles=["administrator"]),
        SERVICE: Caller(ana.client, token(new_id(), svc=True, permissions=permissions)),
        NOBODY: caller(world.app, None),
    }


def test_every_endpoint_is_in_the_table(building: Building) -> None:
    assert endpoints(building.app) == set(TABLE)


@pytest.mark.parametrize("who", EVERYBODY)
def test_each_cell_of_the_table(world: World, people: dict[str, Caller], who: str) -> None:
    """A ticket of Ana's, held by Bruno, read by Sofia, for each who asks: some of what they ask changes it."""
    ticket = world.ticket(people["client"], people["holder"])
    ticket.clients[id_of(people["shared"])] = ("comment",)
    upload = world.announce(people["client"], ticket, "recibo.txt", len(NOTE)).json
    parts = put_all(upload, NOTE)
    file = world.file(people["client"], ticket, "nota.txt", NOTE)
    assert file["state"] == "stored"
    places = {"attachment_id": file["id"], "ticket_id": ticket.id, "upload_id": upload["id"]}

    def call(who: str, method: str, path: str, body: Any) -> TestResponse:
        if (method, path) == ("POST", f"/tickets/{ticket.id}/attachments"):
            return world.stream(people[who], ticket, "outra.txt", b"Outra nota.\n")
        bodies = {
            "/uploads": {**ANNOUNCED, "ticket_id": ticket.id},
            f"/uploads/{upload['id']}/complete": {"parts": parts},
        }
        return people[who](method, path, bodies.get(path, body))

    wrong = wrong_cells(TABLE, [who], places, call)
    assert not wrong, "\n".join(wrong)


def test_what_is_internal_is_not_there_for_the_clients_side(world: World, people: dict[str, Caller]) -> None:
    ticket: Ticket = world.ticket(people["client"], people["holder"])
    file = world.file(people["holder"], ticket, "interno.txt", NOTE, internal=True)
    reading = {(m, r): row for (m, r), row in TABLE.items() if r.startswith(FILE) and m == "GET"}
    table = {place: Row({200: "holder"}, else_=404) for place in reading if not place[1].endswith("thumbnail")}
    wrong = wrong_cells(table, EVERYBODY, {"attachment_id": file["id"]}, lambda w, m, p, b: people[w](m, p, b))
    assert not wrong, "\n".join(wrong)
    assert people["client"]("GET", f"/tickets/{ticket.id}/attachments").json["items"] == []
