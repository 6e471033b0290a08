"""A person erased: the files of their tickets go, and the receipt counts them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.attachments.commands import erase_next
from shared.contracts.identity import PersonChanged
from shared.contracts.ticket import Erased
from shared.ids import SYSTEM
from tests.service.attachments import samples
from tests.service.attachments.world import Caller, Ticket, World, id_of, put_all


def receipt(world: World, person: Caller) -> dict[str, Any]:
    """What the service has of the erasure."""
    rows = world.rows("SELECT done_at IS NOT NULL, counts FROM erasures WHERE person_id = %(id)s", id=id_of(person))
    return dict(rows[0][1]) | {"done": rows[0][0]} if rows else {}


def forget(world: World, person: Caller) -> None:
    """Identity says that the person is erased."""
    facts: dict[str, Any] = {"kind": None, "language": "en", "time_zone": "America/Sao_Paulo", "email": None}
    world.say(PersonChanged(person_id=id_of(person), display_name="", is_active=False, erased=True, **facts))


def test_the_files_of_an_erased_clients_ticket_go_whoever_brought_them(
    world: World, ana: Caller, ticket: Ticket
) -> None:
    world.file(ana, ticket, "mine.txt", samples.TEXT)
    world.file(ana, ticket, "mine.pdf", samples.PDF)
    other = world.ticket(ana)
    world.file(ana, other, "kept.txt", samples.TEXT)
    forget(world, ana)
    world.say(Erased(ticket_id=ticket.id, person_id=id_of(ana), by=SYSTEM.id))
    while world.runtime.run(erase_next):
        """Again, while there was something."""
    world.tidy()

    assert receipt(world, ana) == {"files": 2, "done": True}
    assert world.rows("SELECT name FROM attachments WHERE removed_at IS NULL") == [("kept.txt",)]
    assert len(world.said("attachment.removed")) == 2
    assert len(world.store.keys()) == 1


@pytest.mark.parametrize("by_erasure", [True, False])
def test_the_names_of_a_tickets_files_are_left_nowhere(
    world: World, ana: Caller, bruno: Caller, ticket: Ticket, by_erasure: bool
) -> None:
    world.file(ana, ticket, "quixaba.txt", samples.TEXT)
    world.send(ana, ticket, "quixaba of which nothing came of.txt", samples.TEXT)
    refused = world.send(ana, ticket, "quixaba.pdf", samples.EXE)
    world.check(refused)
    gone = world.file(bruno, ticket, "quixaba, taken out before.txt", samples.TEXT)
    assert bruno("DELETE", f"/attachments/{gone['id']}", If_Match="*").status_code == 204
    assert "taken out before" not in json.dumps(world.said("attachment.stored"))
    world.stream(ana, ticket, "quixaba streamed.txt", samples.TEXT, key="a key")
    upload = world.announce(ana, ticket, "quixaba completed.txt", len(samples.TEXT)).json
    parts = {"parts": put_all(upload, samples.TEXT)}
    ana("POST", f"/uploads/{upload['id']}/complete", parts, Idempotency_Key="another key")
    other = world.ticket(ana)
    world.file(ana, other, "kept.txt", samples.TEXT)
    world.stream(ana, other, "kept too.txt", samples.TEXT, key="its key")
    assert len(world.rows("SELECT 1 FROM idempotency_keys")) == 3
    if by_erasure:
        world.say(Erased(ticket_id=ticket.id, person_id=id_of(ana), by=SYSTEM.id))
    else:
        world.delete_ticket(ticket, id_of(bruno))

    assert "quixaba" not in everything(world)
    assert world.rows("SELECT key FROM idempotency_keys") == [("its key",)]
    assert "kept.txt" in json.dumps(world.said("attachment.stored"))


def everything(world: World) -> str:
    """All that the service's database holds."""
    names = [row[0] for row in world.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    return "\n".join(str(row[0]) for name in names for row in world.rows(f"SELECT row_to_json(t)::text FROM {name} t"))


def test_what_comes_before_identitys_news_counts_too(world: World, ana: Caller, ticket: Ticket) -> None:
    world.file(ana, ticket, "mine.txt", samples.TEXT)
    world.say(Erased(ticket_id=ticket.id, person_id=id_of(ana), by=SYSTEM.id))
    assert receipt(world, ana) == {"files": 1, "done": False}
    forget(world, ana)
    assert (world.runtime.run(erase_next), world.runtime.run(erase_next)) == (1, 0)
    forget(world, ana)

    assert receipt(world, ana) == {"files": 1, "done": True}
    assert world.runtime.run(erase_next) == 0


def test_a_person_is_given_the_list_of_their_files(world: World, ana: Caller, bruno: Caller, ticket: Ticket) -> None:
    file = world.file(ana, ticket, "mine.txt", samples.TEXT)
    path = f"/people/{id_of(ana)}/data"

    assert ana("GET", path).json["items"] == ["files"]
    (listed,) = ana("GET", f"{path}/files").json["items"]
    assert (listed["id"], listed["name"], listed["state"]) == (file["id"], "mine.txt", "stored")
    assert bruno("GET", f"{path}/files").status_code == 404
