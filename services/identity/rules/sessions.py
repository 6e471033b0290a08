"""Sessions: how long they live, and what a refresh token that is shown says about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

TOKENS_LIVE_AT_MOST: Final = timedelta(minutes=11)
"""An ended session is named to the other services for this long: its access tokens are dead by then."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session as it is stored. `generation` counts its refresh tokens: only the last one given is good."""

    id: str
    person_id: str
    generation: int
    expires_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Seen:
    """From where a person signs in: the network address and what the program calls itself."""

    address: str
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A session that may have tokens now: those of its `generation`, given at `at`."""

    person_id: str
    session_id: str
    generation: int
    at: datetime


class Refresh(Enum):
    """What a refresh token is."""

    GOOD = "good"
    ENDED = "ended"
    REUSED = "reused"


def judge_refresh(session: Session | None, generation: int, now: datetime) -> Refresh:
    """What the `generation`-th refresh token of `session` is. An older one shown again was stolen, or its heir was."""
    if session is None or session.ended_at is not None or session.expires_at <= now:
        return Refresh.ENDED
    return Refresh.GOOD if generation == session.generation else Refresh.REUSED
