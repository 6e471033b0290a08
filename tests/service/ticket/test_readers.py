"""Who may see a ticket, and why: told by the predicates by which access is judged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.ticket.access.seeing import REASONS
from services.ticket.rules.answers import WHY
from shared import clock
from shared.contracts.workflow import Holder
from tests.service.ticket.house import House


def reasons(house: House, ticket_id: str) -> dict[str, list[str]]:
    """Why each person sees it, by their name."""
    return {each["person"]["name"]: [why["kind"] for why in each["reasons"]] for each in told(house, ticket_id)}


def told(house: House, ticket_id: str) -> list[Any]:
    return list(house.get(house.admin, ticket_id, "/readers?limit=100")["items"])


def why(house: House, ticket_id: str, name: str) -> Any:
    """The only reason of somebody's."""
    (found,) = (each for each in told(house, ticket_id) if each["person"]["name"] == name)
    (reason,) = found["reasons"]
    return reason


def test_every_reason_of_access_has_its_word() -> None:
    assert ("author", *REASONS) == WHY


def test_client_holder_and_administrators_see_a_ticket_and_nobody_else(house: House) -> None:
    ticket_id = house.routed()
    assert reasons(house, ticket_id) == {
        "Ana Souza": ["client"],
        "Bruno Alves": ["holds", "has_held"],
        "Admin": ["reads_all"],
    }
    assert why(house, ticket_id, "Admin")["profiles"] == [{"code": "administrator", "name": "administrator"}]


def test_guardians_shares_and_the_organisations_role_are_named(house: House) -> None:
    house.world.profile("boss", ["portal.client_online"], scopes=["organisation"], names={"en": "Boss"})
    organisation, sofia = house.admin, house.world.client("Sofia")
    house.world.person("Olga", "boss", kind="customer", organisation_id=organisation)
    house.world.person("Otto", "client", kind="customer", organisation_id=organisation)
    greta = house.world.client("Greta")
    house.world.changed(house.ana, guardians=[greta], organisation_id=organisation)
    ticket_id = house.on_the_clients_turn()
    until = (clock.now() + timedelta(days=2)).isoformat()
    house.post(house.ana, ticket_id, "shares", {"person": sofia, "expires_at": until})
    found = reasons(house, ticket_id)
    assert {name: found.get(name) for name in ("Greta", "Sofia", "Olga", "Otto")} == {
        "Greta": ["guardian"],
        "Sofia": ["shared"],
        "Olga": ["organisation"],
        "Otto": None,
    }
    assert why(house, ticket_id, "Sofia")["expires_at"][:16] == until[:16]
    assert why(house, ticket_id, "Olga")["profiles"] == [{"code": "boss", "name": "Boss"}]
    clock.OFFSET = timedelta(days=3)
    assert "Sofia" not in reasons(house, ticket_id), "a share ends"


def test_a_queue_that_holds_or_held_it_is_named_and_a_confidential_type_forgets_who_held_it(house: House) -> None:
    ticket_id = house.in_analysis()
    assert reasons(house, ticket_id)["Carla Dias"] == ["holds", "has_held"]
    house.done(house.carla, ticket_id, "take")
    assert reasons(house, ticket_id)["Davi Rocha"] == ["has_held"]
    assert why(house, ticket_id, "Davi Rocha")["queues"] == [{"code": "finance", "name": "Finance"}]
    house.flow.assign["desk"] = Holder(id=house.carla)
    secret = house.routed(type="secret")
    house.done(house.carla, secret, "transfer", {"to": house.davi, "reason": "x"})
    found = house.get(house.admin, secret, "/readers")
    assert found["is_confidential"]
    assert "Carla Dias" not in reasons(house, secret)
    assert "holds" in reasons(house, secret)["Davi Rocha"]


def test_a_substitute_sees_what_the_absent_hold_and_a_superior_what_their_people_hold(house: House) -> None:
    house.world.changed(house.bruno, substitute_id=house.carla, superior_id=house.davi)
    ticket_id = house.routed()
    assert reasons(house, ticket_id).keys() == {"Ana Souza", "Bruno Alves", "Admin", "Davi Rocha"}
    assert why(house, ticket_id, "Davi Rocha")["kind"] == "leads"
    house.world.changed(house.bruno, absent=True)
    assert why(house, ticket_id, "Carla Dias")["kind"] == "stands_in"
    for person in (house.carla, house.davi):
        seen = house.get(person, ticket_id)
        assert seen["side"] == "attendant"
        assert {"note", "comment"} <= set(seen["actions"])
        assert not {"advance", "transfer", "schedule", "wait"} & set(seen["actions"]), "the turn stays the holder's"
    house.world.changed(house.bruno, absent=False)
    assert house.world.call(house.carla, "GET", f"/tickets/{ticket_id}").status_code == 404, "the absence is over"


def test_neither_sees_what_is_held_no_longer_nor_without_attending(house: House) -> None:
    rui = house.world.client("Rui Alba")
    house.world.changed(house.bruno, substitute_id=house.carla, superior_id=rui, absent=True)
    ticket_id = house.routed()
    assert house.world.call(rui, "GET", f"/tickets/{ticket_id}").status_code == 404
    assert house.world.call(house.carla, "GET", f"/tickets/{ticket_id}").status_code == 200
    house.done(house.bruno, ticket_id, "advance", {"transition": "ask", "comment": "Which one?"})
    assert house.world.call(house.carla, "GET", f"/tickets/{ticket_id}").status_code == 404


def test_of_a_confidential_type_a_substitute_sees_what_is_held_and_a_superior_nothing(house: House) -> None:
    house.flow.assign["desk"] = Holder(id=house.bruno)
    house.world.changed(house.bruno, substitute_id=house.carla, superior_id=house.davi, absent=True)
    secret = house.routed(type="secret")
    found = reasons(house, secret)
    assert found["Carla Dias"] == ["stands_in"]
    assert "Davi Rocha" not in found
    assert house.world.call(house.carla, "GET", f"/tickets/{secret}").status_code == 200
    assert house.world.call(house.davi, "GET", f"/tickets/{secret}").status_code == 404


def test_the_substitute_and_the_superior_of_who_decides_or_postponed_see_it_too(house: House) -> None:
    house.world.changed(house.carla, substitute_id=house.bruno, absent=True)
    house.world.profile("boss", ["ticket.attend"], names={"en": "Boss"})
    olga = house.world.person("Olga", "boss")
    house.world.changed(house.davi, superior_id=olga)
    asked = house.before_the_board()
    assert "stands_in" in reasons(house, asked)["Bruno Alves"]
    assert reasons(house, asked)["Olga"] == ["leads"]
    for person in (house.bruno, olga):
        assert "decide" not in house.get(person, asked)["actions"], "who is asked decides"
    later = house.in_analysis(Holder(id=house.davi))
    until = (clock.now() + timedelta(days=2)).isoformat()
    house.done(house.davi, later, "schedule", {"until": until, "reason": "x"})
    assert reasons(house, later)["Olga"] == ["leads"]


def test_scopes_and_who_opened_it_are_named_and_the_disabled_are_not(house: House) -> None:
    house.world.profile("auditor", ["ticket.read"], scopes=["type:dispute"])
    house.world.profile("stranger", ["audit.read"], scopes=["type:dispute"])
    rui = house.world.person("Rui", "auditor")
    house.world.person("Sem Módulo", "stranger")
    ticket_id = house.routed(house.carla, client=house.ana)
    found = reasons(house, ticket_id)
    assert (found["Rui"], found["Carla Dias"]) == (["scope"], ["opened"])
    assert "Sem Módulo" not in found
    house.world.changed(rui, is_active=False)
    assert "Rui" not in reasons(house, ticket_id)


def test_what_is_told_is_what_each_may_read_page_by_page(house: House) -> None:
    ticket_id = house.in_analysis()
    names: list[str] = []
    query = "/readers?limit=2"
    while query:
        page = house.get(house.admin, ticket_id, query)
        names += [each["person"]["id"] for each in page["items"]]
        query = f"/readers?limit=2&cursor={page['next_cursor']}" if page["next_cursor"] else ""
    assert names == sorted(set(names))
    everybody = (house.ana, house.bia, house.leo, house.bruno, house.carla, house.davi, house.admin)
    reads = [p for p in everybody if house.world.call(p, "GET", f"/tickets/{ticket_id}").status_code == 200]
    assert sorted(reads) == names


def test_only_who_manages_people_and_sees_the_ticket_is_told(house: House) -> None:
    house.world.profile("personnel", ["people.manage", "portal.client_online"])
    ticket_id, draft = house.routed(), house.draft()
    answers = {who: house.world.call(who, "GET", f"/tickets/{ticket_id}/readers") for who in (house.ana, house.bia)}
    assert [answer.status_code for answer in answers.values()] == [403, 404]
    petra = house.world.person("Pia", "personnel")
    assert house.world.call(petra, "GET", f"/tickets/{ticket_id}/readers").status_code == 404
    assert house.world.call(house.admin, "GET", f"/tickets/{draft}/readers").status_code == 404


def test_a_draft_is_its_authors_alone(house: House) -> None:
    mine = house.draft(house.admin, type="secret")
    assert reasons(house, mine) == {"Admin": ["author"]}
