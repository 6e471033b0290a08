"""Who may see a ticket: with whom it is shared, who reads it and why, and what the other services ask."""

from __future__ import annotations

from marshmallow import fields

from services.ticket.rules import answers
from services.ticket.schemas.answers import Answer, Items, Named, PersonNamed


class Share(Answer):
    id = fields.String(required=True)
    person = fields.Nested(PersonNamed, required=True)
    by = fields.Nested(PersonNamed, required=True)
    created_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True)


class Shares(Items):
    items = fields.List(fields.Nested(Share), required=True)


class Reason(Answer):
    kind = fields.String(required=True, metadata={"enum": list(answers.WHY)})
    profiles = fields.List(fields.Nested(Named), required=True, metadata={"description": "which of theirs grant it"})
    queues = fields.List(fields.Nested(Named), required=True, metadata={"description": "of theirs, which hold or held"})
    expires_at = fields.DateTime(required=True, allow_none=True, metadata={"description": "when a share ends"})


class TicketReader(Answer):
    """Somebody who may see a ticket now, and every reason for it."""

    person = fields.Nested(PersonNamed, required=True)
    client_kind = fields.String(required=True, allow_none=True)
    reasons = fields.List(fields.Nested(Reason), required=True)


class TicketReaders(Answer):
    items = fields.List(fields.Nested(TicketReader), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
    is_confidential = fields.Boolean(
        required=True, metadata={"description": "who held it once does not see it any more for that"}
    )


class VisiblePair(Answer):
    person_id = fields.String(required=True)
    ticket_id = fields.String(required=True)
    visible = fields.Boolean(required=True)


class VisiblePairs(Answer):
    items = fields.List(fields.Nested(VisiblePair), required=True)
