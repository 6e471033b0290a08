"""A notify service with a house around it: people, queues, tickets, and a flow that says what happens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec

from services.notify.gateways.chat import chat
from services.notify.gateways.composing import Composer
from services.notify.gateways.fetching import postbox
from services.notify.gateways.listening import mail_door
from services.notify.gateways.mail import mail_servers
from services.notify.gateways.receivers import Runner, http_receivers
from services.notify.handlers import HANDLERS
from services.notify.models import AGGREGATES, metadata
from services.notify.options import Options
from services.notify.resolvers import RESOLVERS
from shared.bus import Bus
from shared.client import Services
from shared.contracts import Envelope
from shared.contracts import workflow as w
from shared.contracts.identity import PersonChanged, ProfileChanged
from shared.contracts.ticket import SubmitRequested
from shared.database import Database
from shared.ids import SYSTEM, new_id
from shared.inbox import Runtime
from shared.inbox.runner import Committer
from shared.outbox import Publisher
from shared.transaction import Store
from tests.support import databases
from tests.support.arriving import Arriving

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
TRIAGE = w.StageFacts(
    code="triage", names={"pt-BR": "Triagem", "en": "Triage"}, client_names={"pt-BR": "Recebido", "en": "Received"}
)
MORE = w.StageFacts(code="more", names={"pt-BR": "Complementar", "en": "More information"})
AGREEMENT = w.StageFacts(code="agreement", kind="approval", names={"pt-BR": "De acordo?"}, approves="understanding")
DONE = w.StageFacts(code="done", kind="terminal", names={"pt-BR": "Concluído", "en": "Concluded"})


def nobody_answers(request: httpx.Request) -> httpx.Response:
    """A service that knows nothing."""
    return httpx.Response(404, json={"type": "urn:vez:problem:not-found", "title": "Not found"})


@dataclass
class World(Arriving):
    """Feeds events through the inbox and looks at what became of them."""

    options: Options
    transports: Mapping[str, httpx.BaseTransport] = field(default_factory=dict)
    numbers: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    ordinals: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    count: int = 122
    unseen: set[tuple[str, str]] = field(default_factory=set)
    is_ticket_service_down: bool = False

    def __post_init__(self) -> None:
        store = Store("notify", metadata, AGGREGATES)
        database = Database(self.options.database_url, application_name="notify-test")
        publisher = Publisher("notify", database, Bus(self.options.broker_url, "notify-test"))
        transports = {
            "ticket": httpx.MockTransport(self.ticket_service),
            "identity": httpx.MockTransport(nobody_answers),
        }
        services = Services(
            {name: f"http://{name}.test" for name in ("ticket", "identity", "workflow")},
            transports={**transports, "workflow": httpx.MockTransport(nobody_answers), **self.transports},
        )
        services.service_token = lambda audience: "a-token"  # type: ignore[method-assign]
        self.gateways: dict[str, Any] = {
            "post": mail_servers(self.options),
            "composer": Composer(self.options),
            "receivers": http_receivers(self.options),
            "runner": Runner("webhook"),
            "chat": chat(self.options),
            "chat_runner": Runner("chat"),
            "listener": mail_door(self.options),
            "postbox": postbox(self.options),
        }
        self.runtime = Runtime(self.options, store, database, publisher, services, RESOLVERS, self.gateways)
        self.committer = Committer(self.runtime, HANDLERS, self.options.inbox_tries)

    def ticket_service(self, request: httpx.Request) -> httpx.Response:
        """A ticket service in which everybody may see everything but the pairs of `unseen`."""
        if self.is_ticket_service_down:
            raise httpx.ConnectError("down", request=request)
        if not request.url.path.endswith("/v1/visibility"):
            return nobody_answers(request)
        pairs = msgspec.json.decode(request.content)["pairs"]
        seen = [{**p, "visible": (p["person_id"], p["ticket_id"]) not in self.unseen} for p in pairs]
        return httpx.Response(200, json={"items": seen})

    @contextmanager
    def running(self) -> Iterator[World]:
        """The committer's thread runs for the length of a block."""
        self.committer.start()
        try:
            yield self
        finally:
            self.committer.stop()
            self.gateways["post"].close()
            self.runtime.database.close()

    # -- people and things ----------------------------------------------------------------------------------------

    def person(self, name: str, **more: Any) -> str:
        """A person who gets mail at their first name; their id."""
        id = more.pop("person_id", None) or new_id()
        email = more.pop("email", f"{name.split()[0].lower()}@vez.test")
        known = {"kind": None, "language": "pt-BR", "time_zone": "America/Sao_Paulo"}
        self.say(PersonChanged(**{"person_id": id, "display_name": name, "email": email, **known, **more}))
        return id

    def administrator(self, name: str = "Admin") -> str:
        """A person whose profile administers; their id."""
        self.say(ProfileChanged(code="administrator", permissions=["settings.change", "inbox.manage"]))
        return self.person(name, profiles=["administrator"])

    def queue(self, code: str, *members: str) -> None:
        """A queue with members."""
        self.say(w.QueueChanged(code=code, names={"pt-BR": "Financeiro", "en": "Finance"}, members=list(members)))

    def submitted(self, client_id: str, subject: str = "Cobrança em dobro") -> str:
        """A ticket of the client's was submitted; its id."""
        id, self.count = new_id(), self.count + 1
        self.say(self.submission(id, client_id, subject))
        return id

    def submission(self, id: str, client_id: str, subject: str = "Cobrança em dobro") -> SubmitRequested:
        """The event of a submission."""
        return SubmitRequested(
            ticket_id=id,
            operation_id=new_id(),
            by=client_id,
            ordinal=0,
            number=f"2026-{self.count:06d}",
            subject=subject,
            client_id=client_id,
            type="billing_dispute",
            version=1,
        )

    # -- the flow -------------------------------------------------------------------------------------------------

    def entering(self, ticket_id: str, stage: w.StageFacts, holder: w.Holder | None, **more: Any) -> w.StageEntered:
        """The event of entering a stage."""
        self.ordinals[ticket_id] += 1
        known: dict[str, Any] = {
            "ordinal": self.ordinals[ticket_id],
            "since": datetime.now(UTC),
            "by": SYSTEM.id,
            "transition": None,
            "side": "attendant",
            "holder_before": None,
        }
        return w.StageEntered(**{**known, "ticket_id": ticket_id, "stage": stage, "holder_after": holder, **more})

    def enters(self, ticket_id: str, stage: w.StageFacts, holder: w.Holder | None, **more: Any) -> Envelope:
        """A stage is entered, and told."""
        return self.say(self.entering(ticket_id, stage, holder, **more))[0]

    def finishes(self, ticket_id: str, *, by: str = SYSTEM.id, status: Any = "concluded") -> Envelope:
        """The flow ends."""
        self.ordinals[ticket_id] += 1
        event = w.Finished(
            ticket_id=ticket_id,
            ordinal=self.ordinals[ticket_id],
            since=datetime.now(UTC),
            by=by,
            status=status,
            transition="finish",
            stage=DONE if status == "concluded" else None,
            holder_before=None,
        )
        return self.say(event)[0]

    # -- looking --------------------------------------------------------------------------------------------------

    def rows(self, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return databases.rows(self.options.database_url, query, parameters)

    def ledger(self, event_id: str | None = None) -> list[tuple[str, str, str, str, str | None]]:
        """The ledger: (recipient's name, kind, channel, state, reason), in alphabetical order."""
        found = self.rows(
            "SELECT p.display_name, d.kind, d.channel, d.state, d.reason FROM deliveries d "
            "JOIN people p ON p.id = d.recipient_id "
            "WHERE %(event)s::uuid IS NULL OR d.event_id = %(event)s::uuid ORDER BY 1, 2, 3",
            event=event_id,
        )
        return [tuple(row) for row in found]  # type: ignore[misc]
