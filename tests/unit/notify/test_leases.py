"""A letter's lease holds while a slow server takes it, and ends soon enough for what a killed worker held."""

from __future__ import annotations

import pytest

from services.notify.access import LEASE
from services.notify.options import Options
from services.notify.timers import mail
from shared.config import ConfigError, load

STUCK_SECONDS = 60
"""How long anything may be out of its place (docs/reliability.md)."""


def test_what_a_killed_worker_held_is_anothers_within_a_minute() -> None:
    assert mail.SPARE_SECONDS < LEASE.total_seconds() < STUCK_SECONDS


@pytest.mark.parametrize("seconds", ["0", "10.5", "30"])
def test_a_mail_server_may_not_be_given_longer_than_the_lease_allows(seconds: str) -> None:
    given = {"VEZ_NOTIFY_MAIL_TIMEOUT_SECONDS": seconds, "VEZ_NOTIFY_DATABASE_URL": "postgresql://x/y"}
    with pytest.raises(ConfigError, match="VEZ_NOTIFY_MAIL_TIMEOUT_SECONDS: is not between 0 and 10"):
        load(Options, given)
