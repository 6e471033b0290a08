"""A pretended system with the endpoints that a replay calls, in memory: turns are kept, and it can be told to err."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.support.origin import Reply, Request

ADMIN: Final = "admin@vez.test"
PASSWORD: Final = "vez-demo"
ROUTE: Final = re.compile(r"/api/ticket/v1/tickets/(?P<id>[^/]+)/(?P<what>\w+)(?:/(?P<operation>[^/]+))?")


@dataclass(slots=True)
class Ticket:
    id: str
    stage: str
    queue: str | None
    holder: str | None = None
    version: int = 1
    pending: str | None = None
    looks: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        pending = {"id": self.pending, "kind": "advance"} if self.pending else None
        return {"id": self.id, "version": self.version, "pending": pending, "created_at": "2026-01-01T00:00:00Z"}


@dataclass
class Desk:
    """`polls`: how often an operation is pending when it is asked for; 0 answers at once with the outcome."""

    polls: int = 0
    refuse: Mapping[str, int] = field(default_factory=dict)
    lies: bool = False
    late_refusal: bool = False
    new_version_after: int = 0

    def __post_init__(self) -> None:
        self.people: dict[str, dict[str, Any]] = {ADMIN: {"id": "admin", "email": ADMIN, "password": PASSWORD}}
        self.tickets: dict[str, Ticket] = {}
        self.deliveries: list[dict[str, Any]] = []
        self.answers: dict[str, Reply] = {}
        self.catalog: dict[str, Any] = {}
        self.drafts = 0
        self._refusals = dict(self.refuse)
        self._lock = threading.RLock()

    def __call__(self, request: Request) -> Reply:
        with self._lock:
            key = request.headers.get("idempotency-key")
            if key in self.answers:
                return self.answers[key]
            reply = self._answer(request)
            if key and reply.status < 300:
                self.answers[key] = reply
            return reply

    def _answer(self, request: Request) -> Reply:
        path = request.path.partition("?")[0]
        if path == "/api/identity/v1/tokens":
            return self._token(request.body)
        who = request.headers.get("authorization", "").removeprefix("Bearer ")
        found = ROUTE.fullmatch(path)
        if found:
            return self._ticket(self.tickets[found["id"]], found["what"], who, request)
        return {
            "/api/identity/v1/me": lambda: Reply(200, {"id": who}),
            "/api/identity/v1/people": lambda: self._person(request.body) if request.body else self._people(),
            "/api/workflow/v1/catalog": lambda: self._publish(request.body),
            "/api/ticket/v1/tickets": lambda: self._open(request.body, who),
            "/api/notify/v1/deliveries": lambda: Reply(
                200, {"items": self.deliveries[::-1][:100], "next_cursor": None}
            ),
        }[path]()

    def _token(self, body: Any) -> Reply:
        person = self.people.get(body["username"])
        if person is None or person["password"] != body["password"]:
            return Reply(401, {"type": "urn:vez:problem:wrong-credentials", "detail": "wrong"})
        return Reply(200, {"access_token": person["id"], "expires_in": 600})

    def _people(self) -> Reply:
        """All but one that the list keeps to itself: it may be made while it is read."""
        return Reply(200, {"items": list(self.people.values())[:-1], "next_cursor": None})

    def _person(self, body: Any) -> Reply:
        if body["email"] in self.people:
            return Reply(422, {"detail": "wrong", "errors": {"email": ["Somebody else has this already"]}})
        self.people[body["email"]] = {**body, "id": f"p{len(self.people)}"}
        return Reply(201, self.people[body["email"]])

    def _publish(self, body: Any) -> Reply:
        code = body["types"][0]["code"]
        change = "new_version" if self.catalog else "new"
        self.catalog = body
        return Reply(200, {"changes": [{"kind": "type", "code": code, "change": change}], "versions": {code: 2}})

    def _open(self, body: Any, who: str) -> Reply:
        if not body["submit"]:
            self.drafts += 1
            draft = Ticket(f"d{self.drafts}", "", None)
            self.tickets[draft.id] = draft
            return Reply(201, draft.shown() | {"flow_version": 2 if self.drafts > self.new_version_after else 1})
        ticket = Ticket(f"t{len(self.tickets)}", "received", body["type"])
        self.tickets[ticket.id] = ticket
        self._enter(ticket, "received", who)
        return self._accepted(ticket)

    def _ticket(self, ticket: Ticket, what: str, who: str, request: Request) -> Reply:
        if what == "history":
            return Reply(200, {"items": ticket.rows, "next_cursor": None})
        if what == "operations":
            return self._operation(ticket)
        if what == "cancel":
            return Reply(200, ticket.shown())
        if self._refusals.get(what, 0):
            self._refusals[what] -= 1
            return Reply(409, {"type": f"urn:vez:problem:no-{what}", "detail": "Not now"})
        if request.headers.get("if-match") not in ("*", f'"{ticket.version}"'):
            return Reply(412, {"type": "urn:vez:problem:stale", "detail": "Changed"})
        return self._move(ticket, what, who, request.body)

    def _move(self, ticket: Ticket, what: str, who: str, body: Any) -> Reply:
        if what == "take" and ticket.queue and who in self._members():
            ticket.queue, ticket.holder = None, who
        elif what == "transfer" and ticket.holder == who:
            ticket.holder = body["to"]
        elif what == "advance" and ticket.holder == who and body["transition"] in self._transitions(ticket.stage):
            self._enter(ticket, body["transition"], who)
        else:
            return Reply(409, {"type": "urn:vez:problem:not-your-turn", "detail": "Somebody else's turn"})
        return self._accepted(ticket)

    def _enter(self, ticket: Ticket, stage: str, who: str) -> None:
        ticket.stage = stage
        holder = {"id": ticket.holder or ticket.queue, "name": "x", "queue": ticket.holder is None}
        by = "somebody else" if self.lies else who
        ticket.rows.append({"stage": {"code": stage}, "by": {"id": by, "name": "x"}, "holder_after": holder})
        told = {"id": f"e{len(self.deliveries)}", "name": "flow.stage_entered"}
        row = {"event": told, "recipient": {"id": who, "name": "x"}, "channel": "in_app", "state": "sent"}
        self.deliveries.append({**row, "id": told["id"], "ticket_id": ticket.id, "created_at": "2026-01-01T00:00:00Z"})

    def _accepted(self, ticket: Ticket) -> Reply:
        ticket.version += 1
        if self.polls or self.late_refusal:
            ticket.pending, ticket.looks = f"o{ticket.version}", self.polls
            return Reply(202, ticket.shown())
        return Reply(200, ticket.shown())

    def _operation(self, ticket: Ticket) -> Reply:
        ticket.looks -= 1
        if ticket.looks > 0:
            return Reply(200, {"state": "pending", "problem": None})
        ticket.pending = None
        if self.late_refusal:
            return Reply(
                200, {"state": "refused", "problem": {"type": "urn:vez:problem:too-late", "detail": "Too late"}}
            )
        return Reply(200, {"state": "done", "problem": None})

    def _members(self) -> set[str]:
        return {self.people[email]["id"] for email in self.catalog["queues"][0]["members"]}

    def _transitions(self, stage: str) -> set[str]:
        stages = self.catalog["types"][0]["flow"]["stages"]
        return {each["code"] for one in stages if one["code"] == stage for each in one.get("transitions", ())}
