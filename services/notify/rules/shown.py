"""Notifications, deliveries and preferences in the form in which people read them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.notify.rules import wording
from services.notify.rules.facts import Role
from services.notify.rules.kinds import KINDS
from services.notify.rules.story import Story
from services.notify.rules.voice import Voice
from services.notify.rules.withholding import CHANNELS, rules, withheld_from


@dataclass(frozen=True, slots=True)
class TicketName:
    """A ticket as a notification names it."""

    id: str
    number: str
    subject: str


@dataclass(frozen=True, slots=True)
class Notification:
    """One thing that a person was told, in their language."""

    id: str
    event: str
    kind: str
    ticket: TicketName | None
    title: str
    body: str
    created_at: datetime
    read_at: datetime | None


def notification(
    id: str, story: Story, voice: Voice, *, created_at: datetime, read_at: datetime | None
) -> Notification:
    """A story as the notification that tells it."""
    ticket = None
    if story.ticket_id is not None and story.number:
        ticket = TicketName(story.ticket_id, story.number, story.subject)
    body = wording.sentence(story, voice, f"“{story.subject}”")
    title = wording.title(story, voice)
    return Notification(id, story.event, story.kind, ticket, title, body, created_at, read_at)


@dataclass(frozen=True, slots=True)
class Named:
    """An id and the name of who or what has it."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class ShownDelivery:
    """A row of the ledger as administrators read it."""

    id: str
    event: Named
    recipient: Named
    ticket_id: str | None
    channel: str
    kind: str
    state: str
    reason: str | None
    tries: int
    next_try_at: datetime | None
    sent_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class MailTrouble:
    """Why nothing more is sent to an address, and since when."""

    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Recipient:
    """How a person can be reached; `wants_mail` false: told in-app only, `trouble` null while the address is good."""

    id: str
    name: str
    email: str | None
    wants_mail: bool
    trouble: MailTrouble | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownIncoming:
    """A mail that came in, as administrators read it."""

    id: str
    source: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    writer: Named | None
    ticket_id: str | None
    state: str
    reason: str | None
    tries: int
    next_try_at: datetime | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """What a kind's letters said from a time on; `texts` null: the built-in words."""

    version: int
    texts: Mapping[str, Mapping[str, str]] | None
    changed_by: Named
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTemplate:
    """The words of a kind's letters; `texts` those in use, `built_in` what they are unless somebody changes them."""

    kind: str
    name: str
    is_changed: bool
    places: tuple[str, ...]
    texts: Mapping[str, Mapping[str, str]]
    built_in: Mapping[str, Mapping[str, str]]
    versions: tuple[TemplateVersion, ...]
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRule:
    """Whether a role is told of a kind by each channel; `mail` null where it never goes there."""

    kind: str
    name: str
    role: Role
    in_app: bool
    mail: bool | None
    optional: bool
    is_changed: bool


@dataclass(frozen=True, slots=True)
class HouseRules:
    """Who is told what, as the house has it: every kind in every role that may be told of it."""

    rules: tuple[ShownRule, ...]
    changed_by: Named | None
    changed_at: datetime | None
    version: int


def house_rules_as(
    withheld: Collection[str],
    voice: Voice,
    *,
    changed_by: Named | None = None,
    changed_at: datetime | None = None,
    version: int = 0,
) -> HouseRules:
    """The whole matrix as people read it, of a house that withholds this."""
    shown = tuple(
        ShownRule(
            kind=rule.kind,
            name=voice.say(KINDS[rule.kind].name),
            role=rule.role,
            in_app=rule.in_app,
            mail=rule.mail,
            optional=KINDS[rule.kind].optional,
            is_changed=not rule.in_app or rule.mail is False,
        )
        for rule in rules(frozenset(withheld))
    )
    return HouseRules(shown, changed_by, changed_at, version)


@dataclass(frozen=True, slots=True)
class Withheld:
    """From which of a person's roles the house withholds a kind, by each channel."""

    in_app: tuple[Role, ...]
    mail: tuple[Role, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One kind of thing, whether a person switched it off by each channel; `mail` null where it never goes there.

    `asked`: the channels by which they want it even where the house withholds it.
    """

    kind: str
    name: str
    in_app: bool
    mail: bool | None
    asked: tuple[str, ...]
    withheld: Withheld
    optional: bool


@dataclass(frozen=True, slots=True)
class QuietTimes:
    """No mail between these times of day; `begin` may be later than `until`: over midnight."""

    begin: str
    until: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """A person's preferences, each kind named in their language."""

    mail: bool
    kinds: tuple[Choice, ...]
    quiet_hours: QuietTimes | None
    digest_minutes: int
    version: int


@dataclass(frozen=True, slots=True)
class Preferred:
    """What a person chose. `off`: `kind:channel` switched off, `*:mail` all mail; clock times as HH:MM.

    `asked`: `kind:channel` wanted even where the house withholds it.
    """

    off: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    quiet_from: str | None = None
    quiet_until: str | None = None
    digest_minutes: int = 0
    version: int = 0


def chosen(preferred: Preferred, voice: Voice, *, roles: Collection[Role], withheld: Collection[str]) -> Chosen:
    """Preferences as people read them: each kind that their `roles` may be told of, with what the house withholds."""
    quiet = None
    if preferred.quiet_from and preferred.quiet_until:
        quiet = QuietTimes(preferred.quiet_from, preferred.quiet_until)
    concern_them = (code for code, kind in KINDS.items() if not set(kind.roles).isdisjoint(roles))
    kinds = tuple(_choice(code, preferred, voice, roles, withheld) for code in concern_them)
    return Chosen("*:mail" not in preferred.off, kinds, quiet, preferred.digest_minutes, preferred.version)


def _choice(
    code: str, preferred: Preferred, voice: Voice, roles: Collection[Role], withheld: Collection[str]
) -> Choice:
    kind, off = KINDS[code], preferred.off
    here, mail = (withheld_from(roles, code, channel, withheld) for channel in CHANNELS)
    return Choice(
        kind=code,
        name=voice.say(kind.name),
        in_app=f"{code}:in_app" not in off,
        mail=f"{code}:mail" not in off if "mail" in kind.channels else None,
        asked=tuple(channel for channel in CHANNELS if f"{code}:{channel}" in preferred.asked),
        withheld=Withheld(here, mail),
        optional=kind.optional,
    )
