"""Running verbs and nouns for a request: actor, If-Match, Idempotency-Key, retries, questions, the answer's form."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec
from flask import Response, current_app, g, request
from marshmallow import Schema

from shared.access import Claims, Verifier
from shared.client import Services
from shared.config import Common
from shared.database import Database, Reader
from shared.errors import Forbidden, Invalid, Missing, NotFound, VezError
from shared.http.languages import LANGUAGES
from shared.ids import Actor
from shared.outbox import Publisher
from shared.transaction import Committed, Expected, Repeated, Store, Transaction, Units

R = TypeVar("R")
Verb = Callable[[Transaction], R]
Resolver = tuple[Callable[[Services, str], Any], Callable[[Transaction, Any], None]]
QUESTIONS = 4
STORED = "SELECT fingerprint, answer FROM idempotency_keys WHERE person_id = %s AND path = %s AND key = %s"


@dataclass(slots=True)
class Edge:
    """What a service's HTTP process is made of."""

    options: Common
    store: Store
    database: Database
    publisher: Publisher
    services: Services
    verifier: Verifier
    load_actor: Callable[[Reader, Claims], Actor]
    resolvers: Mapping[str, Resolver]
    translations: tuple[Path, ...]
    units: Units = field(init=False)

    def __post_init__(self) -> None:
        self.units = Units(self.database, self.store, self.hand_on)

    def hand_on(self, committed: Committed) -> None:
        """After a commit: publish and ring."""
        self.publisher.offer(committed.envelopes, committed.rings)

    def asking(self, act: Callable[[frozenset[tuple[str, str]]], R]) -> R:
        """Run `act`; for what it misses ask the service that has it, and run it again.

        `act` gets what was asked for in vain, so that a verb can tell "not here yet" from "nowhere".
        """
        vain: set[tuple[str, str]] = set()
        for _ in range(QUESTIONS):
            try:
                return act(frozenset(vain))
            except Missing as missing:
                if missing.kind not in self.resolvers or (missing.kind, missing.id) in vain:
                    raise
                ask, store = self.resolvers[missing.kind]
                try:
                    answer = ask(self.services, missing.id)
                except NotFound:
                    vain.add((missing.kind, missing.id))
                    continue
                self.units.run(lambda tx, store=store, answer=answer: store(tx, answer))  # type: ignore[misc]
        return act(frozenset(vain))


def current_edge() -> Edge:
    """The present application's edge."""
    return cast(Edge, current_app.extensions["vez"])


def services() -> Services:
    """For asking other services."""
    return current_edge().services


def current_actor() -> Actor:
    """Who calls; set while a command or query runs."""
    return cast(Actor, g.actor)


def _actor(reader: Reader) -> Actor:
    actor = current_edge().load_actor(reader, g.claims)
    g.actor = actor
    if actor.language in LANGUAGES:
        g.language = actor.language
    lacking = [p for p in g.get("permissions_needed", ()) if not actor.may(p)]
    if lacking:
        raise Forbidden("This needs the permission %(permission)s", permission=lacking[0])
    return actor


def if_match() -> Expected:
    """The version in If-Match, `*`, or None where the header is missing. Weak or foreign tags match nothing (-1)."""
    raw = request.headers.get("If-Match")
    if raw is None:
        return None
    tag = raw.strip()
    if tag == "*":
        return "*"
    inner = tag[1:-1] if len(tag) > 2 and tag[0] == tag[-1] == '"' else ""
    return int(inner) if inner.isascii() and inner.isdigit() and len(inner) < 10 else -1


def prefer_wait() -> float:
    """Seconds of `Prefer: wait=N` (RFC 7240), 0 where none, at most 10."""
    for part in request.headers.get("Prefer", "").split(","):
        name, _, value = part.strip().partition("=")
        value = value.partition(";")[0].strip()
        if name.strip().lower() == "wait" and value.isascii() and value.isdigit():
            return min(10.0, float(value[:4]))
    return 0.0


def respond(
    result: Any,
    schema: type[Schema] | Schema | None,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An answer: `result` dumped by `schema`, with its version as entity tag."""
    body = _dump(result, schema)
    return _response(body, status, {**_tag(result), **(headers or {})})


def _dump(result: Any, schema: type[Schema] | Schema | None) -> Any:
    if schema is None:
        return result
    return (_instance(schema) if isinstance(schema, type) else schema).dump(result)


@lru_cache(maxsize=512)
def _instance(schema: type[Schema]) -> Schema:
    """One instance of a schema for all requests: making one copies all of its fields."""
    return schema()


def _tag(result: Any) -> dict[str, str]:
    version = result.get("version") if isinstance(result, Mapping) else getattr(result, "version", None)
    return {"ETag": f'"{version}"'} if isinstance(version, int) else {}


def _response(body: Any, status: int, headers: Mapping[str, str]) -> Response:
    if status == 204 or body is None:
        response = Response(status=status)
        response.headers.pop("Content-Type", None)
    else:
        response = Response(msgspec.json.encode(body), status=status, content_type="application/json")
    response.headers.update(headers)
    return response


def read(noun: Callable[[Reader, Actor], R]) -> R:
    """What a noun reads, for routes that look further before they answer; sets who calls."""
    edge = current_edge()

    def act(_: frozenset[tuple[str, str]]) -> R:
        with edge.database.reader() as reader:
            return noun(reader, _actor(reader))

    return edge.asking(act)


def query(
    noun: Callable[[Reader, Actor], Any],
    schema: type[Schema] | Schema | None,
    *,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer with what a noun reads."""
    return respond(read(noun), schema, headers=headers)


def command(
    verb: Verb[Any],
    schema: type[Schema] | Schema | None,
    *,
    status: int | Callable[[Any], int] = 200,
    location: Callable[[Any], str] | None = None,
    after: Callable[[Any], Response | None] | None = None,
    replay: Callable[[dict[str, Any]], Response | None] | None = None,
    anonymous: Actor | None = None,
) -> Response:
    """Run a verb in a unit of work and answer with what it returns.

    The answer is stored under the Idempotency-Key in the same commit. `after` may answer instead, after the commit
    (waiting for an outcome); `replay` may answer instead of a stored answer. `anonymous` acts where nobody is.
    Raises what the verb raises.
    """
    edge = current_edge()
    key = request.headers.get("Idempotency-Key") if request.method == "POST" and anonymous is None else None
    answered: dict[str, Any] = {}

    def seal(tx: Transaction, result: Any) -> None:
        code = status(result) if callable(status) else status
        headers = _tag(result) | ({"Location": location(result)} if location else {})
        answered.update(status=code, body=None if code == 204 else _dump(result, schema), headers=headers)
        if key:
            tx.insert(
                edge.store.table("idempotency_keys"),
                {**_scope(tx.actor, key), "fingerprint": _fingerprint(), "answer": answered, "created_at": tx.now},
            )

    try:
        result = _in_a_unit(edge, verb, actor=anonymous or _actor, expected=if_match(), seal=seal)
    except Repeated:
        return _stored(edge, str(key), replay)
    except VezError:
        if key and "actor" in g and (stored := _find(edge, key)) is not None:
            return _replayed(stored, replay)
        raise
    instead = after(result) if after else None
    return instead or _response(answered["body"], answered["status"], answered["headers"])


def _in_a_unit(edge: Edge, verb: Verb[R], **how: Any) -> R:
    def act(vain: frozenset[tuple[str, str]]) -> R:
        def run(tx: Transaction) -> R:
            tx.vain = vain
            return verb(tx)

        return cast(R, edge.units.run(run, **how))

    return edge.asking(act)


def carry_out(verb: Verb[R]) -> R:
    """What a verb returns, in a unit of work that answers nothing: for routes that reach out between two verbs.

    Neither If-Match nor Idempotency-Key is looked at. Raises what the verb raises.
    """
    return _in_a_unit(current_edge(), verb, actor=_actor)


def take_for_body(digest: bytes) -> None:
    """Let `digest` stand for a body that was streamed, where an Idempotency-Key is held against what was sent."""
    g.body = digest


def _scope(actor: Actor, key: str) -> dict[str, str]:
    if len(key) > 200:
        raise Invalid("An Idempotency-Key has at most 200 characters", type="idempotency-key-too-long")
    return {"person_id": actor.id, "path": request.path, "key": key}


def _fingerprint() -> str:
    body = g.body if "body" in g else request.get_data()
    return hashlib.sha256(request.method.encode() + b" " + request.path.encode() + b"\n" + body).hexdigest()


def _find(edge: Edge, key: str) -> Any:
    scope = _scope(current_actor(), key)
    with edge.database.connection() as connection:
        return connection.execute(STORED, (scope["person_id"], scope["path"], scope["key"])).fetchone()


def _stored(edge: Edge, key: str, replay: Callable[[dict[str, Any]], Response | None] | None) -> Response:
    row = _find(edge, key)
    if row is None:
        raise NotFound("The answer of this Idempotency-Key was forgotten meanwhile")
    return _replayed(row, replay)


def _replayed(row: Any, replay: Callable[[dict[str, Any]], Response | None] | None) -> Response:
    if row.fingerprint != _fingerprint():
        raise Invalid("This Idempotency-Key was used for another body: take a new key", type="idempotency-key-reused")
    present = replay(row.answer) if replay else None
    if present is not None:
        return present
    return _response(row.answer["body"], row.answer["status"], row.answer["headers"])
