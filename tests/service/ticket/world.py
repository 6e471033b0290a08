"""A ticket service in a house: identity and workflow services that answer, people, a catalog, a flow."""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import jwt
import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from werkzeug.test import TestResponse

from services.ticket.access.definitions import forget
from services.ticket.app import create_app
from services.ticket.handlers import HANDLERS
from services.ticket.models import STORE
from services.ticket.options import Options
from services.ticket.resolvers import RESOLVERS
from shared import clock
from shared.bus import Bus
from shared.catalog.definitions import Type
from shared.catalog.wire import version_to_wire
from shared.client import Services
from shared.contracts import Envelope, decode, encode
from shared.contracts.identity import PersonChanged, ProfileChanged
from shared.contracts.workflow import CatalogPublished, QueueChanged, SettingChanged, TypeChanged
from shared.database import Database
from shared.ids import SYSTEM, new_id
from shared.inbox import Runtime
from shared.inbox.runner import Committer
from shared.outbox import Publisher
from tests.builders import ticket as profiles
from tests.service.ticket.catalogs import house_catalog
from tests.support import databases
from tests.support.arriving import Arriving

KEY = Ed25519PrivateKey.generate()
PROFILES = {
    "client": list(profiles.CLIENT),
    "attendant": list(profiles.ATTENDANT),
    "administrator": list(profiles.ADMINISTRATOR),
}


class Building:
    """What a test run opens once: the HTTP application, and the other services, answered by the present world."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.world: World | None = None
        transports = {
            "identity": httpx.MockTransport(lambda request: self._present().identity(request)),
            "workflow": httpx.MockTransport(lambda request: self._present().workflow(request)),
        }
        self.services = Services({name: f"http://{name}.test" for name in transports}, transports=transports)
        self.services.service_token = lambda audience: self._present().token(new_id())  # type: ignore[method-assign]
        self.app = create_app(options, self.services)

    def _present(self) -> World:
        assert self.world is not None
        return self.world


@dataclass
class World(Arriving):
    """Feeds events through the inbox, calls the routes, and looks at what became of them."""

    building: Building
    numbers: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)
    catalog: dict[str, Type] = field(default_factory=dict)
    clocks: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        forget()
        self.building.world = self
        self.options = self.building.options
        self.database = Database(self.options.database_url, application_name="ticket-test")
        self.services = self.building.services
        publisher = Publisher("ticket", self.database, Bus(self.options.broker_url, "ticket-test"))
        self.runtime = Runtime(self.options, STORE, self.database, publisher, self.services, RESOLVERS)
        self.committer = Committer(self.runtime, HANDLERS, self.options.inbox_tries)

    @contextmanager
    def running(self) -> Iterator[World]:
        """The committer's thread runs for the length of a block."""
        self.committer.start()
        try:
            with self.together():
                for code, permissions in PROFILES.items():
                    self.profile(code, permissions)
            yield self
        finally:
            clock.OFFSET = timedelta(0)
            self.committer.stop()
            self.database.close()

    # -- the other services -------------------------------------------------------------------------------------------

    def identity(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/.well-known/jwks.json":
            raw = KEY.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
            return httpx.Response(200, json={"keys": [{"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "test"}]})
        self.questions.append(str(request.url))
        email, id = request.url.params.get("email"), path.rpartition("/")[2]
        for person in self.people.values():
            if person["person_id"] == id or (email is not None and person["email"] == email):
                found = [self.profiles[code] for code in person["profiles"]]
                return httpx.Response(200, json={"person": person, "profiles": found})
        return httpx.Response(404, json={"type": "urn:vez:problem:not-found", "title": "Not found"})

    def workflow(self, request: httpx.Request) -> httpx.Response:
        self.questions.append(str(request.url))
        parts = request.url.path.removeprefix("/v1/").split("/")
        if parts[0] == "types" and parts[1] in self.catalog:
            answer = self._version(parts[1], int(parts[3])) if len(parts) > 2 else self._type(parts[1])
            return httpx.Response(200, content=msgspec.json.encode(answer))
        if parts[0] == "flows" and parts[1] in self.clocks:
            return httpx.Response(200, json={"ticket_id": parts[1], "clocks": self.clocks[parts[1]]})
        return httpx.Response(404, json={"type": "urn:vez:problem:not-found", "title": "Not found"})

    def _version(self, code: str, number: int) -> dict[str, Any]:
        definition = version_to_wire(self.catalog[code].version)
        return {"type": code, "version": number, "definition": definition, "published_at": "2026-01-01T00:00:00Z"}

    def _type(self, code: str) -> dict[str, Any]:
        type_event, published = self.type_events(self.catalog[code])
        return {"type": {**encode(type_event), "sequence": 1}, "published": {**encode(published), "sequence": 1}}

    def type_events(self, type: Type, *, version: int = 1, **more: Any) -> tuple[TypeChanged, CatalogPublished]:
        """What workflow says of a type."""
        groups = {g.code: g.names for g in house_catalog().groups}
        kinds = type.opened_by.kinds
        facts: dict[str, Any] = {
            "code": type.code,
            "group": type.group,
            "group_names": groups[type.group],
            "names": type.names,
            "opened_by": {"kinds": kinds if kinds == "all" else list(kinds), "profiles": list(type.opened_by.profiles)},
            "templates": [msgspec.to_builtins(t) for t in type.templates],
            "confidential": type.confidential,
            "priority": type.priority,
        }
        return TypeChanged(**{**facts, **more}), CatalogPublished(type=type.code, version=version)

    def publish(self, *, told: bool = True) -> None:
        """The house's catalog is published; told, or only there to be asked for."""
        self.catalog = {t.code: t for t in house_catalog().types}
        if told:
            for type in self.catalog.values():
                self.say(*self.type_events(type))

    # -- people --------------------------------------------------------------------------------------------------------

    def token(self, person_id: str, **claims: Any) -> str:
        """An access token."""
        now = datetime.now(UTC) + clock.OFFSET
        content = {"sub": person_id, "sid": new_id(), "iat": now, "exp": now + timedelta(minutes=10), "iss": "vez"}
        return jwt.encode({"aud": "vez", **content, **claims}, KEY, algorithm="EdDSA", headers={"kid": "test"})

    def profile(self, code: str, permissions: list[str], **more: Any) -> None:
        """A profile, told."""
        event = ProfileChanged(code=code, permissions=permissions, **more)
        self.profiles[code] = {**encode(event), "sequence": self.numbers[("profile", code)] + 1}
        self.say(event)

    def person(self, name: str, *profiles: str, told: bool = True, **more: Any) -> str:
        """A person, told to the service unless not `told`; their id."""
        id = new_id()
        facts = {"kind": None, "language": "en", "time_zone": "America/Sao_Paulo", "profiles": list(profiles)}
        email = f"{name.split()[0].lower()}@atende.test"
        event = PersonChanged(**{"person_id": id, "display_name": name, "email": email, **facts, **more})
        self.people[id] = {**encode(event), "sequence": self.numbers[("person", id)] + 1}
        if told:
            self.say(event)
        return id

    def changed(self, person_id: str, **facts: Any) -> None:
        """A person who is known changes."""
        known = {k: v for k, v in self.people[person_id].items() if k != "sequence"}
        event = decode(PersonChanged.name, 1, {**known, **facts})
        self.people[person_id] = {**encode(event), "sequence": self.numbers[("person", person_id)] + 1}
        self.say(event)

    def client(self, name: str = "Ana", **more: Any) -> str:
        """A customer; their id."""
        return self.person(name, "client", **{"kind": "customer", **more})

    def attendant(self, name: str, **more: Any) -> str:
        """An attendant; their id."""
        return self.person(name, "attendant", **more)

    def queue(self, code: str, *members: str) -> None:
        """A queue and its members."""
        names = {"pt-BR": code.title(), "en": code.title()}
        self.say(QueueChanged(code=code, names=names, members=list(members)))

    def setting(self, key: str, value: Any) -> None:
        """A setting's value."""
        self.say(SettingChanged(key=key, value=value, by=SYSTEM.id))

    def deliver(self, *envelopes: Envelope) -> list[Envelope]:
        """As everywhere, and none of them is stuck."""
        delivered = super().deliver(*envelopes)
        stuck = self.rows("SELECT name, state, error FROM inbox WHERE state IN ('due', 'parked')")
        assert not stuck, stuck
        return delivered

    # -- what was said -------------------------------------------------------------------------------------------------

    def said(self, ticket_id: str) -> list[Any]:
        """The events of a ticket, in order."""
        query = "SELECT name, v, payload FROM outbox WHERE word = 'ticket' AND aggregate_id = %(id)s ORDER BY sequence"
        return [decode(*row) for row in self.rows(query, id=ticket_id)]

    def rows(self, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Rows of the service's database."""
        return cast(list[tuple[Any, ...]], databases.rows(self.options.database_url, query, parameters))

    # -- HTTP ----------------------------------------------------------------------------------------------------------

    def call(self, person_id: str | None, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Somebody calls a route below /v1; header names have underscores for dashes."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if person_id == "service":
            sent["Authorization"] = f"Bearer {self.token(new_id(), svc=True, permissions=['service.ask'])}"
        elif person_id is not None:
            sent["Authorization"] = f"Bearer {self.token(person_id)}"
        given: dict[str, Any] = {} if body is None else {"json": body}
        return self.building.app.test_client().open(f"/v1{path}", method=method, headers=sent, **given)
