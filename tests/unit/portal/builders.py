"""Tickets, steps and turns as the services answer them, for the pure rooms of the portal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from services.portal.shapes import Coded, Holder, Person, Spell, Stage, Step, Ticket, Turn
from services.portal.words import Reader

NOON = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
"""A Tuesday, noon in São Paulo."""
ANA = Person(id="ana", name="Ana Souza")
BRUNO = Holder(id="bruno", name="Bruno Alves")
FINANCE = Holder(id="finance", name="Financeiro", queue=True)
CLIENT = Reader(id="ana", side="client")
ATTENDANT = Reader(id="bruno", side="attendant")


def ago(**length: float) -> datetime:
    return NOON - timedelta(**length)


def a_ticket(side: str = "attendant", holder: Holder | None = None, **changes: Any) -> Ticket:
    """An open ticket of Ana's, its turn on `side` for three hours."""
    turn = Turn(side=side, holder=holder, since=ago(hours=3))
    given: dict[str, Any] = {
        "id": "t",
        "number": "2026-000123",
        "group": Coded(code="finance", name="Financeiro"),
        "type": Coded(code="dispute", name="Contestação"),
        "subject": "Cobrança em dobro",
        "client": ANA,
        "stage": Stage(code="triage", name="Triagem"),
        "turn": turn,
        "created_at": ago(days=1),
        "updated_at": ago(hours=3),
    }
    return Ticket(**(given | changes))


def a_step(name: str, side: str, begun: float, ended: float | None = None, **changes: Any) -> Step:
    """A stage entered `begun` hours ago and left `ended` hours ago."""
    return Step(
        stage=Coded(code=name.lower(), name=name),
        side=side,
        entered_at=ago(hours=begun),
        left_at=None if ended is None else ago(hours=ended),
        **changes,
    )


def a_spell(side: str, begun: float, ended: float | None = None, holder: Holder | None = None) -> Spell:
    """A turn that began `begun` hours ago and passed on `ended` hours ago."""
    return Spell(side=side, since=ago(hours=begun), until=None if ended is None else ago(hours=ended), holder=holder)
