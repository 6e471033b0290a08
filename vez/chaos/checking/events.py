"""Between the services: everything said was heard once, in whole, and nothing waits for a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from shared.contracts.topology import HEARS, PUBLISHES, WHOLE
from vez.chaos.world import Event, World


def _said(world: World) -> Mapping[str, list[Event]]:
    """All events by their word. Every service says `inbox`; a reader hears those of all."""
    found: dict[str, list[Event]] = defaultdict(list)
    for service in world.services.values():
        for event in service.said:
            found[event.word].append(event)
    return found


def numbers_of_events_have_no_gap(world: World) -> Iterator[str]:
    """The events of an aggregate are numbered 1, 2, 3 … by its one writer, who alone says its word."""
    for name, service in world.services.items():
        numbers: dict[tuple[str, str], list[int]] = defaultdict(list)
        for event in service.said:
            numbers[(event.word, event.aggregate_id)].append(event.sequence)
            if event.word not in PUBLISHES[name]:
                yield f"{name} said {event.name}, which is not its word"
        for (word, aggregate_id), found in numbers.items():
            if sorted(found) != list(range(1, len(found) + 1)):
                yield f"the events of {word}:{aggregate_id} are numbered {sorted(found)}"


def everything_was_sent(world: World) -> Iterator[str]:
    """No event waits in an outbox."""
    for name, service in world.services.items():
        unsent = [event.name for event in service.said if not event.is_sent]
        if unsent:
            yield f"{len(unsent)} events of {name} were not sent: {', '.join(sorted(set(unsent)))}"


def readers_applied_the_highest_number(world: World) -> Iterator[str]:
    """For every reader: how far it got with an aggregate is how far that aggregate's writer got."""
    said = _said(world)
    for reader, service in world.services.items():
        highest: dict[tuple[str, str], int] = {}
        for event in (e for word in HEARS[reader] for e in said[word]):
            place = (event.word, event.aggregate_id)
            highest[place] = max(highest.get(place, 0), event.sequence)
        for place, number in highest.items():
            if service.applied.get(place, 0) != number:
                told = f"{service.applied.get(place, 0)} of {number}"
                yield f"{reader} applied {told} events of {':'.join(place)}"


def readers_ran_what_they_handle_once(world: World) -> Iterator[str]:
    """The ids in an inbox are those of the events that the reader handles.

    Of events that carry the whole of their subject an older one may have been overtaken, and one that was asked for
    leaves no id: there only the other way round is judged.
    """
    said = _said(world)
    for reader, service in world.services.items():
        ours = [e for word in HEARS[reader] for e in said[word] if e.name in service.handles]
        known = {event.id for event in ours}
        heard = {row.id for row in service.heard}
        for row in service.heard:
            if row.id not in known and row.state == "done":
                yield f"{reader} ran {row.name} {row.id}, which nobody said"
        for event in ours:
            if event.word not in WHOLE and event.id not in heard:
                yield f"{reader} never ran {event.name} number {event.sequence} of {event.aggregate_id}"


def nothing_is_parked_and_nothing_waits(world: World) -> Iterator[str]:
    """Every event that was heard took effect."""
    for reader, service in world.services.items():
        for row in service.heard:
            if row.state != "done":
                yield f"{reader} has {row.name} number {row.sequence} of {row.aggregate_id} {row.state}: {row.error}"
        for reason in service.dead_letters:
            yield f"{reader} keeps a dead letter: {reason}"


def audit_chains_hold(world: World) -> Iterator[str]:
    """Each link of an audit chain follows the one before."""
    for chain in world.broken_chains:
        yield f"the audit chain of {chain} is broken"


RULES: Final = (
    numbers_of_events_have_no_gap,
    everything_was_sent,
    readers_applied_the_highest_number,
    readers_ran_what_they_handle_once,
    nothing_is_parked_and_nothing_waits,
    audit_chains_hold,
)
