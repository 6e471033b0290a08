"""The replica of another service: fed by identity's events and answers, judged at every request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from shared import people
from shared.access import Claims, Verifier
from shared.client import Credentials, Services
from shared.contracts import Envelope, decode
from shared.database import Database, add_backbone, new_metadata
from shared.errors import Missing, NotFound, Retryable, Unauthenticated
from shared.ids import Actor
from shared.outbox import envelope_of
from shared.transaction import Store, Transaction, Units, flush
from tests.service.identity.house import ADMIN, ANA, BRUNO, SECRETS, House
from tests.support import databases

metadata = new_metadata()
add_backbone(metadata)
people.tables(metadata)


class Reader:
    """A service with nothing but the replica."""

    def __init__(self, url: str, house: House) -> None:
        self.house = house
        self.database = Database(url, application_name="reader", size=2)
        self.store = Store("reader", metadata, {})
        transport = httpx.WSGITransport(house.app)
        credentials = Credentials("vez-ticket", SECRETS["vez-ticket"])
        self.services = Services(
            {"identity": "http://identity"}, credentials=credentials, transports={"identity": transport}
        )
        self.verifier = Verifier(self.services.jwks, "ticket")

    def hear(self, envelope: Envelope) -> None:
        """Run one event's handler and commit."""
        with self.database.connection() as connection:
            tx = Transaction(connection, self.store, cause=envelope)
            people.HANDLERS[envelope.name](tx, decode(envelope.name, envelope.v, envelope.payload))
            flush(connection, self.store, tx.writes, [])

    def hear_everything(self) -> None:
        """Run all that identity has said, in any order, and some of it twice."""
        said = [
            envelope_of(row)
            for row in self.house.rows("SELECT * FROM outbox WHERE word IN ('person', 'profile') ORDER BY id DESC")
        ]
        for envelope in [*said, *said[:5]]:
            self.hear(envelope)

    def claims(self, token: str) -> Claims:
        return self.verifier.verify(token)

    def actor(self, claims: Claims) -> Actor:
        with self.database.reader() as reader:
            return people.load_actor(reader, claims)

    def actor_or_ask(self, claims: Claims) -> Actor:
        """As the edge does it: what is missing is asked for and stored."""
        try:
            return self.actor(claims)
        except Missing as missing:
            ask, store = people.RESOLVERS[missing.kind]
            answer = ask(self.services, missing.id)
            Units(self.database, self.store, lambda committed: None).run(lambda tx: store(tx, answer))
            return self.actor(claims)


@pytest.fixture
def reader(house: House, new_database: Callable[[str], str], request: pytest.FixtureRequest) -> Iterator[Reader]:
    url = new_database(f"reader_{abs(hash(request.node.name)) % 10**8}")
    databases.create_tables(url, metadata)
    made = Reader(url, house)
    yield made
    made.database.close()


def test_an_actor_has_what_their_profiles_grant(house: House, reader: Reader) -> None:
    reader.hear_everything()
    actor = reader.actor(reader.claims(house.sign_in(ANA)["access_token"]))
    assert (actor.name, actor.kind, actor.profiles) == ("Ana Souza", "customer", {"client"})
    assert actor.permissions == {"portal.client_online", "ticket.open"}


def test_who_is_not_known_yet_is_asked_for_once(house: House, reader: Reader) -> None:
    claims = reader.claims(house.sign_in(ADMIN)["access_token"])
    with pytest.raises(Missing):
        reader.actor(claims)
    assert "catalog.publish" in reader.actor_or_ask(claims).permissions
    with reader.database.reader() as one:
        rows = one.connection.execute("SELECT word, applied FROM applied ORDER BY 1, 2").fetchall()
    assert [(row.word, row.applied) for row in rows] == [("person", 1), ("profile", 1)]


def test_a_profile_that_is_not_known_yet_is_asked_for(house: House, reader: Reader) -> None:
    said = [envelope_of(row) for row in house.rows("SELECT * FROM outbox WHERE word = 'person'")]
    for envelope in said:
        reader.hear(envelope)
    claims = reader.claims(house.sign_in(ANA)["access_token"])
    with pytest.raises(Missing):
        reader.actor(claims)
    assert reader.actor_or_ask(claims).may("ticket.open")


def _after(house: House, reader: Reader, act: Callable[[], Any]) -> None:
    before = {row.id for row in house.rows("SELECT id FROM outbox")}
    act()
    for row in house.rows("SELECT * FROM outbox ORDER BY id"):
        if row.id not in before:
            reader.hear(envelope_of(row))


def test_who_is_disabled_is_refused_from_the_moment_the_event_is_applied(house: House, reader: Reader) -> None:
    reader.hear_everything()
    claims, admin = reader.claims(house.sign_in(ANA)["access_token"]), house.caller(ADMIN)
    path = f"/v1/people/{house.id_of(ANA)}"
    assert reader.actor(claims).name == "Ana Souza"
    _after(house, reader, lambda: admin.post(f"{path}/disable", If_Match="*"))
    with pytest.raises(Unauthenticated):
        reader.actor(claims)
    _after(house, reader, lambda: admin.post(f"{path}/enable", If_Match="*"))
    with pytest.raises(Unauthenticated):
        reader.actor(claims)
    assert reader.actor(reader.claims(house.sign_in(ANA)["access_token"])).name == "Ana Souza"


def test_an_ended_session_is_refused_and_the_others_are_not(house: House, reader: Reader) -> None:
    reader.hear_everything()
    ended, kept = (house.sign_in(ANA) for _ in range(2))
    first, second = reader.claims(ended["access_token"]), reader.claims(kept["access_token"])
    caller = house.caller(ANA)
    _after(house, reader, lambda: caller.delete(f"/v1/sessions/{first.session_id}"))
    with pytest.raises(Unauthenticated):
        reader.actor(first)
    assert reader.actor(second).name == "Ana Souza"
    _after(house, reader, lambda: caller.delete("/v1/sessions"))
    with pytest.raises(Unauthenticated):
        reader.actor(second)


def test_a_permission_comes_and_goes_with_its_profile(house: House, reader: Reader) -> None:
    reader.hear_everything()
    claims, admin = reader.claims(house.sign_in(BRUNO)["access_token"]), house.caller(ADMIN)
    _after(house, reader, lambda: admin.patch("/v1/profiles/attendant", {"permissions": ["ticket.cancel"]}))
    assert reader.actor(claims).permissions == {"ticket.cancel"}
    with reader.database.reader() as one:
        assert [p.name for p in people.with_permission(one, "ticket.cancel")] == ["Admin", "Bruno Alves"]


def test_an_older_event_changes_nothing(house: House, reader: Reader) -> None:
    admin, path = house.caller(ADMIN), f"/v1/people/{house.id_of(ANA)}"
    for name in ("Ana B", "Ana C"):
        admin.patch(path, {"name": name})
    reader.hear_everything()
    with reader.database.reader() as one:
        found = people.by_email(one, " ANA@cliente.test ")
        assert found is not None
        assert found.name == "Ana C"
        assert people.find(one, [found.id, "00000000-0000-7000-8000-00000000dead"]) == {found.id: found}
        with pytest.raises(Missing):
            people.load(one, ["00000000-0000-7000-8000-00000000dead"])


def test_a_service_needs_no_row_to_be_known(house: House, reader: Reader) -> None:
    token = house.service("notify", audience="ticket").token or ""
    actor = reader.actor(reader.claims(token))
    assert (actor.is_service, actor.permissions) == (True, {"service.ask", "service.speak_for"})


def test_who_has_an_e_mail_is_asked_for(house: House, reader: Reader) -> None:
    ask, store = people.RESOLVERS["person_email"]
    answer = ask(reader.services, BRUNO.upper())
    Units(reader.database, reader.store, lambda committed: None).run(lambda tx: store(tx, answer))
    with reader.database.reader() as one:
        assert people.by_email(one, BRUNO) is not None
    with pytest.raises(NotFound):
        ask(reader.services, "nobody@vez.test")


def test_the_keys_that_are_known_go_on_counting_while_identity_is_away(house: House) -> None:
    token = house.sign_in(ANA)["access_token"]
    keys = house.nobody().get("/.well-known/jwks.json").json
    answers: list[Any] = [keys]

    def fetch() -> Any:
        if not answers:
            raise Retryable("away")
        return answers.pop()

    verifier = Verifier(fetch, "ticket")
    verifier.verify(token)
    verifier._known.clear()
    verifier._fetched_at = float("-inf")
    assert verifier.verify(token).person_id
    with pytest.raises(Retryable):
        Verifier(fetch, "ticket").verify(token)
