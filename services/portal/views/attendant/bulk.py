"""One command for many tickets, with what became of each."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from flask import request
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, typed
from services.portal.ask import Refused, refusal_of
from services.portal.tongue import gettext
from services.portal.views.attendant.blueprint import blueprint
from services.portal.views.attendant.queue import table
from shared.errors import Retryable

MOST = 100
OUTCOMES = {"approve": "approved", "reject": "rejected"}
MARK = re.compile(r"(\S+) (\d{1,9}) (.+)")
"""A marked ticket's id, the version that the list showed, its number."""
Marked = list[tuple[str, ...]]


@blueprint.post("/bulk")
@door.needs("ticket.attend")
def bulk() -> BaseResponse:
    """Do one thing to the marked tickets, and tell what became of each: decisions at once, the rest one by one."""
    marked = [found.groups() for each in request.form.getlist("marked") if (found := MARK.fullmatch(each))][:MOST]
    deed = request.form.get("deed", "")
    if deed in OUTCOMES and marked:
        return table(_decide(OUTCOMES[deed], marked))
    if deed not in DEEDS or not marked:
        return table()
    results = [_one(deed, ticket_id, version, number) for ticket_id, version, number in marked]
    return table(results)


def _decide(outcome: str, marked: Marked) -> list[dict[str, Any]]:
    """Decide all that are marked, each on the version that the list showed; one refused harms no other."""
    reason = request.form.get("decision_reason", "").strip() if outcome == "rejected" else ""
    items = [
        {"ticket_id": ticket_id, "version": int(version), "outcome": outcome, "reason": reason or None}
        for ticket_id, version, _ in marked
    ]
    which = hashlib.sha256(repr(items).encode()).hexdigest()[:16]
    key = f"{request.form.get('key')}-{which}"
    try:
        decided = door.asker().send("POST", "ticket", "/v1/decisions", {"items": items}, key=key).body["items"]
    except Refused as refused:
        return [_told(ticket_id, number, is_done=False, text=_why(refused)) for ticket_id, _, number in marked]
    except Retryable:
        text = gettext("It cannot be reached now.")
        return [_told(ticket_id, number, is_done=False, text=text) for ticket_id, _, number in marked]
    numbers = {ticket_id: number for ticket_id, _, number in marked}
    return [_decided(each, numbers.get(each["ticket_id"], "")) for each in decided]


def _decided(result: dict[str, Any], number: str) -> dict[str, Any]:
    problem = result.get("problem")
    if problem is None:
        return _told(result["ticket_id"], number, is_done=True, text=gettext("accepted, on its way"))
    return _told(result["ticket_id"], number, is_done=False, text=_why(refusal_of(problem)))


def _why(refused: Refused) -> str:
    texts = [text for texts in refused.fields.values() for text in texts]
    return " ".join(texts) or refused.text


def _told(ticket_id: str, number: str, *, is_done: bool, text: str) -> dict[str, Any]:
    return {"id": ticket_id, "number": number, "is_done": is_done, "text": text}


def _one(deed: str, ticket_id: str, version: str, number: str) -> dict[str, Any]:
    path, guarded = DEEDS[deed]
    try:
        answer = door.asker().send(
            "POST",
            "ticket",
            f"/v1/tickets/{ticket_id}/{path}",
            _body(deed),
            version=version if guarded else None,
            key=f"{request.form.get('key')}-{ticket_id}",
        )
    except Refused as refused:
        return _told(ticket_id, number, is_done=False, text=_why(refused))
    except Retryable:
        return _told(ticket_id, number, is_done=False, text=gettext("It cannot be reached now."))
    text = gettext("accepted, on its way") if answer.is_pending else gettext("done")
    return _told(ticket_id, number, is_done=True, text=text)


DEEDS: dict[str, tuple[str, bool]] = {
    "transfer": ("transfer", True),
    "take": ("take", True),
    "schedule": ("schedule", True),
    "reply": ("messages", False),
}


def _body(deed: str) -> dict[str, Any] | None:
    form = request.form
    if deed == "transfer":
        return {"to": form.get("to", "").strip(), "reason": form.get("transfer_reason", "").strip()}
    if deed == "schedule":
        return {"until": typed.instant(form.get("until", "")), "reason": form.get("schedule_reason", "").strip()}
    if deed == "reply":
        return {"body": form.get("body", "").strip()}
    return None
