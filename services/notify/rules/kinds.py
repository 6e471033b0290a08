"""The kinds of thing that people are told, one page: by which channels, and why one gets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from services.notify.rules.facts import Channel, Role
from shared.errors import Message

ROLES: Final[tuple[Role, ...]] = ("client", "attendant", "administrator")
"""In the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`roles` that are told of it, and `channels` it goes by, unless the house or a person chose otherwise.

    `name` as preferences show it; `why` one is told; what is not `optional` always arrives.
    """

    code: str
    name: Message
    why: Message
    roles: tuple[Role, ...]
    channels: tuple[Channel, ...] = ("in_app", "mail")
    optional: bool = True


def _kind(code: str, name: str, why: str, *roles: Role, **more: object) -> tuple[str, Kind]:
    return code, Kind(code, Message(name), Message(why), roles, **more)  # type: ignore[arg-type]


def is_written_by_administrators(kind: str) -> bool:
    """Whether the words of a kind's letters may be changed: of what is told about requests, by mail."""
    return kind in KINDS and "mail" in KINDS[kind].channels and not kind.startswith("mail_")


LINK: Final = "link"
"""A one-time link: by mail alone, at once and by itself, whatever its reader chose; so none of KINDS."""

KINDS: Final[dict[str, Kind]] = dict(
    [
        _kind(
            "your_turn", "It is my turn", "You get this because it is your turn in this request.", "client", "attendant"
        ),
        _kind(
            "approve",
            "I am asked to approve",
            "You get this because your decision is asked in this request.",
            "client",
            "attendant",
        ),
        _kind(
            "queue_turn",
            "New in a queue of mine",
            "You get this because you are in the queue that has this request.",
            "attendant",
        ),
        _kind(
            "third_party_turn",
            "A third party is waited for, and I act for it",
            "You get this because you act for the third party in this request.",
            "attendant",
        ),
        _kind("stage", "My request moved on", "You get this because the request is yours.", "client"),
        _kind("finished", "My request ended", "You get this because the request is yours.", "client"),
        _kind(
            "submission_refused",
            "My request could not be sent",
            "You get this because you sent it.",
            "client",
            "attendant",
            optional=False,
        ),
        _kind(
            "message",
            "Somebody wrote to me",
            "You get this because you take part in this request.",
            "client",
            "attendant",
        ),
        _kind(
            "mentioned",
            "Somebody mentioned me",
            "You get this because you were mentioned in this request.",
            "client",
            "attendant",
        ),
        _kind(
            "shared",
            "A request was shared with me",
            "You get this because this request was shared with you by name.",
            "client",
        ),
        _kind(
            "passed_on", "A request of mine was passed on", "You get this because you held this request.", "attendant"
        ),
        _kind(
            "rated",
            "A request that I attended was rated",
            "You get this because you attended this request.",
            "attendant",
        ),
        _kind(
            "file_rejected",
            "A file of mine was refused",
            "You get this because you sent the file.",
            "client",
            "attendant",
        ),
        _kind(
            "deadline_near", "A deadline is near", "You get this because you hold this request.", "client", "attendant"
        ),
        _kind(
            "deadline_missed",
            "A deadline was missed",
            "You get this because you, or somebody you lead, hold this request.",
            "client",
            "attendant",
        ),
        _kind(
            "mail_draft",
            "A mail of mine became a draft",
            "You get this because you sent an e-mail.",
            "client",
            "attendant",
            optional=False,
        ),
        _kind(
            "mail_refused",
            "A mail of mine was not taken",
            "You get this because you sent an e-mail.",
            "client",
            "attendant",
            optional=False,
        ),
        _kind(
            "mail_parked",
            "A mail that came in could not be dealt with",
            "You get this because you are an administrator.",
            "administrator",
            channels=("in_app",),
            optional=False,
        ),
        _kind(
            "fallback",
            "A request found nobody who can act",
            "You get this because you are an administrator.",
            "administrator",
            optional=False,
        ),
        _kind(
            "parked",
            "An event could not be handled",
            "You get this because you are an administrator.",
            "administrator",
            channels=("in_app",),
            optional=False,
        ),
        _kind(
            "gave_up",
            "A message was given up",
            "You get this because you are an administrator.",
            "administrator",
            channels=("in_app",),
            optional=False,
        ),
        _kind(
            "undeliverable",
            "Somebody cannot be reached by e-mail",
            "You get this because you are an administrator.",
            "administrator",
            channels=("in_app",),
            optional=False,
        ),
    ]
)
