"""What may be granted, by whom, and the profiles that every house begins with.

This page is the permission matrix: a profile is a row, its permissions are the cells that are ticked.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from shared.ids import SYSTEM, Actor

PERMISSIONS: Final[dict[str, str]] = {
    "portal.client_online": "Sees the module",
    "ticket.open": "Opens requests of their own",
    "ticket.open_for": "Opens requests on behalf of a client",
    "ticket.attend": "Works requests",
    "ticket.read": "Reads requests of the groups and types in the profile's scopes",
    "ticket.read_all": "Reads every request",
    "ticket.cancel": "Cancels a request while it is the client's turn",
    "ticket.delete": "Deletes cancelled requests",
    "ticket.transfer_any": "Transfers requests that another attendant holds",
    "catalog.publish": "Publishes the catalog",
    "settings.change": "Changes settings and is told when something needs an administrator",
    "people.manage": "Manages people, profiles and machine clients",
    "audit.read": "Reads the audit log",
    "inbox.manage": "Works off events that could not be handled",
    "webhooks.manage": "Manages webhooks and chat rooms",
    "reports.read": "Reads reports",
}

ADMINISTRATOR: Final = "administrator"
ASK: Final = "service.ask"
PORTAL: Final = "service.portal"
SPEAK_FOR: Final = "service.speak_for"
"""To act as a person who wrote by mail: see *mail tokens* in the API."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltIn:
    """A profile that every house has."""

    code: str
    names: dict[str, str]
    permissions: tuple[str, ...]


BUILT_IN: Final = (
    BuiltIn(
        code="client",
        names={"pt-BR": "Cliente", "en": "Client", "es": "Cliente"},
        permissions=("portal.client_online", "ticket.open"),
    ),
    BuiltIn(
        code="attendant",
        names={"pt-BR": "Atendente", "en": "Attendant", "es": "Agente"},
        permissions=("portal.client_online", "ticket.attend", "ticket.open_for"),
    ),
    BuiltIn(
        code=ADMINISTRATOR,
        names={"pt-BR": "Administrador", "en": "Administrator", "es": "Administrador"},
        permissions=tuple(PERMISSIONS),
    ),
)


def service_grants(client_id: str) -> tuple[str, ...]:
    """What the machine client of one of our own services may do at the others."""
    return {"vez-portal": (ASK, PORTAL), "vez-notify": (ASK, SPEAK_FOR)}.get(client_id, (ASK,))


def may_grant(actor: Actor, permissions: Collection[str]) -> bool:
    """Whether `actor` may give, or take from others, `permissions`: nobody grants more than they have themselves.

    The same rule says whose account an actor may change: taking over an account is granting oneself what it may do.
    """
    return is_system(actor) or actor.permissions.issuperset(permissions)


def is_system(actor: Actor) -> bool:
    """Whether the house itself acts: set-up, the command line, a timer."""
    return actor.id == SYSTEM.id
