"""Collects the world from the databases of every service: read-only, each in one snapshot."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row
from psycopg.types.string import TextLoader

from shared.contracts.topology import SERVICES
from vez import lazy
from vez.chaos.world import (
    Delivery,
    Entered,
    Event,
    File,
    Flow,
    Hook,
    Operation,
    Published,
    Received,
    Service,
    Stored,
    Ticket,
    Turn,
    World,
)

HOLDER: Final = "coalesce(holder_person_id::text, 'queue:' || holder_queue)"
SAID: Final = "SELECT id, name, aggregate_id, sequence, actor_id, sent_at IS NOT NULL AS is_sent, payload FROM outbox"
HEARD: Final = "SELECT id, name, aggregate_id, sequence, state, error FROM inbox"
APPLIED: Final = "SELECT word, aggregate_id, applied FROM applied"
DEAD: Final = "SELECT reason FROM dead_letters"
STORED: Final = """
    SELECT person_id, path, key, answer -> 'body' -> 'pending' ->> 'id' AS operation_id,
           answer -> 'body' ->> 'id' AS made_id FROM idempotency_keys"""
TICKETS: Final = f"""
    SELECT id, subject, status, stage, turn_side AS side, turn_ordinal AS ordinal, turn_since AS since,
           {HOLDER} AS holder, pending_id AS pending, history_count FROM tickets"""  # noqa: S608 - a constant
TURNS: Final = f"""
    SELECT ticket_id, ordinal, since, side, {HOLDER} AS holder, stage, cause, operation_id
    FROM turns ORDER BY ticket_id, ordinal"""  # noqa: S608 - a constant
ENTERED: Final = """
    SELECT ticket_id, position, stage, transition, operation_id,
           coalesce(after_person_id::text, 'queue:' || after_queue) AS after
    FROM stage_history ORDER BY ticket_id, position"""
OPERATIONS: Final = "SELECT id, ticket_id, kind, state FROM operations"
MESSAGES: Final = "SELECT ticket_id, body FROM messages"
RATINGS: Final = "SELECT ticket_id FROM ratings"
FLOWS: Final = """
    SELECT ticket_id, type, type_version AS version, state, stage, side, ordinal, since,
           coalesce(holder_id::text, 'queue:' || holder_queue) AS holder, next_at FROM flows"""
CLOCK_TURNS: Final = "SELECT ticket_id, ordinal, since, side FROM turns ORDER BY ticket_id, ordinal"
VERSIONS: Final = "SELECT type, number, content FROM type_versions"
DELIVERIES: Final = "SELECT id, event_id, recipient_id, channel, state FROM deliveries"
HOOKS: Final = "SELECT id, events FROM webhooks WHERE NOT is_deleted AND NOT is_disabled"
FILES: Final = "SELECT id, ticket_id, state, sha256, removed_at IS NOT NULL AS is_removed FROM attachments"
SHOWN_FILES: Final = "SELECT id FROM files WHERE state = 'stored'"
CHAIN: Final = "SELECT word, aggregate_id, position, digest, head FROM audit_log ORDER BY word, aggregate_id, position"


def read(urls: Mapping[str, str], objects: Path, **known: Any) -> World:
    """The world: what the databases say, and what is `known` beside (fields of World: calls, mail, now …).

    `objects` is the folder of the object store's bucket. Raises psycopg.OperationalError where a database cannot be
    reached.
    """
    services: dict[str, Service] = {}
    rows: dict[str, Any] = {}
    broken: list[str] = []
    for service in SERVICES:
        with _open(urls[service]) as connection:
            services[service] = _service(service, connection)
            broken += [f"{service} {place}" for place in _broken_chains(connection)]
            if service == "attachments":
                rows["files"] = [_file(row, objects) for row in connection.execute(FILES)]
            rows |= _OWN.get(service, lambda _: {})(connection)
    return World(services=services, broken_chains=broken, **rows, **known)


def _open(url: str) -> psycopg.Connection[dict[str, Any]]:
    connection = psycopg.connect(url, row_factory=dict_row, options="-c timezone=UTC", connect_timeout=5)
    connection.adapters.register_loader("uuid", TextLoader)
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    return connection


def _all(connection: psycopg.Connection[dict[str, Any]], query: str, kind: type[Any]) -> list[Any]:
    return [kind(**row) for row in connection.execute(query)]


def _service(name: str, connection: psycopg.Connection[dict[str, Any]]) -> Service:
    return Service(
        said=_all(connection, SAID, Event),
        heard=_all(connection, HEARD, Received),
        applied={(r["word"], r["aggregate_id"]): r["applied"] for r in connection.execute(APPLIED)},
        dead_letters=[row["reason"] for row in connection.execute(DEAD)],
        handles=frozenset(lazy.load(f"services.{name}.handlers").HANDLERS),
    )


def _ticket(connection: psycopg.Connection[dict[str, Any]]) -> dict[str, Any]:
    return {
        "stored": _all(connection, STORED, Stored),
        "tickets": _all(connection, TICKETS, Ticket),
        "turns": _all(connection, TURNS, Turn),
        "entered": _all(connection, ENTERED, Entered),
        "operations": _all(connection, OPERATIONS, Operation),
        "messages": [(row["ticket_id"], row["body"]) for row in connection.execute(MESSAGES)],
        "shown_files": [row["id"] for row in connection.execute(SHOWN_FILES)],
        "ratings": [row["ticket_id"] for row in connection.execute(RATINGS)],
    }


def _workflow(connection: psycopg.Connection[dict[str, Any]]) -> dict[str, Any]:
    return {
        "flows": _all(connection, FLOWS, Flow),
        "clock_turns": [tuple(row.values()) for row in connection.execute(CLOCK_TURNS)],
        "published": {(r["type"], r["number"]): _graph(r["content"]) for r in connection.execute(VERSIONS)},
    }


def _graph(content: Any) -> Published:
    stages = content["flow"]["stages"]
    ways = {(s["code"], t["code"]): t["to"] for s in stages for t in s.get("transitions", ())}
    return Published(content["flow"]["first"], ways, frozenset(s["code"] for s in stages if s.get("terminal")))


def _notify(connection: psycopg.Connection[dict[str, Any]]) -> dict[str, Any]:
    return {
        "deliveries": _all(connection, DELIVERIES, Delivery),
        "hooks": [Hook(row["id"], frozenset(row["events"])) for row in connection.execute(HOOKS)],
    }


def _file(row: Mapping[str, Any], objects: Path) -> File:
    whole = None
    if row["sha256"] is not None:
        place = objects / lazy.load("services.attachments.rules.files").content_key(row["sha256"])
        if place.is_file():
            whole = hashlib.sha256(place.read_bytes()).hexdigest() == row["sha256"]
    return File(row["id"], row["ticket_id"], row["state"], row["is_removed"], whole)


_OWN: Final = {"ticket": _ticket, "workflow": _workflow, "notify": _notify}


def _broken_chains(connection: psycopg.Connection[dict[str, Any]]) -> list[str]:
    """The audit chains whose links do not follow one another."""
    broken: dict[str, None] = {}
    place, head, position = None, b"", 0
    for row in connection.execute(CHAIN):
        if (row["word"], row["aggregate_id"]) != place:
            place, head, position = (row["word"], row["aggregate_id"]), b"", 0
        position += 1
        head = hashlib.sha256(head + bytes(row["digest"])).digest()
        if row["position"] != position or bytes(row["head"]) != head:
            broken[f"{row['word']}:{row['aggregate_id']}"] = None
    return list(broken)
