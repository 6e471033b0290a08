"""Who is told what, as the house has it: a matrix of kinds by role and channel, changed as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, naming, page
from services.portal.ask import Refused
from services.portal.tongue import gettext
from services.portal.views.admin import frame
from services.portal.views.admin.blueprint import blueprint

ROLES: Final = ("client", "attendant", "administrator")
CHANNELS: Final = ("in_app", "mail")
GROUPS: Final = (
    ("your_turn", "approve", "queue_turn", "third_party_turn", "passed_on"),
    ("stage", "finished", "submission_refused", "rated"),
    ("message", "mentioned", "shared", "file_rejected"),
    ("deadline_near", "deadline_missed"),
    ("mail_draft", "mail_refused"),
    ("fallback", "parked", "gave_up", "undeliverable", "mail_parked"),
)
"""Kinds that belong together, in the order in which the matrix has them; what is in none comes last."""


@blueprint.get("/rules")
@door.needs("settings.change")
def rules() -> Response:
    """The matrix."""
    return _page()


@blueprint.post("/rules")
@door.needs("settings.change")
def change_rules() -> BaseResponse:
    """Have what is ticked be told from now on."""
    return _changed([_typed(*each.split(":", 1)) for each in request.form.getlist("rule") if ":" in each])


@blueprint.post("/rules/restore")
@door.needs("settings.change")
def restore_rules() -> BaseResponse:
    """Tell everything again, as it comes with Vez."""
    return _changed([])


def _changed(wanted: list[dict[str, Any]]) -> BaseResponse:
    try:
        door.asker().send("PUT", "notify", "/v1/rules", {"rules": wanted}, version=request.form.get("version"))
    except Refused as refused:
        return _page(refused)
    return page.go(url_for("admin.rules"), gettext("Saved. It counts from now on."))


def _typed(kind: str, role: str) -> dict[str, Any]:
    """One rule as the form has it; where a channel has no box, it is told as it comes."""
    boxes = request.form.getlist("box")
    told = {name: _cell(kind, role, name) in request.form.getlist("told") for name in CHANNELS}
    asked = {name: is_told for name, is_told in told.items() if _cell(kind, role, name) in boxes}
    return {"kind": kind, "role": role, **asked}


def _page(refused: Refused | None = None) -> Response:
    ask = door.asker()
    found = page.gather(rules=lambda: ask.get("notify", "/v1/rules"))["rules"]
    told = request.form.getlist("told") if refused is not None and "rule" in request.form else None
    return frame.render(
        "admin/rules.html",
        "rules",
        refused=refused,
        roles=[naming.role(role) for role in ROLES],
        groups=_groups(found["rules"], told),
        found=found,
        is_changed=any(each["is_changed"] for each in found["rules"]),
    )


def _groups(rules: list[dict[str, Any]], told: list[str] | None) -> list[dict[str, Any]]:
    """The matrix's rows by group; `told`: the boxes that were ticked, None for what is stored."""
    by_kind: dict[str, dict[str, dict[str, Any]]] = {}
    for rule in rules:
        by_kind.setdefault(rule["kind"], {})[rule["role"]] = rule
    rest = tuple(kind for kind in by_kind if not any(kind in group for group in GROUPS))
    made = [
        {"name": name, "rows": [_row(by_kind[kind], told) for kind in kinds if kind in by_kind]}
        for name, kinds in zip(_names(), (*GROUPS, rest), strict=True)
    ]
    return [group for group in made if group["rows"]]


def _row(rules: Mapping[str, dict[str, Any]], told: list[str] | None) -> dict[str, Any]:
    first = next(iter(rules.values()))
    cells = [_box(rules.get(role), role, channel, told) for role in ROLES for channel in CHANNELS]
    codes = [f"{rule['kind']}:{role}" for role, rule in rules.items() if rule["optional"]]
    return {"name": first["name"], "codes": codes, "cells": cells}


def _box(rule: dict[str, Any] | None, role: str, channel: str, told: list[str] | None) -> dict[str, Any]:
    """A cell: `state` is none where that is never told, always where it cannot be withheld, else choice."""
    if rule is None or rule[channel] is None:
        return {"state": "none", "channel": channel}
    code = _cell(rule["kind"], role, channel)
    return {
        "state": "choice" if rule["optional"] else "always",
        "channel": channel,
        "code": code,
        "words": naming.told_by(role, channel),
        "is_told": rule[channel] if told is None else code in told,
    }


def _cell(kind: str, role: str, channel: str) -> str:
    return f"{kind}:{role}:{channel}"


def _names() -> tuple[str, ...]:
    return (
        gettext("Whose turn it is"),
        gettext("The course of a request"),
        gettext("Messages and files"),
        gettext("Deadlines"),
        gettext("E-mails that come in"),
        gettext("What needs an administrator"),
        gettext("Other things"),
    )
