"""Where webhooks may reach, what they hear, and how long a failing one is left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.notify.handlers import HANDLERS
from services.notify.options import networks
from services.notify.rules.webhooks import (
    LONGEST_PAUSE,
    Target,
    closed_until,
    is_known,
    known_events,
    patterns,
    refusal,
    target,
)
from shared.errors import Message

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
HTTPS = Target("https", "hook.test", 443)
PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
    "64:ff9b::a00:1", "2002:7f00:1::", "2001:0:5ef5:79fd::80ff:fffe",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_no_private_address_is_reached_however_it_is_written(address: str) -> None:
    assert refusal(HTTPS, [address], ()) == Message("This address leads into a private network")


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "8.8.8.8"])
def test_public_addresses_are_reached_over_https(address: str) -> None:
    assert refusal(HTTPS, [address], ()) is None
    assert refusal(Target("http", "hook.test", 80), [address], ()) == Message("Only https is taken")
    assert refusal(Target("https", "hook.test", 444), [address], ()) == Message("Only the port 443 is taken")


def test_a_network_of_the_houses_own_is_reached_by_http_and_any_port() -> None:
    inside = Target("http", "hook.test", 8080)
    allowed = networks("10.0.0.0/8, fd00::/8")
    assert refusal(inside, ["10.1.2.3", "fd00::1"], allowed) is None
    assert refusal(inside, ["10.1.2.3", "192.168.0.1"], allowed) is not None
    assert refusal(inside, ["10.1.2.3", "93.184.216.34"], allowed) is not None


def test_an_address_is_taken_apart() -> None:
    assert target("https://hook.test/x?y") == HTTPS
    assert target("http://hook.test:8080") == Target("http", "hook.test", 8080)
    assert isinstance(target("https://a:b@hook.test"), Message)
    assert isinstance(target("http://[::1"), Message)


def test_every_event_that_may_be_asked_for_is_heard_here() -> None:
    assert set(known_events()) <= set(HANDLERS)
    assert "ticket.submit_requested" in known_events()
    assert not is_known("person.changed")
    assert is_known("flow.*")
    assert patterns("flow.finished") == ["flow.finished", "flow.*", "*"]
    assert patterns("person.changed") == []
    assert patterns("ticket.advance_requested") == []


def test_after_five_failures_a_receiver_is_left_alone_longer_and_longer_up_to_an_hour() -> None:
    assert closed_until(4, NOW) is None
    assert closed_until(5, NOW) == NOW + timedelta(seconds=30)
    assert closed_until(6, NOW) == NOW + timedelta(seconds=60)
    assert closed_until(500, NOW) == NOW + LONGEST_PAUSE
