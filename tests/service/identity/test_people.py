"""People: made, changed, disabled, looked up, absent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.identity.commands.people import turn_absence
from services.identity.models import STORE
from services.identity.queries.people import absences_due
from shared import audit, clock
from tests.service.identity.house import ADMIN, ANA, BRUNO, PASSWORD, House


def test_a_person_is_made_with_a_password_and_can_sign_in(house: House) -> None:
    body = {
        "name": "  Leo   Prado ",
        "email": "Leo@Cliente.test",
        "kind": "student",
        "identifiers": {"registration": "ra-77", "cpf_cnpj": "529.982.247-25"},
        "profiles": ["client"],
        "password": PASSWORD,
        "mail": False,
        "language": "es",
        "time_zone": "America/Bogota",
    }
    answer = house.caller(ADMIN).post("/v1/people", body)
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/v1/people/{answer.json['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert answer.json["name"] == "Leo Prado"
    assert answer.json["email"] == "leo@cliente.test"
    assert answer.json["identifiers"] == {"registration": "RA-77", "cpf_cnpj": "52998224725"}
    assert "password" not in answer.text
    me = house.caller("ra-77").get("/v1/me").json
    assert (me["language"], me["time_zone"], me["profiles"]) == ("es", "America/Bogota", ["client"])


def test_a_body_that_says_little_gets_the_houses_language_and_time_zone(house: House) -> None:
    made = house.make(house.caller(ADMIN))
    assert (made["language"], made["time_zone"], made["mail"]) == ("pt-BR", "America/Sao_Paulo", True)
    assert (made["kind"], made["profiles"], made["is_active"]) == (None, [], True)


def test_every_wrong_field_is_named_at_once(house: House) -> None:
    body = {
        "name": "Somebody",
        "email": ANA,
        "kind": "martian",
        "identifiers": {"cpf_cnpj": "111"},
        "profiles": ["client", "pilot"],
        "superior_id": "00000000-0000-7000-8000-00000000dead",
        "absent_from": "2026-03-10",
        "absent_until": "2026-03-01",
    }
    answer = house.caller(ADMIN).post("/v1/people", body, Accept_Language="en")
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {
        "email",
        "kind",
        "identifiers.cpf_cnpj",
        "profiles",
        "superior_id",
        "absent_until",
    }
    assert house.rows("SELECT count(*) AS n FROM people WHERE name = 'Somebody'")[0].n == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "a@b.test"}, "name"),
        ({"name": " "}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "A", "language": "fr"}, "language"),
        ({"name": "A", "time_zone": "Mars/Olympus"}, "time_zone"),
        ({"name": "A", "profiles": ["client", "client"]}, "profiles"),
        ({"name": "A", "identifiers": {"email": "a@b.test"}}, "identifiers.email.key"),
        ({"name": "A", "nickname": "B"}, "nickname"),
        ({"name": "A", "password": "short"}, "password"),
        ({"name": "A", "email": "averyold@name.test", "password": "averyold"}, "password"),
        ({"name": "A", "email": "not an e-mail"}, "email"),
    ],
)
def test_a_body_that_does_not_fit_is_refused(house: House, body: dict[str, object], field: str) -> None:
    answer = house.caller(ADMIN).post("/v1/people", body)
    assert answer.status_code == 422, answer.text
    assert list(answer.json["errors"]) == [field]


def test_the_same_idempotency_key_makes_one_person(house: House) -> None:
    admin = house.caller(ADMIN)
    body = {"name": "Once", "email": "once@vez.test", "password": PASSWORD}
    answers = [admin.post("/v1/people", body, Idempotency_Key="a") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    other = admin.post("/v1/people", {**body, "name": "Twice"}, Idempotency_Key="a")
    assert other.status_code == 422
    assert other.json["type"] == "urn:vez:problem:idempotency-key-reused"


def test_a_change_needs_the_version_that_was_seen(house: House) -> None:
    admin = house.caller(ADMIN)
    made = house.make(admin)
    path = f"/v1/people/{made['id']}"
    assert admin.call("PATCH", path, {"name": "B"}).status_code == 428
    changed = admin.patch(path, {"name": "B"}, if_match='"1"')
    assert (changed.status_code, changed.json["version"], changed.headers["ETag"]) == (200, 2, '"2"')
    assert admin.patch(path, {"name": "C"}, if_match='"1"').status_code == 412
    assert admin.get(path).json["name"] == "B"


def test_a_change_is_a_merge_patch(house: House) -> None:
    admin = house.caller(ADMIN)
    ids = {"registration": "R1", "cpf_cnpj": "52998224725"}
    made = house.make(admin, identifiers=ids, kind="student", profiles=["client"], email="merge@vez.test")
    path = f"/v1/people/{made['id']}"
    changed = admin.patch(path, {"identifiers": {"registration": "R2"}}).json
    assert changed["identifiers"] == {"registration": "R2", "cpf_cnpj": "52998224725"}
    changed = admin.patch(path, {"identifiers": {"cpf_cnpj": None}, "profiles": None, "email": None}).json
    assert (changed["identifiers"], changed["profiles"], changed["email"]) == ({"registration": "R2"}, [], None)
    again = house.make(admin, email="merge@vez.test", identifiers={"cpf_cnpj": "52998224725"})
    assert again["id"] != made["id"]


def test_a_changed_e_mail_is_the_one_to_sign_in_by(house: House) -> None:
    admin = house.caller(ADMIN)
    admin.patch(f"/v1/people/{house.id_of(ANA)}", {"email": "ana.souza@cliente.test"})
    assert house.sign_in("ana.souza@cliente.test")["access_token"]
    assert house.nobody().post("/v1/tokens", {"username": ANA, "password": PASSWORD}).status_code == 401


def test_disabling_ends_sessions_and_tokens_at_once(house: House) -> None:
    admin = house.caller(ADMIN)
    tokens = house.sign_in(ANA)
    ana = house.nobody()
    ana.token = tokens["access_token"]
    path = f"/v1/people/{house.id_of(ANA)}"
    assert ana.get("/v1/me").status_code == 200
    assert admin.post(f"{path}/disable").status_code == 428
    disabled = admin.post(f"{path}/disable", If_Match="*")
    assert (disabled.status_code, disabled.json["is_active"]) == (200, False)
    assert ana.get("/v1/me").status_code == 401
    assert ana.post("/v1/tokens", {"refresh_token": tokens["refresh_token"]}).status_code == 401
    assert ana.post("/v1/tokens", {"username": ANA, "password": PASSWORD}).status_code == 401
    assert admin.post(f"{path}/enable", If_Match="*").json["is_active"] is True
    assert ana.get("/v1/me").status_code == 401, "an old token stays dead"
    assert house.sign_in(ANA)["access_token"]


def test_the_last_administrator_stays(house: House) -> None:
    admin = house.caller(ADMIN)
    own = f"/v1/people/{house.id_of(ADMIN)}"
    refused = admin.post(f"{own}/disable", If_Match="*")
    assert (refused.status_code, refused.json["type"]) == (409, "urn:vez:problem:last-administrator")
    assert admin.patch(own, {"profiles": ["client"]}).status_code == 409
    house.make(admin, email="second@vez.test", profiles=["administrator"])
    assert admin.patch(own, {"profiles": ["client"]}).status_code == 200


def test_people_change_a_little_of_themselves(house: House) -> None:
    ana = house.caller(ANA)
    changed = ana.patch("/v1/me", {"language": "en", "time_zone": "Europe/Lisbon", "mail": False})
    assert changed.status_code == 200
    assert ana.get("/v1/me").json["language"] == "en"
    for name, value in [("profiles", ["administrator"]), ("name", "Queen"), ("email", "x@y.test"), ("kind", None)]:
        assert ana.patch("/v1/me", {name: value}).status_code == 422
        assert ana.patch(f"/v1/people/{house.id_of(ANA)}", {name: value}).status_code == 403
    assert ana.get("/v1/me").json["profiles"] == ["client"]


def test_lists_are_paged_and_narrowed(house: House) -> None:
    admin = house.caller(ADMIN)
    for number in range(5):
        house.make(admin, name=f"João Conceição {number}", kind="customer")
    first = admin.get("/v1/people?q=joao%20conceicao&limit=2").json
    assert [item["name"][-1] for item in first["items"]] == ["0", "1"]
    second = admin.get(f"/v1/people?q=joao%20conceicao&limit=2&cursor={first['next_cursor']}").json
    assert [item["name"][-1] for item in second["items"]] == ["2", "3"]
    assert admin.get("/v1/people?q=100%25_").json["items"] == []
    assert [p["email"] for p in admin.get("/v1/people?profile=attendant").json["items"]] == [BRUNO]
    assert len(admin.get("/v1/people?kind=customer&limit=100").json["items"]) == 6
    assert admin.get("/v1/people?is_active=false").json == {"items": [], "next_cursor": None}
    assert not any(item["is_machine"] for item in admin.get("/v1/people?limit=100").json["items"])
    ids = [item["id"] for item in (*first["items"], *second["items"])]
    some = admin.get(f"/v1/people?id={ids[0]}&id={ids[3]}&id=01890000-0000-7000-8000-00000000dead").json["items"]
    assert [item["id"] for item in some] == [ids[0], ids[3]]
    for wrong in ("id=x", "cursor=x", "cursor=WyJ4Il0", "limit=0", "limit=101", "kind=A%20B"):
        assert admin.get(f"/v1/people?{wrong}").status_code == 422, wrong


def test_colleagues_look_somebody_up(house: House) -> None:
    bruno = house.caller(BRUNO)
    assert [e["name"] for e in bruno.get("/v1/directory?q=souza").json["items"]] == ["Ana Souza"]
    attending = bruno.get("/v1/directory?permission=ticket.attend").json["items"]
    assert [e["name"] for e in attending] == ["Admin", "Bruno Alves"]
    assert bruno.get("/v1/directory?permission=nothing").json["items"] == []
    assert house.caller(ANA).get("/v1/directory?q=a").status_code == 403


def test_an_absence_begins_and_ends_by_itself(house: House) -> None:
    bruno, id = house.caller(BRUNO), house.id_of(BRUNO)
    tomorrow = (clock.now() + timedelta(days=2)).date().isoformat()
    absent = bruno.patch("/v1/me", {"absent_from": tomorrow, "substitute_id": house.id_of(ADMIN)}).json
    assert (absent["is_absent"], absent["substitute"]["name"]) == (False, "Admin")
    edge = house.app.extensions["vez"]
    with edge.database.reader() as reader:
        assert absences_due(reader) == []
    house.rows("UPDATE people SET absent_from = current_date - 3 WHERE id = %s RETURNING 1", id)
    with edge.database.reader() as reader:
        assert absences_due(reader) == [id]
    edge.units.run(lambda tx: turn_absence(tx, id))
    told = house.rows("SELECT payload FROM outbox WHERE aggregate_id = %s ORDER BY sequence DESC LIMIT 1", id)
    assert told[0].payload["absent"] is True
    with edge.database.reader() as reader:
        assert absences_due(reader) == []
    assert bruno.patch("/v1/me", {"absent_from": None}).json["is_absent"] is False


def test_every_change_is_told_and_audited_in_one_chain(house: House) -> None:
    admin = house.caller(ADMIN)
    made = house.make(admin)
    admin.patch(f"/v1/people/{made['id']}", {"name": "Changed"})
    told = house.rows("SELECT name, sequence, payload FROM outbox WHERE aggregate_id = %s ORDER BY 2", made["id"])
    assert [(row.name, row.sequence) for row in told] == [("person.changed", 1), ("person.changed", 2)]
    assert told[1].payload["display_name"] == "Changed"
    actions = [e["action"] for e in admin.get(f"/v1/audit?aggregate_id={made['id']}").json["items"]]
    assert actions == ["change_person", "create_person"]
    with house.app.extensions["vez"].database.reader() as reader:
        assert audit.verdict(reader, STORE.metadata, STORE.aggregates, lambda seen: None) is None
