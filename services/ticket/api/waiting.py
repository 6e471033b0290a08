"""The edge that waits for the flow's answer, for callers who send `Prefer: wait=N`.

It waits after the commit, outside of any transaction. One thread a process reads all waited operations in one query,
every few milliseconds while any waits, and ends when none does. At most some of the process's threads may wait; beyond
them the caller gets 202 at once, as RFC 7240 allows.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, Final, cast

from flask import Response, current_app

from services.ticket import schemas
from services.ticket.api.places import ticket_at
from services.ticket.queries import record
from services.ticket.queries.tickets import ticket as ticket_noun
from services.ticket.rules.answers import TicketShown
from services.ticket.rules.problems import NoSuchTicket
from shared import clock
from shared.errors import Retryable
from shared.http import current_edge, prefer_wait, query
from shared.ids import Actor

NAME: Final = "vez.ticket.waiting"
TICKET: Final = schemas.Ticket()


class Waiting:
    """Who waits for which operation. `read` gives those of some operations whose outcome is known."""

    def __init__(self, read: Callable[[Sequence[str]], set[str]], *, seats: int, poll_seconds: float) -> None:
        self.read = read
        self.seats = seats
        self.poll_seconds = poll_seconds
        self._waited: dict[str, list[threading.Event]] = {}
        self._taken = 0
        self._lock = threading.Lock()
        self._reading = False

    def wait(self, operation_id: str, seconds: float) -> bool:
        """Whether the outcome was known within `seconds`; False at once where no seat is free."""
        known = threading.Event()
        if not self._sit(operation_id, known):
            return False
        try:
            return known.wait(seconds)
        finally:
            self._rise(operation_id, known)

    def _sit(self, operation_id: str, known: threading.Event) -> bool:
        with self._lock:
            if self._taken >= self.seats:
                return False
            self._taken += 1
            self._waited.setdefault(operation_id, []).append(known)
            if not self._reading:
                self._reading = True
                threading.Thread(target=self._look, name="ticket-waiting", daemon=True).start()
            return True

    def _rise(self, operation_id: str, known: threading.Event) -> None:
        with self._lock:
            self._taken -= 1
            self._waited[operation_id].remove(known)
            if not self._waited[operation_id]:
                del self._waited[operation_id]

    def _look(self) -> None:
        """Read until nobody waits."""
        while True:
            with self._lock:
                ids = list(self._waited)
                if not ids:
                    self._reading = False
                    return
            for id in self._settled(ids):
                with self._lock:
                    for known in self._waited.get(id, ()):
                        known.set()
            # A crowd waits on a busy system: looking as often for it would take from those it waits for.
            clock.sleep(self.poll_seconds * (1 + len(ids) // 4))

    def _settled(self, ids: Sequence[str]) -> set[str]:
        try:
            return self.read(ids)
        except Retryable:
            return set()


def after(shown: TicketShown) -> Response | None:
    """What to answer instead of 202, once the outcome is known: 200 with the ticket, or the late refusal (409)."""
    seconds = prefer_wait()
    if seconds <= 0 or shown.pending is None:
        return None
    waiting = cast(Waiting, current_app.extensions[NAME])
    if not waiting.wait(shown.pending.id, seconds):
        return None
    return _present(shown.id, shown.pending.id, int(seconds))


def replay(answer: dict[str, Any]) -> Response | None:
    """What to answer instead of a stored 202 whose Idempotency-Key came again: the operation's present outcome."""
    pending = (answer.get("body") or {}).get("pending")
    if answer.get("status") != 202 or not pending:
        return None
    seconds = prefer_wait()
    if seconds > 0:
        cast(Waiting, current_app.extensions[NAME]).wait(pending["id"], seconds)
    return _present(answer["body"]["id"], pending["id"], int(seconds))


def _present(ticket_id: str, operation_id: str, waited: int) -> Response | None:
    """The ticket as it is now: 200, or 202 while the operation is pending. Raises its refusal."""
    seen: dict[str, TicketShown] = {}

    def noun(reader: Any, actor: Actor) -> TicketShown:
        seen["ticket"] = ticket_noun(reader, actor, ticket_id)
        refusal = record.refusal_of(reader, ticket_id, operation_id)
        if refusal is not None:
            raise refusal
        return seen["ticket"]

    try:
        response = query(noun, TICKET)
    except NoSuchTicket:
        return None  # done, and what was done took it out of the caller's sight: the acceptance is all they get
    pending = seen["ticket"].pending
    if pending is not None and pending.id == operation_id:
        response.status_code = 202
        response.headers["Location"] = ticket_at(seen["ticket"])
    elif waited:
        response.headers["Preference-Applied"] = f"wait={waited}"
    return response


def settled(ids: Sequence[str]) -> set[str]:
    """Read by the application's own edge; `Waiting` calls it in the application's context."""
    with current_edge().database.reader() as reader:
        return record.settled(reader, ids)
