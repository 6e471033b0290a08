"""The house's own rules of who is told what: what it withholds from a role, unless a person asked for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from services.notify.rules.facts import Channel, Person, Role, Telling
from services.notify.rules.kinds import KINDS, ROLES
from shared.errors import Message

CHANNELS: Final[tuple[Channel, ...]] = ("in_app", "mail")
"""By which people are told; webhooks and chat rooms are told what their own rows say."""
ATTENDS: Final = "ticket.attend"
ADMINISTERS: Final = "settings.change"
"""Whose profile grants this is an administrator (architecture page, *Inbox*)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Whether a role is told of a kind, by each channel."""

    kind: str
    role: Role
    in_app: bool = True
    mail: bool | None = True


def is_withheld(telling: Telling, channel: Channel, person: Person, withheld: Collection[str]) -> bool:
    """Whether the house withholds this from who is told, and they did not ask for it; never what must arrive."""
    if not KINDS[telling.kind].optional or f"{telling.kind}:{channel}" in person.preferences.asked:
        return False
    return _cell(telling.kind, telling.role, channel) in withheld


def withheld_from(roles: Collection[Role], kind: str, channel: Channel, withheld: Collection[str]) -> tuple[Role, ...]:
    """From which of `roles` the house withholds a kind on a channel."""
    return tuple(role for role in KINDS[kind].roles if role in roles and _cell(kind, role, channel) in withheld)


def roles_of(kind: str | None, permissions: Collection[str]) -> tuple[Role, ...]:
    """In which roles somebody of this kind of client (null: staff) may be told things: staff may be clients too."""
    attends = kind is None or ATTENDS in permissions
    held: dict[Role, bool] = {"client": True, "attendant": attends, "administrator": ADMINISTERS in permissions}
    return tuple(role for role in ROLES if held[role])


def withheld_by(rules: Sequence[Rule]) -> tuple[str, ...]:
    """What these rules withhold, as `kind:role:channel`; what they do not name is told."""
    return tuple(sorted(_cell(rule.kind, rule.role, channel) for rule in rules for channel in _without(rule)))


def rules(withheld: Collection[str]) -> Iterator[Rule]:
    """The whole matrix: each kind in each role that is told of it."""
    for code, kind in KINDS.items():
        for role in kind.roles:
            told = {channel: _cell(code, role, channel) not in withheld for channel in kind.channels}
            yield Rule(code, role, told["in_app"], told.get("mail"))


def wrong_with(rules: Sequence[Rule]) -> dict[str, list[Message]]:
    """What of these rules cannot be, by field: a role that is not told, what must arrive, one that is said twice."""
    wrong: dict[str, list[Message]] = {}
    seen: set[tuple[str, Role]] = set()
    for place, rule in enumerate(rules):
        if rule.role not in KINDS[rule.kind].roles:
            wrong[f"rules.{place}.role"] = [Message("This role is never told of that")]
        elif (rule.kind, rule.role) in seen:
            wrong[f"rules.{place}.role"] = [Message("There is a rule for this kind and role already")]
        elif not KINDS[rule.kind].optional:
            for channel in _without(rule):
                wrong[f"rules.{place}.{channel}"] = [Message("This must always arrive, so it cannot be withheld")]
        seen.add((rule.kind, rule.role))
    return wrong


def _without(rule: Rule) -> Iterator[Channel]:
    """By which of the kind's channels the rule has its role not told."""
    if not rule.in_app:
        yield "in_app"
    if rule.mail is False and "mail" in KINDS[rule.kind].channels:
        yield "mail"


def _cell(kind: str, role: Role, channel: Channel) -> str:
    return f"{kind}:{role}:{channel}"
