"""Parked events of every service, worked off through the services, or in their databases where these do not answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol, cast

import msgspec

from shared.contracts.topology import SERVICES
from shared.database import Database
from shared.errors import Conflict, NotFound
from shared.http import Hooks
from shared.operations import PARKED, discard_parked
from shared.transaction import Store, Transaction, Units
from vez import lazy, places
from vez.replay.api import Api, Refused, Session

MOST = 1000


class Parked(msgspec.Struct, frozen=True):
    """A parked event."""

    id: str
    name: str
    aggregate_id: str
    sequence: int
    tries: int
    error: str | None
    received_at: datetime


class Inbox(Protocol):
    """How one service's parked events are reached."""

    def parked(self, service: str) -> list[Parked]:
        """Those of a service, newest first."""

    def retry(self, service: str, id: str) -> None:
        """Run one again, its tries counted anew. Raises NotFound."""

    def discard(self, service: str, id: str) -> None:
        """Give one up. Raises NotFound, Conflict where it can only be retried."""


class Served:
    """Through the services, as an administrator."""

    def __init__(self, api: Api, admin: Session) -> None:
        self.api = api
        self.admin = admin

    def parked(self, service: str) -> list[Parked]:
        """Those of a service, newest first."""
        found: list[Parked] = []
        cursor = ""
        while len(found) < MOST:
            path = f"/api/{service}/v1/parked?limit=100{cursor and '&cursor='}{cursor}"
            page = self.api.get(self.admin, path)
            found += [msgspec.convert(item, Parked) for item in page["items"]]
            cursor = page["next_cursor"] or ""
            if not cursor:
                break
        return found

    def retry(self, service: str, id: str) -> None:
        """Run one again."""
        self._act(service, id, "retry")

    def discard(self, service: str, id: str) -> None:
        """Give one up."""
        self._act(service, id, "discard")

    def _act(self, service: str, id: str, action: str) -> None:
        try:
            self.api.call(self.admin, "POST", f"/api/{service}/v1/parked/{id}/{action}")
        except Refused as refused:
            if refused.status == 409:
                raise Conflict(refused.text) from refused
            raise NotFound(refused.text) from refused


class Stored:
    """In the databases themselves."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self.urls = places.databases(settings)
        self.settings = settings

    @contextmanager
    def _units(self, service: str) -> Iterator[Units]:
        database = Database(self.urls[service], application_name="vez-inbox", size=1)
        try:
            yield Units(database, store_of(service), lambda committed: None)
        finally:
            database.close()

    def parked(self, service: str) -> list[Parked]:
        """Those of a service, newest first."""
        with self._units(service) as units, units.database.connection() as connection:
            rows = connection.execute(PARKED, {"before": None, "limit": MOST}).fetchall()
        return [Parked(**cast(Any, row)._asdict()) for row in rows]

    def retry(self, service: str, id: str) -> None:
        """Run one again: the worker's next sweep does."""

        def act(tx: Transaction) -> None:
            again = {"state": "due", "tries": 0, "next_try_at": tx.now}
            tx.update(tx.store.table("inbox"), {"id": id}, again, expect={"state": "parked"})

        with self._units(service) as units:
            units.run(act)

    def discard(self, service: str, id: str) -> None:
        """Give one up."""
        handlers = lazy.load(f"services.{service}.handlers")
        hooks = Hooks(getattr(handlers, "DISCARDED", {}), getattr(handlers, "RETRY_ONLY", frozenset()))
        with self._units(service) as units:
            units.run(lambda tx: discard_parked(tx, id, hooks))


def store_of(service: str) -> Store:
    """A service's tables."""
    return cast(Store, lazy.load(f"services.{service}.models").STORE)


def find(inbox: Inbox, services: tuple[str, ...], id: str) -> tuple[str, Parked]:
    """The service that has the parked event whose id begins so. Raises NotFound, Conflict when several do."""
    found = [(s, p) for s in services or SERVICES for p in inbox.parked(s) if p.id.startswith(id)]
    if not found:
        raise NotFound("No parked event has the id %(id)s", id=id)
    if len(found) > 1:
        raise Conflict("Several parked events have an id that begins with %(id)s: give more of it", id=id)
    return found[0]
