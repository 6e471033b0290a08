"""One command for many tickets, with what became of each."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, typed
from services.portal.ask import Refused
from services.portal.tongue import gettext
from services.portal.views.attendant.blueprint import blueprint
from services.portal.views.attendant.queue import table
from shared.errors import Retryable

MOST = 100


@blueprint.post("/bulk")
@door.needs("ticket.attend")
def bulk() -> BaseResponse:
    """Transfer, take, schedule or answer the marked tickets, one after the other, and tell what became of each."""
    marked = [each.split(" ", 2) for each in request.form.getlist("marked") if each.count(" ") == 2][:MOST]
    deed = request.form.get("deed", "")
    if deed not in DEEDS or not marked:
        return table()
    results = [_one(deed, ticket_id, version, number) for ticket_id, version, number in marked]
    return table(results)


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
        texts = [text for texts in refused.fields.values() for text in texts]
        return {"id": ticket_id, "number": number, "is_done": False, "text": " ".join(texts) or refused.text}
    except Retryable:
        return {"id": ticket_id, "number": number, "is_done": False, "text": gettext("It cannot be reached now.")}
    text = gettext("accepted, on its way") if answer.is_pending else gettext("done")
    return {"id": ticket_id, "number": number, "is_done": True, "text": text}


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
