"""The shapes of this service's bodies: explicit fields, unknown ones refused."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, post_dump, validate, validates_schema

from services.notify.rules import chat
from services.notify.rules.kinds import KINDS, ROLES
from services.notify.rules.streaming import MOST_TICKETS
from services.notify.rules.templates import LONGEST_BODY, LONGEST_TITLE
from services.notify.rules.webhooks import is_known
from services.notify.rules.withholding import CHANNELS

_CLOCK: Final = validate.Regexp(r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z", error="A time of day, as 22:00")
DIGESTS: Final = (0, 15, 60, 240, 1440)


def _known_event(pattern: str) -> None:
    if not is_known(pattern):
        raise ValidationError("No such event: a name as flow.stage_entered, flow.* or *")


class TicketName(Schema):
    id = fields.String(required=True)
    number = fields.String(required=True)
    subject = fields.String(required=True)


class Notification(Schema):
    """One thing that a person was told."""

    id = fields.String(required=True)
    event = fields.String(required=True)
    kind = fields.String(required=True)
    ticket = fields.Nested(TicketName, required=True, allow_none=True)
    title = fields.String(required=True)
    body = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    read_at = fields.DateTime(required=True, allow_none=True)


class Notifications(Schema):
    items = fields.List(fields.Nested(Notification), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
    unread = fields.Integer(required=True)


class NotificationsQuery(Schema):
    unread = fields.Boolean(load_default=False, metadata={"description": "only those not read yet"})


class ReadAll(Schema):
    read = fields.Integer(required=True, metadata={"description": "how many were not read before"})


class StreamRequest(Schema):
    tickets = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=MOST_TICKETS))


class StreamTicket(Schema):
    """The right to open one stream within 30 s: `stream` is the address; `tickets` those that may be seen."""

    ticket = fields.String(required=True)
    stream = fields.String(required=True)
    tickets = fields.List(fields.String(), required=True)
    expires_at = fields.DateTime(required=True)


class PresenceRequest(Schema):
    ticket_id = fields.UUID(required=True)


class Named(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)


class Presence(Schema):
    """Who else has a ticket open, for the attendants' side; say it again before `until`."""

    ticket_id = fields.String(required=True)
    people = fields.List(fields.Nested(Named), required=True)
    until = fields.DateTime(required=True)


class NewWebhook(Schema):
    url = fields.String(required=True, validate=validate.Length(min=1, max=2000))
    events = fields.List(fields.String(validate=_known_event), required=True, validate=validate.Length(min=1, max=100))


class WebhookChanges(Schema):
    url = fields.String(validate=validate.Length(min=1, max=2000))
    events = fields.List(fields.String(validate=_known_event), validate=validate.Length(min=1, max=100))
    state = fields.String(validate=validate.OneOf(["active", "disabled"]))


class Webhook(Schema):
    """A webhook: `secret` is shown only when it is made or renewed; `state` is active, failing or disabled."""

    id = fields.String(required=True)
    url = fields.String(required=True)
    events = fields.List(fields.String(), required=True)
    state = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)
    secret = fields.String(allow_none=True)

    @post_dump
    def keep_secret(self, shown: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Leave the secret out where it is not to be shown."""
        return {name: value for name, value in shown.items() if name != "secret" or value is not None}


class Webhooks(Schema):
    items = fields.List(fields.Nested(Webhook), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


_NAME: Final = validate.Length(min=1, max=80)
_URL: Final = validate.Length(min=1, max=2000)
_KINDS: Final = validate.Length(min=1, max=len(chat.KINDS))
_CODE: Final = validate.Length(min=1, max=100)
_LANGUAGE: Final = validate.OneOf(["pt-BR", "en", "es"])


def _kind_of_room() -> fields.String:
    return fields.String(validate=validate.OneOf(chat.KINDS))


class NewChatRoom(Schema):
    """`url` is an Apprise address; `queue` narrows to that queue's requests; `language` is the house's unless given."""

    name = fields.String(required=True, validate=_NAME)
    url = fields.String(required=True, validate=_URL)
    kinds = fields.List(_kind_of_room(), required=True, validate=_KINDS)
    queue = fields.String(load_default=None, allow_none=True, validate=_CODE)
    language = fields.String(validate=_LANGUAGE)


class ChatRoomChanges(Schema):
    name = fields.String(validate=_NAME)
    url = fields.String(validate=_URL)
    kinds = fields.List(_kind_of_room(), validate=_KINDS)
    queue = fields.String(allow_none=True, validate=_CODE)
    language = fields.String(validate=_LANGUAGE)
    state = fields.String(validate=validate.OneOf(["active", "disabled"]))


class ChatRoom(Schema):
    """A chat room; `address` is its url without what is secret in it; `state` is active, failing or disabled."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    address = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)
    queue = fields.String(required=True, allow_none=True)
    language = fields.String(required=True)
    state = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)


class ChatRooms(Schema):
    items = fields.List(fields.Nested(ChatRoom), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ChatTrial(Schema):
    """Whether a test message arrived; if not, why."""

    sent = fields.Boolean(required=True)
    reason = fields.String(required=True, allow_none=True)


class Delivery(Schema):
    """A row of the delivery ledger."""

    id = fields.String(required=True)
    event = fields.Nested(Named, required=True)
    recipient = fields.Nested(Named, required=True)
    ticket_id = fields.String(required=True, allow_none=True)
    channel = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    tries = fields.Integer(required=True)
    next_try_at = fields.DateTime(required=True, allow_none=True)
    sent_at = fields.DateTime(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)


class Deliveries(Schema):
    items = fields.List(fields.Nested(Delivery), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class DeliveriesQuery(Schema):
    state = fields.String(validate=validate.OneOf(["queued", "sent", "failed", "suppressed", "parked"]))
    channel = fields.String(validate=validate.OneOf(["in_app", "mail", "webhook", "chat"]))
    recipient_id = fields.UUID()
    ticket_id = fields.UUID()
    event_id = fields.UUID()
    event = fields.String(metadata={"description": "the event's name, as flow.stage_entered"})


class MailTrouble(Schema):
    """An address that refused mail for good: what its server said, and since when nothing is sent to it."""

    reason = fields.String(required=True)
    since = fields.DateTime(required=True)


class Recipient(Schema):
    """How a person can be reached; `trouble` is null while their address takes mail."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True, allow_none=True)
    wants_mail = fields.Boolean(required=True)
    trouble = fields.Nested(MailTrouble, required=True, allow_none=True)


class Incoming(Schema):
    """A mail that came in. `writer` is null where nobody is known by the address; `reason` says why it ended so."""

    id = fields.String(required=True)
    source = fields.String(required=True)
    sender = fields.String(required=True)
    recipients = fields.List(fields.String(), required=True)
    subject = fields.String(required=True)
    writer = fields.Nested(Named, required=True, allow_none=True)
    ticket_id = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    tries = fields.Integer(required=True)
    next_try_at = fields.DateTime(required=True, allow_none=True)
    received_at = fields.DateTime(required=True)


class IncomingPage(Schema):
    items = fields.List(fields.Nested(Incoming), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class IncomingQuery(Schema):
    state = fields.String(validate=validate.OneOf(["waiting", "taken", "ignored", "refused", "parked"]))


class Words(Schema):
    """The words of one language: a title of one line, and a body of paragraphs apart by an empty line."""

    title = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_TITLE))
    body = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_BODY))


class TextsByLanguage(Schema):
    """The words of every language that is shown."""

    pt_br = fields.Nested(Words, required=True, data_key="pt-BR")
    en = fields.Nested(Words, required=True)
    es = fields.Nested(Words, required=True)


class TemplateChange(Schema):
    texts = fields.Nested(TextsByLanguage, required=True)


class TemplateVersion(Schema):
    version = fields.Integer(required=True)
    texts = fields.Dict(required=True, allow_none=True)
    changed_by = fields.Nested(Named, required=True)
    changed_at = fields.DateTime(required=True)


class TemplateName(Schema):
    """A kind of letter whose words may be changed; version 0: nobody did."""

    kind = fields.String(required=True)
    name = fields.String(required=True)
    is_changed = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class TemplateNames(Schema):
    items = fields.List(fields.Nested(TemplateName), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class Template(TemplateName):
    """`texts`: the words in use by language; `places`: what they may name; `versions`: newest first."""

    texts = fields.Dict(required=True)
    built_in = fields.Dict(required=True)
    places = fields.List(fields.String(), required=True)
    versions = fields.List(fields.Nested(TemplateVersion), required=True)


class PreviewAsked(Schema):
    """Which words (null: those in use) about which real ticket, by its number, in which language."""

    ticket = fields.String(required=True, validate=validate.Length(min=1, max=40))
    language = fields.String(load_default="pt-BR", validate=validate.OneOf(["pt-BR", "en", "es"]))
    words = fields.Nested(Words, load_default=None, allow_none=True)


class Preview(Schema):
    title = fields.String(required=True)
    text = fields.String(required=True)
    html = fields.String(required=True)


class Rule(Schema):
    """Whether a role is told of a kind by each channel; `mail` null where it never goes there."""

    kind = fields.String(required=True, validate=validate.OneOf(list(KINDS)))
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    in_app = fields.Boolean(load_default=True)
    mail = fields.Boolean(load_default=True, allow_none=True)


class RulesChange(Schema):
    """What is left out is told as it comes with Vez."""

    rules = fields.List(fields.Nested(Rule), required=True, validate=validate.Length(max=len(KINDS) * len(ROLES)))


class ShownRule(Rule):
    """`optional` false: it always arrives; `is_changed`: not as it comes with Vez, which tells everything."""

    name = fields.String(required=True)
    optional = fields.Boolean(required=True)
    is_changed = fields.Boolean(required=True)


class Rules(Schema):
    """Every kind in every role that may be told of it; version 0: nobody changed any."""

    rules = fields.List(fields.Nested(ShownRule), required=True)
    changed_by = fields.Nested(Named, required=True, allow_none=True)
    changed_at = fields.DateTime(required=True, allow_none=True)
    version = fields.Integer(required=True)


class Withheld(Schema):
    """From which of my roles the house withholds a kind, by each channel."""

    in_app = fields.List(fields.String(), required=True)
    mail = fields.List(fields.String(), required=True)


class Choice(Schema):
    """Whether I switched a kind off; `asked`: the channels by which I want it even where the house withholds it."""

    kind = fields.String(required=True, validate=validate.OneOf(list(KINDS)))
    name = fields.String(dump_only=True)
    in_app = fields.Boolean(load_default=True, required=False)
    mail = fields.Boolean(load_default=True, allow_none=True)
    asked = fields.List(fields.String(validate=validate.OneOf(CHANNELS)), load_default=list)
    withheld = fields.Nested(Withheld, dump_only=True)
    optional = fields.Boolean(dump_only=True)


class QuietHours(Schema):
    begin = fields.String(required=True, validate=_CLOCK, data_key="from")
    until = fields.String(required=True, validate=_CLOCK)

    @validates_schema
    def last_some_time(self, given: dict[str, Any], **kwargs: Any) -> None:
        """Equal times would be quiet for ever, or never."""
        if given.get("begin") == given.get("until"):
            raise ValidationError("The quiet hours must begin and end at different times", "until")


class Preferences(Schema):
    mail = fields.Boolean(load_default=True)
    kinds = fields.List(fields.Nested(Choice), load_default=list)
    quiet_hours = fields.Nested(QuietHours, load_default=None, allow_none=True)
    digest_minutes = fields.Integer(load_default=0, validate=validate.OneOf(DIGESTS))
    version = fields.Integer(dump_only=True)
