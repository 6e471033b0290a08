"""Publishing the discovered catalog, and waiting until the system opens tickets with it."""

from __future__ import annotations

from typing import Any, Final

from shared import clock
from vez.discover.draft import Draft
from vez.replay.api import Api, GivenUp, Refused, Session
from vez.replay.play import TICKETS

CATALOG: Final = "/api/workflow/v1/catalog"
KNOWN_WITHIN_SECONDS: Final = 30.0
LOOK_EVERY_SECONDS: Final = 0.2


def publish(api: Api, admin: Session, draft: Draft, client: Session) -> int | None:
    """Apply the draft's catalog; the version that its type has now. Raises Refused, GivenUp.

    A type that was there already is asked for by a draft ticket until its new version is the one that is opened: the
    news of it travels as an event, and a ticket of the old version would walk the old flow.
    """
    answer = api.call(admin, "PUT", f"{CATALOG}?name={draft.code}.yaml", draft.document(), headers={"If-Match": "*"})
    said = answer.json()
    version = said.get("versions", {}).get(draft.code)
    if version is not None and any(_is_successor(change, draft.code) for change in said.get("changes", ())):
        _await_version(api, draft, client, version)
    return version  # type: ignore[no-any-return]


def _is_successor(change: dict[str, Any], code: str) -> bool:
    return (change["kind"], change["code"], change["change"]) == ("type", code, "new_version")


def _await_version(api: Api, draft: Draft, client: Session, version: int) -> None:
    until = clock.monotonic() + KNOWN_WITHIN_SECONDS
    while _opened_version(api, draft, client) != version:
        if clock.monotonic() > until:
            raise GivenUp(f"tickets of {draft.code} are not opened with its new version {version}")
        clock.sleep(LOOK_EVERY_SECONDS)


def _opened_version(api: Api, draft: Draft, client: Session) -> int | None:
    """The version that a draft ticket gets; the draft is discarded at once."""
    body = {"type": draft.code, "subject": draft.code, "description": "", "parameters": {}, "submit": False}
    try:
        ticket = api.call(client, "POST", TICKETS, body).json()
        match = {"If-Match": "*"}
        api.call(
            client, "POST", f"{TICKETS}/{ticket['id']}/cancel", {"reason": "Opened to learn the version"}, headers=match
        )
    except Refused:
        return None
    return ticket["flow_version"]  # type: ignore[no-any-return]
