"""A person erased: what they chose and wrote here goes, the delivery ledger stays as it was."""

from __future__ import annotations

from typing import Any

from services.notify.commands import erase_next
from shared.contracts import workflow as w
from shared.contracts.attachments import AttachmentRejected
from shared.contracts.identity import PersonChanged
from shared.contracts.ticket import Erased
from shared.ids import SYSTEM, new_id
from tests.service.notify.world import TRIAGE, World

LEDGER = "SELECT event_id, recipient_id, channel, state, reason FROM deliveries ORDER BY id"


def forget(world: World, person: str) -> int:
    """Identity says that the person is erased, and the timer works; how many erasures it worked off."""
    facts: dict[str, Any] = {"kind": None, "language": "pt-BR", "time_zone": "America/Sao_Paulo", "email": None}
    world.say(PersonChanged(person_id=person, display_name="", is_active=False, erased=True, **facts))
    count = 0
    while world.runtime.run(erase_next):
        count += 1
    return count


def everything(world: World) -> str:
    """All that the service's database holds."""
    names = [row[0] for row in world.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    found: list[tuple[Any, ...]] = []
    for name in names:
        found += world.rows(f"SELECT row_to_json(t)::text FROM {name} t")
    return "\n".join(str(row[0]) for row in found)


def test_the_words_of_an_erased_clients_ticket_are_nowhere_and_the_ledger_stays(world: World) -> None:
    ana, bruno = world.person("Ana Quixaba"), world.person("Bruno Alves")
    ticket = world.submitted(ana, subject="Rua Quixaba")
    world.enters(ticket, TRIAGE, w.Holder(id=bruno), by=ana)
    world.say(
        AttachmentRejected(attachment_id=new_id(), ticket_id=ticket, by=ana, file_name="quixaba.pdf", reason="infected")
    )
    before = world.rows(LEDGER)
    assert "Rua Quixaba" in everything(world)
    assert "quixaba.pdf" in everything(world)
    world.say(Erased(ticket_id=ticket, person_id=ana, by=SYSTEM.id))
    assert forget(world, ana) == 1

    assert "quixaba" not in everything(world).lower()
    assert world.rows(LEDGER)[: len(before)] == before
    counts = world.rows("SELECT counts, done_at IS NOT NULL FROM erasures WHERE person_id = %(id)s", id=ana)
    assert counts == [({"tickets": 1}, True)]


def test_an_erased_persons_choices_go_and_others_keep_theirs(world: World) -> None:
    ana, bruno = world.person("Ana Quixaba"), world.person("Bruno Alves")
    sql = "INSERT INTO preferences (person_id, quiet_from, quiet_until) VALUES (%(id)s, '22:00', '07:00') RETURNING 1"
    for id in (ana, bruno):
        world.rows(sql, id=id)
    assert forget(world, ana) == 1

    kept = "SELECT quiet_from, quiet_until FROM preferences WHERE person_id = %(id)s"
    assert world.rows(kept, id=ana) == [(None, None)]
    assert world.rows(kept, id=bruno) == [("22:00", "07:00")]
    assert forget(world, ana) == 0
