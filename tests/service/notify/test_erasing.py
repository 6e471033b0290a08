"""A person erased: what they chose and wrote here goes, the delivery ledger stays as it was."""

from __future__ import annotations

from typing import Any

from services.notify.commands import erase_next, tell_writer
from shared.contracts import workflow as w
from shared.contracts.attachments import AttachmentRejected
from shared.contracts.identity import PersonChanged
from shared.contracts.ticket import Deleted, Erased, SubjectChanged
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


def told(world: World, ana: str, bruno: str) -> str:
    """A ticket of which everything is told that may hold words: its id."""
    world.rows(
        """INSERT INTO webhooks (id, url, events, secret, created_by, created_at, version, sequence, head, audit_count)
        VALUES (%(id)s, 'https://hook.test', '["*"]', 's', %(by)s, now(), 1, 0, '', 0) RETURNING 1""",
        id=new_id(),
        by=bruno,
    )
    ticket = world.submitted(ana, subject="Rua Quixaba")
    world.enters(ticket, TRIAGE, w.Holder(id=bruno), by=ana, side="third_party", party={"en": "Quixaba Ltd"})
    refusal: dict[str, Any] = {
        "kind": "submit",
        "type": "invalid",
        "message": "%(name)s is missing",
        "values": {"name": "Quixaba"},
    }
    since = world.rows("SELECT now()")[0][0]
    world.say(
        AttachmentRejected(
            attachment_id=new_id(), ticket_id=ticket, by=ana, file_name="quixaba.pdf", reason="infected"
        ),
        SubjectChanged(ticket_id=ticket, subject="Avenida Quixaba"),
        w.Refused(ticket_id=ticket, ordinal=1, since=since, by=ana, **refusal),
    )
    return ticket


def came_in(world: World, key: str, writer: str, ticket: str, state: str, word: str = "quixaba") -> None:
    """A mail about the ticket came in, which came to `state`; whatever it says has `word` in it."""
    world.rows(
        """INSERT INTO incoming
            (key, id, source, sender, recipients, content, received_at, state, subject, person_id, ticket_id, tries)
        VALUES (%(key)s, %(id)s, 'smtp', %(word)s || '@vez.test', jsonb_build_array('vez+' || %(word)s), %(content)s,
            now(), %(state)s, 'Re: ' || %(word)s, %(writer)s, %(ticket)s, 1) RETURNING 1""",
        key=key,
        id=new_id(),
        content=word.encode() if state == "waiting" else None,
        word=word,
        state=state,
        writer=writer,
        ticket=ticket,
    )


def mails(world: World, writer: str, ticket: str) -> None:
    """Mails about the ticket came in, one is not done with, and their writer was told of one."""
    came_in(world, "taken", writer, ticket, "taken")
    came_in(world, "waiting", writer, ticket, "waiting")
    facts = {
        "subject": "Re: Rua Quixaba",
        "file": "quixaba.exe",
        "why": "quixaba.exe is a program",
        "ticket_id": ticket,
    }
    world.runtime.run(lambda tx: tell_writer(tx, SYSTEM, writer, "mail_refused", facts))


def test_the_words_of_an_erased_clients_ticket_are_nowhere_and_the_ledger_stays(world: World) -> None:
    ana, bruno = world.person("Ana Quixaba", email="ana@vez.test"), world.person("Bruno Alves")
    ticket = told(world, ana, bruno)
    mails(world, bruno, ticket)
    before = world.rows(LEDGER)
    for words in ("Rua Quixaba", "Re: quixaba", "quixaba.pdf", "Quixaba Ltd", "quixaba.exe", "quixaba@vez.test"):
        assert words in everything(world)
    world.say(Erased(ticket_id=ticket, person_id=ana, by=SYSTEM.id))
    assert forget(world, ana) == 1

    assert "quixaba" not in everything(world).lower()
    assert world.rows(LEDGER)[: len(before)] == before
    counts = world.rows("SELECT counts, done_at IS NOT NULL FROM erasures WHERE person_id = %(id)s", id=ana)
    assert counts == [({"tickets": 1}, True)]


def test_a_deleted_ticket_leaves_no_words_and_nothing_about_it_leaves(world: World) -> None:
    ana, bruno = world.person("Ana Souza"), world.person("Bruno Alves")
    other = world.submitted(ana, subject="Outro assunto")
    ticket = told(world, ana, bruno)
    mails(world, ana, ticket)
    came_in(world, "another's", bruno, other, "taken", word="outro")
    world.say(Deleted(ticket_id=ticket, by=bruno))

    assert "quixaba" not in everything(world).lower()
    left = """SELECT DISTINCT d.reason, n.event FROM deliveries d JOIN notices n ON n.id = d.event_id
        WHERE d.ticket_id = %(id)s AND d.channel <> 'in_app' AND (d.state <> 'suppressed' OR d.reason <> 'deleted')"""
    assert world.rows(left, id=ticket) == [(None, "ticket.deleted")]
    kept = world.rows("SELECT key, state, reason, sender, person_id::text, content FROM incoming ORDER BY key")
    assert kept == [
        ("another's", "taken", None, "outro@vez.test", bruno, None),
        ("taken", "taken", None, "", None, None),
        ("waiting", "ignored", "deleted", "", None, None),
    ]
    assert world.rows("SELECT subject FROM tickets ORDER BY subject") == [("",), ("Outro assunto",)]


def test_an_erased_persons_choices_go_and_others_keep_theirs(world: World) -> None:
    ana, bruno = world.person("Ana Quixaba"), world.person("Bruno Alves")
    sql = """INSERT INTO preferences (person_id, asked, quiet_from, quiet_until)
        VALUES (%(id)s, '["stage:mail"]', '22:00', '07:00') RETURNING 1"""
    for id in (ana, bruno):
        world.rows(sql, id=id)
    assert forget(world, ana) == 1

    kept = "SELECT asked, quiet_from, quiet_until FROM preferences WHERE person_id = %(id)s"
    assert world.rows(kept, id=ana) == [([], None, None)]
    assert world.rows(kept, id=bruno) == [(["stage:mail"], "22:00", "07:00")]
    assert forget(world, ana) == 0
