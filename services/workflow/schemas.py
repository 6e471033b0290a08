"""The shapes of this service's bodies: explicit fields, unknown ones refused."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from shared.catalog.definitions import text_in
from shared.http import current_language, translate


class Told(fields.String):
    """A Message, in the reader's language."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else translate(value)


class Text(fields.String):
    """A text by language, in the reader's."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return text_in(value or {}, current_language())


class Seconds(fields.Float):
    """A span of time as seconds."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else value.total_seconds()


# ---- settings ----------------------------------------------------------------------------------------------------


class Person(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)


class NamedQueue(Schema):
    code = fields.String(required=True)
    name = Text(attribute="names", required=True)


class Setting(Schema):
    """A system-wide value. `person` or `queue` is what the value names; `warnings` says what is wrong with that."""

    key = fields.String(required=True)
    value = fields.Raw(required=True, allow_none=True)
    version = fields.Integer(required=True)
    updated_at = fields.DateTime(required=True, allow_none=True)
    updated_by = fields.Nested(Person, required=True, allow_none=True)
    person = fields.Nested(Person, attribute="meaning.person", required=True, allow_none=True)
    queue = fields.Nested(NamedQueue, attribute="meaning.queue", required=True, allow_none=True)
    warnings = fields.List(Told(), attribute="meaning.warnings", required=True)


class Settings(Schema):
    items = fields.List(fields.Nested(Setting), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class SettingChange(Schema):
    value = fields.Raw(
        required=True,
        allow_none=True,
        metadata={"description": "a person's id or e-mail, a queue's code, a text; null unsets it"},
    )


# ---- types -------------------------------------------------------------------------------------------------------


class TypesQuery(Schema):
    client = fields.UUID(metadata={"description": "the client for whom a type would be opened"})
    cursor = fields.String()
    limit = fields.String()


class Coded(Schema):
    code = fields.String(required=True)
    name = fields.String(required=True)


class Template(Schema):
    code = fields.String(required=True)
    name = fields.String(required=True)
    subject = fields.String(required=True)
    description = fields.String(required=True)
    parameters = fields.Dict(required=True)


class Option(Schema):
    code = fields.String(required=True)
    label = fields.String(required=True)


class _Limits(Schema):
    code = fields.String(required=True)
    kind = fields.String(required=True)
    label = fields.String(required=True)
    help = fields.String(required=True)
    options = fields.List(fields.Nested(Option), required=True)
    pattern = fields.String(required=True, allow_none=True)
    min = fields.Raw(required=True, allow_none=True)
    max = fields.Raw(required=True, allow_none=True)
    min_length = fields.Integer(required=True, allow_none=True)
    max_length = fields.Integer(required=True, allow_none=True)
    currency = fields.String(required=True, allow_none=True)
    decimals = fields.Integer(required=True, allow_none=True)


class TableColumn(_Limits):
    required = fields.Boolean(required=True)


class Field(_Limits):
    """A parameter that the first stage asks; with `when` only while that condition holds."""

    access = fields.String(required=True)
    when = fields.String(required=True, allow_none=True)
    default = fields.Raw(required=True, allow_none=True)
    columns = fields.List(fields.Nested(TableColumn), required=True)
    min_items = fields.Integer(required=True, allow_none=True)
    max_items = fields.Integer(required=True, allow_none=True)


class OfferedType(Schema):
    """A type that may be opened. `version` is the one that would judge a submission now."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    description = fields.String(required=True)
    group = fields.Nested(Coded, required=True)
    version = fields.Integer(required=True)
    priority = fields.String(required=True)
    confidential = fields.Boolean(required=True)
    opened_by = fields.Dict(required=True)
    attachments = fields.Dict(required=True, allow_none=True)
    templates = fields.List(fields.Nested(Template), required=True)
    fields_ = fields.List(fields.Nested(Field), attribute="fields", data_key="fields", required=True)


class OfferedTypes(Schema):
    items = fields.List(fields.Nested(OfferedType), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class WholeType(Schema):
    """A type as its events say it, with their numbers."""

    type = fields.Dict(required=True)
    published = fields.Dict(required=True)


class Version(Schema):
    """A published version, which never changes."""

    type = fields.String(required=True)
    version = fields.Integer(required=True)
    definition = fields.Dict(required=True)
    published_at = fields.DateTime(required=True)


# ---- queues ------------------------------------------------------------------------------------------------------


class QueueMember(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    can_attend = fields.Boolean(required=True)


class Queue(Schema):
    """A queue; `members` are ids, `people` the same with names."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    names = fields.Dict(required=True)
    members = fields.List(fields.String(), required=True)
    people = fields.List(fields.Nested(QueueMember), required=True)
    retired = fields.Boolean(required=True)
    sequence = fields.Integer(required=True)


class Queues(Schema):
    items = fields.List(fields.Nested(Queue), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


# ---- flows -------------------------------------------------------------------------------------------------------


class FlowHolder(Schema):
    id = fields.String(required=True)
    queue = fields.Boolean(required=True)


class Interval(Schema):
    """A stretch of the ledger as a clock sees it: `why` is counted, nobody, third_party or other_side."""

    since = fields.DateTime(required=True)
    until = fields.DateTime(required=True, allow_none=True)
    side = fields.String(required=True)
    why = fields.String(required=True)
    open_seconds = fields.Float(required=True)


class Clock(Schema):
    """A clock: `stage`, or a side's name. The instants are null while it pauses before reaching them."""

    name = fields.String(required=True)
    calendar = fields.String(required=True, allow_none=True)
    due_at = fields.DateTime(required=True, allow_none=True)
    near_at = fields.DateTime(required=True, allow_none=True)
    budget_seconds = Seconds(attribute="budget", required=True)
    spent_seconds = Seconds(attribute="spent", required=True)
    intervals = fields.List(fields.Nested(Interval), required=True)


class Flow(Schema):
    ticket_id = fields.String(required=True)
    state = fields.String(required=True)
    type = fields.String(required=True)
    flow_version = fields.Integer(required=True)
    stage = fields.String(required=True, allow_none=True)
    side = fields.String(required=True)
    mode = fields.String(required=True)
    holder = fields.Nested(FlowHolder, required=True, allow_none=True)
    ordinal = fields.Integer(required=True)
    since = fields.DateTime(required=True)
    until = fields.DateTime(required=True, allow_none=True)
    approvers = fields.List(fields.String(), required=True)
    reopen_until = fields.DateTime(required=True, allow_none=True)
    due_at = fields.DateTime(required=True, allow_none=True)
    near_at = fields.DateTime(required=True, allow_none=True)
    clocks = fields.List(fields.Nested(Clock), required=True)
    version = fields.Integer(required=True)


# ---- moving between versions -----------------------------------------------------------------------------------------

_number = validate.Range(1, 2**31 - 1)


class RunningQuery(Schema):
    other_than = fields.Integer(
        load_default=None, validate=_number, metadata={"description": "leave out the tickets on this version"}
    )


class RunningFlow(Schema):
    """An open ticket. `version` is its flow's own, for If-Match; `flow_version` is that of its type."""

    ticket_id = fields.String(required=True)
    number = fields.String(required=True)
    flow_version = fields.Integer(required=True)
    stage = fields.String(required=True)
    version = fields.Integer(required=True)


class RunningFlows(Schema):
    items = fields.List(fields.Nested(RunningFlow), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class MigrateRequest(Schema):
    """`parameters`: the ticket's values as `GET /v1/tickets/{id}` shows them, by which the version judges it."""

    version = fields.Integer(required=True, strict=True, validate=_number)
    parameters = fields.Dict(keys=fields.String(), required=True)
    dry_run = fields.Boolean(load_default=False)


class Obstacle(Schema):
    reason = fields.String(required=True)
    field = fields.String(required=True)
    message = Told(required=True)


class Migration(Schema):
    """A ticket and the version asked for. `moved`: it went there now."""

    ticket_id = fields.String(required=True)
    number = fields.String(required=True)
    from_version = fields.Integer(required=True)
    to_version = fields.Integer(required=True)
    moved = fields.Boolean(required=True)
    obstacles = fields.List(fields.Nested(Obstacle), required=True)
    version = fields.Integer(required=True)


# ---- the catalog ---------------------------------------------------------------------------------------------------


class CatalogQuery(Schema):
    dry_run = fields.Boolean(load_default=False, metadata={"description": "only tell what would change"})
    prune = fields.Boolean(load_default=False, metadata={"description": "retire what the file does not name"})
    name = fields.String(load_default="catalog.yaml", metadata={"description": "the file's name, for problems"})


class Catalog(Schema):
    """The present catalog as JSON."""

    client_kinds = fields.List(fields.Dict(), required=True)
    calendars = fields.List(fields.Dict(), required=True)
    queues = fields.List(fields.Dict(), required=True)
    groups = fields.List(fields.Dict(), required=True)
    types = fields.List(fields.Dict(), required=True)
    version = fields.Integer(required=True)


class Change(Schema):
    kind = fields.String(required=True)
    code = fields.String(required=True)
    change = fields.String(required=True)
    details = fields.List(fields.String(), required=True)


class Problem(Schema):
    file = fields.String(required=True)
    line = fields.Integer(required=True)
    path = fields.String(required=True)
    message = fields.String(required=True)
    remedy = fields.String(required=True)


class Applied(Schema):
    """What applying a file changed, or would change."""

    applied = fields.Boolean(required=True)
    changes = fields.List(fields.Nested(Change), required=True)
    versions = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    open_tickets = fields.Dict(keys=fields.String(), values=fields.Dict(), required=True)
    warnings = fields.List(fields.Nested(Problem), required=True)
    version = fields.Integer(required=True)
