"""The services whose words a simulated one hears, as it meets them: they keep what they said, and answer questions.

What was said stands in a real outbox, in the simulated service's own database, and its own routes answer who asks for
it: every service has the same ones. What carries the whole of its subject is answered from the newest that was said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import httpx
import msgspec
from flask import Flask
from psycopg.types.json import Jsonb

from shared.client import Services
from shared.contracts import Envelope
from shared.contracts.topology import HEARS, SERVICES
from shared.database import Database

SENT: Final = """
    INSERT INTO outbox (id, name, v, word, aggregate_id, sequence, occurred_at, actor_id, payload, sent_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp())"""
FORGET: Final = ("DELETE FROM outbox WHERE word = ANY(%s)", "DELETE FROM inbox WHERE word = ANY(%s)")
Answerer = Callable[[httpx.Request], httpx.Response]


def nobody_knows(request: httpx.Request) -> httpx.Response:
    """The answer of a service that knows nothing."""
    return httpx.Response(404, json={"type": "urn:vez:problem:not-found", "title": "Not found"})


class Publishers:
    """Every other service of the house of `reader`. `otherwise` answers what none of them was heard to say."""

    def __init__(
        self,
        reader: str,
        app: Flask,
        database: Database,
        token: Callable[[], str],
        otherwise: Mapping[str, Answerer] | None = None,
    ) -> None:
        self.words = sorted(HEARS[reader])
        self.database = database
        self.newest: dict[tuple[str, str], Envelope] = {}
        self._routes = httpx.WSGITransport(app=app)
        self._otherwise = dict(otherwise or {})
        others = [service for service in SERVICES if service != reader]
        self.services = Services(
            {name: f"http://{name}.test" for name in others},
            transports={name: httpx.MockTransport(self._answerer(name)) for name in others},
        )
        self.services.service_token = lambda audience: token()  # type: ignore[method-assign]

    def say(self, envelopes: Sequence[Envelope]) -> None:
        """These were said, and the broker took them."""
        rows = [
            (e.id, e.name, e.v, e.word, e.aggregate_id, e.sequence, e.occurred_at, e.actor_id, Jsonb(e.payload))
            for e in envelopes
        ]
        with self.database.connection() as connection, connection.cursor() as cursor:
            cursor.executemany(SENT, rows)
        self.newest.update({(e.word, e.aggregate_id): e for e in envelopes})

    def forget(self) -> None:
        """Nothing was said, and nothing heard: what a thousand histories said would make each of them slower."""
        self.newest.clear()
        with self.database.connection() as connection:
            for statement in FORGET:
                connection.execute(statement, (self.words,))

    def _answerer(self, service: str) -> Answerer:
        otherwise = self._otherwise.get(service, nobody_knows)

        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path.startswith("/v1/outbox"):
                return _read(self._routes.handle_request(request))
            found = self._subject(request.url.path)
            return otherwise(request) if found is None else httpx.Response(200, content=msgspec.json.encode(found))

        return answer

    def _subject(self, path: str) -> Any:
        """What was last said of a person, a queue or a type, as their services answer it."""
        kind, _, id = path.removeprefix("/v1/").removeprefix("replica/").partition("/")
        word = {"people": "person", "queues": "queue", "types": "type"}.get(kind)
        newest = self.newest.get((word or "", id))
        if newest is None:
            return None
        wire = {**newest.payload, "sequence": newest.sequence}
        if word == "person":
            known = [self.newest.get(("profile", code)) for code in wire["profiles"]]
            return {"person": wire, "profiles": [{**e.payload, "sequence": e.sequence} for e in known if e]}
        return {"type": wire, "published": None} if word == "type" else wire


def _read(answer: httpx.Response) -> httpx.Response:
    """The answer whole: the routes' transport streams it."""
    content = b"".join(answer.stream)  # type: ignore[arg-type]
    return httpx.Response(answer.status_code, headers=answer.headers, content=content)
