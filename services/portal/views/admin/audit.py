"""The audit log of every service, in words: who did what, to what, when."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from flask import Response, request, url_for

from services.portal import audit_words, door, naming, office, page
from services.portal.audit_words import Known
from services.portal.views.admin import frame
from services.portal.views.admin.blueprint import blueprint
from services.portal.views.admin.people import named
from shared.ids import is_id

ASKED_AT_ONCE: Final = 100


@blueprint.get("/audit")
@door.needs("audit.read")
def audit() -> Response:
    """One service's log, newest first, narrowed to one thing where its id is given."""
    service = request.args.get("service", "")
    service = service if service in office.SERVICES else office.SERVICES[0]
    about = request.args.get("about", "").strip()[:200]
    ask, cursor = door.asker(), request.args.get("cursor")
    found = page.gather(
        listed=lambda: ask.get(service, "/v1/audit", aggregate_id=about or None, cursor=cursor, limit=50),
        others=lambda: _others() if service == "identity" else {},
        queues=lambda: ask.get("workflow", "/v1/queues", limit=100),
    )
    queues = {str(each["code"]): str(each["name"]) for each in found["queues"]["items"]}
    entries, part = found["listed"]["items"], request.headers.get("HX-Target") == "more"
    more = ask.together(chain=lambda: None if part else _chain(service, entries, about), **_people(entries))
    chain = more.pop("chain")
    names = {str(each["id"]): str(each["name"]) for answer in more.values() for each in answer["items"]}
    known = Known({**found["others"], **names}, queues)
    return frame.render(
        "admin/_audit.html" if part else "admin/audit.html",
        "audit",
        rows=[_row(each, known) for each in entries],
        next_cursor=found["listed"].get("next_cursor"),
        chain=chain,
        service=service,
        services=[(code, naming.service(code)) for code in office.SERVICES],
        about=about,
    )


def _chain(service: str, entries: list[dict[str, Any]], about: str) -> dict[str, Any] | None:
    """The verdict on the chain of the one thing that the log is narrowed to."""
    if not about or not entries:
        return None
    word, id = str(entries[0]["word"]), str(entries[0]["aggregate_id"])
    return dict(door.asker().get(service, "/v1/audit/verification", word=word, aggregate_id=id))


def _people(entries: list[dict[str, Any]]) -> dict[str, Callable[[], Any]]:
    """What to ask for the names of everybody whom the entries name, as far as the reader may look people up."""
    ask = door.asker()
    if not door.me().may("people.manage"):
        attends = door.me().attends
        return {"directory": lambda: ask.get("identity", "/v1/directory", limit=ASKED_AT_ONCE)} if attends else {}
    ids = sorted({text for text in audit_words.texts(entries) if is_id(text)})
    portions = [ids[at : at + ASKED_AT_ONCE] for at in range(0, len(ids), ASKED_AT_ONCE)]
    return {
        f"people_{number}": partial(ask.get, "identity", "/v1/people", id=portion, limit=ASKED_AT_ONCE)
        for number, portion in enumerate(portions)
    }


def _others() -> dict[str, str]:
    """What else the log of people names: organisations by their id, profiles and permissions by their codes."""
    if not door.me().may("people.manage"):
        return {}
    found = {str(each["id"]): str(each["name"]) for each in frame.everything("identity", "/v1/organisations")}
    rights = door.asker().get("identity", "/v1/permissions")["items"]
    found |= {str(each["name"]): str(each["description"]) for each in rights}
    return found | dict(named(frame.everything("identity", "/v1/profiles")))


def _row(entry: dict[str, Any], known: Known) -> dict[str, Any]:
    return {
        **entry,
        "deed": audit_words.deed(str(entry["action"])),
        "thing": audit_words.thing(str(entry["word"])),
        "who": audit_words.who(str(entry["actor_id"]), known),
        "facts": audit_words.facts(entry.get("detail"), known),
        **_about(str(entry["word"]), str(entry["aggregate_id"]), known),
    }


def _about(word: str, id: str, known: Known) -> dict[str, str | None]:
    """What a thing is called, and its page where it has one."""
    pages = {
        "ticket": lambda: url_for("tickets.show", ticket_id=id),
        "person": lambda: url_for("admin.person", person_id=id),
        "profile": lambda: url_for("admin.profile", code=id),
        "organisation": lambda: url_for("admin.organisation", organisation_id=id),
        "type": lambda: url_for("admin.type_page", code=id),
    }
    name = known.names.get(id) or known.queues.get(id) or (None if is_id(id) else id)
    return {"named": name, "address": pages[word]() if word in pages else None}
