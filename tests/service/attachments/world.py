"""An attachments service with a house around it: people, tickets and what each may do with them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import jwt
from flask import Flask
from werkzeug.test import TestResponse

from services.attachments import commands, timers
from services.attachments.app import create_app
from services.attachments.gateways.scanner import scanner_of
from services.attachments.gateways.store import S3Store
from services.attachments.gateways.thumbnails import thumbnailer_of
from services.attachments.handlers import HANDLERS
from services.attachments.models import STORE
from services.attachments.options import Options
from services.attachments.resolvers import RESOLVERS
from shared import client
from shared.bus import Bus
from shared.contracts import encode
from shared.contracts.identity import PersonChanged
from shared.contracts.ticket import Deleted
from shared.contracts.workflow import TypeChanged
from shared.database import Database
from shared.ids import SYSTEM, new_id
from shared.inbox import Runtime
from shared.inbox.runner import Committer
from shared.outbox import Publisher
from tests.service.notify.callers import Caller, caller, identity
from tests.support import databases
from tests.support.arriving import Arriving
from tests.support.objectserver import ObjectServer

OPEN = ("attach", "comment", "remove_file")
AWAITING = ("attach", "comment")


@dataclass
class Ticket:
    """A ticket as the ticket service tells it: per person the actions, and as which side they see it.

    `parameters`: per side the codes of those that it may fill (`fill`) or only see (`read`); `values`: per parameter
    the files that it names; `messages`: their visibility.
    """

    id: str = field(default_factory=new_id)
    type: str = "billing_dispute"
    status: str = "open"
    clients: dict[str, tuple[str, ...]] = field(default_factory=dict)
    attendants: dict[str, tuple[str, ...]] = field(default_factory=dict)
    parameters: dict[str, dict[str, str]] = field(default_factory=dict)
    values: dict[str, list[str]] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)

    def told(self, person_id: str, asked: httpx.QueryParams) -> dict[str, Any] | None:
        """What somebody is answered; None where they may not see it."""
        for side, people in (("attendant", self.attendants), ("client", self.clients)):
            if person_id in people:
                actions = list(people[person_id]) if self.status in ("draft", "open") else []
                return {
                    "id": self.id,
                    "type": {"code": self.type, "name": self.type},
                    "status": self.status,
                    "actions": actions,
                    "side": side,
                    **({"filing": self._filing(side, asked)} if asked else {}),
                }
        return None

    def _filing(self, side: str, asked: httpx.QueryParams) -> dict[str, Any]:
        codes, cells = asked.get_list("file_parameter"), self.parameters.get(side, {})
        fillable = [code for code in codes if cells.get(code) == "fill"]
        holding = [code for code, ids in self.values.items() if asked.get("file_id") in ids]
        visibility = self.messages.get(asked.get("message_id", ""))
        return {
            "shown": [code for code in codes if code in cells],
            "fillable": fillable,
            "bound": any(cells.get(code) != "fill" for code in holding),
            "message": visibility if visibility == "public" or side == "attendant" else None,
        }


class Building:
    """The service's HTTP application, opened once; the neighbours of the present world answer it."""

    def __init__(self, options: Options, store: ObjectServer) -> None:
        self.options = options
        self.store = store
        self.world: World | None = None
        transports = {
            "identity": httpx.MockTransport(identity),
            "ticket": httpx.MockTransport(lambda request: self.present.ticket_service(request)),
            "workflow": httpx.MockTransport(lambda request: self.present.workflow(request)),
        }
        self.services = client.for_options(options, transports)
        self.services.service_token = lambda audience: "a-token"  # type: ignore[method-assign]
        self.app: Flask = create_app(options, self.services)

    @property
    def present(self) -> World:
        """The world of the test that runs."""
        assert self.world is not None
        return self.world


class World(Arriving):
    """The service's application and worker in this process; its neighbours answer what a test says."""

    def __init__(self, building: Building) -> None:
        building.world = self
        self.app, self.options, self.store = building.app, building.options, building.store
        self.tickets: dict[str, Ticket] = {}
        self.types: dict[str, Any] = {"billing_dispute": None}
        self.is_ticket_service_down = False
        self.asked: list[str] = []
        self.numbers = defaultdict(int)
        options = self.options
        database = Database(options.database_url, application_name="attachments-test")
        publisher = Publisher("attachments", database, Bus(options.broker_url, "attachments-test"))
        gateways = {
            "store": S3Store(options),
            "scanner": scanner_of(options),
            "thumbnailer": thumbnailer_of(options),
        }
        self.runtime = Runtime(options, STORE, database, publisher, building.services, RESOLVERS, gateways)
        self.committer = Committer(self.runtime, HANDLERS, options.inbox_tries)

    @contextmanager
    def running(self) -> Iterator[World]:
        """The committer's thread runs for the length of a block."""
        self.committer.start()
        try:
            yield self
        finally:
            self.committer.stop()
            self.runtime.database.close()

    # -- neighbours -----------------------------------------------------------------------------------------------

    def ticket_service(self, request: httpx.Request) -> httpx.Response:
        """What a ticket is to whoever asks."""
        if self.is_ticket_service_down:
            raise httpx.ConnectError("down", request=request)
        ticket = self.tickets.get(request.url.path.rpartition("/")[2])
        person = _person_of(request.headers["authorization"])
        self.asked.append(person)
        told = ticket.told(person, request.url.params) if ticket else None
        if told is None:
            return httpx.Response(404, json={"type": "urn:vez:problem:not-found", "title": "Not found"})
        return httpx.Response(200, json=told)

    def workflow(self, request: httpx.Request) -> httpx.Response:
        """A type, as its event says it."""
        code = request.url.path.rpartition("/")[2]
        if code not in self.types:
            return httpx.Response(404, json={"title": "Not found"})
        event = TypeChanged(code=code, group="g", group_names={}, names={}, attachments=self.types[code])
        return httpx.Response(200, json={"type": {**encode(event), "sequence": 1}, "published": None})

    # -- events ---------------------------------------------------------------------------------------------------

    def delete_ticket(self, ticket: Ticket, by: str) -> None:
        """The ticket becomes a tombstone."""
        del self.tickets[ticket.id]
        self.say(Deleted(ticket_id=ticket.id, by=by))

    # -- people and tickets ---------------------------------------------------------------------------------------

    def person(self, name: str, **more: Any) -> Caller:
        """A person who is signed in."""
        id = new_id()
        known: dict[str, Any] = {"kind": None, "language": "en", "time_zone": "America/Sao_Paulo", "email": None}
        self.say(PersonChanged(person_id=id, display_name=name, **known, **more))
        return caller(self.app, id)

    def ticket(self, client: Caller, *attendants: Caller, actions: tuple[str, ...] = OPEN, **more: Any) -> Ticket:
        """A ticket of the client's, on their turn unless `actions` say otherwise."""
        ticket = Ticket(clients={id_of(client): actions}, attendants={id_of(a): OPEN for a in attendants}, **more)
        self.tickets[ticket.id] = ticket
        return ticket

    # -- files ----------------------------------------------------------------------------------------------------

    def announce(self, who: Caller, ticket: Ticket, name: str, size: int, **more: Any) -> TestResponse:
        """Say that a file comes."""
        body = {"ticket_id": ticket.id, "name": name, "size": size, "content_type": "", **more}
        return who("POST", "/uploads", body)

    def send(self, who: Caller, ticket: Ticket, name: str, content: bytes, **more: Any) -> str:
        """Announce a file and send its parts, and complete it; its id."""
        upload = self.announce(who, ticket, name, len(content), **more)
        assert upload.status_code == 201, upload.text
        done = who("POST", f"/uploads/{upload.json['id']}/complete", {"parts": put_all(upload.json, content)})
        assert done.status_code == 202, done.text
        assert done.json["state"] == "checking"
        return str(upload.json["id"])

    def stream(
        self, who: Caller, ticket: Ticket, name: str, content: bytes, key: str = "", **more: Any
    ) -> TestResponse:
        """Send a file in one request through the service."""
        sent = {"Authorization": f"Bearer {who.token}", "Content-Type": more.pop("content_type", "text/plain")}
        sent |= {"Idempotency-Key": key} if key else {}
        query = {"name": name, **more}
        return who.client.post(f"/v1/tickets/{ticket.id}/attachments", query_string=query, data=content, headers=sent)

    def file(self, who: Caller, ticket: Ticket, name: str, content: bytes, **more: Any) -> dict[str, Any]:
        """A file that was sent and checked, as its sender sees it."""
        id = self.send(who, ticket, name, content, **more)
        self.check(id)
        return dict(who("GET", f"/attachments/{id}").json)

    def check(self, id: str) -> None:
        """The doorbell rings for a file."""
        timers.check(self.runtime, id)

    def tidy(self) -> None:
        """The sweep, until nothing is left to do."""
        while timers.tidy(self.runtime):
            """Again, while there was something."""

    def sweep(self) -> None:
        """The round that looks for orphans, all of them old enough."""
        timers.sweep_orphans(self.runtime)

    def verify(self) -> timers.Findings:
        """The two-way check, every content hashed anew."""
        return timers.verify(self.runtime, 1.0)

    def claim(self, id: str) -> commands.Claimed | None:
        """A worker takes a file up, and no more is heard of it."""
        return self.runtime.run(lambda tx: commands.claim(tx, SYSTEM, id))

    def rows(self, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return databases.rows(self.options.database_url, query, parameters)

    def said(self, name: str) -> list[Mapping[str, Any]]:
        """The payloads of the events of that name, in their order."""
        return [row[0] for row in self.rows("SELECT payload FROM outbox WHERE name = %(name)s ORDER BY id", name=name)]


def id_of(who: Caller) -> str:
    """A caller's id."""
    return _person_of(f"Bearer {who.token}")


def put_all(upload: Mapping[str, Any], content: bytes) -> list[dict[str, Any]]:
    """Send a content part by part, as a browser does; what a completion names."""
    parts, at = [], 0
    for part in upload["parts"]:
        answer = httpx.put(part["url"], content=content[at : at + part["size"]])
        assert answer.status_code == 200, answer.text
        parts.append({"number": part["number"], "etag": answer.headers["etag"]})
        at += part["size"]
    return parts


def sha256(content: bytes) -> str:
    """A content's hash."""
    return hashlib.sha256(content).hexdigest()


def _person_of(header: str) -> str:
    return str(jwt.decode(header.removeprefix("Bearer "), options={"verify_signature": False})["sub"])
