"""For whom a request is being opened, and by which pages: by the client themselves, or by an attendant for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import url_for

from services.portal import page
from services.portal.directory import Entry
from services.portal.shapes import Me, Ticket
from services.portal.words import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """`pages`: the blueprint of its views `new`, `create` and `fields`; `given`: what their addresses keep.

    `origin` is the ticket that it is made from, as its reader sees it.
    """

    who: Me | Entry
    pages: str
    given: dict[str, str] = field(default_factory=dict)
    origin: Ticket | None = None

    @property
    def is_for_another(self) -> bool:
        """Whether an attendant opens it for the client."""
        return self.pages != "client"

    @property
    def client(self) -> str | None:
        """The client whom the service is told; none where that is who asks."""
        return self.who.id if self.is_for_another else None

    @property
    def create(self) -> str:
        """Where the form goes."""
        return url_for(f"{self.pages}.create")

    @property
    def fields(self) -> str:
        """Where the parameters come from again."""
        return url_for(f"{self.pages}.fields")

    @property
    def keep(self) -> str:
        """Under what name a browser keeps what is being typed."""
        also = [self.client, self.origin.id if self.origin else None]
        return "-".join(["new", *filter(None, also)])

    def address(self, **changes: str | None) -> str:
        """The page, with these choices."""
        said: dict[str, Any] = {name: value for name, value in {**self.given, **changes}.items() if value}
        return url_for(f"{self.pages}.new", **said)

    def reader(self) -> Reader:
        """As whom the likely course is told: you, or the client by name."""
        return page.reader("attendant" if self.is_for_another else "client")
