"""One-time links: each leaves by mail to the person whom it is for and to nobody else; its address is kept nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import httpx
import msgspec
import pytest

from services.notify import timers
from services.notify.options import Options
from shared import clock
from shared.contracts import encode
from shared.contracts import workflow as w
from shared.contracts.identity import LinkMade, PersonChanged
from shared.ids import new_id
from tests.service.notify.smtp import MailServer
from tests.service.notify.world import AGREEMENT, World

SECRET = "AbCd-efGh_1234567890"


@dataclass
class Identity:
    """An identity service that has every link, until told otherwise."""

    state: str = "good"
    tokens: list[str] = field(default_factory=list)
    people: dict[str, Any] = field(default_factory=dict)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Its answer."""
        if self.state == "down":
            raise httpx.ConnectError("down", request=request)
        kind, id = request.url.path.rsplit("/", 2)[1:]
        if kind == "people" and id in self.people:
            return httpx.Response(200, json=self.people[id])
        if kind != "links" or self.state == "gone":
            return httpx.Response(404, json={"type": "urn:vez:problem:link-not-good", "title": "Not found"})
        self.tokens.append(request.headers["Authorization"])
        return httpx.Response(200, json={"id": id, "url": f"https://vez.test/link/{SECRET}"})


@pytest.fixture
def identity() -> Identity:
    return Identity()


@pytest.fixture
def world(options: Options, identity: Identity) -> Iterator[World]:
    """The service beside an identity service that has links."""
    with World(options, transports={"identity": httpx.MockTransport(identity)}).running() as world:
        yield world


def made(person_id: str, purpose: str = "first_access", lasts: timedelta = timedelta(hours=1)) -> LinkMade:
    """A link was made for somebody."""
    return LinkMade(link_id=new_id(), person_id=person_id, purpose=purpose, expires_at=clock.now() + lasts)


def send(world: World) -> None:
    """One turn of the mail timer, the time of every letter having come."""
    world.rows("UPDATE deliveries SET next_try_at = now() - interval '1 s' WHERE next_try_at IS NOT NULL RETURNING 1")
    timers.send_mail(world.runtime)


def body(message: EmailMessage, kind: str) -> str:
    """A part of a message, its lines joined."""
    part = message.get_body((kind,))
    assert part is not None
    return " ".join(part.get_content().split())


def test_a_link_leaves_by_mail_alone_and_is_kept_nowhere(
    world: World, mail_server: MailServer, identity: Identity
) -> None:
    ana = world.person("Ana Souza")
    event = world.say(made(ana))[0]
    assert world.ledger(event.id) == [("Ana Souza", "link", "mail", "queued", None)]
    send(world)
    [message] = mail_server.messages
    assert message["Subject"] == "Crie sua senha no Vez"
    assert message["To"] == "Ana Souza <ana@vez.test>"
    assert message["List-Unsubscribe"] is None
    text, html = body(message, "plain"), body(message, "html")
    assert f"Criar a senha: https://vez.test/link/{SECRET}" in text
    assert f'href="https://vez.test/link/{SECRET}"' in html
    assert html.count("<a ") == 1
    assert "O link funciona uma só vez, até " in text
    assert world.ledger(event.id) == [("Ana Souza", "link", "mail", "sent", None)]
    assert identity.tokens == ["Bearer a-token"]
    kept = world.rows("SELECT count(*) FROM notices WHERE facts::text LIKE %(secret)s", secret=f"%{SECRET}%")
    assert kept == [(0,)]


@pytest.mark.parametrize(
    ("language", "purpose", "subject"),
    [
        ("pt-BR", "password_reset", "Escolha uma nova senha no Vez"),
        ("en", "first_access", "Create your password at Vez"),
        ("en", "password_reset", "Choose a new password at Vez"),
        ("es", "first_access", "Cree su contraseña en Vez"),
        ("es", "password_reset", "Elija una nueva contraseña en Vez"),
    ],
)
def test_a_link_speaks_its_readers_language(
    world: World, mail_server: MailServer, language: str, purpose: str, subject: str
) -> None:
    world.say(made(world.person("Ana Souza", language=language), purpose))
    send(world)
    assert mail_server.messages[0]["Subject"] == subject
    assert "%(" not in body(mail_server.messages[0], "plain")


def test_no_choice_and_no_absence_holds_a_link_back_or_sends_it_elsewhere(
    world: World, mail_server: MailServer
) -> None:
    bruno = world.person("Bruno Alves")
    ana = world.person("Ana Souza", mail=False, absent=True, substitute_id=bruno, guardians=[bruno])
    world.rows(
        "INSERT INTO preferences (person_id, off, quiet_from, quiet_until, digest_minutes) "
        """VALUES (%(id)s, '["*:mail"]', '00:00', '23:59', 60) RETURNING 1""",
        id=ana,
    )
    world.say(made(ana))
    due = world.rows("SELECT next_try_at <= now() + interval '1 s' FROM deliveries")
    assert due == [(True,)]
    timers.send_mail(world.runtime)
    assert mail_server.recipients == ["ana@vez.test"]


def test_a_link_is_no_part_of_a_digest(world: World, mail_server: MailServer) -> None:
    ana, bruno = world.person("Ana Souza"), world.person("Bruno Alves")
    world.rows("INSERT INTO preferences (person_id, digest_minutes) VALUES (%(id)s, 60) RETURNING 1", id=ana)
    for _ in range(2):
        world.enters(world.submitted(ana), AGREEMENT, w.Holder(id=ana), by=bruno, side="client")
    world.say(made(ana))
    send(world)
    subjects = sorted(m["Subject"] for m in mail_server.messages)
    assert subjects == ["2 novidades nos seus atendimentos", "Crie sua senha no Vez"]


def test_a_link_that_is_gone_or_too_old_is_not_sent(world: World, mail_server: MailServer, identity: Identity) -> None:
    ana = world.person("Ana Souza")
    old = world.say(made(ana, lasts=timedelta(seconds=-1)))[0]
    send(world)
    identity.state = "gone"
    gone = world.say(made(ana))[0]
    send(world)
    assert world.ledger(old.id) == [("Ana Souza", "link", "mail", "suppressed", "link_expired")]
    assert world.ledger(gone.id) == [("Ana Souza", "link", "mail", "suppressed", "link_gone")]
    assert mail_server.messages == []


def test_a_link_waits_while_identity_cannot_be_asked(world: World, mail_server: MailServer, identity: Identity) -> None:
    event = world.say(made(world.person("Ana Souza")))[0]
    identity.state = "down"
    send(world)
    reason = "The identity service cannot be asked for the link"
    assert world.ledger(event.id) == [("Ana Souza", "link", "mail", "failed", reason)]
    assert world.rows("SELECT tries FROM deliveries") == [(0,)]
    identity.state = "good"
    send(world)
    assert world.ledger(event.id) == [("Ana Souza", "link", "mail", "sent", None)]
    assert len(mail_server.messages) == 1


def test_who_is_not_known_yet_is_asked_for(world: World, mail_server: MailServer, identity: Identity) -> None:
    id = new_id()
    eva = PersonChanged(
        person_id=id, display_name="Eva Lima", email="eva@vez.test", kind=None, language="pt-BR", time_zone="UTC"
    )
    identity.people[id] = {"person": {"sequence": 1, **msgspec.to_builtins(encode(eva))}, "profiles": []}
    world.say(made(id))
    send(world)
    assert mail_server.recipients == ["eva@vez.test"]


def test_who_is_nowhere_gets_nothing_and_the_ledger_says_so(world: World, mail_server: MailServer) -> None:
    world.say(made(new_id()))
    send(world)
    assert world.rows("SELECT channel, state, reason FROM deliveries") == [("mail", "suppressed", "forgotten")]
    assert mail_server.messages == []


def test_who_was_disabled_or_has_no_address_gets_no_link(world: World, mail_server: MailServer) -> None:
    ana, eva = world.person("Ana Souza"), world.person("Eva Lima", email=None)
    world.say(made(ana), made(eva))
    world.person("Ana Souza", person_id=ana, is_active=False)
    send(world)
    assert [row[4] for row in world.ledger()] == ["inactive", "no_address"]
    assert mail_server.messages == []
