"""Verbs: (tx, actor, …) → frozen result. They load, decide by the rules and say what to write; none commits."""

from services.notify.commands.preferring import prefer, unsubscribe
from services.notify.commands.reading import read, read_all
from services.notify.commands.recording import (
    erase_ticket,
    record_due,
    record_queue,
    record_setting,
    record_subject,
    record_ticket,
    record_type,
    store_ticket,
)
from services.notify.commands.sending import (
    LEASE,
    Claimed,
    bury_address,
    claim,
    forget_old,
    record_outcome,
    release,
    retry,
    suppress,
)
from services.notify.commands.streaming import (
    Presence,
    be_present,
    forget_stream,
    happen,
    take_stream_ticket,
)
from services.notify.commands.telling import tell

__all__ = [
    "LEASE",
    "Claimed",
    "Presence",
    "be_present",
    "bury_address",
    "claim",
    "erase_ticket",
    "forget_old",
    "forget_stream",
    "happen",
    "prefer",
    "read",
    "read_all",
    "record_due",
    "record_outcome",
    "record_queue",
    "record_setting",
    "record_subject",
    "record_ticket",
    "record_type",
    "release",
    "retry",
    "store_ticket",
    "suppress",
    "take_stream_ticket",
    "tell",
    "unsubscribe",
]
