"""A large house loaded by COPY reads back through the public endpoints, goes on, and is whole to every check."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.database import Database
from tests.support import stack
from tests.support.stack import Stack, command
from tests.support.waiting import wait_until
from vez.embedded import folder as folders
from vez.embedded import wiring

TICKETS, PEOPLE = 3000, 400
TICKET = "/api/ticket/v1/tickets"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def loaded() -> Iterator[Stack]:
    """A running system of these tests' own, with thousands of tickets: nothing of it goes through a broker."""
    with stack.running() as vez:
        data = str(vez.folder / "data")
        done = run("bench", "load", "--tickets", str(TICKETS), "--people", str(PEOPLE), "--data", data)
        assert done.returncode == 0, done.stdout + done.stderr
        yield vez


def rows(vez: Stack, service: str, query: str) -> list[Any]:
    """Rows of a service's database."""
    folder = folders.Folder(vez.folder / "data")
    told = folders.find_running(folder)
    assert told is not None
    secrets = folders.load_secrets(folder)
    url = wiring.database_url(Path(told.sockets), secrets, service)
    database = Database(url, application_name="load-test")
    try:
        with database.connection() as connection:
            return list(connection.execute(query).fetchall())
    finally:
        database.close()


def test_counts_are_exact_and_lists_show_what_was_loaded(loaded: Stack) -> None:
    sql = "SELECT shelf, count(*) AS count FROM tickets WHERE status <> 'deleted' GROUP BY shelf"
    there = {row.shelf: row.count for row in rows(loaded, "ticket", sql)}
    counts = loaded.get("admin", f"{TICKET}/counts", **{"as": "attendant"})

    assert counts["concluded"] == there["concluded"]
    assert counts["cancelled"] == there["cancelled"]
    assert counts["all"] >= TICKETS
    for name in ("all", "my_turn", "awaiting_client", "concluded", "cancelled"):
        page = loaded.get("admin", TICKET, **{"as": "attendant", "filter": name})
        assert len(page["items"]) == min(25, counts[name])


def test_the_demonstrations_people_have_their_share(loaded: Stack) -> None:
    sql = (
        "SELECT count(*) AS count FROM tickets t JOIN people p ON p.id = t.client_id WHERE p.email = 'ana@cliente.test'"
    )
    (mine,) = rows(loaded, "ticket", sql)
    share = mine.count / TICKETS

    assert 0 < share < 0.02
    assert loaded.get("ana", f"{TICKET}/counts", **{"as": "client"})["all"] == mine.count
    assert 0 < loaded.get("bruno", f"{TICKET}/counts", **{"as": "attendant"})["all"] < TICKETS * 0.02


def test_a_loaded_ticket_is_found_by_words_and_by_number_and_shows_itself_whole(loaded: Stack) -> None:
    found = loaded.get("admin", TICKET, **{"as": "attendant", "q": "nota fiscal"})["items"]
    assert found
    assert {item["subject"] for item in found} == {"Nota fiscal com erro"}
    numbered = loaded.get("admin", TICKET, **{"as": "attendant", "q": found[0]["number"]})["items"]
    assert [item["id"] for item in numbered] == [found[0]["id"]]
    whole = loaded.ticket("admin", found[0]["id"])
    history = loaded.get("admin", f"{TICKET}/{found[0]['id']}/history")["items"]
    assert whole["description"]
    assert history[-1]["stage"]["code"] == whole["stage"]["code"]


def test_a_loaded_ticket_goes_on_in_every_service(loaded: Stack) -> None:
    sql = """SELECT t.id::text FROM tickets t
        JOIN people p ON p.id = t.client_id JOIN people h ON h.id = t.holder_person_id
        WHERE t.type = 'billing_dispute' AND t.stage = 'triage' AND t.status = 'open'
        AND p.email LIKE '%carga.test' AND h.email LIKE '%carga.test' LIMIT 1"""
    (one,) = rows(loaded, "ticket", sql)
    body = {"to": loaded.get("bruno", "/api/identity/v1/me")["id"], "reason": "Passa para o Bruno"}
    assert loaded.post("admin", f"{TICKET}/{one.id}/transfer", body, match="*").status_code == 202
    loaded.routed("admin", one.id)
    step = {"transition": "ask", "comment": "Qual fatura?"}
    assert loaded.post("bruno", f"{TICKET}/{one.id}/advance", step, match="*").status_code == 202
    after = loaded.routed("admin", one.id)

    assert after["stage"]["code"] == "more_information"
    told = f"SELECT 1 FROM deliveries WHERE ticket_id = '{one.id}'"
    wait_until(lambda: rows(loaded, "notify", told), "its client to be told")


def test_every_chain_verifies_and_nothing_is_wrong(loaded: Stack) -> None:
    data = str(loaded.folder / "data")
    verified = run("audit", "verify", "--data", data)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    well = run("doctor", "--data", data)
    assert well.returncode == 0, well.stdout + well.stderr
    assert loaded.get("admin", "/api/ticket/v1/parked")["items"] == []


def test_without_a_catalog_nothing_is_loaded(loaded: Stack) -> None:
    refused = run("bench", "load", "--tickets", "10", "--people", "20", "--data", str(loaded.folder / "nowhere"))
    assert refused.returncode == 1
    assert "There is no data in" in refused.stderr
