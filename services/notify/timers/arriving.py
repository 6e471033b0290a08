"""Where mail comes from: the door that our mail server hands it in at, and a mailbox that is looked into."""

from __future__ import annotations

from functools import partial
from typing import cast

from services.notify import commands
from services.notify.gateways.fetching import Postbox
from services.notify.gateways.listening import Listener
from services.notify.gateways.reading import key_of, recipients_of
from shared.ids import SYSTEM
from shared.inbox import Runtime


def open_door(runtime: Runtime) -> int:
    """See that the door is open, where there is to be one."""
    cast(Listener, runtime.gateways["listener"]).listen(partial(keep, runtime))
    return 0


def fetch_mail(runtime: Runtime) -> int:
    """Look into the mailbox and keep what is new; how many."""
    count = 0
    for content in cast(Postbox, runtime.gateways["postbox"]).new_mail():
        take(runtime, "imap", "", list(recipients_of(content)), content)
        count += 1
    return count


def keep(runtime: Runtime, sender: str, recipients: list[str], content: bytes) -> None:
    """Keep a message that was handed in. Raises Retryable."""
    take(runtime, "smtp", sender, recipients, content)


def take(runtime: Runtime, source: str, sender: str, recipients: list[str], content: bytes) -> None:
    """Keep a message, once by whichever ways it comes. Raises Retryable."""
    key = key_of(content)
    runtime.run(lambda tx: commands.take_in(tx, SYSTEM, key, source, sender, recipients, content))
