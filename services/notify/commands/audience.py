"""Everybody whom an event may concern, in one read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ARRAY, CTE, Boolean, Select, Text, bindparam, cast, func, literal_column, select, union
from sqlalchemy.sql.elements import ColumnElement

from services.notify.access import HEARING, LISTENING, WITHHELD, hearings_of, preferences_of
from services.notify.models import addresses, people, preferences, queues, tickets
from services.notify.rules.facts import Audience, Person, Queue, Ticket
from services.notify.rules.notices import Concern
from services.notify.rules.withholding import ADMINISTERS
from shared import people as people_replica
from shared.database import Id, compiled
from shared.errors import Missing
from shared.transaction import Transaction


def _row(cte: CTE) -> ColumnElement[Any]:
    return func.to_json(literal_column(str(cte.name)))


def _wanted(ticket: CTE, queue: CTE) -> CTE:
    """The ids of the ticket's client, holder and last attendant, the queue's members and those asked for, and of who
    stands in for them."""
    asked = union(
        select(func.unnest(bindparam("people", type_=ARRAY(Id()))).label("id")),
        select(ticket.c.client_id),
        select(ticket.c.holder_id),
        select(ticket.c.last_attendant_id),
        select(cast(func.jsonb_array_elements_text(queue.c.members), Id())),
    ).cte("asked")
    first = select(people).where(people.c.id.in_(select(asked.c.id))).cte("first")
    return union(
        select(first.c.id),
        select(first.c.substitute_id).where(first.c.is_absent),
        select(first.c.superior_id),
        select(cast(func.unnest(first.c.guardians), Id())),
    ).cte("wanted")


def _statement() -> Select[Any]:
    """One row: the ticket, the queue, the people with what they chose, the webhooks' ids and rooms, and what the house
    withholds, as JSON."""
    ticket = select(tickets).where(tickets.c.id == bindparam("ticket_id")).cte("one_ticket")
    had_it = select(ticket.c.last_queue).where(bindparam("to_last_queue", type_=Boolean())).scalar_subquery()
    named = func.coalesce(bindparam("queue", type_=Text()), had_it)
    queue = select(queues).where(queues.c.code == named).cte("one_queue")
    wanted = _wanted(ticket, queue)
    chosen = people.outerjoin(preferences, preferences.c.person_id == people.c.id)
    found = (
        select(people, preferences.c.off, preferences.c.asked, preferences.c.quiet_from, preferences.c.quiet_until)
        .add_columns(preferences.c.digest_minutes, addresses.c.reason.label("undeliverable"))
        .select_from(chosen.outerjoin(addresses, addresses.c.email == people.c.email))
        .where(people.c.id.in_(select(wanted.c.id)))
        .cte("found")
    )
    return select(
        select(_row(ticket)).select_from(ticket).scalar_subquery().label("ticket"),
        select(_row(queue)).select_from(queue).scalar_subquery().label("queue"),
        select(func.json_agg(_row(found))).select_from(found).scalar_subquery().label("people"),
        HEARING.label("webhooks"),
        LISTENING.label("chat_rooms"),
        WITHHELD.label("withheld"),
    )


_AUDIENCE: Final = compiled(_statement())


def load(tx: Transaction, concern: Concern, patterns: Sequence[str]) -> Audience:
    """The audience of an event, the chat rooms, and the webhooks that asked for one of `patterns`.

    Raises Missing where a replica lacks the ticket, the queue, one of the people or somebody who stands beside them.
    """
    administrators: tuple[str, ...] = ()
    if concern.administrators:
        administrators = tuple(p.id for p in people_replica.with_permission(tx, ADMINISTERS))
    asked = sorted({*concern.people, *administrators})
    named = {"ticket_id": concern.ticket_id, "queue": concern.queue, "people": asked}
    row = tx.one(_AUDIENCE, **named, to_last_queue=concern.last_queue, patterns=list(patterns))
    found = {wire["id"]: person_of(wire) for wire in row.people or ()}
    audience = Audience(
        ticket=None if row.ticket is None else ticket_of(row.ticket),
        queue=None if row.queue is None else _queue(row.queue),
        administrators=administrators,
        webhooks=tuple(row.webhooks or ()),
        chat_rooms=hearings_of(row.chat_rooms),
        people=found,
        withheld=frozenset(row.withheld or ()),
    )
    _refuse_gaps(concern, audience)
    for id in _beside(concern, audience):
        if id not in audience.people:
            tx.miss("person", id)
    return audience


def _refuse_gaps(concern: Concern, audience: Audience) -> None:
    if concern.ticket_id is not None and audience.ticket is None:
        raise Missing("ticket", concern.ticket_id)
    if concern.queue is not None and audience.queue is None:
        raise Missing("queue", concern.queue)
    client = (audience.ticket.client_id,) if audience.ticket else ()
    members = audience.queue.members if audience.queue else ()
    for id in (*client, *concern.people, *members):
        if id not in audience.people:
            raise Missing("person", id)


def _beside(concern: Concern, audience: Audience) -> Iterator[str]:
    """Who stands in for those who may be told, and whom else it goes to: they may be known of before they are known."""
    ticket, people = audience.ticket, audience.people
    told: set[str | None] = {
        *concern.people,
        *audience.administrators,
        *(audience.queue.members if audience.queue else ()),
    }
    told |= {ticket.client_id, ticket.holder_id, ticket.last_attendant_id} if ticket else set()
    for person in sorted((p for p in people.values() if p.id in told), key=lambda p: p.id):
        if person.absent and person.substitute_id:
            yield person.substitute_id
        if ticket is not None and person.id == ticket.client_id:
            yield from person.guardians
        if concern.superiors and person.superior_id and person.id in concern.people:
            yield person.superior_id


def ticket_of(wire: Mapping[str, Any]) -> Ticket:
    """A ticket's row, as JSON, in the rules' form."""
    due_at = wire["due_at"]
    return Ticket(
        id=wire["id"],
        number=wire["number"],
        subject=wire["subject"],
        client_id=wire["client_id"],
        side=wire["side"],
        holder_id=wire["holder_id"],
        holder_queue=wire["holder_queue"],
        last_queue=wire["last_queue"],
        last_attendant_id=wire["last_attendant_id"],
        due_at=None if due_at is None else datetime.fromisoformat(due_at),
    )


def _queue(wire: Mapping[str, Any]) -> Queue:
    return Queue(wire["code"], wire["names"], tuple(wire["members"]))


def person_of(wire: Mapping[str, Any]) -> Person:
    """A person's row with what they chose, as JSON, in the rules' form."""
    chosen = (wire["off"], wire["quiet_from"], wire["quiet_until"], wire["digest_minutes"])
    return Person(
        id=wire["id"],
        name=wire["display_name"],
        email=wire["email"],
        kind=wire["kind"],
        language=wire["language"],
        time_zone=wire["time_zone"],
        mail=wire["mail"],
        is_active=wire["is_active"],
        machine=wire["is_machine"],
        absent=wire["is_absent"],
        substitute_id=wire["substitute_id"],
        superior_id=wire["superior_id"],
        guardians=tuple(wire["guardians"]),
        undeliverable=wire["undeliverable"],
        preferences=preferences_of(*chosen, asked=wire["asked"]),
    )
