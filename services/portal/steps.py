"""One command for many tickets, in steps: no request lasts long, the page tells how far it is, each has its result.

A form marks tickets; each answer says what became of the first of them and carries the rest to the next step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from flask import request

from services.portal import door
from services.portal.ask import Refused
from services.portal.tongue import gettext
from shared.errors import Retryable
from shared.ids import new_id

AT_ONCE: Final = 20
PARTS: Final = 3


@dataclass(frozen=True, slots=True)
class Marked:
    """A ticket that was marked: `version` is the one that was seen, `key` makes the command happen once."""

    id: str
    version: str
    number: str
    key: str = ""

    @property
    def written(self) -> str:
        """As a form carries it."""
        return f"{self.id} {self.version} {self.number}"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one."""

    id: str
    number: str
    is_done: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """How far it is: the results of this step, and what the next one is given."""

    action: str
    results: list[Result]
    left: list[Marked]
    count: int
    key: str
    carried: Mapping[str, str] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """How many were dealt with."""
        return self.count - len(self.left)


Deed = Callable[[Marked], str]
"""Does it to one and says what became of it. Raises Refused, Retryable."""


def marked() -> list[Marked]:
    """What the form marks."""
    key = request.form.get("key") or new_id()
    parts = [each.split(" ", PARTS - 1) for each in request.form.getlist("marked")]
    return [Marked(each[0], each[1], each[2], f"{key}-{each[0]}") for each in parts if len(each) == PARTS]


def take(tickets: list[Marked], deed: Deed, action: str, carried: Mapping[str, str]) -> Steps:
    """Do it to the first of them, several at once. `action` is the address that goes on, `carried` what it is given."""
    now, left = tickets[:AT_ONCE], tickets[AT_ONCE:]
    found = door.asker().together(**{each.id: _attempt(deed, each) for each in now})
    return Steps(
        action=action,
        results=[found[each.id] for each in now],
        left=left,
        count=max(_counted(), len(tickets)),
        key=request.form.get("key") or new_id(),
        carried=carried,
    )


def is_next() -> bool:
    """Whether a page that shows the first step asks for the next one."""
    return request.headers.get("HX-Target") == "next"


def _counted() -> int:
    given = request.form.get("count", "")
    return int(given) if given.isdecimal() and given.isascii() else 0


def _attempt(deed: Deed, ticket: Marked) -> Callable[[], Result]:
    def attempt() -> Result:
        try:
            return Result(ticket.id, ticket.number, True, deed(ticket))
        except Refused as refused:
            texts = [text for texts in refused.fields.values() for text in texts]
            return Result(ticket.id, ticket.number, False, " ".join(texts) or refused.text)
        except Retryable:
            return Result(ticket.id, ticket.number, False, gettext("It cannot be reached now."))

    return attempt
