"""What RabbitMQ has of the exchanges and mailboxes that this release declares, told without changing any of it.

A passive declaration tells whether one is there, and a second one with all that we want of it whether it is as we want
it: RabbitMQ refuses that where something differs, and otherwise does nothing. What binds them AMQP cannot tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from kombu import Connection, Exchange, Queue

from shared.bus import mailboxes
from shared.bus.app import DEAD_EXCHANGE, DEAD_MAILBOX, EVENTS
from vez import problems

NOT_FOUND: Final = 404
OTHERWISE: Final = 406
DIFFERS: Final = re.compile(
    r"inequivalent arg '(?P<name>[^']+)' for (?P<of>\w+ '[^']+').*?received (?:the value )?(?P<wanted>none|'[^']*').*"
    r"but current is (?:the value )?(?P<present>none|'[^']*')"
)
"""How RabbitMQ says what differs."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of an exchange or a mailbox.

    `otherwise` says what of it is not as this release declares it, `refused` why the broker lets us not look.
    """

    is_there: bool = True
    otherwise: str = ""
    refused: str = ""
    depth: int = 0
    consumers: int = 0

    @property
    def is_well(self) -> bool:
        """Whether it is there as it should be."""
        return self.is_there and not self.otherwise and not self.refused


def exchanges() -> tuple[Exchange, ...]:
    """What is published to."""
    return (EVENTS, DEAD_EXCHANGE)


def boxes() -> tuple[Queue, ...]:
    """What is taken from."""
    return (*mailboxes(embedded=False), DEAD_MAILBOX)


def bindings() -> set[tuple[str, str, str]]:
    """Which exchange hands what to which mailbox: (exchange, routing key, mailbox)."""
    return {
        (bound.exchange.name, bound.routing_key or "", box.name) for box in boxes() for bound in box.bindings or (box,)
    }


def see_exchange(connection: Connection, exchange: Exchange) -> Seen:
    """Look at one exchange."""
    try:
        with _channel(connection) as channel:
            exchange(channel).declare(passive=True)
            exchange(channel).declare()
    except connection.channel_errors as error:
        return _of_error(error)
    return Seen()


def see_mailbox(connection: Connection, box: Queue) -> Seen:
    """Look at one mailbox."""
    try:
        with _channel(connection) as channel:
            _, depth, consumers = channel.queue_declare(box.name, passive=True)
            box(channel).queue_declare()
    except connection.channel_errors as error:
        return _of_error(error)
    return Seen(depth=depth, consumers=consumers)


def remove_others(connection: Connection) -> list[str]:
    """Delete the exchanges and mailboxes that are declared otherwise than here; their names.

    What mailboxes held goes with them: readers ask the publishers for it, as after a broker that lost its data.
    """
    removed = []
    for exchange in exchanges():
        if see_exchange(connection, exchange).otherwise:
            with _channel(connection) as channel:
                channel.exchange_delete(exchange.name)
            removed.append(exchange.name)
    for box in boxes():
        if see_mailbox(connection, box).otherwise:
            with _channel(connection) as channel:
                channel.queue_delete(box.name)
            removed.append(box.name)
    return removed


@contextmanager
def _channel(connection: Connection) -> Iterator[Any]:
    """A channel of its own: an error closes it, and no other."""
    channel = connection.channel()
    try:
        yield channel
    finally:
        with suppress(*connection.channel_errors, *connection.connection_errors):
            channel.close()


def _of_error(error: BaseException) -> Seen:
    code = int(getattr(error, "code", 0) or 0)
    if code == NOT_FOUND:
        return Seen(is_there=False)
    said = problems.first_line(error)
    if code != OTHERWISE:
        return Seen(refused=said)
    found = DIFFERS.search(said)
    return Seen(otherwise=difference(found) if found else said)


def difference(found: re.Match[str]) -> str:
    """What differs, for a person: `x-queue-type is 'classic' instead of 'quorum'`."""
    present, wanted = ("not set" if value == "none" else value for value in (found["present"], found["wanted"]))
    return f"{found['name']} is {present} instead of {wanted}"
