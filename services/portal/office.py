"""The administrators' side menu: only what the reader's permissions open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import url_for

from services.portal.shapes import Me
from services.portal.tongue import gettext

SERVICES: Final = ("ticket", "workflow", "attachments", "notify", "identity")
"""The services that keep parked events and an audit log, most asked first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An entry of the menu."""

    code: str
    name: str
    icon: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the menu."""

    name: str
    places: list[Place]


def sections(me: Me) -> list[Section]:
    """The menu as far as it is the reader's; sections without an entry are left out."""
    rows = [
        (
            gettext("Overview"),
            [
                ("dashboard", gettext("Dashboard"), "chart", "reports.read"),
                ("history", gettext("History"), "clock", "reports.read"),
            ],
        ),
        (
            gettext("House"),
            [
                ("settings", gettext("System parameters"), "gear", "settings.change"),
                ("letters", gettext("E-mails"), "mail", "settings.change"),
                ("rules", gettext("Who is told what"), "bell", "settings.change"),
                ("people", gettext("People"), "user", "people.manage"),
                ("organisations", gettext("Organisations"), "house", "people.manage"),
                ("profiles", gettext("Profiles"), "key", "people.manage"),
            ],
        ),
        (
            gettext("Catalog"),
            [
                ("catalog", gettext("Types and flows"), "flow", "catalog.publish"),
                ("queues", gettext("Queues and calendars"), "team", "catalog.publish"),
                ("file", gettext("The catalog's file"), "note", "catalog.publish"),
            ],
        ),
        (
            gettext("Operation"),
            [
                ("parked", gettext("Parked events"), "warn", "inbox.manage"),
                ("deliveries", gettext("Deliveries"), "mail", "inbox.manage"),
                ("incoming", gettext("Mail that came in"), "talk", "inbox.manage"),
                ("webhooks", gettext("Webhooks"), "link", "webhooks.manage"),
                ("chat_rooms", gettext("Chat rooms"), "talk", "webhooks.manage"),
                ("audit", gettext("Audit"), "hash", "audit.read"),
            ],
        ),
    ]
    made = [
        Section(
            name=name,
            places=[
                Place(code=code, name=called, icon=icon, address=url_for(f"admin.{code}"))
                for code, called, icon, permission in places
                if me.may(permission)
            ],
        )
        for name, places in rows
    ]
    return [section for section in made if section.places]
