"""A person erased: the files of their tickets go, and the receipt counts them."""

from __future__ import annotations

from typing import Any

from services.attachments.commands import erase_next
from shared.contracts.identity import PersonChanged
from shared.contracts.ticket import Erased
from shared.ids import SYSTEM
from tests.service.attachments import samples
from tests.service.attachments.world import Caller, Ticket, World, id_of


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
