"""`vez bench load`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import click
import psycopg
from psycopg.types.json import Jsonb
from rich.console import Console

from services.ticket.rules.numbers import number
from services.workflow.rules.facts import Standing
from services.workflow.rules.flow import Published
from services.workflow.rules.settings import FALLBACK_QUEUE
from shared import clock
from shared.catalog.definitions import Catalog, Queue, Type
from shared.catalog.wire import version_from_wire
from shared.config import environment
from vez import places
from vez.bench.load import rows
from vez.bench.load.chance import Chance
from vez.bench.load.lives import Author, Cast
from vez.bench.load.writing import Writer, writing
from vez.demo.people import DEFAULT_ATTENDANT, PEOPLE
from vez.rehearsal.house import House
from vez.replay import bars

SPAN: Final = timedelta(days=730)
ATTENDING: Final = 20
"""One person of so many attends tickets."""
TIME_ZONE: Final = "America/Sao_Paulo"
DOMAIN: Final = "carga.test"
"""Below a top-level domain that is nobody's (RFC 2606)."""

Connections = Mapping[str, psycopg.Connection[Any]]


@click.command()
@click.option("--tickets", required=True, type=click.IntRange(1, 10_000_000), metavar="N", help="How many tickets.")
@click.option("--people", required=True, type=click.IntRange(20, 1_000_000), metavar="M", help="How many people.")
@places.data_option
def load(tickets: int, people: int, data: Path) -> None:
    """Load made-up people and tickets into every service by COPY, as if the house had been at work for two years.

    For measuring, not for a house that people work in. The demonstration (or another catalog) must be there; its people
    have a small share: each client and attendant of it 0.2 % of the tickets. All of it is loaded, or nothing is. Goes
    to the databases that the variables name, else to those of `vez up` on the data folder.
    """
    with (
        places.settings(data, environment()) as settings,
        bars.shown(Console(stderr=True)) as shown,
        writing(places.databases(settings)) as (writer, connections),
    ):
        loader = Loader(writer, connections, Chance())
        made, walked = shown.add("people", people), shown.add("tickets", tickets)
        cast, house = loader.people(people, made)
        loader.tickets(tickets, cast, house, walked)
    click.echo(f"Loaded: {people:,} people and {tickets:,} tickets.")


class Loader:
    """Loads people, then tickets."""

    def __init__(self, writer: Writer, connections: Connections, chance: Chance) -> None:
        self._writer = writer
        self._connections = connections
        self._chance = chance
        self._now = clock.now()

    def people(self, count: int, bar: bars.Bar) -> tuple[Cast, House]:
        """Make that many people; who there is then, and the house as the rules see it. Raises ClickException."""
        own, password_hash = self._own()
        known = {id: Standing(id, name, attends) for id, name, attends in own.values()}
        clients: list[str] = []
        attendants: list[str] = []
        at = self._now - SPAN
        for n in range(count):
            id, name, attends = self._chance.id(at), self._chance.name(), n % ATTENDING == 0
            email = f"p{n:06d}.{id[-6:]}@{DOMAIN}"
            made = rows.person(id, name, email, attends=attends, password_hash=password_hash, at=at)
            self._writer.take(made)
            (attendants if attends else clients).append(id)
            known[id] = Standing(id, name, attends)
            bar.one_more()
        ids = {email: id for email, (id, _, _) in own.items()}
        cast = Cast(
            [id for id, _, attends in own.values() if not attends], [id for id, _, attends in own.values() if attends],
            clients, attendants,
        )  # fmt: skip
        return cast, House(catalog=self._catalog(), people=known, ids=ids, fallback_queue=self._fallback())

    def tickets(self, count: int, cast: Cast, house: House, bar: bars.Bar) -> None:
        """Walk that many tickets, oldest first, and write what they left."""
        types, published = self._types()
        author = Author(
            house, cast, self._chance, published, types, rare=_through_queues_of(DEFAULT_ATTENDANT, house, types)
        )
        given = "SELECT setval('ticket_numbers', nextval('ticket_numbers') + %s) - %s"
        first = int(self._connections["ticket"].execute(given, [count, count]).fetchone()[0])  # type: ignore[index]
        instants = sorted(self._chance.between(self._now - SPAN, self._now - timedelta(hours=1)) for _ in range(count))
        for n, at in enumerate(instants):
            life = author.life(number(first + n, at, TIME_ZONE), at, self._now)
            self._writer.take(rows.ticket(life, self._chance))
            bar.one_more()

    # ---- what is there already -----------------------------------------------------------------------------------

    def _own(self) -> tuple[dict[str, tuple[str, str, bool]], str]:
        """The demonstration's people (id, name, whether they attend) by e-mail, and the hash of their password."""
        sql = """SELECT i.value AS email, p.id::text, p.name, 'attendant' = ANY(p.profiles) AS attends, w.hash
            FROM identifiers i JOIN people p ON p.id = i.person_id JOIN passwords w ON w.person_id = p.id
            WHERE i.kind = 'email' AND i.value = ANY(%s) AND NOT 'administrator' = ANY(p.profiles)"""
        found = self._connections["identity"].execute(sql, [[person.email for person in PEOPLE]]).fetchall()
        if not found:
            raise click.ClickException("The demonstration's people are not there: begin with `vez up` on this folder.")
        own = {email: (id, name, attends) for email, id, name, attends, _ in found}
        order = [person.email for person in PEOPLE if person.email in own]
        return {email: own[email] for email in order}, str(found[0][4])

    def _types(self) -> tuple[dict[str, Type], dict[str, Published]]:
        sql = """SELECT t.code, t.group_code, t.names, t.priority, v.number, v.content, v.people FROM types t
            JOIN type_versions v ON v.type = t.code AND v.number = t.current_version WHERE NOT t.is_retired"""
        types, published = {}, {}
        for code, group, names, priority, current, content, named in self._connections["workflow"].execute(sql):
            version = version_from_wire(content)
            self._keep_version(code, current, content)
            types[code] = Type(code=code, group=group, names=names, version=version, priority=priority)
            published[code] = Published(type=code, number=current, version=version, people=named)
        if not types:
            raise click.ClickException("No type is published: apply a catalog first.")
        return types, published

    def _keep_version(self, code: str, current: int, content: Any) -> None:
        """The ticket service asks for a version when its first ticket is opened: these tickets were never opened."""
        sql = "INSERT INTO type_versions (type, version, definition) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
        self._connections["ticket"].execute(sql, [code, current, Jsonb(content)])

    def _catalog(self) -> Catalog:
        sql = """SELECT q.code, q.names, ARRAY(SELECT m.email FROM queue_members m WHERE m.queue = q.code
            ORDER BY m.position) FROM queues q WHERE NOT q.is_retired"""
        found = self._connections["workflow"].execute(sql)
        return Catalog(queues=tuple(Queue(code=c, names=n, members=tuple(m)) for c, n, m in found))

    def _fallback(self) -> str | None:
        sql = "SELECT value FROM settings WHERE key = %s"
        row = self._connections["workflow"].execute(sql, [FALLBACK_QUEUE]).fetchone()
        return None if row is None else row[0]


def _through_queues_of(email: str, house: House, types: Mapping[str, Type]) -> frozenset[str]:
    """The types whose flow may go through a queue that the person with the e-mail is a member of."""
    theirs = {queue.code for queue in house.catalog.queues if email in queue.members}
    return frozenset(code for code, type in types.items() if theirs & _queues(type))


def _queues(type: Type) -> set[str | None]:
    stages = type.version.flow.stages
    rules = [rule for stage in stages for rule in (stage.assign, *(step.assign for step in stage.transitions)) if rule]
    queued = {rule.target for rule in rules if rule.kind in ("queue", "least_loaded")}
    return queued | {stage.approvers.queue for stage in stages if stage.approvers is not None}
