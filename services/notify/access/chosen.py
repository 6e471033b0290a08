"""What people chose, in the rules' form."""

from __future__ import annotations

from collections.abc import Iterable

from services.notify.rules.facts import Preferences, QuietHours


def preferences_of(
    off: Iterable[str] | None,
    quiet_from: str | None,
    quiet_until: str | None,
    digest_minutes: int | None,
    *,
    asked: Iterable[str] | None = None,
) -> Preferences:
    """A preferences row's columns in the rules' form; all null for who chose nothing.

    `asked` decides when something is told, and nothing once it is on its way.
    """
    quiet = QuietHours(_minutes(quiet_from), _minutes(quiet_until)) if quiet_from and quiet_until else None
    return Preferences(frozenset(off or ()), frozenset(asked or ()), quiet, digest_minutes or 0)


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)
