"""What the attendants' queue is asked to show: the view of its address, and as it is saved under a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from flask import url_for

from services.portal import narrowing

FILTERS: Final = (
    "my_turn",
    "my_queues",
    "awaiting_client",
    "awaiting_third_party",
    "concluded",
    "cancelled",
    "all",
)
TO_BE_DONE: Final = FILTERS[:4]
"""The lists short enough to be ordered whole by the ticket service; the others come newest first."""
ORDERS: Final = ("due", "waiting", "newest")
PRIORITIES: Final = ("urgent", "high", "normal", "low")
NARROWINGS: Final = ("q", "type", "group", "priority", "queue")
LONGEST: Final = {"q": 200} | dict.fromkeys(("type", "group", "queue"), 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A view of the queue. `saved`: the saved filter from which it was opened; `cursor`: where the page begins."""

    filter: str = "my_turn"
    order: str = "due"
    q: str = ""
    type: str = ""
    group: str = ""
    priority: str = ""
    queue: str = ""
    saved: str = ""
    cursor: str = ""

    @property
    def of(self) -> str:
        """The type, or the group, as its chooser says it."""
        return narrowing.joined(self.type, self.group)

    def query(self) -> dict[str, str]:
        """The view as the ticket service keeps it under a name."""
        narrowed = {name: getattr(self, name) for name in NARROWINGS if getattr(self, name)}
        return {"filter": self.filter, "order": self.order, **narrowed}

    def wanted(self) -> dict[str, str | None]:
        """What the ticket service is asked for."""
        order = self.order if self.filter in TO_BE_DONE else "newest"
        return {"as": "attendant", **self.query(), "order": order, "cursor": self.cursor or None}

    def given(self, **changes: str) -> dict[str, Any]:
        """The view as its address says it, with these changes; a page of it begins anew."""
        said = {**asdict(self), "cursor": "", **changes}
        return {name: value for name, value in said.items() if value}

    def address(self, **changes: str) -> str:
        """Where the view is, with these changes."""
        return url_for("attendant.queue", **self.given(**changes))


def read(asked: Mapping[str, Any]) -> Chosen:
    """The view that an address or a saved filter asks for; what it does not know of filters and orders is the usual.

    `of` says a type, or a group, in one word, as the chooser does.
    """
    said = {name: str(asked.get(name) or "").strip() for name in Chosen.__dataclass_fields__}
    if "of" in asked:
        said |= narrowing.split(str(asked["of"]).strip())
    return Chosen(
        filter=_one_of(FILTERS, said["filter"], "my_turn"),
        order=_one_of(ORDERS, said["order"], "due"),
        priority=_one_of(PRIORITIES, said["priority"], ""),
        saved=said["saved"],
        cursor=said["cursor"],
        **{name: said[name][:most] for name, most in LONGEST.items()},
    )


def _one_of(known: tuple[str, ...], said: str, usual: str) -> str:
    return said if said in known else usual
