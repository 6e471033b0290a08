"""RabbitMQ: its exchanges and mailboxes over AMQP, what binds them over its management address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

import httpx
import msgspec
from kombu import Connection, Exchange, Queue
from kombu.exceptions import OperationalError

from shared.bus import new_app
from shared.bus.app import DEAD_MAILBOX
from vez import problems, topology
from vez.doctor.findings import Finding
from vez.doctor.mailbox import ABOUT, DECLARE, of_depth
from vez.topology import Seen

Bindings = set[tuple[str, str, str]]
"""(exchange, routing key, mailbox)"""
SECONDS: Final = 5.0
OLDEST_SERVER: Final = (3, 10)
"""The first whose quorum queues bound how often a message comes again."""
REDECLARE: Final = "Stop every process, vez setup --redeclare, start them: what mailboxes held is asked for again"
MAY: Final = "Let its user do everything in its virtual host: rabbitmqctl set_permissions -p VHOST USER '.*' '.*' '.*'"
NOT_LOOKED_AT: Final = (
    "bindings are not looked at, since VEZ_BROKER_MANAGEMENT_URL is not set; vez setup makes any that is missing"
)
MANAGEMENT: Final = (
    "See whether VEZ_BROKER_MANAGEMENT_URL is right and the plugin runs (rabbitmq-plugins enable rabbitmq_management)"
)
TOO_MUCH: Final = "is bound to {} too, which this release does not do"
TAG: Final = "Give its user the tag: rabbitmqctl set_user_tags USER management"


class Bound(msgspec.Struct, frozen=True):
    """One binding as the management address tells it."""

    source: str
    destination: str
    destination_type: str
    routing_key: str


def look(url: str, management_url: str) -> Iterator[Finding]:
    """What there is to say of the RabbitMQ at `url`; nothing of it is changed."""
    with new_app(url, "vez-doctor").connection_for_read() as connection:
        try:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=3)
        except (OperationalError, *connection.connection_errors) as error:
            said = f"cannot be reached: {problems.first_line(error)}"
            yield Finding(ABOUT, said, "See whether RabbitMQ runs and whether VEZ_BROKER_URL is right")
            return
        yield of_release(server_version(connection))
        sources, targets = set(), set()
        for exchange in topology.exchanges():
            seen = topology.see_exchange(connection, exchange)
            sources |= {exchange.name} if seen.is_there else set()
            yield of_exchange(exchange, seen)
        for box in topology.boxes():
            seen = topology.see_mailbox(connection, box)
            targets |= {box.name} if seen.is_there else set()
            yield of_mailbox(box, seen)
        wanted = {
            (source, key, box) for source, key, box in topology.bindings() if source in sources and box in targets
        }
        yield from of_bindings(connection, management_url, wanted)


def server_version(connection: Connection) -> str:
    """What the server calls its release."""
    told = getattr(connection.connection, "server_properties", {})
    return str(told.get("version", "of an unknown release"))


def of_release(version: str) -> Finding:
    """Whether the server is new enough; one that does not tell is taken to be."""
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    is_old = len(numbers) == 2 and numbers < OLDEST_SERVER
    oldest = ".".join(map(str, OLDEST_SERVER))
    return Finding(ABOUT, f"RabbitMQ {version}", f"Upgrade it to {oldest} or newer" if is_old else "")


def of_exchange(exchange: Exchange, seen: Seen) -> Finding:
    """Whether an exchange is there as this release declares it."""
    return _unwell(f"exchange {exchange.name}", seen) or Finding(f"exchange {exchange.name}", "is there")


def of_mailbox(box: Queue, seen: Seen) -> Finding:
    """Whether a mailbox is there as this release declares it, and whether anybody takes from it."""
    about = f"mailbox {box.name}"
    if unwell := _unwell(about, seen):
        return unwell
    if box.name == DEAD_MAILBOX.name:  # RabbitMQ gave up delivering these; the workers' collector copies them
        return Finding(about, f"{seen.depth} messages", "Read them: they reached no worker" if seen.depth else "")
    return of_depth(box.name, seen.depth, seen.consumers)


def _unwell(about: str, seen: Seen) -> Finding | None:
    if not seen.is_there:
        return Finding(about, "is not there", DECLARE)
    if seen.otherwise:
        return Finding(about, f"is declared otherwise: {seen.otherwise}", REDECLARE)
    return Finding(about, f"may not be looked at: {seen.refused}", MAY) if seen.refused else None


# -- bindings ---------------------------------------------------------------------------------------------------------


def of_bindings(connection: Connection, management_url: str, wanted: Bindings) -> Iterator[Finding]:
    """Whether our mailboxes get what this release hears, and nothing else; `wanted` are those whose ends are there."""
    if not management_url:
        yield Finding(ABOUT, NOT_LOOKED_AT)
        return
    try:
        bound = ask(connection, management_url)
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        said = f"bindings cannot be looked at: the management address answers {status}"
        yield Finding(ABOUT, said, TAG if status in (401, 403) else MANAGEMENT)
    except (httpx.HTTPError, httpx.InvalidURL, msgspec.DecodeError) as error:
        said = f"bindings cannot be looked at: {problems.first_line(error)}"
        yield Finding(ABOUT, said, MANAGEMENT)
    else:
        yield from compare(bound, wanted)


def ask(connection: Connection, management_url: str) -> Bindings:
    """Every binding of a mailbox of ours: (exchange, routing key, mailbox). Raises httpx.HTTPError, DecodeError.

    Asked as the user of the broker's address, where the management address names none.
    """
    at = httpx.URL(management_url)
    user = None if at.userinfo else (connection.userid or "guest", connection.password or "guest")
    vhost = quote(connection.virtual_host or "/", safe="")
    answer = httpx.get(f"{str(at).rstrip('/')}/api/bindings/{vhost}", auth=user, timeout=SECONDS)
    answer.raise_for_status()
    ours = {box.name for box in topology.boxes()}
    return {
        (one.source, one.routing_key, one.destination)
        for one in msgspec.json.decode(answer.content, type=list[Bound])
        if one.source and one.destination_type == "queue" and one.destination in ours  # each hears its own name too
    }


def compare(bound: Bindings, wanted: Bindings) -> Iterator[Finding]:
    """One finding for each mailbox that lacks a binding or has one that this release does not make."""
    missing, others = _by_mailbox(wanted - bound), _by_mailbox(bound - topology.bindings())
    for box, said in missing.items():
        yield Finding(f"mailbox {box}", f"is not bound to {said}", DECLARE)
    for box, said in others.items():
        remedy = f"Unbind it on RabbitMQ's own pages, or rabbitmqctl delete_queue {box} and vez setup"
        yield Finding(f"mailbox {box}", TOO_MUCH.format(said), remedy)
    if not missing and not others:
        yield Finding(ABOUT, f"all of {len(wanted)} bindings are there")


def _by_mailbox(found: Bindings) -> Mapping[str, str]:
    """What is said of each mailbox: `vez.events (flow.events, ticket.events)`."""
    keys: dict[str, dict[str, list[Any]]] = {}
    for exchange, key, box in sorted(found):
        keys.setdefault(box, {}).setdefault(exchange, []).append(key)
    return {
        box: ", ".join(f"{exchange} ({', '.join(named)})" if any(named) else exchange for exchange, named in of.items())
        for box, of in keys.items()
    }
