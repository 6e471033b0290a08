"""A person's data given out, and a person erased: identity's part, and what it tells the other services."""

from __future__ import annotations

import pytest

from services.identity.models import STORE
from shared import audit
from shared.contracts import decode
from shared.contracts.identity import PersonChanged
from shared.database import Reader
from tests.service.identity.house import ADMIN, ANA, BRUNO, PASSWORD, House


def test_a_person_is_given_what_identity_has_of_them(house: House) -> None:
    me = house.id_of(ANA)
    ana = house.caller(ANA)

    assert ana.get(f"/v1/people/{me}/data").json["items"] == ["person", "identifiers", "sessions", "links"]
    (person,) = ana.get(f"/v1/people/{me}/data/person").json["items"]
    assert (person["name"], person["email"]) == ("Ana Souza", ANA)
    identifiers = ana.get(f"/v1/people/{me}/data/identifiers").json["items"]
    assert identifiers == [{"kind": "email", "value": ANA}]
    assert ana.get(f"/v1/people/{me}/data/sessions").json["items"][0]["end_reason"] is None
    assert house.caller(ADMIN).get(f"/v1/people/{me}/data/person").json["items"] == [person]


def test_a_list_is_given_page_by_page(house: House) -> None:
    me = house.id_of(ANA)
    ana = house.caller(ANA)
    for _ in range(3):
        house.sign_in(ANA)
    first = ana.get(f"/v1/people/{me}/data/sessions?limit=3").json
    rest = ana.get(f"/v1/people/{me}/data/sessions?limit=3&cursor={first['next_cursor']}").json

    ids = [item["id"] for page in (first, rest) for item in page["items"]]
    assert len(first["items"]) == 3
    assert ids == sorted(set(ids))
    assert rest["next_cursor"] is None
    assert len(ids) == house.rows("SELECT count(*) FROM sessions WHERE person_id = %s", me)[0][0]


def test_nobody_else_is_told_that_there_is_anything(house: House) -> None:
    me = house.id_of(ANA)

    for path in ("data", "data/person"):
        assert house.caller(BRUNO).get(f"/v1/people/{me}/{path}").status_code == 404
    assert house.caller(ANA).get(f"/v1/people/{me}/data/passwords").status_code == 404
    assert house.caller(BRUNO).get(f"/v1/people/{me}/erasure").status_code == 403
    assert house.caller(BRUNO).post(f"/v1/people/{me}/erase", If_Match="*").status_code == 403


def test_an_erased_person_is_an_id_and_nothing_more(house: House) -> None:
    admin = house.caller(ADMIN)
    made = house.make(
        admin, name="Leo Prado", email="leo@cliente.test", identifiers={"registration": "RA-77"}, password=PASSWORD,
        profiles=["client"],
    )  # fmt: skip
    leo = house.caller("leo@cliente.test")
    answer = admin.post(f"/v1/people/{made['id']}/erase", If_Match='"1"')

    assert answer.status_code == 200, answer.text
    assert answer.json["done_at"] is not None
    assert answer.json["counts"] == {"people": 1, "sessions": 1, "links": 0}
    assert leo.get("/v1/me").status_code == 401
    signing_in = house.nobody().post("/v1/tokens", {"username": "ra-77", "password": PASSWORD})
    assert signing_in.status_code == 401
    everywhere = [
        str(row)
        for table in ("people", "identifiers", "sessions", "passwords", "audit_details", "outbox", "idempotency_keys")
        for row in house.rows(f"SELECT row_to_json(t)::text FROM {table} t")
    ]
    for trace in ("Leo", "leo@cliente", "RA-77"):
        assert not [row for row in everywhere if trace in row]
    assert made["id"] not in [each["id"] for each in admin.get("/v1/people?limit=100").json["items"]]


def test_the_others_are_told_to_erase_by_news_that_stays_true(house: House) -> None:
    made = house.make(house.caller(ADMIN), name="Leo Prado")
    house.caller(ADMIN).post(f"/v1/people/{made['id']}/erase", If_Match="*")
    sql = "SELECT payload FROM outbox WHERE word = 'person' AND aggregate_id = %s ORDER BY sequence DESC LIMIT 1"
    event = decode(PersonChanged.name, 1, house.rows(sql, made["id"])[0].payload)

    assert isinstance(event, PersonChanged)
    assert event.erased
    assert (event.display_name, event.email, event.is_active, event.profiles) == ("", None, False, [])
    asked = house.service("ticket").get(f"/v1/replica/people/{made['id']}").json["person"]
    assert asked["erased"] is True


def test_erasing_twice_is_erasing_once_and_nothing_undoes_it(house: House) -> None:
    admin = house.caller(ADMIN)
    made = house.make(admin)
    first = admin.post(f"/v1/people/{made['id']}/erase", If_Match="*").json
    again = admin.post(f"/v1/people/{made['id']}/erase", If_Match='"1"')

    assert again.json == first
    assert admin.get(f"/v1/people/{made['id']}/erasure").json == first
    for answer in (
        admin.post(f"/v1/people/{made['id']}/enable", If_Match="*"),
        admin.patch(f"/v1/people/{made['id']}", {"name": "Somebody"}),
    ):
        assert (answer.status_code, answer.json["type"]) == (409, "urn:vez:problem:erased")


def test_who_must_not_go_is_not_erased(house: House) -> None:
    admin, me = house.caller(ADMIN), house.id_of(ADMIN)
    machine = admin.post("/v1/clients", {"name": "ERP", "profiles": []}).json["client"]["person_id"]

    assert admin.post(f"/v1/people/{me}/erase", If_Match="*").json["type"] == "urn:vez:problem:own-account"
    assert admin.post(f"/v1/people/{machine}/erase", If_Match="*").json["type"] == "urn:vez:problem:machine-client"
    made = house.make(admin)
    assert admin.post(f"/v1/people/{made['id']}/erase").status_code == 428
    assert admin.post(f"/v1/people/{made['id']}/erase", If_Match='"7"').status_code == 412
    assert admin.get(f"/v1/people/{made['id']}/erasure").status_code == 404


@pytest.mark.parametrize("times", [1, 2])
def test_the_audit_chains_verify_after_an_erasure(house: House, times: int) -> None:
    admin = house.caller(ADMIN)
    made = house.make(admin, name="Leo Prado")
    admin.patch(f"/v1/people/{made['id']}", {"name": "Leo P."})
    for _ in range(times):
        admin.post(f"/v1/people/{made['id']}/erase", If_Match="*")

    with house.app.extensions["vez"].database.reader() as reader:
        assert isinstance(reader, Reader)
        assert audit.verdict(reader, STORE.metadata, STORE.aggregates, lambda _: None) is None
