"""The people of a drill, as good clients: each command has a key, is repeated until answered, and recorded."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from shared import clock
from vez.chaos.history import Call, History, Outcome
from vez.demo.people import ADMIN, PASSWORD, PEOPLE
from vez.http import Answer, Origin, Unreachable
from vez.replay.api import Api, GivenUp, Refused, Session

TICKETS: Final = "/api/ticket/v1/tickets"
CALL_SECONDS: Final = 10.0
PATIENCE_SECONDS: Final = 45.0
BROKEN: Final = 500


class Doubtful(Origin):
    """An origin that remembers, for each thread, whether something sent may have been done without an answer."""

    def __init__(self, url: str) -> None:
        """Raises ValueError."""
        super().__init__(url, timeout_seconds=CALL_SECONDS)
        self._doubts = threading.local()

    @property
    def in_doubt(self) -> bool:
        """Whether a try of this thread since the last `begin` was left unanswered, or broke in the server."""
        return getattr(self._doubts, "raised", False)

    def begin(self) -> None:
        """A new command: nothing was tried yet."""
        self._doubts.raised = False

    def send(
        self, method: str, path: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send. Raises Unreachable."""
        try:
            answer = super().send(method, path, body=body, headers=headers)
        except Unreachable:
            self._doubts.raised = True
            raise
        if answer.status >= BROKEN:
            self._doubts.raised = True
        return answer


@dataclass(slots=True)
class Crowd:
    """Everybody of the demonstration, signed in when first needed."""

    sessions: dict[str, Session] = field(default_factory=lambda: {p.email: Session(p.email, PASSWORD) for p in PEOPLE})

    def enter(self, api: Api) -> None:
        """Sign everybody in. Raises Refused, GivenUp."""
        for session in self.sessions.values():
            api.sign_in(session)

    @property
    def admin(self) -> Session:
        """The administrator, who sees every ticket."""
        return self.sessions[ADMIN]

    def of(self, profile: str) -> list[Session]:
        """Those of a profile, in one order."""
        return [self.sessions[person.email] for person in PEOPLE if person.profile == profile]

    def by_id(self, person_id: str) -> Session:
        """Somebody by id. Raises KeyError."""
        return next((s for s in self.sessions.values() if s.id == person_id), None) or _nobody(person_id)


def _nobody(person_id: str) -> Session:
    raise KeyError(person_id)


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody wants done: its key stays the same however often it is sent."""

    key: str
    kind: str
    path: str
    body: Any
    ticket_id: str | None = None
    transition: str | None = None
    version: int | None = None


class Caller:
    """Calls the system behind `origin` and writes down what came back. Threads share it."""

    def __init__(self, origin: Doubtful, history: History) -> None:
        self.origin = origin
        self.api = Api(origin, patience_seconds=PATIENCE_SECONDS)
        self.history = history

    def ask(self, by: Session, path: str) -> Any:
        """What is at `path`; None where nobody could say. A read is not recorded."""
        try:
            return self.api.get(by, path)
        except (Refused, GivenUp):
            return None

    def send(self, by: Session, command: Command) -> Any:
        """Send a command until it is answered; the answer's body, or None where it was refused or is not known."""
        headers = {} if command.version is None else {"If-Match": f'"{command.version}"'}
        began = clock.monotonic()
        self.origin.begin()
        try:
            answer = self.api.call(by, "POST", command.path, command.body, key=command.key, headers=headers)
        except Refused as refused:
            outcome: Outcome = "unknown" if self.origin.in_doubt else "failed"
            self._record(by, command, outcome, began, refused.status, refused.type)
            return None
        except GivenUp as given_up:
            self._record(by, command, "unknown", began, 0, str(given_up))
            return None
        body = answer.json()
        self._record(by, command, "ok", began, answer.status, "", body)
        return body

    def _record(
        self,
        by: Session,
        command: Command,
        outcome: Outcome,
        began: float,
        status: int,
        detail: str,
        body: Any = None,
    ) -> None:
        made = body.get("id") if command.kind == "submit" and isinstance(body, dict) else None
        self.history.add(
            Call(
                key=command.key,
                kind=command.kind,
                person_id=by.id,
                path=command.path,
                outcome=outcome,
                began=began,
                seconds=round(clock.monotonic() - began, 4),
                status=status,
                detail=detail,
                ticket_id=command.ticket_id or made,
                transition=command.transition,
            )
        )
