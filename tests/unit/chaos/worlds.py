"""A small world in which every promise was kept: one ticket, opened by Ana, taken, answered and concluded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from vez.chaos.history import Call
from vez.chaos.world import (
    Called,
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

ANA, BRUNO = "ana", "bruno"
HOOK = "hook"
TICKET = "t1"
AT = datetime(2026, 11, 7, 12, tzinfo=UTC)
TICKETS = "/api/ticket/v1/tickets"


def minute(number: int) -> datetime:
    """So many minutes after the beginning."""
    return AT + timedelta(minutes=number)


def call(key: str, kind: str, person: str, **more: Any) -> Call:
    """A call that was accepted, unless it is said otherwise."""
    path = TICKETS if kind == "submit" else f"{TICKETS}/{TICKET}/{kind}"
    facts: dict[str, Any] = {"outcome": "ok", "began": 1.0, "seconds": 0.1, "status": 202, "ticket_id": TICKET}
    return Call(key=key, kind=kind, person_id=person, **{"path": path, **facts, **more})


def stored(key: str, kind: str, person: str, operation_id: str | None) -> Stored:
    """The answer that is kept for such a call."""
    path = "/v1/tickets" if kind == "submit" else f"/v1/tickets/{TICKET}/{kind}"
    return Stored(person, path, key, operation_id, TICKET)


def asked(number: int, name: str, operation_id: str) -> Event:
    """What the ticket service asks of the flow."""
    return Event(f"a{number}", name, TICKET, number, ANA, payload={"operation_id": operation_id})


def answered(number: int, name: str, operation_id: str, by: str, **facts: Any) -> Event:
    """What the flow answers."""
    return Event(f"f{number}", name, TICKET, number, by, payload={"operation_id": operation_id, "by": by, **facts})


def received(event: Event) -> Received:
    """Its row in the inbox of who handled it."""
    return Received(event.id, event.name, event.aggregate_id, event.sequence, "done")


ASKED = (
    asked(1, "ticket.submit_requested", "o1"),
    asked(2, "ticket.take_requested", "o2"),
    asked(3, "ticket.advance_requested", "o3"),
)
ANSWERED = (
    answered(1, "flow.stage_entered", "o1", ANA, side="attendant", holder_after={"id": "desk", "queue": True}),
    answered(2, "flow.reassigned", "o2", BRUNO, side="attendant", holder_after={"id": BRUNO, "queue": False}),
    answered(3, "flow.stage_entered", "o3", BRUNO, side="client", holder_after={"id": ANA, "queue": False}),
    answered(4, "flow.deadline_missed", "", "system", due_at="2026-11-07T13:00:00Z"),
)
SERVICES: Mapping[str, Service] = {
    "ticket": Service(
        said=ASKED,
        heard=[received(e) for e in ANSWERED[:3]],
        applied={("flow", TICKET): 4},
        handles=frozenset({"flow.stage_entered", "flow.reassigned"}),
    ),
    "workflow": Service(
        said=ANSWERED,
        heard=[received(e) for e in ASKED],
        applied={("ticket", TICKET): 3},
        handles=frozenset({e.name for e in ASKED}),
    ),
    "notify": Service(
        heard=[received(e) for e in ANSWERED],
        applied={("flow", TICKET): 4, ("ticket", TICKET): 3},
        handles=frozenset({e.name for e in ANSWERED}),
    ),
    "attachments": Service(applied={("ticket", TICKET): 3}),
}
WHOLE = World(
    calls=[
        call("k1", "submit", ANA),
        call("k2", "take", BRUNO),
        call("k3", "advance", BRUNO),
        call("k4", "messages", ANA),
        call("k5", "advance", ANA, outcome="failed", status=409),
        call("k6", "rating", ANA),
        call("k8", "complete", ANA, path="/api/attachments/v1/uploads/u1/complete"),
    ],
    services=SERVICES,
    stored=[
        stored("k1", "submit", ANA, "o1"),
        stored("k2", "take", BRUNO, "o2"),
        stored("k3", "advance", BRUNO, "o3"),
        stored("k4", "messages", ANA, None),
        stored("k6", "rating", ANA, None),
    ],
    tickets=[Ticket(TICKET, "k1", "open", "asked", "client", 3, minute(3), ANA, None, 2)],
    turns=[
        Turn(TICKET, 1, minute(1), "attendant", "queue:desk", "received", "entered", "o1"),
        Turn(TICKET, 2, minute(2), "attendant", BRUNO, "received", "take", "o2"),
        Turn(TICKET, 3, minute(3), "client", ANA, "asked", "entered", "o3"),
    ],
    entered=[
        Entered(TICKET, 1, "received", None, "o1", "queue:desk"),
        Entered(TICKET, 2, "asked", "ask", "o3", ANA),
    ],
    operations=[Operation(o, TICKET, k, "done") for o, k in (("o1", "submit"), ("o2", "take"), ("o3", "advance"))],
    messages=[(TICKET, "k4")],
    ratings=[TICKET],
    flows=[Flow(TICKET, "drill", 1, "running", "asked", "client", 3, minute(3), ANA, minute(30))],
    now=minute(10),
    clock_turns=[(TICKET, n, minute(n), side) for n, side in ((1, "attendant"), (2, "attendant"), (3, "client"))],
    published={
        ("drill", 1): Published(
            "received", {("received", "ask"): "asked", ("asked", "drop"): "gone"}, frozenset({"gone"})
        )
    },
    deliveries=[
        Delivery("d1", "f3", ANA, "in_app", "sent"),
        Delivery("d2", "f3", ANA, "mail", "sent"),
        Delivery("w1", "f1", HOOK, "webhook", "sent"),
        Delivery("w3", "f3", HOOK, "webhook", "sent"),
    ],
    hooks=[Hook(HOOK, frozenset({"flow.stage_entered"}))],
    called=[Called("w1", "f1"), Called("w3", "f3")],
    files=[File("u1", TICKET, "stored", is_whole=True), File("u2", TICKET, "uploading")],
    shown_files=["u1"],
    mail=["d2"],
)
"""Everything where it belongs."""


def with_service(name: str, **changes: Any) -> World:
    """The whole world, with one service otherwise."""
    return replace(WHOLE, services={**WHOLE.services, name: replace(WHOLE.services[name], **changes)})
