"""Rows into the services' tables by COPY, one transaction a service, all of them committed together at the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import msgspec
import psycopg
from psycopg import sql
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import JSONB

from shared.contracts.topology import SERVICES
from vez import lazy
from vez.bench.load.rows import Row

PORTION: Final = 20_000
"""So many rows are held before they are sent."""
ORDER: Final = ("identity", "workflow", "notify", "attachments", "ticket")
"""In which the services commit: what others ask about is there first."""


class Writer:
    """Takes rows in any order and sends them in an order that foreign keys allow."""

    def __init__(self, connections: Mapping[str, psycopg.Connection[Any]]) -> None:
        self._connections = connections
        self._waiting: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        self._held = 0
        self._tables = {
            service: list(lazy.load(f"services.{service}.models").metadata.sorted_tables) for service in SERVICES
        }

    def take(self, rows: Iterable[Row]) -> None:
        """Keep rows until there are enough to send. Raises psycopg.Error."""
        for service, table, row in rows:
            self._waiting[(service, table)].append(row)
            self._held += 1
        if self._held >= PORTION:
            self.send()

    def send(self) -> None:
        """Send what is kept. Raises psycopg.Error."""
        for service, connection in self._connections.items():
            for table in self._tables[service]:
                rows = self._waiting.pop((service, table.name), [])
                if rows:
                    _copy(connection, table, rows)
        self._held = 0


def _copy(connection: psycopg.Connection[Any], table: Table, rows: list[dict[str, Any]]) -> None:
    names = list(rows[0])
    as_json = {column.name for column in table.columns if isinstance(column.type, JSONB)}
    listed = sql.SQL(", ").join(map(sql.Identifier, names))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), listed)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([_sent(row[name], name in as_json) for name in names])


def _sent(value: Any, is_json: bool) -> Any:
    return msgspec.json.encode(value).decode() if is_json and value is not None else value


@contextmanager
def writing(urls: Mapping[str, str]) -> Iterator[tuple[Writer, Mapping[str, psycopg.Connection[Any]]]]:
    """A writer for the length of a block; what it wrote stays where the block ends well, else nothing does."""
    with ExitStack() as opened:
        connections = {service: opened.enter_context(psycopg.connect(urls[service])) for service in ORDER}
        try:
            writer = Writer(connections)
            yield writer, connections
            writer.send()
        except BaseException:
            for connection in connections.values():
                connection.rollback()
            raise
        for service in ORDER:
            connections[service].commit()
        for connection in connections.values():
            connection.autocommit = True
        connections["ticket"].execute(lazy.load("services.ticket.commands.tallying").PUT_TOGETHER.sql)
        for connection in connections.values():
            connection.execute("VACUUM (ANALYZE)")
