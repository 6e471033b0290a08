"""What of an event is kept for its words, and whom it may concern."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from services.notify.rules.facts import Notice, Ticket
from shared.contracts import Envelope, Event
from shared.contracts import ticket as t
from shared.contracts import workflow as w
from shared.contracts.attachments import AttachmentRejected
from shared.contracts.every import InboxParked
from shared.contracts.identity import LinkMade
from shared.ids import SYSTEM


@dataclass(frozen=True, slots=True)
class Concern:
    """Whom an event may concern: people by id, a queue by code, the administrators; and about which ticket.

    `last_queue`: the queue that has or had the ticket, where the event names none; `superiors`: of the people, too.
    """

    ticket_id: str | None = None
    people: tuple[str, ...] = ()
    queue: str | None = None
    administrators: bool = False
    last_queue: bool = False
    superiors: bool = False


def concern(event: Event) -> Concern:
    """Whom `event` may concern, beside its ticket's client, holder and last attendant. The system itself is nobody."""
    holder = getattr(event, "holder_after", getattr(event, "holder", None))
    people = [*getattr(event, "approvers", ()), *getattr(event, "mentions", ())]
    people += _persons(holder)
    if isinstance(event, w.Refused | AttachmentRejected):
        people.append(event.by)
    if isinstance(event, t.Shared):
        people.append(event.person_id)
    if isinstance(event, w.Reassigned):
        people += _persons(event.holder_before)
    return Concern(
        ticket_id=getattr(event, "ticket_id", None),
        people=tuple(id for id in dict.fromkeys(people) if id != SYSTEM.id),
        queue=holder.id if holder is not None and holder.queue else None,
        administrators=isinstance(event, InboxParked) or getattr(event, "fallback_reason", None) is not None,
        last_queue=isinstance(event, t.Commented) and event.visibility == "public",
        superiors=isinstance(event, w.DeadlineMissed),
    )


def _persons(holder: w.Holder | None) -> list[str]:
    return [holder.id] if holder is not None and not holder.queue else []


_EMPTIED: Final = ("file", "subject", "why")
WORDS: Final = (*_EMPTIED, "party", "refusal")
"""Which facts of a notice are, or hold, words that people wrote."""


def unworded(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a notice without words: what was told, when and by whom stays.

    A refusal that said its reason by such words keeps its type alone: its text would show their empty places.
    """
    kept = {name: "" if name in _EMPTIED else fact for name, fact in facts.items() if name != "party"}
    if (facts.get("refusal") or {}).get("values"):
        kept["refusal"] = {"type": facts["refusal"].get("type"), "message": "", "values": {}}
    return kept


def notice(event: Event, cause: Envelope, ticket: Ticket | None) -> Notice:
    """The notice of `event`, which came in `cause`."""
    facts = _FACTS[event.name](event) if event.name in _FACTS else {}
    if isinstance(event, w.DeadlineNear | w.DeadlineMissed) and ticket is not None:
        facts["side"] = ticket.side
    by = getattr(event, "by", getattr(event, "author_id", cause.actor_id))
    plain = {key: value for key, value in msgspec.to_builtins(facts).items() if value is not None}
    return Notice(cause.id, event.name, getattr(event, "ticket_id", None), by, cause.occurred_at, plain)


def _holder(holder: w.Holder | None) -> dict[str, Any]:
    if holder is None:
        return {}
    return {"queue": holder.id} if holder.queue else {"holder_id": holder.id}


def _turn(event: w.StageEntered | w.Reassigned) -> dict[str, Any]:
    return {
        "stage": event.stage,
        "side": event.side,
        "party": event.party,
        "fallback_reason": event.fallback_reason,
        "cause": getattr(event, "cause", None),
        "reopened": getattr(event, "reopened", False) or None,
        "is_first": _is_first(event) or None,
        **_holder(event.holder_after),
    }


def _is_first(event: w.StageEntered | w.Reassigned) -> bool:
    return isinstance(event, w.StageEntered) and event.transition is None and not event.reopened


def _finished(event: w.Finished) -> dict[str, Any]:
    return {"stage": event.stage, "status": event.status, "side": "nobody", "reopen_until": event.reopen_until}


def _refused(event: w.Refused) -> dict[str, Any]:
    return {"refusal": {"type": event.type, "message": event.message, "values": event.values}}


def _deadline(event: w.DeadlineNear | w.DeadlineMissed) -> dict[str, Any]:
    return {"stage": event.stage, "due_at": event.due_at, **_holder(event.holder)}


def _commented(event: t.Commented) -> dict[str, Any]:
    return {"message_id": event.message_id, "visibility": event.visibility}


def _shared(event: t.Shared) -> dict[str, Any]:
    """Until when is what letters call its `due`."""
    return {"due_at": event.expires_at}


def _rated(event: t.Rated) -> dict[str, Any]:
    return {"score": event.score}


def _rejected(event: AttachmentRejected) -> dict[str, Any]:
    return {"file": event.file_name, "reason": event.reason}


def _parked(event: InboxParked) -> dict[str, Any]:
    return {"service": event.service, "event_name": event.event_name, "subject_id": event.subject_id}


def _link(event: LinkMade) -> dict[str, Any]:
    return {"link_id": event.link_id, "purpose": event.purpose, "expires_at": event.expires_at}


_FACTS: dict[str, Callable[[Any], dict[str, Any]]] = {
    w.StageEntered.name: _turn,
    w.Reassigned.name: _turn,
    w.Finished.name: _finished,
    w.Refused.name: _refused,
    w.DeadlineNear.name: _deadline,
    w.DeadlineMissed.name: _deadline,
    t.Commented.name: _commented,
    t.Shared.name: _shared,
    t.Rated.name: _rated,
    AttachmentRejected.name: _rejected,
    InboxParked.name: _parked,
    LinkMade.name: _link,
}
