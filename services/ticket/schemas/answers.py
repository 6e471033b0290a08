"""What callers get. `Answer` hands the frozen results on as they are: their fields are the wire's."""

from __future__ import annotations

from typing import Any

import msgspec
from marshmallow import Schema, fields

from services.ticket.rules import answers
from shared.http import Page, translate
from shared.http.problems import problem_of

ACCEPTED = 202


class Answer(Schema):
    """A shape whose results bear its names already."""

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """The result itself: msgspec writes it."""
        return obj


class Items(Answer):
    """A list."""

    next_cursor = fields.String(required=True, allow_none=True)

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """A page as it is; a whole list as one page."""
        return obj if isinstance(obj, Page) else {"items": obj, "next_cursor": None}


class Named(Answer):
    code = fields.String(required=True)
    name = fields.String(required=True)


class StageNamed(Named):
    kind = fields.String(required=True)
    approves = fields.String(required=True, allow_none=True)


class PersonNamed(Answer):
    id = fields.String(required=True)
    name = fields.String(required=True)


class HolderNamed(PersonNamed):
    queue = fields.Boolean(required=True)


class TurnShown(Answer):
    side = fields.String(required=True)
    holder = fields.Nested(HolderNamed, required=True, allow_none=True)
    party = fields.String(required=True, allow_none=True)
    since = fields.DateTime(required=True)
    ordinal = fields.Integer(required=True)
    until = fields.DateTime(required=True, allow_none=True)


class PendingShown(Answer):
    id = fields.String(required=True)
    kind = fields.String(required=True)


class OptionShown(Answer):
    code = fields.String(required=True)
    label = fields.String(required=True)


class _Limits(Answer):
    code = fields.String(required=True)
    kind = fields.String(required=True)
    label = fields.String(required=True)
    help = fields.String(required=True)
    options = fields.List(fields.Nested(OptionShown), required=True)
    pattern = fields.String(required=True, allow_none=True)
    min = fields.Raw(required=True, allow_none=True)
    max = fields.Raw(required=True, allow_none=True)
    min_length = fields.Integer(required=True, allow_none=True)
    max_length = fields.Integer(required=True, allow_none=True)
    currency = fields.String(required=True, allow_none=True)
    decimals = fields.Integer(required=True, allow_none=True)


class ColumnShown(_Limits):
    required = fields.Boolean(required=True)


class FieldShown(_Limits):
    access = fields.String(required=True)
    columns = fields.List(fields.Nested(ColumnShown), required=True)
    min_items = fields.Integer(required=True, allow_none=True)
    max_items = fields.Integer(required=True, allow_none=True)


class Blocked(Answer):
    field = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)


class TransitionShown(Answer):
    code = fields.String(required=True)
    name = fields.String(required=True)
    comment = fields.String(required=True)
    blocked = fields.List(fields.Nested(Blocked), required=True)


class TicketLine(Answer):
    """A ticket in a list; `side` says whether its reader sees it as client or as attendant."""

    id = fields.String(required=True)
    number = fields.String(required=True)
    side = fields.String(required=True)
    group = fields.Nested(Named, required=True)
    type = fields.Nested(Named, required=True)
    flow_version = fields.Integer(required=True)
    subject = fields.String(required=True)
    status = fields.String(required=True)
    priority = fields.String(required=True)
    client = fields.Nested(PersonNamed, required=True)
    stage = fields.Nested(StageNamed, required=True, allow_none=True)
    turn = fields.Nested(TurnShown, required=True)
    actions = fields.List(fields.String(), required=True)
    pending = fields.Nested(PendingShown, required=True, allow_none=True)
    due_at = fields.DateTime(required=True, allow_none=True)
    near_at = fields.DateTime(required=True, allow_none=True)
    reopen_until = fields.DateTime(required=True, allow_none=True)
    rating = fields.Integer(required=True, allow_none=True)
    duplicate_of = fields.String(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)
    submitted_at = fields.DateTime(required=True, allow_none=True)
    ended_at = fields.DateTime(required=True, allow_none=True)
    version = fields.Integer(required=True)


class Spell(Answer):
    side = fields.String(required=True)
    since = fields.DateTime(required=True)
    until = fields.DateTime(required=True, allow_none=True)


class TrackedLine(TicketLine):
    """A ticket in a list; `turns` only where they were asked for."""

    turns = fields.List(fields.Nested(Spell))


class Ticket(TicketLine):
    """A ticket, whole: only what its reader may see."""

    description = fields.String(required=True)
    parameters = fields.Dict(required=True)
    fields_ = fields.List(fields.Nested(FieldShown), required=True, data_key="fields")
    transitions = fields.List(fields.Nested(TransitionShown), required=True)

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """The ticket, with what blocks its transitions said in the reader's language."""
        if not any(t.blocked for t in obj.transitions):
            return obj
        return msgspec.structs.replace(obj, transitions=[_said(t) for t in obj.transitions])


class Filing(Answer):
    """How the reader stands to the ticket's files, as far as was asked."""

    shown = fields.List(
        fields.String(), required=True, metadata={"description": "the parameters asked about whose files I see"}
    )
    fillable = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "the parameters asked about that I may give a file now"},
    )
    bound = fields.Boolean(
        required=True, metadata={"description": "the file asked about is a value that I may not change now"}
    )
    message = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "the visibility of the message asked about; null where I see no such one here"},
    )


class TicketFiled(Ticket):
    """A ticket, whole: only what its reader may see. `filing` only where it was asked for."""

    filing = fields.Nested(Filing)


def _said(transition: answers.TransitionShown) -> Any:
    blocked = [{"field": b.field, "reason": translate(b.reason)} for b in transition.blocked]
    return {"code": transition.code, "name": transition.name, "comment": transition.comment, "blocked": blocked}


class Tickets(Items):
    items = fields.List(fields.Nested(TrackedLine), required=True)


class Counts(Answer):
    """How many tickets each filter shows; which there are depends on the side."""

    all = fields.Integer(required=True)
    my_turn = fields.Integer(required=True)
    my_queues = fields.Integer()
    awaiting = fields.Integer(required=True)
    awaiting_client = fields.Integer()
    awaiting_third_party = fields.Integer()
    concluded = fields.Integer(required=True)
    cancelled = fields.Integer(required=True)


class Problem(Schema):
    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)


class Operation(Answer):
    """An accepted command."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True)
    problem = fields.Nested(Problem, required=True, allow_none=True)

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """The operation, a refusal as a problem document in the reader's language."""
        problem = None if obj.refusal is None else problem_of(obj.refusal)
        return {"id": obj.id, "kind": obj.kind, "state": obj.state, "problem": problem}


class HistoryRow(Answer):
    stage = fields.Nested(Named, required=True)
    entered_at = fields.DateTime(required=True)
    left_at = fields.DateTime(required=True, allow_none=True)
    by = fields.Nested(PersonNamed, required=True, allow_none=True)
    transition = fields.String(required=True, allow_none=True)
    transition_name = fields.String(required=True, allow_none=True)
    comment = fields.String(required=True, allow_none=True)
    holder_before = fields.Nested(HolderNamed, required=True, allow_none=True)
    holder_after = fields.Nested(HolderNamed, required=True, allow_none=True)
    side = fields.String(required=True)
    seconds = fields.Dict(required=True)


class History(Items):
    items = fields.List(fields.Nested(HistoryRow), required=True)


class TurnRow(Answer):
    ordinal = fields.Integer(required=True)
    side = fields.String(required=True)
    holder = fields.Nested(HolderNamed, required=True, allow_none=True)
    stage = fields.Nested(Named, required=True, allow_none=True)
    party = fields.String(required=True, allow_none=True)
    since = fields.DateTime(required=True)
    until = fields.DateTime(required=True, allow_none=True)
    cause = fields.String(required=True)
    by = fields.Nested(PersonNamed, required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class Turns(Items):
    items = fields.List(fields.Nested(TurnRow), required=True)


class Message(Answer):
    id = fields.String(required=True)
    author = fields.Nested(PersonNamed, required=True)
    body = fields.String(required=True)
    visibility = fields.String(required=True)
    created_at = fields.DateTime(required=True)


class Messages(Items):
    items = fields.List(fields.Nested(Message), required=True)


class Understanding(Answer):
    id = fields.String(required=True)
    version = fields.Integer(required=True)
    body = fields.String(required=True)
    due_on = fields.Date(required=True, allow_none=True)
    author = fields.Nested(PersonNamed, required=True)
    created_at = fields.DateTime(required=True)


class Understandings(Items):
    items = fields.List(fields.Nested(Understanding), required=True)


class Decision(Answer):
    id = fields.String(required=True)
    by = fields.Nested(PersonNamed, required=True)
    outcome = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    evidence = fields.String(required=True)
    decided_at = fields.DateTime(required=True)


class Decisions(Items):
    items = fields.List(fields.Nested(Decision), required=True)


class Result(Answer):
    """What became of one of many decisions: its ticket, or why it was refused."""

    ticket_id = fields.String(required=True)
    status = fields.Integer(required=True)
    ticket = fields.Nested(Ticket, required=True, allow_none=True)
    problem = fields.Nested(Problem, required=True, allow_none=True)


class Results(Answer):
    items = fields.List(fields.Nested(Result), required=True)

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """Each decision's outcome, a refusal as a problem document."""
        return {"items": [_result(decided) for decided in obj]}


def _result(decided: answers.Decided) -> dict[str, Any]:
    if decided.refusal is not None:
        problem = problem_of(decided.refusal)
        return {"ticket_id": decided.ticket_id, "status": problem["status"], "ticket": None, "problem": problem}
    ticket = Ticket().dump(decided.ticket)
    return {"ticket_id": decided.ticket_id, "status": ACCEPTED, "ticket": ticket, "problem": None}


class TicketNamed(Answer):
    id = fields.String(required=True)
    number = fields.String(required=True)
    subject = fields.String(required=True)
    status = fields.String(required=True)


class Relation(Answer):
    id = fields.String(required=True)
    kind = fields.String(required=True)
    ticket = fields.Nested(TicketNamed, required=True)
    created_at = fields.DateTime(required=True)


class Relations(Items):
    items = fields.List(fields.Nested(Relation), required=True)


class TimeEntry(Answer):
    id = fields.String(required=True)
    person = fields.Nested(PersonNamed, required=True)
    worked_on = fields.Date(required=True)
    minutes = fields.Integer(required=True)
    note = fields.String(required=True)
    created_at = fields.DateTime(required=True)


class TimeEntries(Items):
    items = fields.List(fields.Nested(TimeEntry), required=True)


class Rating(Answer):
    score = fields.Integer(required=True)
    comment = fields.String(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)


class Template(Answer):
    id = fields.String(required=True, allow_none=True)
    code = fields.String(required=True, allow_none=True)
    type = fields.Nested(Named, required=True)
    name = fields.String(required=True)
    subject = fields.String(required=True)
    description = fields.String(required=True)
    parameters = fields.Dict(required=True)
    version = fields.Integer(required=True)


class Templates(Items):
    items = fields.List(fields.Nested(Template), required=True)
