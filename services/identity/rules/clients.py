"""Machine clients: programs that sign in by themselves, our own services and integrators' alike."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.contracts.topology import SERVICES

AUDIENCES: Final = frozenset(SERVICES)
SHORTEST_SECRET: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A machine client as administrators see it; its secret is shown once, when it is made."""

    client_id: str
    person_id: str
    name: str
    profiles: tuple[str, ...]
    is_active: bool
    is_of_this_house: bool
    created_at: datetime
    rotated_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WithSecret:
    """A machine client with the secret that nobody is shown again."""

    client: Client
    client_secret: str


def new_secret() -> str:
    """A secret that nobody guesses: 256 random bits."""
    return f"vcs_{secrets.token_urlsafe(32)}"


def digest(secret: str) -> bytes:
    """What is stored of a random secret. It needs no slow hash: there is nothing to guess."""
    return hashlib.sha256(secret.encode()).digest()
