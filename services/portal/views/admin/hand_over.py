"""Everything that somebody holds, handed over at once: to a colleague or to a queue, with what became of each."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import beside, door, page, shapes, steps, words
from services.portal.ask import Refused
from services.portal.shapes import Ticket
from services.portal.tongue import gettext
from services.portal.views.admin import frame
from services.portal.views.admin.blueprint import blueprint
from shared.ids import new_id

HELD_BY: Final = ("attendant", "third_party")
MAY: Final = ("people.manage", "ticket.read_all", "ticket.transfer_any")
GIVEN: Final = ("to", "reason")


@blueprint.get("/people/<uuid:person_id>/tickets")
@door.needs(*MAY)
def held(person_id: str) -> Response:
    """What somebody holds, to be handed over."""
    return _page(str(person_id))


@blueprint.post("/people/<uuid:person_id>/tickets")
@door.needs(*MAY)
def hand_over(person_id: str) -> BaseResponse:
    """Hand over the first of the marked tickets, and say what became of each and how many are left."""
    marked = steps.marked()
    given = {name: request.form.get(name, "").strip() for name in GIVEN}
    if refused := _incomplete(marked, given):
        return _page(str(person_id), refused)
    action = url_for("admin.hand_over", person_id=person_id)
    taken = steps.take(marked, lambda ticket: _pass(ticket, given), action, given)
    if steps.is_next():
        return page.render("admin/_steps.html", steps=taken)
    person = page.gather(person=lambda: _person(str(person_id)))["person"]
    return frame.render(
        "admin/steps.html",
        "people",
        steps=taken,
        title=gettext("Handing over"),
        back=url_for("admin.held", person_id=person_id),
        back_name=gettext("What %(name)s holds", name=person["name"]),
    )


def _pass(ticket: steps.Marked, given: dict[str, str]) -> str:
    path = f"/v1/tickets/{ticket.id}/transfer"
    answer = door.asker().send("POST", "ticket", path, given, version=ticket.version, key=ticket.key, wait=True)
    holder = (answer.body.get("turn") or {}).get("holder")
    if answer.is_pending or holder is None:
        return gettext("accepted, on its way")
    return gettext("now with %(name)s", name=holder["name"])


def _page(person_id: str, refused: Refused | None = None) -> Response:
    ask = door.asker()
    found = page.gather(
        person=lambda: _person(person_id),
        held=lambda: _held(person_id),
        queues=lambda: ask.get("workflow", "/v1/queues", limit=100),
        colleagues=beside.colleagues,
    )
    person, reader = found["person"], page.reader("attendant")
    others = [each for each in found["colleagues"] if str(each["id"]) != person_id]
    substitute: dict[str, Any] = next(
        (each for each in others if each["id"] == (person["substitute"] or {}).get("id")), {}
    )
    tickets = [each for each in shapes.several({"items": found["held"]}, Ticket) if each.turn.side in HELD_BY]
    return frame.render(
        "admin/held.html",
        "people",
        refused=refused,
        person=person,
        rows=[(each, words.baton(each, reader, since=True)) for each in tickets],
        targets=beside.targets(found["queues"]["items"], others),
        suggested=substitute.get("email") or "",
        key=new_id(),
    )


def _held(person_id: str) -> list[dict[str, Any]]:
    return frame.everything("ticket", "/v1/tickets", {"as": "attendant", "holder": person_id, "order": "due"})


def _person(person_id: str) -> Any:
    return door.asker().get("identity", f"/v1/people/{person_id}")


def _incomplete(marked: list[steps.Marked], given: dict[str, str]) -> Refused | None:
    """What is missing, before the first ticket is touched."""
    if not marked:
        text = gettext("Mark what is to be handed over.")
        return Refused(422, "invalid", text, text)
    wrong = {"to": gettext("Say to whom."), "reason": gettext("Say why.")}
    fields = {name: [text] for name, text in wrong.items() if not given[name]}
    text = gettext("Correct what is marked and send it again.")
    return Refused(422, "invalid", text, text, fields) if fields else None
