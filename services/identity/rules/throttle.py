"""Throttling of sign-in: failures count, successes do not."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from services.identity.rules.identifiers import candidates


@dataclass(frozen=True, slots=True)
class Limits:
    """How many failures are let through in a span, for one account and from one address."""

    per_account: int
    per_address: int
    span: timedelta


def account_key(person_id: str | None, username: str) -> str:
    """Under what the failures of an account are counted; a name that nobody has is counted just the same."""
    if person_id is not None:
        return f"person:{person_id}"
    forms = sorted(form for form in candidates(username).values() if form) or [username.strip().lower()]
    return f"name:{hashlib.sha256(forms[0].encode()).hexdigest()}"


def address_key(address: str) -> str:
    """Under what the failures from an address are counted."""
    return f"address:{address}"


def wait_seconds(failures: Sequence[datetime], limit: int, span: timedelta, now: datetime) -> int:
    """How long to wait before the next try, 0 for not at all, given when the failures of the span were."""
    counted = sorted((at for at in failures if at > now - span), reverse=True)
    if len(counted) < limit:
        return 0
    return max(1, ceil((counted[limit - 1] + span - now).total_seconds()))
