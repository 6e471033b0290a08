"""Opening a request, the same for a client and for an attendant on their behalf: choose a type, fill its form."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import course, door, drafting, offers, page, request_form, shapes, speech
from services.portal.ask import Refused
from services.portal.offers import Offer, Shelf
from services.portal.opening import Opening
from services.portal.request_form import RequestForm
from services.portal.shapes import Ticket
from services.portal.views.tickets import drafts, files
from shared import clock
from shared.catalog.definitions import TypeVersion
from shared.ids import new_id


def begin(opening: Opening, found: list[Offer], **given: Any) -> Response:
    """The choice of a type and, once chosen, its form: empty, or begun from a template or another ticket.

    `given` is for the page.
    """
    offer = drafting.chosen(found, request.args.get("type"))
    if offer is None:
        return _page(opening, found, None, None, **given)
    template = offer.template(request.args.get("template"))
    version = drafting.load_version(offer.code, offer.version)
    about = request_form.facts(opening.who, offer.code)
    begun = template or opening.origin
    brought = _brought(version, opening.origin) if opening.origin else {}
    start = request_form.starting(version, about, brought | (template.parameters if template else {}))
    form = request_form.fill(
        version,
        request_form.first_access(version, start, about),
        start,
        speech.language(),
        subject=begun.subject if begun else "",
        description=begun.description if begun else "",
    )
    code = template.code if template else ""
    return _page(opening, found, offer, form, version=version, template=code, **given)


def _brought(version: TypeVersion, origin: Ticket) -> dict[str, Any]:
    source = door.versions().find(origin.type.code, origin.flow_version)
    return request_form.carried(version, origin, source, clock.now().date()) if source else {}


def create(opening: Opening, found: list[Offer], **given: Any) -> BaseResponse:
    """Save the draft or submit it; what is refused comes back as it was typed. Twice the same form is one ticket."""
    offer = drafting.chosen(found, request.form.get("type"))
    if offer is None:
        abort(404)
    version = drafting.load_version(offer.code, offer.version)
    body = drafting.body_of(version)
    submits, brings_files = request.form.get("do") == "submit", files.carries_files()
    try:
        made = _send(opening, offer.code, body, submit=submits and not brings_files)
    except Refused as refused:
        form = drafting.refilled(opening.who, offer.code, version, body, refused)
        return _page(opening, found, offer, form, version=version, status=refused.status, **given)
    if brings_files:
        return drafts.with_files(made, body["parameters"], submits=submits)
    return page.go(url_for("tickets.show", ticket_id=made.id), drafting.said(submits, made))


def fields(opening: Opening) -> Response:
    """The parameters again after one on which others depend has changed: nothing is saved, nothing is judged."""
    offer = drafting.load_offer(request.form.get("type", ""), opening.client)
    version = drafting.load_version(offer.code, offer.version)
    form = drafting.refilled(opening.who, offer.code, version, drafting.body_of(version), None)
    return page.render("client/_fields.html", form=form, fields_from=opening.fields)


def _send(opening: Opening, code: str, body: dict[str, Any], *, submit: bool) -> Ticket:
    origin = opening.origin.id if opening.origin else None
    extra = {"template": request.form.get("template"), "client": opening.client, "created_from": origin}
    whole = {"type": code, **body, "submit": submit} | {name: value for name, value in extra.items() if value}
    key = request.form.get("key")
    answer = door.asker().send("POST", "ticket", "/v1/tickets", whole, key=key, wait=submit)
    return shapes.one(answer.body, Ticket)


def _page(
    opening: Opening,
    found: list[Offer],
    offer: Offer | None,
    form: RequestForm | None,
    *,
    version: TypeVersion | None = None,
    template: str = "",
    status: int = 200,
    **given: Any,
) -> Response:
    words = request.values.get("about", "").strip()[:100]
    shelves = offers.shelves(found, words)
    near = offer or opening.origin
    part = {"request": "client/_request.html", "choice": "client/_choice.html"}
    whole = "attendant/new.html" if opening.is_for_another else "client/new.html"
    return page.render(
        part.get(request.headers.get("HX-Target", ""), whole),
        status=status,
        section="new",
        opening=opening,
        about=words,
        shelves=shelves,
        shown=_shown(shelves, request.values.get("group") or (near.group.code if near else "")),
        offer=offer,
        form=form,
        template=template,
        ticket=None,
        files=[],
        key=request.form.get("key") or new_id(),
        fields_from=opening.fields,
        marked=offers.marked,
        what_next=course.before(version, opening.reader(), speech.language()) if version else None,
        **given,
    )


def _shown(shelves: list[Shelf], group: str) -> Shelf | None:
    """The group whose types are shown: the chosen one, unless a search found nothing in it but something elsewhere."""
    asked = next((each for each in shelves if each.group.code == group), None)
    if asked is not None and asked.offers:
        return asked
    return next((each for each in shelves if each.offers), asked or (shelves[0] if shelves else None))
