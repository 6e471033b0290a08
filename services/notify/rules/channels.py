"""By which channels a telling goes, and what becomes of it there: sent at once, queued for later, or suppressed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.notify.rules.facts import Channel, Delivery, Person, QuietHours, Telling
from services.notify.rules.kinds import KINDS, LINK
from services.notify.rules.withholding import is_withheld

HOLD = timedelta(seconds=0.5)
"""Mail waits this long: what the flow says right after a turn (its deadline) is then in the letter."""

REASONS = (
    "preference",
    "house_rule",
    "in_app_only",
    "no_address",
    "undeliverable",
    "not_visible",
    "deleted",
    "link_expired",
    "link_gone",
)


def deliveries(
    tellings: Sequence[Telling], people: Mapping[str, Person], now: datetime, withheld: Collection[str] = ()
) -> Iterator[Delivery]:
    """The rows of the ledger for `tellings`: one for each recipient and channel, suppressed ones included.

    Of several tellings of one person the first goes that the house does not withhold on that channel; one that they
    switched off themselves lets no other by.
    """
    of_each: dict[str, list[Telling]] = {}
    for telling in tellings:
        of_each.setdefault(telling.person_id, []).append(telling)
    for person_id, several in of_each.items():
        person = people[person_id]
        for channel in KINDS[several[0].kind].channels:
            free = next((each for each in several if _is_for_them(each, channel, person, withheld)), None)
            make = _in_app if channel == "in_app" else _mail
            yield make(free or several[0], person, now, is_withheld=free is None)


def _is_for_them(telling: Telling, channel: Channel, person: Person, withheld: Collection[str]) -> bool:
    """Whether it is for the person to decide of this telling, and not for the house."""
    return _switched_off(telling.kind, channel, person) or not is_withheld(telling, channel, person, withheld)


def _in_app(telling: Telling, person: Person, now: datetime, *, is_withheld: bool) -> Delivery:
    reason = "preference" if _switched_off(telling.kind, "in_app", person) else "house_rule" if is_withheld else None
    return Delivery(person.id, telling.kind, "in_app", "sent" if reason is None else "suppressed", reason)


def _mail(telling: Telling, person: Person, now: datetime, *, is_withheld: bool) -> Delivery:
    reason = mail_refusal(telling.kind, person) or ("house_rule" if is_withheld else None)
    if reason is not None:
        return Delivery(person.id, telling.kind, "mail", "suppressed", reason)
    return Delivery(person.id, telling.kind, "mail", "queued", None, mail_time(telling.kind, person, now))


def mail_refusal(kind: str, person: Person) -> str | None:
    """Why this person gets no mail of this kind, or None."""
    if not person.mail and kind != LINK:
        return "in_app_only"
    if not person.email:
        return "no_address"
    if person.undeliverable:
        return "undeliverable"
    return "preference" if _switched_off(kind, "mail", person) else None


def _switched_off(kind: str, channel: Channel, person: Person) -> bool:
    if kind == LINK:
        return False
    off = person.preferences.off
    if channel == "mail" and "*:mail" in off:
        return True
    return KINDS[kind].optional and f"{kind}:{channel}" in off


def gathers(kind: str, person: Person) -> bool:
    """Whether this goes in one message with what else waits for this person."""
    if kind == LINK:
        return False
    return person.preferences.digest_minutes > 0 or person.preferences.quiet is not None


def mail_time(kind: str, person: Person, now: datetime) -> datetime:
    """When a mail leaves: after the digest's interval, and never in quiet hours."""
    wanted = person.preferences
    at = now + max(HOLD, timedelta(minutes=wanted.digest_minutes))
    return at if wanted.quiet is None else after_quiet(at, wanted.quiet, person.time_zone)


def sleeps_until(kind: str, person: Person, now: datetime) -> datetime | None:
    """When a letter that is due, or due again, may leave where it may not now: in quiet hours only a link does."""
    quiet = person.preferences.quiet
    if kind == LINK or quiet is None:
        return None
    end = after_quiet(now, quiet, person.time_zone)
    return None if end == now else end


def after_quiet(at: datetime, quiet: QuietHours, time_zone: str) -> datetime:
    """`at`, or the end of the quiet hours that it falls in, by the clock on the person's wall."""
    local = at.astimezone(ZoneInfo(time_zone))
    minute = local.hour * 60 + local.minute
    if not _is_quiet(minute, quiet):
        return at
    end = local.replace(hour=quiet.end // 60, minute=quiet.end % 60, second=0, microsecond=0)
    if minute >= quiet.end:
        end += timedelta(days=1)
    return end.astimezone(at.tzinfo)


def _is_quiet(minute: int, quiet: QuietHours) -> bool:
    if quiet.begin <= quiet.end:
        return quiet.begin <= minute < quiet.end
    return minute >= quiet.begin or minute < quiet.end
