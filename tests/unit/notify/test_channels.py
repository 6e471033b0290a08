"""By which channels things go, when mail leaves, and when it is given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.rules.channels import HOLD, after_quiet, deliveries, mail_time, sleeps_until
from services.notify.rules.facts import Person, Preferences, QuietHours, Telling
from services.notify.rules.kinds import KINDS, LINK
from services.notify.rules.retention import first_id_at
from services.notify.rules.retries import GIVE_UP_AFTER, MAIL, WEBHOOK, Outcome, settle

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
ANA = Person("a", "Ana", "ana@vez.test")
NIGHT = QuietHours(22 * 60, 7 * 60)
FAILED = Outcome(sent=False, reason="451 later")


def told(person: Person, kind: str = "stage") -> list[tuple[str, str, str | None]]:
    """What becomes of telling a person."""
    rows = deliveries([Telling(person.id, kind, KINDS[kind].roles[0])], {person.id: person}, NOW)
    return [(row.channel, row.state, row.reason) for row in rows]


def test_in_app_is_sent_at_once_and_mail_is_queued() -> None:
    assert told(ANA) == [("in_app", "sent", None), ("mail", "queued", None)]


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (Person("a", "Ana", "a@x", mail=False), "in_app_only"),
        (Person("a", "Ana", None), "no_address"),
        (Person("a", "Ana", "a@x", undeliverable="550"), "undeliverable"),
        (Person("a", "Ana", "a@x", preferences=Preferences(frozenset({"stage:mail"}))), "preference"),
        (Person("a", "Ana", "a@x", preferences=Preferences(frozenset({"*:mail"}))), "preference"),
    ],
)
def test_mail_that_is_not_to_be_has_a_row_with_its_reason(person: Person, reason: str) -> None:
    assert told(person) == [("in_app", "sent", None), ("mail", "suppressed", reason)]


def test_what_a_person_must_know_cannot_be_switched_off_kind_by_kind() -> None:
    stubborn = Person("a", "Ana", "a@x", preferences=Preferences(frozenset({"fallback:mail", "fallback:in_app"})))
    assert [row[1] for row in told(stubborn, "fallback")] == ["sent", "queued"]


def test_every_kind_goes_in_app() -> None:
    assert all(kind.channels[0] == "in_app" for kind in KINDS.values())


@pytest.mark.parametrize(
    ("local", "leaves"),
    [
        ("2026-11-23T21:59", "2026-11-23T21:59"),
        ("2026-11-23T22:00", "2026-11-24T07:00"),
        ("2026-11-24T03:00", "2026-11-24T07:00"),
        ("2026-11-24T07:00", "2026-11-24T07:00"),
    ],
)
def test_quiet_hours_are_by_the_clock_on_the_persons_wall(local: str, leaves: str) -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    at = datetime.fromisoformat(local).replace(tzinfo=zone).astimezone(UTC)
    assert after_quiet(at, NIGHT, zone.key) == datetime.fromisoformat(leaves).replace(tzinfo=zone)


@given(
    st.integers(1_700_000_000, 1_800_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.integers(0, 1439),
    st.integers(0, 1439),
    st.sampled_from(["America/Sao_Paulo", "Europe/Lisbon", "Asia/Kathmandu", "America/New_York"]),
)
def test_after_the_quiet_hours_it_is_not_quiet_and_never_earlier(at: datetime, begin: int, end: int, zone: str) -> None:
    quiet = QuietHours(begin, end)
    leaves = after_quiet(at, quiet, zone)
    assert at <= leaves <= at + timedelta(hours=25)
    local = leaves.astimezone(ZoneInfo(zone))
    assert leaves == at or (local.hour * 60 + local.minute) in (end, (end + 60) % 1440, end + 60)


def test_mail_waits_for_its_deadline_to_be_known_or_for_the_digest() -> None:
    assert mail_time("stage", ANA, NOW) == NOW + HOLD
    gathering = Person("a", "Ana", "a@x", preferences=Preferences(digest_minutes=60))
    assert mail_time("stage", gathering, NOW) == NOW + timedelta(hours=1)


def test_in_quiet_hours_nothing_leaves_but_links() -> None:
    asleep = Person("a", "Ana", "a@x", time_zone="UTC", preferences=Preferences(quiet=QuietHours(22 * 60, 7 * 60)))
    night = NOW.replace(hour=23, minute=15)
    morning = (night + timedelta(days=1)).replace(hour=7, minute=0)
    assert sleeps_until("stage", asleep, night) == morning
    assert sleeps_until("stage", asleep, morning) is None
    assert sleeps_until(LINK, asleep, night) is None
    assert sleeps_until("stage", ANA, night) is None


def test_failures_are_tried_again_after_longer_and_longer_and_then_hourly() -> None:
    waits = [settle(FAILED, tries=n, since=NOW, now=NOW).next_try_at for n in range(1, 9)]
    assert [w - NOW for w in waits if w] == [*MAIL, MAIL[-1], MAIL[-1]]
    hook = settle(FAILED, tries=1, since=NOW, now=NOW, steps=WEBHOOK).next_try_at
    assert hook == NOW + timedelta(seconds=5)


def test_who_asks_to_be_left_alone_is_for_as_long_as_that() -> None:
    for wait, next_try in ((timedelta(minutes=7), timedelta(minutes=7)), (timedelta(seconds=1), WEBHOOK[0])):
        busy = Outcome(sent=False, reason="429", retry_after=wait)
        assert settle(busy, tries=1, since=NOW, now=NOW, steps=WEBHOOK).next_try_at == NOW + next_try


def test_after_three_days_a_delivery_is_parked_unless_nobody_was_there() -> None:
    late = NOW + GIVE_UP_AFTER
    assert settle(FAILED, tries=80, since=NOW, now=late).state == "parked"
    assert settle(Outcome(sent=False, unreached=True), tries=80, since=NOW, now=late).state == "failed"


def test_what_can_never_arrive_is_parked_at_once_and_what_was_sent_is_sent() -> None:
    assert settle(Outcome(sent=False, reason="550", permanent=True), tries=1, since=NOW, now=NOW).state == "parked"
    assert settle(Outcome(sent=True), tries=1, since=NOW, now=NOW).sent_at == NOW


def test_an_id_says_when_it_was_made() -> None:
    assert first_id_at(NOW) < first_id_at(NOW + timedelta(milliseconds=1))
    assert first_id_at(NOW)[14] == "7"
