"""Every endpoint × role × relation, cell by cell: the table is here, the endpoints come from the code."""

from __future__ import annotations

from typing import Any, Final

from flask import Flask
from werkzeug.test import TestResponse

from shared.contracts.identity import ProfileChanged
from shared.contracts.workflow import Holder
from shared.ids import new_id
from tests.service.notify.callers import Caller, caller, token
from tests.service.notify.test_templates import GOOD
from tests.service.notify.world import TRIAGE, World
from tests.support.rights import NOBODY, OF_EVERY_SERVICE, SERVICE, Row, Table, endpoints, wrong_cells

PEOPLE: Final = ("told", "stranger", "attendant", "administrator", "manager")
SIGNED_IN: Final = (*PEOPLE, SERVICE)
EVERYBODY: Final = (*SIGNED_IN, NOBODY)
ADMINISTRATOR: Final = "administrator"
TEMPLATE: Final = "/v1/templates/<string:kind>"
WEBHOOK: Final = "/v1/webhooks/<uuid:webhook_id>"
CHAT_ROOM: Final = "/v1/chat-rooms/<uuid:chat_room_id>"
A_ROOM: Final = {"name": "Ops", "url": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "kinds": ["finished"]}
TABLE: Final[Table] = {
    **OF_EVERY_SERVICE,
    ("GET", "/v1/people/<uuid:person_id>/data"): Row({200: ("told", "manager")}, else_=404),
    ("GET", "/v1/people/<uuid:person_id>/erasure"): Row({404: "manager"}),
    ("GET", "/v1/chat-rooms"): Row({200: ADMINISTRATOR}),
    ("POST", "/v1/chat-rooms"): Row({201: ADMINISTRATOR}, body=A_ROOM),
    ("GET", CHAT_ROOM): Row({404: ADMINISTRATOR}),
    ("PATCH", CHAT_ROOM): Row({404: ADMINISTRATOR}, body={}),
    ("DELETE", CHAT_ROOM): Row({404: ADMINISTRATOR}),
    ("POST", f"{CHAT_ROOM}/test"): Row({404: ADMINISTRATOR}),
    ("GET", "/v1/deliveries"): Row({200: ADMINISTRATOR}),
    ("POST", "/v1/deliveries/<uuid:delivery_id>/retry"): Row({404: ADMINISTRATOR}),
    ("GET", "/v1/incoming"): Row({200: ADMINISTRATOR}),
    ("POST", "/v1/incoming/<uuid:incoming_id>/retry"): Row({404: ADMINISTRATOR}),
    ("GET", "/v1/notifications"): Row({200: SIGNED_IN}),
    ("POST", "/v1/notifications/read"): Row({200: SIGNED_IN}),
    ("POST", "/v1/notifications/<uuid:notification_id>/read"): Row({200: "told"}, else_=404),
    ("GET", "/v1/preferences"): Row({200: SIGNED_IN}),
    ("PUT", "/v1/preferences"): Row({428: SIGNED_IN}, body={}),
    ("GET", "/v1/recipients/<uuid:person_id>"): Row({200: ("told", "manager")}, else_=404),
    ("POST", "/v1/recipients/<uuid:person_id>/revive"): Row({200: ("told", "manager")}, else_=404),
    ("GET", "/v1/rules"): Row({200: ADMINISTRATOR}),
    ("PUT", "/v1/rules"): Row({428: ADMINISTRATOR}, body={"rules": []}),
    ("POST", "/v1/presence"): Row({404: "stranger", 401: NOBODY}, else_=200),
    ("POST", "/v1/stream-tickets"): Row({201: SIGNED_IN}),
    ("GET", "/v1/templates"): Row({200: ADMINISTRATOR}),
    ("GET", TEMPLATE): Row({200: ADMINISTRATOR}),
    ("PUT", TEMPLATE): Row({428: ADMINISTRATOR}, body={"texts": GOOD}),
    ("DELETE", TEMPLATE): Row({428: ADMINISTRATOR}),
    ("POST", f"{TEMPLATE}/preview"): Row({404: ADMINISTRATOR}, body={"ticket": "2026-999999"}),
    ("POST", "/v1/unsubscribe/<token>"): Row(else_=404, is_public=True),
    ("GET", "/v1/webhooks"): Row({200: ADMINISTRATOR}),
    ("POST", "/v1/webhooks"): Row({201: ADMINISTRATOR}, body={"url": "https://example.org/", "events": ["*"]}),
    ("GET", WEBHOOK): Row({404: ADMINISTRATOR}),
    ("PATCH", WEBHOOK): Row({404: ADMINISTRATOR}, body={}),
    ("DELETE", WEBHOOK): Row({404: ADMINISTRATOR}),
    ("POST", f"{WEBHOOK}/secret"): Row({404: ADMINISTRATOR}),
}


def test_every_endpoint_is_in_the_table(app: Flask) -> None:
    assert endpoints(app) == set(TABLE)


def test_each_cell_of_the_table(app: Flask, world: World) -> None:
    """Bruno, an attendant, was told of Ana's ticket, which Sofia may not see."""
    everything = ["settings.change", "inbox.manage", "audit.read", "webhooks.manage"]
    world.say(ProfileChanged(code="administrator", permissions=everything))
    world.say(ProfileChanged(code="manager", permissions=["people.manage"]))
    world.say(ProfileChanged(code="attendant", permissions=["ticket.attend"]))
    people = {
        "told": world.person("Bruno Alves", profiles=["attendant"]),
        "stranger": world.person("Sofia Reis", kind="customer"),
        "attendant": world.person("Davi Rocha", profiles=["attendant"]),
        "administrator": world.person("Admin", profiles=["administrator"]),
        "manager": world.person("Mara Lima", profiles=["manager"]),
    }
    ticket_id = world.submitted(world.person("Ana Souza", kind="customer"))
    world.enters(ticket_id, TRIAGE, Holder(id=people["told"]))
    world.unseen.add((people["stranger"], ticket_id))
    callers = {who: caller(app, id) for who, id in people.items()} | {
        SERVICE: Caller(app.test_client(), token(new_id(), svc=True, permissions=["service.ask"])),
        NOBODY: caller(app, None),
    }
    told = callers["told"]("GET", "/notifications").get_json()["items"][0]["id"]
    places = {"notification_id": told, "person_id": people["told"], "kind": "approve", "token": "x"}
    about_it = {"/presence": {"ticket_id": ticket_id}, "/stream-tickets": {"tickets": [ticket_id]}}

    def call(who: str, method: str, path: str, body: Any) -> TestResponse:
        return callers[who](method, path, about_it.get(path, body))

    wrong = wrong_cells(TABLE, EVERYBODY, places, call)
    assert not wrong, "\n".join(wrong)
