"""Opening a ticket: who may open which type for whom, what it starts with, and what a submission needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from services.ticket.rules import parameters, problems
from services.ticket.rules.reading import Reading
from shared.catalog import access
from shared.catalog.definitions import TypeVersion
from shared.catalog.values import REQUIRED, Errors, defaults, kept
from shared.errors import Forbidden
from shared.ids import Actor

SUBJECT_LENGTH = 200


def may_open_for(actor: Actor, client_id: str, guardians: Collection[str]) -> Forbidden | None:
    """Why `actor` may not open a ticket for this client: themselves, who they are a guardian of, or with open_for."""
    if client_id == actor.id or actor.id in guardians:
        may = actor.may("portal.client_online") and actor.may("ticket.open")
    else:
        may = actor.may("ticket.open_for")
    return None if may else Forbidden("You may not open tickets. Ask an administrator for the permission")


def may_be_opened_by(opened_by: Mapping[str, Any], kind: str | None, profiles: Collection[str]) -> Forbidden | None:
    """Why a client of this kind and with these profiles may not open the type, or None."""
    kinds, named = opened_by.get("kinds", "all"), opened_by.get("profiles") or []
    if (kinds == "all" or kind in kinds) and (not named or not set(named).isdisjoint(profiles)):
        return None
    return problems.TypeNotYours("This client may not open tickets of this type")


def beginnings(version: TypeVersion, template: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a new ticket starts with: the type's defaults, and what the template fills for the client."""
    column = access.cells(version, version.flow.first, "client")
    filled = {code: value for code, value in template.items() if column.get(code, "invisible") != "invisible"}
    return kept(version, {**defaults(version), **filled})


def to_judge_again(version: TypeVersion, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a draft that the client may write in this version: an older one may have judged them."""
    column = access.cells(version, version.flow.first, "client")
    return {code: value for code, value in stored.items() if column.get(code) in ("required", "optional")}


def lacking(reading: Reading) -> Errors:
    """What a submission still needs: a subject, and what the first stage requires of clients, whoever submits."""
    wrong = parameters.lacking(reading, "client")
    return wrong if reading.ticket.subject.strip() else {"subject": [REQUIRED], **wrong}
