"""What an open screen hears of."""

from __future__ import annotations

import pytest

from services.notify.rules.streaming import CHANGED, Happening, Screen, frame, is_internal
from shared.contracts import Event
from shared.contracts.ticket import Commented, PriorityChanged, TimeLogged

INTERNAL = [
    Commented(ticket_id="t", message_id="m", author_id="a", visibility="internal"),
    TimeLogged(ticket_id="t", entry_id="e", minutes=5, by="a"),
]
SHOWN_TO_ALL = [
    Commented(ticket_id="t", message_id="m", author_id="a", visibility="public"),
    PriorityChanged(ticket_id="t", priority="high", by="a"),
]


def heard(event: Event, *, attends: bool) -> bool:
    """Whether a screen that shows the ticket hears of it."""
    happening = Happening("id", event.name, "t", is_internal=is_internal(event))
    found = frame(happening, Screen("p", frozenset({"t"}), attends))
    return found is not None and found[0] == CHANGED


@pytest.mark.parametrize("event", INTERNAL, ids=lambda e: e.name)
def test_what_is_the_attendants_alone_is_heard_by_them_alone(event: Event) -> None:
    assert (heard(event, attends=True), heard(event, attends=False)) == (True, False)


@pytest.mark.parametrize("event", SHOWN_TO_ALL, ids=lambda e: e.name)
def test_what_both_sides_see_is_heard_by_both(event: Event) -> None:
    assert (heard(event, attends=True), heard(event, attends=False)) == (True, True)
