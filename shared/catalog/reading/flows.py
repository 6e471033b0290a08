"""Flows: stages, their part of the matrix, and the transitions between them."""

from __future__ import annotations

from typing import Any, Final, get_args

from shared.catalog.definitions import (
    Access,
    Approvers,
    Due,
    Flow,
    Stage,
    Texts,
    Transition,
)
from shared.catalog.reading import words
from shared.catalog.reading.cursor import Cursor
from shared.catalog.reading.parameters import unique

BUILT_IN_NAMES: Final[dict[str, Texts]] = {
    "approve": {"pt-BR": "Aprovar", "en": "Approve", "es": "Aprobar"},
    "reject": {"pt-BR": "Rejeitar", "en": "Reject", "es": "Rechazar"},
}
ACCESSES: Final[tuple[str, ...]] = get_args(Access)
_STAGE_FIELDS: Final = (
    "code", "name", "client_name", "side", "kind", "terminal", "assign", "due", "understanding", "approves",
    "approvers", "party", "parameters", "transitions",
)  # fmt: skip


def flow(at: Cursor) -> Flow:
    """`{first, fallback, reopen_within, due_by_side, stages}`."""
    fields = at.fields("first", "fallback", "reopen_within", "due_by_side", "stages")
    return Flow(
        first=fields.need("first", Cursor.text) or "",
        stages=fields.need("stages", lambda part: unique(part, part.each(_stage))) or (),
        fallback=fields.get("fallback", words.assignment, None),
        reopen_within=fields.get("reopen_within", words.duration, None),
        due_by_side=fields.get("due_by_side", _due_by_side, {}),
    )


def _due_by_side(at: Cursor) -> dict[str, Due]:
    found = {side: words.due(entry) for side, entry in at.fields("client", "attendant", "third_party").all.items()}
    return {side: due for side, due in found.items() if due is not None}


def _stage(at: Cursor) -> Stage | None:
    fields = at.fields(*_STAGE_FIELDS)
    code, names = fields.need("code", Cursor.code), fields.need("name", Cursor.texts)
    if not code:
        return None
    terminal = fields.get("terminal", lambda part: part.word("concluded", "cancelled"), None)
    kind: Any = (
        "terminal"
        if fields.has("terminal")
        else fields.get("kind", lambda part: part.word("ordinary", "approval"), "ordinary")
    )
    if fields.has("terminal") and fields.has("kind"):
        fields.all["kind"].problem("A terminal stage has no kind.", "Leave kind out, or terminal.")
    side = fields.get("side", lambda part: part.word("client", "attendant", "third_party"), None)
    if kind != "terminal" and not fields.has("side"):
        at.problem("It does not say whose turn it is.", "Write side: client, attendant or third_party.")
    return Stage(
        code=code,
        names=names or {},
        client_names=fields.get("client_name", Cursor.texts, {}),
        side=side,
        kind=kind,
        terminal=terminal,
        assign=fields.get("assign", words.assignment, None),
        due=fields.get("due", words.due, None),
        understanding=fields.get("understanding", lambda part: part.word("required", "optional"), "optional"),
        approves=fields.get("approves", lambda part: part.word("understanding", "result"), None),
        approvers=fields.get("approvers", _approvers, None),
        party=fields.get("party", Cursor.texts, {}),
        cells=fields.get("parameters", _cells, {}),
        transitions=fields.get("transitions", lambda part: unique(part, part.each(_transition)), ()),
    )


def _approvers(at: Cursor) -> Approvers | None:
    fields = at.fields("queue", "needs", "exclude", "delegates")
    queue = fields.need("queue", Cursor.text)
    excluded: tuple[Any, ...] = fields.get(
        "exclude", lambda part: part.each(lambda each: each.word("requester", "previous_holder")), ()
    )
    if queue is None:
        return None
    return Approvers(
        queue=queue,
        needs=fields.get("needs", lambda part: part.integer(1, 100), 1),
        exclude=tuple(dict.fromkeys(excluded)),
        delegates=fields.get("delegates", Cursor.flag, False),
    )


def _cells(at: Cursor) -> dict[str, dict[str, Access]]:
    sides = at.fields("client", "attendant").all
    return {side: cells for side, entry in sides.items() if (cells := _column(entry))}


def _column(at: Cursor) -> dict[str, Access]:
    found = {code: entry.word(*ACCESSES) for code, entry in at.entries().items()}
    return {code: access for code, access in found.items() if access is not None}


def _transition(at: Cursor) -> Transition | None:
    fields = at.fields("code", "to", "name", "if", "comment", "assign", "outcome")
    code, to = fields.need("code", Cursor.code), fields.need("to", Cursor.text)
    if not code:
        return None
    built_in = BUILT_IN_NAMES.get(code)
    names = fields.get("name", Cursor.texts, built_in) if built_in else fields.need("name", Cursor.texts)
    return Transition(
        code=code,
        to=to or "",
        names=names or {},
        condition=fields.get("if", words.expression, None),
        comment=fields.get("comment", lambda part: part.word("required", "optional"), "optional"),
        assign=fields.get("assign", words.assignment, None),
        outcome=fields.get("outcome", lambda part: part.word("approved", "rejected"), None),
    )
