"""Verbs: (tx, actor, …) → frozen result. They load, decide by the rules and say what to write; none commits."""

from services.notify.commands.addressing import bury_address, revive_address
from services.notify.commands.chatting import (
    change_chat_room,
    claim_for_chat_rooms,
    make_chat_room,
    record_chat_room,
    remove_chat_room,
)
from services.notify.commands.erasing import erase_next
from services.notify.commands.forgetting import erase_ticket, forget_words
from services.notify.commands.hooking import (
    change_webhook,
    claim_for_webhooks,
    make_webhook,
    record_webhook,
    remove_webhook,
    renew_secret,
)
from services.notify.commands.preferring import prefer, unsubscribe
from services.notify.commands.reading import read, read_all
from services.notify.commands.receiving import (
    catch_up_incoming,
    claim_incoming,
    end_incoming,
    forget_incoming,
    note_progress,
    postpone_incoming,
    record_bounce,
    retry_incoming,
    take_in,
    tell_writer,
)
from services.notify.commands.recording import (
    record_due,
    record_queue,
    record_setting,
    record_subject,
    record_ticket,
    record_type,
    store_ticket,
)
from services.notify.commands.ruling import change_rules
from services.notify.commands.sending import (
    catch_up,
    claim_mail,
    claim_rest,
    forget_old,
    put_off,
    record_outcome,
    release,
    retry,
    suppress,
)
from services.notify.commands.streaming import (
    Presence,
    be_present,
    forget_stream,
    take_stream_ticket,
)
from services.notify.commands.telling import send_link, show, tell, tell_webhooks
from services.notify.commands.templating import change_template

__all__ = [
    "Presence",
    "be_present",
    "bury_address",
    "catch_up",
    "catch_up_incoming",
    "change_chat_room",
    "change_rules",
    "change_template",
    "change_webhook",
    "claim_for_chat_rooms",
    "claim_for_webhooks",
    "claim_incoming",
    "claim_mail",
    "claim_rest",
    "end_incoming",
    "erase_next",
    "erase_ticket",
    "forget_incoming",
    "forget_old",
    "forget_stream",
    "forget_words",
    "make_chat_room",
    "make_webhook",
    "note_progress",
    "postpone_incoming",
    "prefer",
    "put_off",
    "read",
    "read_all",
    "record_bounce",
    "record_chat_room",
    "record_due",
    "record_outcome",
    "record_queue",
    "record_setting",
    "record_subject",
    "record_ticket",
    "record_type",
    "record_webhook",
    "release",
    "remove_chat_room",
    "remove_webhook",
    "renew_secret",
    "retry",
    "retry_incoming",
    "revive_address",
    "send_link",
    "show",
    "store_ticket",
    "suppress",
    "take_in",
    "take_stream_ticket",
    "tell",
    "tell_webhooks",
    "tell_writer",
    "unsubscribe",
]
