"""Who is told what of each event: the holder at each new turn, a queue's members once, the client at each stage and at
the end, who attends or attended a ticket of what its client says, administrators where something needs them; nobody of
their own act (domain page). Each in the role in which the rule found them: what the house has roles told goes by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from services.notify.rules.facts import ATTENDED, Audience, Role, Telling
from shared.contracts import Event
from shared.contracts import ticket as t
from shared.contracts import workflow as w
from shared.contracts.attachments import AttachmentRejected
from shared.contracts.every import InboxParked

Tellings = Iterator[Telling]


def tellings(event: Event, audience: Audience) -> list[Telling]:
    """Who is told what of `event`: those who can sign in, not of what they did themselves.

    Whom it concerns in several ways has as many, what matters most first: one of them goes out on each channel.
    """
    rule = _RULES.get(event.name)
    found = (each for telling in (rule(event, audience) if rule else ()) for each in _widened(telling, audience))
    return [x for x in dict.fromkeys(found) if _is_reachable(x, audience) and not _is_own_act(event, x)]


def _is_reachable(telling: Telling, audience: Audience) -> bool:
    person = audience.people.get(telling.person_id)
    return person is not None and person.is_active and not person.machine


def _is_own_act(event: Event, telling: Telling) -> bool:
    if telling.kind in ("submission_refused", "file_rejected"):
        return False
    return telling.person_id == getattr(event, "by", getattr(event, "author_id", None))


def _widened(telling: Telling, audience: Audience) -> Tellings:
    """Who stands in for somebody is told the same: a substitute during an absence, guardians of the client."""
    yield telling
    person = audience.people.get(telling.person_id)
    if person is None:
        return
    if person.absent and person.substitute_id:
        yield replace(telling, person_id=person.substitute_id)
    if audience.ticket is not None and person.id == audience.ticket.client_id:
        for guardian_id in person.guardians:
            yield replace(telling, person_id=guardian_id)


def _role(person_id: str, audience: Audience) -> Role:
    """On whose side somebody is whom an event names without saying so: the client and their guardians are clients, and
    so is everybody else who comes as one."""
    ticket, person = audience.ticket, audience.people.get(person_id)
    client = audience.people.get(ticket.client_id) if ticket is not None else None
    if client is not None and (person_id == client.id or person_id in client.guardians):
        return "client"
    return "client" if person is not None and person.kind is not None else "attendant"


def _holder(holder: w.Holder | None, audience: Audience, kind: str, role: Role | None = None) -> Tellings:
    if holder is None:
        return
    if not holder.queue:
        yield Telling(holder.id, kind, role or _role(holder.id, audience))
    elif audience.queue is not None:
        for member in audience.queue.members:
            yield Telling(member, "queue_turn" if kind == "your_turn" else kind, "attendant")


def _turn(event: w.StageEntered | w.Reassigned, audience: Audience) -> Tellings:
    role: Role = "client" if event.side == "client" else "attendant"
    if event.stage.kind == "approval":
        for person_id in event.approvers or _persons(event.holder_after):
            yield Telling(person_id, "approve", role)
    elif event.side == "third_party":
        yield from _holder(event.holder_after, audience, "third_party_turn", role)
    elif event.side != "nobody":
        yield from _holder(event.holder_after, audience, "your_turn", role)


def _persons(holder: w.Holder | None) -> list[str]:
    return [holder.id] if holder is not None and not holder.queue else []


def _stage_entered(event: w.StageEntered, audience: Audience) -> Tellings:
    yield from _turn(event, audience)
    yield from _client(audience, "stage")
    yield from _administrators_of_fallback(event.fallback_reason, audience)


def _reassigned(event: w.Reassigned, audience: Audience) -> Tellings:
    if event.holder_after != event.holder_before or event.cause in ("wake", "resume"):
        yield from _turn(event, audience)
    if event.cause == "transfer" and event.holder_after != event.holder_before:
        for person_id in _persons(event.holder_before):
            yield Telling(person_id, "passed_on", "attendant")
    yield from _administrators_of_fallback(event.fallback_reason, audience)


def _administrators_of_fallback(reason: str | None, audience: Audience) -> Tellings:
    if reason is not None:
        for person_id in audience.administrators:
            yield Telling(person_id, "fallback", "administrator")


def _client(audience: Audience, kind: str) -> Tellings:
    if audience.ticket is not None:
        yield Telling(audience.ticket.client_id, kind, "client")


def _finished(event: w.Finished, audience: Audience) -> Tellings:
    yield from _client(audience, "finished")


def _refused(event: w.Refused, audience: Audience) -> Tellings:
    if event.kind == "submit":
        yield Telling(event.by, "submission_refused", _role(event.by, audience))


def _deadline_near(event: w.DeadlineNear, audience: Audience) -> Tellings:
    yield from _holder(event.holder, audience, "deadline_near")


def _deadline_missed(event: w.DeadlineMissed, audience: Audience) -> Tellings:
    yield from _holder(event.holder, audience, "deadline_missed")
    person = audience.people.get(event.holder.id) if event.holder and not event.holder.queue else None
    if person is not None and person.superior_id:
        yield Telling(person.superior_id, "deadline_missed", "attendant")


def _commented(event: t.Commented, audience: Audience) -> Tellings:
    """The mentioned; of a public message also the other side: the client, or who attends or attended the ticket."""
    for person_id in event.mentions:
        yield Telling(person_id, "mentioned", _role(person_id, audience))
    ticket = audience.ticket
    if event.visibility != "public" or ticket is None:
        return
    yield Telling(ticket.client_id, "message", "client")
    yield from _attendant(audience, "message")


def _attendant(audience: Audience, kind: str) -> Tellings:
    """Who holds the ticket for the attendants, or did last; where that is nobody, the queue that has or had it."""
    ticket = audience.ticket
    if ticket is None:
        return
    holder_id = ticket.holder_id if ticket.side in ATTENDED else None
    for person_id in (holder_id, ticket.last_attendant_id):
        person = audience.people.get(person_id) if person_id is not None else None
        if person is not None and person.is_active:
            yield Telling(person.id, kind, "attendant")
            return
    for member in audience.queue.members if audience.queue is not None else ():
        yield Telling(member, kind, "attendant")


def _rated(event: t.Rated, audience: Audience) -> Tellings:
    if audience.ticket is not None and audience.ticket.last_attendant_id is not None:
        yield Telling(audience.ticket.last_attendant_id, "rated", "attendant")


def _shared(event: t.Shared, audience: Audience) -> Tellings:
    yield Telling(event.person_id, "shared", "client")


def _rejected(event: AttachmentRejected, audience: Audience) -> Tellings:
    yield Telling(event.by, "file_rejected", _role(event.by, audience))


def _parked(event: InboxParked, audience: Audience) -> Tellings:
    for person_id in audience.administrators:
        yield Telling(person_id, "parked", "administrator")


_RULES: dict[str, Callable[[Any, Audience], Tellings]] = {
    w.StageEntered.name: _stage_entered,
    w.Reassigned.name: _reassigned,
    w.Finished.name: _finished,
    w.Refused.name: _refused,
    w.DeadlineNear.name: _deadline_near,
    w.DeadlineMissed.name: _deadline_missed,
    t.Commented.name: _commented,
    t.Rated.name: _rated,
    t.Shared.name: _shared,
    AttachmentRejected.name: _rejected,
    InboxParked.name: _parked,
}
