"""A workflow service with a house around it: people whom an identity service vouches for, a catalog, tickets."""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from werkzeug.test import TestResponse

from services.workflow.access.versions import forget_published
from services.workflow.app import create_app
from services.workflow.handlers import HANDLERS
from services.workflow.models import STORE
from services.workflow.options import Options
from services.workflow.resolvers import RESOLVERS
from services.workflow.timers import check_holders, strike_due
from shared import clock
from shared.bus import Bus
from shared.client import Services
from shared.contracts import Event, decode, encode
from shared.contracts import ticket as asked
from shared.contracts.identity import PersonChanged, ProfileChanged
from shared.database import Database
from shared.ids import new_id
from shared.inbox import Runtime
from shared.inbox.runner import Committer
from shared.outbox import Publisher
from tests.support import databases
from tests.support.arriving import Arriving

KEY = Ed25519PrivateKey.generate()
PROFILES = {
    "client": ["portal.client_online", "ticket.open"],
    "attendant": ["ticket.attend", "ticket.open_for"],
    "administrator": ["ticket.read_all", "catalog.publish", "settings.change", "audit.read", "inbox.manage"],
}


class Building:
    """What a test run opens once: the HTTP application, and identity, answered by the present world."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.world: World | None = None
        self.services = Services(
            {name: f"http://{name}.test" for name in ("ticket", "identity")},
            transports={"identity": httpx.MockTransport(lambda request: self._present().identity(request))},
        )
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
    questions: list[str] = field(default_factory=list)
    count: int = 122

    def __post_init__(self) -> None:
        forget_published()
        self.building.world = self
        self.app, self.options, self.services = self.building.app, self.building.options, self.building.services
        self.database = Database(self.options.database_url, application_name="workflow-test")
        publisher = Publisher("workflow", self.database, Bus(self.options.broker_url, "workflow-test"))
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

    # -- identity ---------------------------------------------------------------------------------------------------

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
                profiles = [self.profiles[code] for code in person["profiles"]]
                return httpx.Response(200, json={"person": person, "profiles": profiles})
        return httpx.Response(404, json={"type": "urn:vez:problem:not-found", "title": "Not found"})

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
        id = more.pop("person_id", None) or new_id()
        email = more.pop("email", f"{name.split()[0].lower()}@atende.test")
        facts = {"kind": None, "language": "pt-BR", "time_zone": "America/Sao_Paulo", "profiles": list(profiles)}
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
        return self.person(name, "client", kind="customer", **more)

    def attendant(self, name: str, **more: Any) -> str:
        """An attendant; their id."""
        return self.person(name, "attendant", **more)

    @cached_property
    def admin(self) -> str:
        """An administrator; their id."""
        return self.person("Admin", "administrator", "attendant", email="admin@vez.test")

    # -- what was said ------------------------------------------------------------------------------------------------

    def said(self, word: str, aggregate_id: str) -> list[Any]:
        """The events of an aggregate, in order."""
        query = "SELECT name, v, payload FROM outbox WHERE word = %(w)s AND aggregate_id = %(id)s ORDER BY sequence"
        rows = databases.rows(self.options.database_url, query, {"w": word, "id": aggregate_id})
        return [decode(name, v, payload) for name, v, payload in rows]  # type: ignore[arg-type]

    def last(self, ticket_id: str) -> Any:
        """The last thing said of a ticket's flow, deadlines' changes left out."""
        return [e for e in self.said("flow", ticket_id) if e.name != "flow.due_changed"][-1]

    def rows(self, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Rows of the service's database."""
        return databases.rows(self.options.database_url, query, parameters)

    # -- tickets -------------------------------------------------------------------------------------------------------

    def submission(self, client_id: str, type: str, *, version: int = 1, **more: Any) -> asked.SubmitRequested:
        """The event of a submission."""
        self.count += 1
        facts = {"ticket_id": new_id(), "operation_id": new_id(), "by": client_id, "ordinal": 0} | more
        return asked.SubmitRequested(
            number=f"2026-{self.count:06d}", subject="Twice", client_id=client_id, type=type, version=version, **facts
        )

    def submitted(self, client_id: str, type: str, **more: Any) -> str:
        """A ticket of the client's, in its flow; its id."""
        event = self.submission(client_id, type, **more)
        self.say(event)
        return event.ticket_id

    def asks(self, kind: type[Event], ticket_id: str, by: str, *, ordinal: int | None = None, **facts: Any) -> Any:
        """An operation on the present turn is asked for; what the flow answered."""
        present = self.last(ticket_id).ordinal if ordinal is None else ordinal
        common = {"ticket_id": ticket_id, "operation_id": new_id(), "by": by, "ordinal": present}
        event: Any = kind(**{"values": {}, **common, **facts})
        self.say(event)
        answers = [e for e in self.said("flow", ticket_id) if getattr(e, "operation_id", None) == event.operation_id]
        assert len(answers) == 1, f"answered {len(answers)} times"
        return answers[0]

    def advances(self, ticket_id: str, by: str, transition: str, **facts: Any) -> Any:
        """Somebody takes a transition; what the flow answered."""
        return self.asks(asked.AdvanceRequested, ticket_id, by, transition=transition, **facts)

    # -- time ----------------------------------------------------------------------------------------------------------

    def later(self, **span: float) -> None:
        """Time passes; what is due then happens."""
        clock.OFFSET += timedelta(**span)
        while strike_due(self.runtime) + check_holders(self.runtime):
            continue

    def look(self) -> None:
        """The timers run now."""
        self.later(seconds=0)

    # -- HTTP ----------------------------------------------------------------------------------------------------------

    def call(self, person_id: str | None, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Somebody calls a route below /v1; header names have underscores for dashes."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if person_id == "service":
            sent["Authorization"] = f"Bearer {self.token(new_id(), svc=True, permissions=['service.ask'])}"
        elif person_id is not None:
            sent["Authorization"] = f"Bearer {self.token(person_id)}"
        given = {"data": body} if isinstance(body, str | bytes) else {} if body is None else {"json": body}
        return self.app.test_client().open(f"/v1{path}", method=method, headers=sent, **given)

    def applies(self, text: str, *, query: str = "", **headers: str) -> TestResponse:
        """The administrator puts a catalog."""
        sent = {"Content_Type": "application/yaml", "If_Match": "*", **headers}
        return self.call(self.admin, "PUT", f"/catalog{query}", text, **sent)

    def sets(self, key: str, value: Any) -> TestResponse:
        """The administrator changes a setting."""
        return self.call(self.admin, "PUT", f"/settings/{key}", {"value": value}, If_Match="*")
