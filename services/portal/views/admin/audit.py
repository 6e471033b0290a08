"""The audit log of every service: who did what, when."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from services.portal import door, office, page
from services.portal.views.admin import frame
from services.portal.views.admin.blueprint import blueprint


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
        people=lambda: ask.get("identity", "/v1/directory"),
    )
    names = {str(each["id"]): str(each["name"]) for each in found["people"]["items"]}
    part = request.headers.get("HX-Target") == "more"
    return frame.render(
        "admin/_audit.html" if part else "admin/audit.html",
        "audit",
        rows=[_row(each, names) for each in found["listed"]["items"]],
        next_cursor=found["listed"].get("next_cursor"),
        service=service,
        services=office.SERVICES,
        about=about,
    )


def _row(entry: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    detail = entry.get("detail") or {}
    facts = [f"{name}: {value}" for name, value in detail.items() if value not in (None, "", [], {})]
    return {**entry, "who": names.get(str(entry["actor_id"]), str(entry["actor_id"])), "facts": facts}
