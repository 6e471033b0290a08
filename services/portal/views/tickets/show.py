"""A ticket's page: the client's, or the attendants' for who stands on their side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask import Response, request, url_for

from services.portal import (
    beside,
    course,
    desk,
    door,
    drafting,
    flowchart,
    page,
    request_form,
    shapes,
    sharing,
    sheet,
    speech,
)
from services.portal.ask import Refused
from services.portal.shapes import Attachment, Me, Message, Spell, Step, Ticket, Understanding
from services.portal.sheet import Sheet, Trouble
from services.portal.views.tickets.blueprint import blueprint
from shared.errors import Retryable
from shared.ids import new_id

MOST_SAID = 100


@blueprint.get("/<uuid:ticket_id>")
@door.signed_in
def show(ticket_id: str) -> Response:
    """The page; a draft is shown as the form that it is."""
    return shown(ticket_id)


def shown(ticket_id: str, trouble: Trouble | None = None, *, begun: Mapping[str, str] | None = None) -> Response:
    """The page; after a refusal with what was typed and why it was refused. `begun`: a message as it stands so far."""
    me = door.me()
    found = (
        desk.gather(**_questions(ticket_id), **beside.questions(ticket_id))
        if me.attends
        else page.gather(**_questions(ticket_id))
    )
    ticket = shapes.one(found["ticket"], Ticket)
    if ticket.status == "draft":
        return _draft(ticket, shapes.several(found["files"], Attachment), trouble)
    side = side_of(me, ticket)
    made = replace(_sheet(ticket, side, found, trouble), begun=begun or {}, shares=sharing.present(ticket))
    status = trouble.refused.status if trouble else 200
    if side == "client":
        return page.render(_template(side), status=status, section="tickets", sheet=made)
    return page.render(
        _template(side),
        status=status,
        console="attend",
        sheet=made,
        desk=desk.desk(),
        beside=beside.arrange(found, desk.queues()),
        others=beside.others_of(ticket, page.reader(side)),
    )


def _sheet(ticket: Ticket, side: str, found: dict[str, Any], trouble: Trouble | None) -> Sheet:
    return sheet.make(
        ticket,
        page.reader(side),
        door.versions().find(ticket.type.code, ticket.flow_version),
        steps=shapes.several(found["history"], Step),
        spells=shapes.several(found["turns"], Spell),
        messages=shapes.several(found["messages"], Message),
        files=shapes.several(found["files"], Attachment),
        understandings=shapes.several(found["understandings"], Understanding),
        trouble=trouble,
    )


def _draft(ticket: Ticket, attached: list[Attachment], trouble: Trouble | None) -> Response:
    """A draft's page, its author's: the form of a request, as it was saved or as it was refused."""
    version = drafting.load_version(ticket.type.code, ticket.flow_version)
    me, client = door.me(), drafting.whose(ticket)
    about = request_form.facts(client, ticket.type.code)
    is_for_another = client.id != me.id
    stored = dict(trouble.values) if trouble else dict(ticket.parameters)
    typed = trouble.typed if trouble else {}
    filled = request_form.fill(
        version,
        request_form.first_access(version, stored, about),
        stored,
        speech.language(),
        subject=typed.get("subject", ticket.subject),
        description=typed.get("description", ticket.description),
        refused=trouble.refused if trouble else None,
    )
    frame = {"console": "attend", "desk": desk.desk(), "place": "new"} if is_for_another and me.attends else {}
    return page.render(
        "attendant/new.html" if frame else "client/new.html",
        status=trouble.refused.status if trouble else 200,
        section="new",
        opening=None,
        ticket=ticket,
        offer=None,
        form=filled,
        files=attached,
        template="",
        own=(),
        mine=None,
        key=new_id(),
        fields_from=url_for("tickets.draft_fields", ticket_id=ticket.id),
        what_next=course.before(version, page.reader("attendant" if is_for_another else "client"), speech.language()),
        **frame,
    )


def _template(side: str) -> str:
    folder = "client" if side == "client" else "attendant"
    target = request.headers.get("HX-Target", "")
    return f"{folder}/{ {'sheet': '_ticket', 'talk': '_talk'}.get(target, 'ticket') }.html"


def side_of(me: Me, ticket: Ticket) -> str:
    """From which side the reader stands to the ticket: the client's goes first, unless they hold it for the team."""
    holder = ticket.turn.holder
    holds = holder is not None and holder.id == me.id and ticket.turn.side in ("attendant", "third_party")
    if not me.attends or (ticket.client.id == me.id and not holds):
        return "client"
    return "attendant"


def _questions(ticket_id: str) -> dict[str, Callable[[], Any]]:
    ask, path = door.asker(), f"/v1/tickets/{ticket_id}"
    return {
        "ticket": lambda: ask.get("ticket", path),
        "history": lambda: ask.get("ticket", f"{path}/history", limit=100),
        "turns": lambda: ask.get("ticket", f"{path}/turns", limit=100),
        "messages": lambda: ask.get("ticket", f"{path}/messages", limit=MOST_SAID),
        "understandings": lambda: ask.get("ticket", f"{path}/understandings", limit=100),
        "files": lambda: attached(ticket_id),
    }


def attached(ticket_id: str) -> Any:
    """The ticket's files; none where the attachments service cannot be asked, so that the rest of the page is there."""
    try:
        return door.asker().get("attachments", f"/v1/tickets/{ticket_id}/attachments", limit=100)
    except (Retryable, Refused):
        return {"items": [], "next_cursor": None}


@blueprint.get("/<uuid:ticket_id>/flow")
@door.signed_in
def flow(ticket_id: str) -> Response:
    """The whole flow as a diagram, with the path that the ticket took."""
    ask, path = door.asker(), f"/v1/tickets/{ticket_id}"
    found = page.gather(
        ticket=lambda: ask.get("ticket", path), history=lambda: ask.get("ticket", f"{path}/history", limit=100)
    )
    ticket = shapes.one(found["ticket"], Ticket)
    version = drafting.load_version(ticket.type.code, ticket.flow_version)
    reader = page.reader(side_of(door.me(), ticket))
    walked = shapes.several(found["history"], Step)
    return page.render(
        "client/flow.html",
        section="tickets",
        ticket=ticket,
        chart=flowchart.draw(version, reader, speech.language(), walked=[step.stage.code for step in walked]),
    )
