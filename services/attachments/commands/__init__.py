"""Verbs: (tx, actor, …) → frozen result. They load, decide by the rules and say what to write; none commits."""

from services.attachments.commands.checking import (
    Busy,
    Claimed,
    Gone,
    claim,
    claim_due,
    put_off,
    reject,
    renew,
    reserve,
    store,
)
from services.attachments.commands.clearing import (
    claim_orphan_round,
    claim_untidy,
    claim_unused,
    give_up_abandoned,
    settle_tidied,
    settle_unused,
)
from services.attachments.commands.erasing import erase_next
from services.attachments.commands.removing import remove, remove_all, remove_erased
from services.attachments.commands.replicating import keep_answered_type, keep_type
from services.attachments.commands.uploading import WRONG, abandon, begin, complete

__all__ = [
    "WRONG",
    "Busy",
    "Claimed",
    "Gone",
    "abandon",
    "begin",
    "claim",
    "claim_due",
    "claim_orphan_round",
    "claim_untidy",
    "claim_unused",
    "complete",
    "erase_next",
    "give_up_abandoned",
    "keep_answered_type",
    "keep_type",
    "put_off",
    "reject",
    "remove",
    "remove_all",
    "remove_erased",
    "renew",
    "reserve",
    "settle_tidied",
    "settle_unused",
    "store",
]
