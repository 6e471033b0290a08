"""Many people from a list: judged without doing, then done, with a result for each line."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service.identity.house import ADMIN, ANA, BRUNO, Caller, House

PATH = "/v1/people/list"


def bring(caller: Caller, *lines: dict[str, Any], dry_run: bool = False) -> list[dict[str, Any]]:
    answer = caller.post(PATH, {"lines": list(lines), "dry_run": dry_run})
    assert answer.status_code == 200, answer.text
    assert answer.json["applied"] is not dry_run
    return list(answer.json["items"])


def organisation(caller: Caller, name: str) -> str:
    return str(caller.post("/v1/organisations", {"name": name}).json["id"])


def count(house: House, table: str) -> int:
    return int(house.rows(f"SELECT count(*) AS n FROM {table}")[0].n)


def test_what_would_become_of_each_line_is_told_and_nothing_is_done(house: House) -> None:
    admin = house.caller(ADMIN)
    before = count(house, "people"), count(house, "outbox"), house.rows("SELECT version FROM people ORDER BY id")
    told = bring(
        admin,
        {"name": "Novo", "email": "novo@vez.test"},
        {"name": "Ana de Souza", "email": ANA, "language": "es"},
        {"name": "Bruno Alves", "email": BRUNO, "profiles": ["attendant"]},
        {"name": "Errado", "email": "no address", "profiles": ["pilot"]},
        dry_run=True,
    )
    assert [each["outcome"] for each in told] == ["new", "changed", "unchanged", "wrong"]
    assert told[1]["changes"] == [
        {"field": "name", "before": "Ana Souza", "after": "Ana de Souza"},
        {"field": "language", "before": "pt-BR", "after": "es"},
    ]
    assert told[3]["problem"]["errors"] == {"email": ["Isto não é um endereço de e-mail"]}
    assert before == (
        count(house, "people"),
        count(house, "outbox"),
        house.rows("SELECT version FROM people ORDER BY id"),
    )


def test_good_lines_are_done_and_a_wrong_one_stops_no_other(house: House) -> None:
    admin = house.caller(ADMIN)
    done = bring(
        admin,
        {
            "name": "Novo",
            "email": "novo@vez.test",
            "time_zone": "America/Manaus",
            "identifiers": {"registration": "r-1"},
        },
        {"name": "Errado", "email": "novo2@vez.test", "profiles": ["pilot"]},
        {"email": ANA, "identifiers": {"cpf_cnpj": "529.982.247-25"}},
    )
    assert [each["outcome"] for each in done] == ["new", "wrong", "changed"]
    made = admin.get(f"/v1/people/{done[0]['person']['id']}").json
    assert (made["email"], made["time_zone"], made["identifiers"]) == (
        "novo@vez.test",
        "America/Manaus",
        {"registration": "R-1"},
    )
    ana = admin.get(f"/v1/people/{house.id_of(ANA)}").json
    assert (ana["name"], ana["identifiers"]) == ("Ana Souza", {"cpf_cnpj": "52998224725"})
    said = house.rows("SELECT payload FROM outbox WHERE name = 'person.changed' ORDER BY id DESC LIMIT 2")
    assert {each.payload["display_name"] for each in said} == {"Novo", "Ana Souza"}


def test_the_same_list_again_changes_nothing(house: House) -> None:
    admin = house.caller(ADMIN)
    lines = [{"name": f"P{n}", "email": f"p{n}@vez.test", "profiles": ["client"]} for n in range(3)]
    assert {each["outcome"] for each in bring(admin, *lines)} == {"new"}
    sent = count(house, "outbox")
    assert {each["outcome"] for each in bring(admin, *lines)} == {"unchanged"}
    assert count(house, "outbox") == sent


def test_a_superior_guardians_and_an_organisation_are_found_by_what_they_are_called(house: House) -> None:
    admin = house.caller(ADMIN)
    made = organisation(admin, "Padaria São João")
    lines = [
        {"name": "Chefe", "email": "chefe@vez.test", "identifiers": {"registration": "R-9"}},
        {
            "name": "Novata",
            "email": "novata@vez.test",
            "superior": "r-9",
            "guardians": [ANA, "chefe@vez.test"],
            "organisation": "padaria sao joao",
        },
    ]
    assert [each["outcome"] for each in bring(admin, *lines, dry_run=True)] == ["new", "new"]
    done = bring(admin, *lines)
    person = admin.get(f"/v1/people/{done[1]['person']['id']}").json
    assert person["superior"]["name"] == "Chefe"
    assert [each["name"] for each in person["guardians"]] == ["Ana Souza", "Chefe"]
    assert person["organisation"]["id"] == made
    told = bring(admin, {"email": "novata@vez.test", "superior": BRUNO}, dry_run=True)
    assert told[0]["changes"] == [{"field": "superior", "before": "Chefe", "after": "Bruno Alves"}]


def test_what_nobody_is_called_is_named_by_its_field(house: House) -> None:
    admin = house.caller(ADMIN)
    organisation(admin, "Duas")
    organisation(admin, "duas")
    told = bring(
        admin,
        {"name": "A", "superior": "nobody@vez.test", "guardians": ["nothing here"], "organisation": "Nenhuma"},
        {"name": "B", "organisation": "Duas"},
        {"email": "without-a-name@vez.test"},
    )
    assert [sorted(each["problem"]["errors"]) for each in told] == [
        ["guardians", "organisation", "superior"],
        ["organisation"],
        ["name"],
    ]


def test_two_lines_are_never_one_person(house: House) -> None:
    admin = house.caller(ADMIN)
    told = bring(
        admin,
        {"name": "A", "email": "a@vez.test"},
        {"name": "B", "email": "A@vez.test"},
        {"email": ANA, "identifiers": {"registration": "RA1"}},
        {"name": "Ana outra vez", "identifiers": {"registration": "ra1"}},
        {"name": "Both", "email": ANA},
    )
    assert [each["outcome"] for each in told] == ["new", "wrong", "changed", "wrong", "wrong"]
    assert told[1]["problem"]["errors"] == {"email": ["A linha 1 já tem isto"]}
    assert told[3]["problem"]["errors"] == {"identifiers.registration": ["A linha 3 já tem isto"]}


def test_identifiers_of_different_people_are_refused(house: House) -> None:
    admin = house.caller(ADMIN)
    house.make(admin, identifiers={"registration": "R7"})
    told = bring(admin, {"name": "Who", "email": ANA, "identifiers": {"registration": "R7"}})
    assert told[0]["problem"]["type"] == "urn:vez:problem:invalid"
    assert house.caller(ADMIN).get(f"/v1/people/{house.id_of(ANA)}").json["name"] == "Ana Souza"


def test_a_line_that_does_not_fit_the_form_is_told_of_alone(house: House) -> None:
    told = bring(
        house.caller(ADMIN),
        {"name": "x" * 201, "language": "fr", "time_zone": "Mars/Olympus", "identifiers": {"email": "a@b.test"}},
        {"name": "B", "nickname": "C"},
        {"name": "Good"},
    )
    assert [each["outcome"] for each in told] == ["wrong", "wrong", "new"]
    assert set(told[0]["problem"]["errors"]) == {"name", "language", "time_zone", "identifiers.email"}
    assert told[1]["problem"]["errors"] == {"nickname": ["Não existe esse campo."]}
    answer = house.caller(ADMIN).post(PATH, {"lines": ["no person", {"name": "Good"}], "dry_run": True})
    assert [each["outcome"] for each in answer.json["items"]] == ["wrong", "new"]
    assert answer.json["items"][0]["problem"]["errors"] == {"body": ["Informe um objeto."]}


def test_nobody_grants_by_a_list_more_than_they_have(house: House) -> None:
    admin = house.caller(ADMIN)
    profile = {"code": "clerk", "names": {"en": "Clerk"}, "permissions": ["people.manage", "ticket.open"]}
    assert admin.post("/v1/profiles", profile).status_code == 201
    made = house.make(admin, email="clerk@vez.test", profiles=["clerk"], password="turn after turn")
    told = bring(
        house.caller(made["email"]),
        {"name": "Mole", "email": "mole@vez.test", "profiles": ["administrator"]},
        {"name": "Taken over", "email": ADMIN},
        {"name": "Fine", "email": "fine@vez.test"},
    )
    assert [each["outcome"] for each in told] == ["wrong", "wrong", "new"]
    assert {each["problem"]["type"] for each in told[:2]} == {"urn:vez:problem:grants-too-much"}


def test_a_list_takes_the_administrators_profile_from_nobody(house: House) -> None:
    admin = house.caller(ADMIN)
    house.make(admin, email="second@vez.test", profiles=["administrator"])
    told = bring(
        admin, {"email": ADMIN, "profiles": ["attendant"]}, {"email": "second@vez.test", "profiles": ["client"]}
    )
    assert [each["problem"]["status"] for each in told] == [409, 409]


@pytest.mark.parametrize("lines", [[], [{"name": "A"}] * 2001])
def test_an_empty_list_and_one_that_is_too_long_are_refused_whole(house: House, lines: list[Any]) -> None:
    answer = house.caller(ADMIN).post(PATH, {"lines": lines})
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["lines"])
    assert house.rows("SELECT count(*) AS n FROM people WHERE name = 'A'")[0].n == 0


def test_the_longest_list_is_one_commit(house: House) -> None:
    admin = house.caller(ADMIN)
    lines = [{"name": f"Person {n}", "email": f"many{n}@vez.test", "profiles": ["client"]} for n in range(2000)]
    assert {each["outcome"] for each in bring(admin, *lines)} == {"new"}
    assert house.rows(
        "SELECT count(*) AS n, count(DISTINCT xmin::text) AS commits FROM people WHERE name LIKE 'Person %%'"
    )[0] == (
        2000,
        1,
    )
