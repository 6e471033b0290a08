"""The SQL of pgmq in the broker's database, and the overload that kombu's topic publishing calls and it lacks."""

from __future__ import annotations

import psycopg
from pgmq.install import get_embedded_install_sql

IS_INSTALLED = "SELECT to_regprocedure('pgmq.send_topic(text, jsonb, jsonb)') IS NOT NULL"
OVERLOAD = """
CREATE FUNCTION pgmq.send_topic(routing_key text, msg jsonb, headers jsonb) RETURNS integer
LANGUAGE sql AS $$ SELECT pgmq.send_topic(routing_key, msg, headers, 0) $$
"""


def install(url: str) -> bool:
    """Install pgmq into the database at `url`, once; True when it was done now. All of it or nothing."""
    with psycopg.connect(url) as connection:
        row = connection.execute(IS_INSTALLED).fetchone()
        if row is not None and row[0]:
            return False
        connection.execute(get_embedded_install_sql())
        connection.execute(OVERLOAD)
    return True
