"""Opening a request, the same for a client and for an attendant on their behalf: choose a type, fill its form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, abort, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import course, door, drafting, offers, own_templates, page, request_form, shapes, speech
from services.portal.ask import Refused
from services.portal.offers import Offer, Shelf, Template
from services.portal.opening import Opening
from services.portal.own_templates import OwnTemplate
from services.portal.request_form import RequestForm
from services.portal.shapes import Ticket
from services.portal.tongue import gettext
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
    own = own_templates.of_type(offer.code)
    mine = next((each for each in own if each.id == request.args.get("mine")), None)
    template = mine or offer.template(request.args.get("template"))
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
    code = template.code if isinstance(template, Template) else ""
    return _page(opening, found, offer, form, version=version, template=code, own=own, mine=mine, **given)


def _brought(version: TypeVersion, origin: Ticket) -> dict[str, Any]:
    source = door.versions().find(origin.type.code, origin.flow_version)
    return request_form.carried(version, origin, source, clock.now().date()) if source else {}


def create(opening: Opening, found: list[Offer], **given: Any) -> BaseResponse:
    """Save the draft or submit it, or keep it as a template or remove that, by the button that was pressed.

    What is refused comes back as it was typed. Twice the same form is one ticket.
    """
    offer = drafting.chosen(found, request.form.get("type"))
    if offer is None:
        abort(404)
    version = drafting.load_version(offer.code, offer.version)
    body = drafting.body_of(version)
    submits, brings_files = request.form.get("do") == "submit", files.carries_files()
    try:
        if request.form.get("do") == "keep":
            kept = own_templates.keep(offer.code, body)
            return page.go(opening.address(type=offer.code, mine=kept), gettext("The template is kept."))
        if request.form.get("do") == "remove":
            own_templates.remove()
            return page.go(opening.address(type=offer.code), gettext("The template is removed."))
        made = _send(opening, offer.code, body, submit=submits and not brings_files)
    except Refused as refused:
        form = drafting.refilled(opening.who, offer.code, version, body, refused)
        own = own_templates.of_type(offer.code)
        return _page(opening, found, offer, form, version=version, own=own, status=refused.status, **given)
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
    own: Sequence[OwnTemplate] = (),
    mine: OwnTemplate | None = None,
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
        own=own,
        mine=mine,
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
