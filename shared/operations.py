"""Routes that every service has: parked events, the audit log, a person's data, and the outbox that readers ask.

`GET /v1/outbox` and `GET /v1/outbox/heads` are for services only; parked events need `inbox.manage`, the audit log
`audit.read`; a person's data is for that person and for who has `people.manage`. Source: architecture page, *Outbox*,
*Inbox*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from shared import audit, outbox, personal
from shared.contracts import REGISTRY, decode, envelope_to_wire
from shared.database import Reader
from shared.errors import Conflict, Invalid, Message, NotFound
from shared.http import (
    Cursor,
    Hooks,
    Page,
    blueprint,
    command,
    encode_cursor,
    limit,
    needs,
    query,
    services_only,
    signed_in,
)
from shared.http.running import current_edge
from shared.ids import Actor
from shared.inbox.steps import stored_envelope
from shared.personal import Section
from shared.transaction import Transaction

MANAGES = "people.manage"
PARKED = """
    SELECT id, name, aggregate_id, sequence, tries, error, received_at FROM inbox
    WHERE state = 'parked' AND (%(before)s::uuid IS NULL OR id < %(before)s::uuid)
    ORDER BY id DESC LIMIT %(limit)s"""
ONE = "SELECT id, state, name, word, aggregate_id, sequence, envelope FROM inbox WHERE id = %s"
RETRY = "UPDATE inbox SET state = 'due', tries = 0, next_try_at = clock_timestamp() WHERE id = %s AND state = 'parked'"
AUDIT = """
    SELECT l.id, l.word, l.aggregate_id, l.position, l.at, l.actor_id, l.action, d.detail
    FROM audit_log l LEFT JOIN audit_details d ON d.id = l.id
    WHERE (%(before)s::uuid IS NULL OR l.id < %(before)s::uuid)
      AND (%(aggregate_id)s::text IS NULL OR l.aggregate_id = %(aggregate_id)s)
    ORDER BY l.id DESC LIMIT %(limit)s"""


class ParkedEvent(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    aggregate_id = fields.String(required=True)
    sequence = fields.Integer(required=True)
    tries = fields.Integer(required=True)
    error = fields.String(allow_none=True)
    received_at = fields.DateTime(required=True)


class ParkedEvents(Schema):
    items = fields.List(fields.Nested(ParkedEvent), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class AuditEntry(Schema):
    id = fields.String(required=True)
    word = fields.String(required=True)
    aggregate_id = fields.String(required=True)
    position = fields.Integer(required=True)
    at = fields.DateTime(required=True)
    actor_id = fields.String(required=True)
    action = fields.String(required=True)
    detail = fields.Dict(allow_none=True)


class AuditEntries(Schema):
    items = fields.List(fields.Nested(AuditEntry), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ChainQuery(Schema):
    """Whose chain: the word and the id of an aggregate, as the log's entries name it."""

    word = fields.String(required=True)
    aggregate_id = fields.String(required=True)


class Verification(Schema):
    """How many entries a chain has, and what is wrong with the first that is, in words."""

    entries = fields.Integer(required=True)
    wrong = fields.String(required=True, allow_none=True)


class Sections(Schema):
    """What lists a service has of a person."""

    items = fields.List(fields.String(), required=True)


class PersonalData(Schema):
    """A page of one of them: each item as the service keeps it."""

    items = fields.List(fields.Dict(), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class Receipt(Schema):
    """An erasure in one service: `done_at` is null while it is under way, `counts` is how much was erased of what."""

    person_id = fields.String(required=True)
    requested_at = fields.DateTime(required=True)
    done_at = fields.DateTime(required=True, allow_none=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class Envelopes(Schema):
    items = fields.List(fields.Dict(), required=True)


class Heads(Schema):
    items = fields.List(fields.Dict(), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


def operations(hooks: Hooks, sections: Sequence[Section] = ()) -> Blueprint:
    """The blueprint of these routes for one service; `sections` are what it has of a person."""
    blp = blueprint("operations", __name__, description="What every service has")
    _parked_routes(blp, hooks)
    _audit_route(blp)
    _personal_routes(blp, {section.name: section for section in sections})
    _outbox_routes(blp)
    return blp


def _before() -> Any:
    keys = Cursor.read()
    return keys[0] if keys else None


def _listed(reader: Reader, sql: str, most: int, **params: Any) -> Page:
    rows = reader.connection.execute(sql, {"before": _before(), "limit": most + 1, **params}).fetchall()
    more = len(rows) > most
    return Page(rows[:most], encode_cursor([rows[most - 1].id]) if more else None)


def _parked_routes(blp: Blueprint, hooks: Hooks) -> None:
    @blp.route("/parked")
    @needs("inbox.manage")
    @blp.response(200, ParkedEvents)
    def parked() -> Response:
        """Events that could not be handled and wait for a person, newest first."""
        return query(lambda reader, _: _listed(reader, PARKED, limit()), ParkedEvents)

    @blp.route("/parked/<uuid:event_id>/retry", methods=["POST"])
    @needs("inbox.manage")
    @blp.response(202, ParkedEvent)
    def retry(event_id: str) -> Response:
        """Run a parked event again, with its tries counted anew."""

        def act(tx: Transaction) -> Any:
            row = _load(tx, event_id)
            tx.update(
                tx.store.table("inbox"),
                {"id": event_id},
                {"state": "due", "tries": 0, "next_try_at": tx.now},
                expect={"state": "parked"},
            )
            return row

        return command(act, ParkedEvent, status=202)

    @blp.route("/parked/<uuid:event_id>/discard", methods=["POST"])
    @needs("inbox.manage")
    @blp.response(200, ParkedEvent)
    def discard(event_id: str) -> Response:
        """Give a parked event up: what the service does instead happens in the same commit."""
        return command(lambda tx: discard_parked(tx, event_id, hooks), ParkedEvent)


def discard_parked(tx: Transaction, event_id: str, hooks: Hooks) -> Any:
    """Discard a parked event: `applied` moves past it. Raises NotFound, Conflict where it can only be retried."""
    row = _load(tx, event_id)
    if any(row.name == name or (name.endswith("*") and row.name.startswith(name[:-1])) for name in hooks.retry_only):
        raise Conflict("This event can only be retried: discarding it would lose what it says", type="retry-only")
    envelope = stored_envelope(row.envelope)
    instead = hooks.discarded.get(row.name)
    if instead is not None and (row.name, envelope.v) in REGISTRY:
        tx.cause = envelope
        instead(tx, decode(envelope.name, envelope.v, envelope.payload))
    table = tx.store.table("inbox")
    tx.update(table, {"id": event_id}, {"state": "discarded", "envelope": None}, expect={"state": "parked"})
    applied = {"word": row.word, "aggregate_id": row.aggregate_id, "applied": row.sequence}
    tx.upsert(tx.store.table("applied"), applied, newer="applied")
    return row


def _load(reader: Reader, event_id: str) -> Any:
    sql = PARKED.replace("WHERE state", "WHERE id = %(id)s AND state").replace("tries,", "tries, word, envelope,")
    row = reader.connection.execute(sql, {"id": event_id, "before": None, "limit": 1}).fetchone()
    if row is None:
        raise NotFound("No such parked event")
    return row


def _audit_route(blp: Blueprint) -> None:
    @blp.route("/audit")
    @needs("audit.read")
    @blp.response(200, AuditEntries)
    def audit_log() -> Response:
        """Every command, setting change and permission change, newest first; `?aggregate_id=` narrows it."""
        about = request.args.get("aggregate_id")
        return query(lambda reader, _: _listed(reader, AUDIT, limit(), aggregate_id=about), AuditEntries)

    @blp.route("/audit/verification")
    @needs("audit.read")
    @blp.arguments(ChainQuery, location="query")
    @blp.response(200, Verification)
    def verification(asked: dict[str, str]) -> Response:
        """Whether the entries about one thing are as they were written; `vez audit verify` judges all of them."""

        def judged(reader: Reader, _: Actor) -> audit.Verified:
            store = current_edge().store
            found = audit.verified(reader, store.metadata, store.aggregates, asked["word"], asked["aggregate_id"])
            if found is None:
                raise NotFound("There is no such thing")
            return found

        return query(judged, Verification)


def _personal_routes(blp: Blueprint, sections: Mapping[str, Section]) -> None:
    @blp.route("/people/<uuid:person_id>/data")
    @signed_in
    @blp.response(200, Sections)
    def data(person_id: str) -> Response:
        """What this service has of a person, by name: to oneself, and to who manages people."""

        def named(_: Reader, actor: Actor) -> Any:
            _only_own(actor, person_id)
            return {"items": list(sections)}

        return query(named, Sections)

    @blp.route("/people/<uuid:person_id>/data/<string:section>")
    @signed_in
    @blp.response(200, PersonalData)
    def data_section(person_id: str, section: str) -> Response:
        """One of these lists, page by page."""
        after, most = _before(), limit()

        def listed(reader: Reader, actor: Actor) -> Any:
            _only_own(actor, person_id)
            if section not in sections:
                raise NotFound("There is no such list of a person's data here")
            items, key = personal.page(reader, sections[section], person_id, after=after, most=most)
            return {"items": items, "next_cursor": encode_cursor([key]) if key is not None else None}

        return query(listed, PersonalData)

    @blp.route("/people/<uuid:person_id>/erasure")
    @needs(MANAGES)
    @blp.response(200, Receipt)
    def erasure(person_id: str) -> Response:
        """The receipt of a person's erasure in this service."""

        def found(reader: Reader, _: Actor) -> Any:
            receipt = personal.receipt(reader, person_id)
            if receipt is None:
                raise NotFound("No erasure of this person was asked here")
            return receipt

        return query(found, Receipt)


def _only_own(actor: Actor, person_id: str) -> None:
    """Raises NotFound, unless the person asks for their own, or the actor manages people."""
    if actor.id != person_id and not actor.may(MANAGES):
        raise NotFound("No such person")


def _outbox_routes(blp: Blueprint) -> None:
    @blp.route("/outbox")
    @services_only()
    @blp.response(200, Envelopes)
    def events() -> dict[str, Any]:
        """An aggregate's events above a number, sent or not, in order: `?aggregate=word:id&after=n`."""
        word, _, aggregate_id = request.args.get("aggregate", "").partition(":")
        query = {"word": word, "aggregate_id": aggregate_id, "after": _number("after")}
        with current_edge().database.connection() as connection:
            rows = connection.execute(outbox.AFTER, query).fetchall()
        return {"items": [envelope_to_wire(outbox.envelope_of(row)) for row in rows]}

    @blp.route("/outbox/heads")
    @services_only()
    @blp.response(200, Heads)
    def heads() -> dict[str, Any]:
        """The highest number of each aggregate among events sent in a span: `?words=&after=&until=&cursor=`."""
        word, aggregate_id = (Cursor.read() or ("", ""))[:2]
        query: dict[str, Any] = {"words": request.args.get("words", "").split(","), "limit": 1001}
        query |= {"after": _instant("after"), "until": _instant("until"), "word": word, "aggregate_id": aggregate_id}
        with current_edge().database.connection() as connection:
            rows = connection.execute(outbox.HEADS, query).fetchall()
        items = [{"word": r.word, "aggregate_id": r.aggregate_id, "sequence": r.sequence} for r in rows[:1000]]
        more = len(rows) > 1000
        return {"items": items, "next_cursor": encode_cursor(list(items[-1].values())[:2]) if more else None}


def _number(name: str) -> int:
    raw = request.args.get(name, "0")
    if not (raw.isascii() and raw.isdigit()):
        raise _wrong(name, Message("A whole number"))
    return int(raw[:18])


def _instant(name: str) -> datetime:
    try:
        return datetime.fromisoformat(request.args.get(name, ""))
    except ValueError as error:
        raise _wrong(name, Message("An instant, as in RFC 3339")) from error


def _wrong(name: str, message: Message) -> Invalid:
    return Invalid("Correct the fields named and send it again", fields={name: [message]})


@dataclass(frozen=True, slots=True)
class Outbox:
    """How much of the outbox was not sent yet, and since when."""

    unsent: int
    oldest: datetime | None
    newest_sent: datetime | None


def outbox_status(reader: Reader) -> Outbox:
    """The outbox's state."""
    row = reader.connection.execute(outbox.STATUS).fetchone()
    assert row is not None
    return Outbox(row.unsent, row.oldest, row.newest_sent)
