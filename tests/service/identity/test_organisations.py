"""Organisations: made, renamed, belonged to, and told with their people."""

from __future__ import annotations

from urllib.parse import quote

from services.identity.models import STORE
from shared import audit
from tests.service.identity.house import ADMIN, ANA, House

NOBODY = "00000000-0000-7000-8000-00000000dead"


def test_organisations_are_made_renamed_and_listed(house: House) -> None:
    admin = house.caller(ADMIN)
    made = admin.post("/v1/organisations", {"name": "ACME"})
    assert (made.status_code, made.json["name"], made.headers["ETag"]) == (201, "ACME", '"1"')
    path = f"/v1/organisations/{made.json['id']}"
    assert made.headers["Location"] == path
    assert admin.call("PATCH", path, {"name": "ACME S.A."}, If_Match='"1"').json["version"] == 2
    assert admin.call("PATCH", path, {"name": "x"}, If_Match='"1"').status_code == 412
    assert admin.get(path).json["name"] == "ACME S.A."
    assert [o["name"] for o in admin.get("/v1/organisations").json["items"]] == ["ACME S.A."]
    assert admin.get(f"/v1/organisations/{NOBODY}").status_code == 404


def test_organisations_are_found_by_words_whatever_accents_and_say_how_many_belong_to_them(house: House) -> None:
    admin = house.caller(ADMIN)
    made = {name: admin.post("/v1/organisations", {"name": name}).json["id"] for name in ("São João S.A.", "100% Sul")}
    admin.patch(f"/v1/people/{house.id_of(ANA)}", {"organisation_id": made["São João S.A."]})
    for words, found in {
        "sao joao": ["São João S.A."],
        "SÃO": ["São João S.A."],
        "100%": ["100% Sul"],
        "%": ["100% Sul"],
        "oeste": [],
    }.items():
        items = admin.get(f"/v1/organisations?q={quote(words)}").json["items"]
        assert [each["name"] for each in items] == found, words
    counts = {each["name"]: each["people_count"] for each in admin.get("/v1/organisations").json["items"]}
    assert counts == {"São João S.A.": 1, "100% Sul": 0}
    assert admin.get(f"/v1/organisations/{made['São João S.A.']}").json["people_count"] == 1


def test_a_person_belongs_to_an_organisation_and_the_others_are_told(house: House) -> None:
    admin = house.caller(ADMIN)
    organisation = admin.post("/v1/organisations", {"name": "ACME"}).json
    ana = house.id_of(ANA)
    changed = admin.patch(f"/v1/people/{ana}", {"organisation_id": organisation["id"]})
    assert changed.json["organisation"] == {"id": organisation["id"], "name": "ACME"}
    told = house.rows("SELECT payload FROM outbox WHERE aggregate_id = %s ORDER BY sequence DESC LIMIT 1", ana)
    assert told[0].payload["organisation_id"] == organisation["id"]
    listed = admin.get(f"/v1/people?organisation={organisation['id']}").json["items"]
    assert [person["id"] for person in listed] == [ana]
    left = admin.patch(f"/v1/people/{ana}", {"organisation_id": None})
    assert left.json["organisation"] is None
    with house.app.extensions["vez"].database.reader() as reader:
        assert audit.verdict(reader, STORE.metadata, STORE.aggregates, lambda seen: None) is None


def test_nobody_belongs_to_what_is_not_there(house: House) -> None:
    answer = house.caller(ADMIN).patch(f"/v1/people/{house.id_of(ANA)}", {"organisation_id": NOBODY})
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"organisation_id"})


def test_a_profile_may_show_its_clients_their_organisations_tickets(house: House) -> None:
    body = {"code": "boss", "names": {"en": "Boss"}, "scopes": ["organisation"]}
    made = house.caller(ADMIN).post("/v1/profiles", body)
    assert (made.status_code, made.json["scopes"]) == (201, ["organisation"])
    wrong = house.caller(ADMIN).post("/v1/profiles", {**body, "code": "other", "scopes": ["organization"]})
    assert (wrong.status_code, set(wrong.json["errors"])) == (422, {"scopes"})
