"""Sending letters in tests: an agreement that asks for one, the mail timer's turns, what became of each."""

from __future__ import annotations

from email.message import EmailMessage

from services.notify import timers
from shared.contracts import workflow as w
from tests.service.notify.world import AGREEMENT, World


def make_due(world: World) -> None:
    """The time of every letter that waits has come."""
    world.rows("UPDATE deliveries SET next_try_at = now() - interval '1 s' WHERE next_try_at IS NOT NULL RETURNING 1")


def send_all(world: World) -> None:
    """Let the mail timer do what is due now."""
    make_due(world)
    while timers.send_mail(world.runtime):
        pass


def send_all_once(world: World) -> None:
    """One turn of the mail timer."""
    make_due(world)
    timers.send_mail(world.runtime)


def states(world: World) -> list[tuple[object, ...]]:
    """Mail rows: state, reason, tries."""
    return world.rows("SELECT state, reason, tries FROM deliveries WHERE channel = 'mail' ORDER BY id")


def agreement(world: World, ana: str, bruno: str) -> str:
    """Bruno asks Ana to approve the understanding; the ticket's id."""
    ticket = world.submitted(ana, "Cobrança em dobro & <juros>")
    world.enters(ticket, AGREEMENT, w.Holder(id=ana), by=bruno, side="client")
    return ticket


def body(message: EmailMessage, kind: str) -> str:
    """A part of a message, its lines joined."""
    part = message.get_body((kind,))
    assert part is not None
    return " ".join(part.get_content().split())
