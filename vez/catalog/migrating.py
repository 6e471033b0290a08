"""`vez catalog migrate`: which open tickets can go on in another version, which cannot and why, and moving them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from vez.replay.api import Api, Refused, Session

FLOWS: Final = "/api/workflow/v1/flows"
TYPES: Final = "/api/workflow/v1/types"
TICKETS: Final = "/api/ticket/v1/tickets"
UNSEEN: Final = "you may not see this ticket, so its values cannot be judged"
GONE: Final = 404


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is told of one ticket. `obstacles` is empty where it can move; `moved` where it did."""

    number: str
    stage: str
    from_version: int
    obstacles: tuple[str, ...] = ()
    moved: bool = False


def outcomes(api: Api, admin: Session, type: str, to: int, *, apply: bool) -> Iterator[Outcome]:
    """The open tickets of a type that are not on version `to`, one by one, moved with `apply` as they come.

    Raises Refused where the version is not there, or its caller may not publish; GivenUp.
    """
    api.get(admin, f"{TYPES}/{type}/versions/{to}")
    for flow in api.items(admin, f"{TYPES}/{type}/flows", other_than=str(to)):
        found = _outcome(api, admin, flow, to, apply=apply)
        if found is not None:
            yield found


def _outcome(api: Api, admin: Session, flow: Any, to: int, *, apply: bool) -> Outcome | None:
    """None where the ticket ended meanwhile, or went there by itself."""
    told = Outcome(flow["number"], flow["stage"], flow["flow_version"])
    try:
        given = api.get(admin, f"{TICKETS}/{flow['ticket_id']}")["parameters"]
    except Refused as refused:
        if refused.status != GONE:
            raise
        return Outcome(told.number, told.stage, told.from_version, (UNSEEN,))
    body = {"version": to, "parameters": given, "dry_run": True}
    path = f"{FLOWS}/{flow['ticket_id']}/migrate"
    try:
        judged = api.call(admin, "POST", path, body).json()
        found = tuple(f"{each['field']}: {each['message']}" for each in judged["obstacles"])
        if not found and apply:
            match = {"If-Match": f'"{judged["version"]}"'}
            api.call(admin, "POST", path, body | {"dry_run": False}, headers=match)
    except Refused as refused:
        if refused.type == "not-running":
            return None
        found = (refused.text,)
    return Outcome(told.number, told.stage, told.from_version, found, moved=apply and not found)


def show(found: Iterator[Outcome], to: int, *, apply: bool, say: Callable[[str], None]) -> None:
    """Say each ticket, and at the end how many there were."""
    can, cannot = 0, 0
    for one in found:
        can, cannot = can + (not one.obstacles), cannot + bool(one.obstacles)
        place = f"{one.number} in {one.stage}, version {one.from_version}"
        if not one.obstacles:
            say(f"✓ {place}: {'moved' if one.moved else 'can move'}")
        for text in one.obstacles:
            say(f"✗ {place}: {text}")
    done = "moved" if apply else "can move"
    say(f"{can:,} {done} to version {to}, {cannot:,} cannot." if can or cannot else f"All are on version {to}.")
