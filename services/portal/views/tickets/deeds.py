"""What may be done with a ticket, one form each: every command is sent on with the version that the person saw."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, page, typed
from services.portal.ask import Answer, Refused
from services.portal.sheet import Trouble
from services.portal.tongue import gettext
from services.portal.views.tickets import show
from services.portal.views.tickets.blueprint import blueprint


def command(
    ticket_id: str, deed: str, body: dict[str, Any] | None, said: str, *, where: str, guarded: bool = True
) -> BaseResponse:
    """Give a command and show the ticket again; a refusal shows it with what was typed in the form called `where`."""
    try:
        answer = send(ticket_id, deed, body, guarded=guarded)
    except Refused as refused:
        return show.shown(ticket_id, Trouble(refused=refused, where=where, typed=request.form))
    return page.go(url_for("tickets.show", ticket_id=ticket_id), None if answer.is_pending else said)


def send(ticket_id: str, deed: str, body: dict[str, Any] | None, *, guarded: bool = True) -> Answer:
    """Give a command about a ticket; `guarded` ones only on the version that the form was made of."""
    return door.asker().send(
        "POST",
        "ticket",
        f"/v1/tickets/{ticket_id}/{deed}",
        body,
        version=request.form.get("version") if guarded else None,
        key=request.form.get("key"),
        wait=guarded,
    )


def _text(name: str) -> str | None:
    return request.form.get(name, "").replace("\r\n", "\n").strip() or None


@blueprint.post("/<uuid:ticket_id>/messages")
@door.signed_in
def say(ticket_id: str) -> BaseResponse:
    """Write in the discussion: to everybody, or a note among attendants."""
    body: dict[str, Any] = {"body": _text("body") or ""}
    if request.form.get("visibility") == "internal":
        body["visibility"] = "internal"
    try:
        send(ticket_id, "messages", body, guarded=False)
    except Refused as refused:
        return show.shown(ticket_id, Trouble(refused=refused, where="talk", typed=request.form))
    if page.is_part():
        return show.shown(ticket_id)
    return page.go(url_for("tickets.show", ticket_id=ticket_id, _anchor="talk"))


@blueprint.post("/<uuid:ticket_id>/decision")
@door.signed_in
def decide(ticket_id: str) -> BaseResponse:
    """Approve or reject what the page showed."""
    outcome = request.form.get("outcome", "")
    said = gettext("Approved.") if outcome == "approved" else gettext("Rejected, with your reason.")
    return command(ticket_id, "decision", {"outcome": outcome, "reason": _text("reason")}, said, where="decide")


@blueprint.post("/<uuid:ticket_id>/transfer")
@door.signed_in
def transfer(ticket_id: str) -> BaseResponse:
    """Pass the ticket to another attendant or to a queue."""
    body = {"to": _text("to") or "", "reason": _text("reason") or ""}
    return command(ticket_id, "transfer", body, gettext("Transferred."), where="transfer")


@blueprint.post("/<uuid:ticket_id>/take")
@door.signed_in
def take(ticket_id: str) -> BaseResponse:
    """Take a ticket that a queue holds."""
    return command(ticket_id, "take", None, gettext("It is yours now."), where="take")


@blueprint.post("/<uuid:ticket_id>/schedule")
@door.signed_in
def schedule(ticket_id: str) -> BaseResponse:
    """Put the ticket away until a time."""
    body = {"until": typed.instant(request.form.get("until", "")), "reason": _text("reason")}
    return command(ticket_id, "schedule", body, gettext("Scheduled."), where="schedule")


@blueprint.post("/<uuid:ticket_id>/wait")
@door.signed_in
def wait(ticket_id: str) -> BaseResponse:
    """Wait for a third party."""
    body = {"party": _text("party") or "", "reason": _text("reason")}
    return command(ticket_id, "wait", body, gettext("It waits for the third party now."), where="wait")


@blueprint.post("/<uuid:ticket_id>/resume")
@door.signed_in
def resume(ticket_id: str) -> BaseResponse:
    """Take the turn back from a third party or a schedule."""
    return command(ticket_id, "resume", None, gettext("The turn is back."), where="resume")


@blueprint.post("/<uuid:ticket_id>/cancel")
@door.signed_in
def cancel(ticket_id: str) -> BaseResponse:
    """Cancel a ticket opened by mistake or twice."""
    number = _text("duplicate_of")
    try:
        other = find_ticket(number, "duplicate_of") if number else None
    except Refused as refused:
        return show.shown(ticket_id, Trouble(refused=refused, where="cancel", typed=request.form))
    body = {"reason": _text("reason"), "duplicate_of": other}
    return command(ticket_id, "cancel", body, gettext("Cancelled."), where="cancel")


@blueprint.post("/<uuid:ticket_id>/delete")
@door.signed_in
def delete(ticket_id: str) -> BaseResponse:
    """Delete a cancelled ticket for good."""
    try:
        door.asker().send("DELETE", "ticket", f"/v1/tickets/{ticket_id}", version=request.form.get("version"))
    except Refused as refused:
        return show.shown(ticket_id, Trouble(refused=refused, where="delete", typed=request.form))
    return page.go(url_for("home.start"), gettext("Deleted."))


@blueprint.post("/<uuid:ticket_id>/reopen")
@door.signed_in
def reopen(ticket_id: str) -> BaseResponse:
    """Reopen a concluded ticket inside its window."""
    return command(ticket_id, "reopen", None, gettext("Reopened."), where="reopen")


@blueprint.post("/<uuid:ticket_id>/rating")
@door.signed_in
def rate(ticket_id: str) -> BaseResponse:
    """Rate a concluded ticket."""
    score = request.form.get("score", "")
    body = {"score": int(score) if score.isdigit() else None, "comment": _text("comment")}
    return command(ticket_id, "rating", body, gettext("Thank you for telling us."), where="rate", guarded=False)


@blueprint.post("/<uuid:ticket_id>/request")
@door.signed_in
def edit(ticket_id: str) -> BaseResponse:
    """Change subject and request, on the client's turn."""
    return patch(
        ticket_id,
        {"subject": _text("subject") or "", "description": _text("description") or ""},
        gettext("Saved."),
        where="request",
    )


@blueprint.post("/<uuid:ticket_id>/priority")
@door.signed_in
def prioritise(ticket_id: str) -> BaseResponse:
    """Set the priority."""
    return patch(ticket_id, {"priority": request.form.get("priority", "")}, gettext("Saved."), where="priority")


def find_ticket(number: str, field: str) -> str:
    """The id of the ticket with that number, of those that the reader sees. Raises Refused about `field`."""
    for ticket in door.asker().get("ticket", "/v1/tickets", q=number, limit=10)["items"]:
        if number in (ticket["number"], ticket["number"].rpartition("-")[2].lstrip("0")):
            return str(ticket["id"])
    wrong = gettext("There is no request with this number that you may see.")
    raise Refused(422, "invalid", wrong, wrong, {field: [wrong]})


@blueprint.post("/<uuid:ticket_id>/relations")
@door.signed_in
def relate(ticket_id: str) -> BaseResponse:
    """Relate the ticket to another one."""
    try:
        kind = "duplicate_of" if request.form.get("repeats") else "related"
        body = {"ticket_id": find_ticket(_text("other") or "", "other"), "kind": kind}
    except Refused as refused:
        return show.shown(ticket_id, Trouble(refused=refused, where="relate", typed=request.form))
    return command(ticket_id, "relations", body, gettext("Related."), where="relate", guarded=False)


@blueprint.post("/<uuid:ticket_id>/time")
@door.signed_in
def log_time(ticket_id: str) -> BaseResponse:
    """Enter time that was worked on the ticket."""
    minutes = request.form.get("minutes", "")
    body = {"minutes": int(minutes) if minutes.isdigit() else None, "note": _text("note") or ""}
    return command(ticket_id, "time-entries", body, gettext("Entered."), where="time", guarded=False)


def patch(ticket_id: str, body: dict[str, Any], said: str, *, where: str) -> BaseResponse:
    """Change the ticket's own fields and show it again."""
    try:
        change(ticket_id, body, request.form.get("version"))
    except Refused as refused:
        return show.shown(ticket_id, Trouble(refused=refused, where=where, typed=request.form))
    return page.go(url_for("tickets.show", ticket_id=ticket_id), said)


def change(ticket_id: str, body: dict[str, Any], version: str | int | None) -> Answer:
    """Change the ticket's own fields. Raises Refused."""
    return door.asker().send("PATCH", "ticket", f"/v1/tickets/{ticket_id}", body, version=version)
