"""The delivery ledger: one row for each event, recipient and channel; what it says was sent arrived, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from vez.chaos.world import TYPE, Event, World

TURNS: Final = frozenset({"flow.stage_entered", "flow.reassigned"})
SETTLED: Final = frozenset({"sent", "suppressed"})


def one_delivery_for_each_event_recipient_and_channel(world: World) -> Iterator[str]:
    """Nobody is told twice of one thing in one way, and of nothing that was not said."""
    rows = Counter((d.event_id, d.recipient_id, d.channel) for d in world.deliveries)
    for (event_id, recipient_id, channel), count in rows.items():
        if count > 1:
            yield f"{recipient_id} has {count} deliveries of event {event_id} by {channel}"
    said = {event.id for service in world.services.values() for event in service.said}
    for event_id in {d.event_id for d in world.deliveries} - said:
        yield f"there are deliveries of event {event_id}, which nobody said"


def every_holder_was_told(world: World) -> Iterator[str]:
    """Who got the turn by somebody else's act has a notification of it."""
    told = {(d.event_id, d.recipient_id) for d in world.deliveries if d.channel == "in_app"}
    for event in world.services["workflow"].said if "workflow" in world.services else ():
        person = _new_holder(event)
        if person is not None and (event.id, person) not in told:
            yield f"{person} got the turn of {event.aggregate_id} by {event.name} {event.id} and was not told"


def _new_holder(event: Event) -> str | None:
    """The person who is to be told by the rules of telling, where the event names one."""
    if event.name not in TURNS:
        return None
    after: Mapping[str, Any] | None = event.payload.get("holder_after")
    if after is None or after.get("queue") or event.payload.get("side") in ("nobody", None):
        return None
    stayed = after == event.payload.get("holder_before") and event.payload.get("cause") not in ("wake", "resume")
    if event.name == "flow.reassigned" and stayed:
        return None
    return None if after["id"] == event.payload.get("by") else str(after["id"])


def deliveries_are_settled(world: World) -> Iterator[str]:
    """Every delivery left, or was held back for a reason."""
    for delivery in world.deliveries:
        if delivery.state not in SETTLED:
            yield f"delivery {delivery.id} by {delivery.channel} is {delivery.state}"


def mail_was_sent_once(world: World) -> Iterator[str]:
    """What the ledger says was sent is in the mailbox; a second copy only where somebody died at a mail server."""
    copies = Counter(world.mail)
    by_mail = {d.id: d for d in world.deliveries if d.channel == "mail"}
    for delivery in by_mail.values():
        if delivery.state == "sent" and not copies[delivery.id]:
            yield f"delivery {delivery.id} says that its mail was sent, and no mailbox has it"
    for message_id in copies.keys() - by_mail.keys():
        yield f"a mailbox has {message_id}, which is no delivery"
    repeated = sum(count - 1 for count in copies.values())
    if repeated > world.repeats:
        yield f"{repeated} mails were sent once more, and at most {world.repeats} may have been"


def every_hook_is_told_of_what_it_hears(world: World) -> Iterator[str]:
    """Of each event of a drilled ticket that a webhook hears of there is a delivery to it."""
    told = {(d.event_id, d.recipient_id) for d in world.deliveries if d.channel == "webhook"}
    drilled = {flow.ticket_id for flow in world.flows if flow.type == TYPE}
    for event in (event for service in world.services.values() for event in service.said):
        for hook in world.hooks:
            is_heard = event.name in hook.events and event.aggregate_id in drilled
            if is_heard and (event.id, hook.id) not in told:
                yield f"webhook {hook.id} hears of {event.name}, and there is no delivery of {event.id} to it"


def hooks_were_called_once(world: World) -> Iterator[str]:
    """What the ledger says was sent, a receiver took; again only where somebody died at it, or an answer was lost."""
    copies = Counter(call.delivery_id for call in world.called)
    deliveries = {d.id: d for d in world.deliveries if d.channel == "webhook"}
    for delivery in deliveries.values():
        if delivery.state == "sent" and not copies[delivery.id]:
            yield f"delivery {delivery.id} says that a receiver took it, and none did"
    for call in set(world.called):
        found = deliveries.get(call.delivery_id)
        if found is None:
            yield f"a receiver took {call.delivery_id}, which is no delivery"
        elif found.event_id != call.event_id:
            yield f"delivery {call.delivery_id} is of event {found.event_id}, and brought {call.event_id}"
    repeated = sum(count - 1 for count in copies.values())
    if repeated > world.hook_repeats:
        yield f"{repeated} messages came once more to receivers, and at most {world.hook_repeats} may have"


RULES: Final = (
    one_delivery_for_each_event_recipient_and_channel,
    every_holder_was_told,
    deliveries_are_settled,
    mail_was_sent_once,
    every_hook_is_told_of_what_it_hears,
    hooks_were_called_once,
)
