"""A person's data given out, and a person erased: what tickets said goes, numbers, stages, times and chains stay."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.ticket.commands.erasing import PORTION, erase_next
from shared.contracts import decode
from shared.contracts.identity import PersonChanged
from shared.contracts.ticket import Erased
from shared.ids import SYSTEM
from tests.service.ticket.house import House
from tests.service.ticket.test_ending import audit_verdict, history_verdict_of


def erased(house: House, person: str) -> PersonChanged:
    """What identity says of a person who was erased."""
    said = dict(house.world.people[person])
    said.pop("sequence")
    event = decode(PersonChanged.name, 1, said)
    assert isinstance(event, PersonChanged)
    return replace(event, display_name="", email=None, profiles=[], is_active=False, erased=True)


def erase_all(house: House, person: str, portion: int = PORTION) -> int:
    """Identity's news comes in, and the timer works until nothing is left; how many portions there were."""
    house.world.say(erased(house, person))
    portions = 0
    while house.world.runtime.run(lambda tx: erase_next(tx, portion)):
        portions += 1
    return portions


def everything(house: House) -> str:
    """All that the service's database holds, but what identity says of people."""
    names = [row[0] for row in house.world.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    rows = [house.world.rows(f"SELECT row_to_json(t)::text FROM {name} t") for name in names if name != "people"]
    return "\n".join(str(row[0]) for table in rows for row in table)


@pytest.fixture
def told(house: House) -> str:
    """A ticket of Ana's in which everybody said something; its id."""
    ticket = house.routed(subject="Cobrança da Zenaide", description="Moro na rua Quixaba")
    house.world.call(house.ana, "POST", f"/tickets/{ticket}/messages", {"body": "Meu telefone é 5550123"})
    house.world.call(house.bruno, "POST", f"/tickets/{ticket}/messages", {"body": "Anotei 5550123, dona Zenaide"})
    house.done(house.bruno, ticket, "advance", {"transition": "ask", "comment": "Zenaide, qual fatura?"})
    return ticket


def test_what_an_erased_clients_tickets_said_is_nowhere(house: House, told: str) -> None:
    assert "Zenaide" in everything(house)
    assert erase_all(house, house.ana) == 1

    left = everything(house)
    for trace in ("Zenaide", "Quixaba", "5550123", "qual fatura", "123456"):
        assert trace not in left
    assert house.world.said(told)[-1] == Erased(ticket_id=told, person_id=house.ana, by=SYSTEM.id)


def test_numbers_stages_and_times_stay_and_the_chains_verify(house: House, told: str) -> None:
    kept = "SELECT number, type, status, stage, submitted_at, history_head FROM tickets"
    ledger = "SELECT * FROM turns ORDER BY ticket_id, ordinal"
    history = "SELECT * FROM stage_history ORDER BY ticket_id, position"
    before = [house.world.rows(each) for each in (kept, ledger, history)]
    erase_all(house, house.ana)

    assert [house.world.rows(each) for each in (kept, ledger, history)] == before
    assert audit_verdict(house) is None
    assert history_verdict_of(house) is None
    shown = house.get(house.admin, told)
    assert (shown["subject"], shown["description"], shown["client"]["name"]) == ("", "", "")


def test_other_peoples_tickets_keep_what_they_say(house: House, told: str) -> None:
    other = house.submitted(house.bia, subject="De Bia", description="Outra coisa")
    erase_all(house, house.ana)

    shown = house.get(house.bia, other)
    assert (shown["subject"], shown["description"]) == ("De Bia", "Outra coisa")


def test_what_an_erased_attendant_wrote_stays_in_the_clients_ticket(house: House, told: str) -> None:
    house.world.call(house.bruno, "POST", "/canned-answers", {"name": "Olá", "body": "Olá da Yolanda"})
    erase_all(house, house.bruno)

    bodies = [m["body"] for m in house.get(house.ana, told, "/messages")["items"]]
    assert "Anotei 5550123, dona Zenaide" in bodies
    assert "Yolanda" not in everything(house)
    assert audit_verdict(house) is None


def test_many_tickets_are_erased_by_portions_each_once(house: House) -> None:
    tickets = [house.submitted() for _ in range(5)]
    assert erase_all(house, house.ana, portion=2) == 3
    assert erase_all(house, house.ana) == 0
    for ticket in tickets:
        assert [type(event) for event in house.world.said(ticket)].count(Erased) == 1
    receipt = house.world.call(house.admin, "GET", f"/people/{house.ana}/erasure").json
    assert receipt["counts"] == {"tickets": 5}
    assert receipt["done_at"] is not None


def test_a_receipt_is_for_administrators_and_there_is_none_before(house: House) -> None:
    path = f"/people/{house.ana}/erasure"

    assert house.world.call(house.admin, "GET", path).status_code == 404
    assert house.world.call(house.ana, "GET", path).status_code == 403


def test_a_person_is_given_their_own_tickets_and_words_and_nobody_elses(house: House, told: str) -> None:
    house.submitted(house.bia, subject="De Bia")
    path = f"/people/{house.ana}/data"
    (ticket,) = house.world.call(house.ana, "GET", f"{path}/tickets").json["items"]

    assert ticket["subject"] == "Cobrança da Zenaide"
    assert ticket["stages"][-1]["comment"] == "Zenaide, qual fatura?"
    assert [m["by_the_person"] for m in ticket["messages"]] == [True, False]
    for section in house.world.call(house.ana, "GET", path).json["items"]:
        answer = house.world.call(house.admin, "GET", f"{path}/{section}")
        assert answer.status_code == 200, answer.text
    assert house.world.call(house.bia, "GET", f"{path}/tickets").status_code == 404
    elsewhere = house.world.call(house.bruno, "GET", f"/people/{house.bruno}/data/messages_elsewhere").json
    assert [m["body"] for m in elsewhere["items"]] == ["Anotei 5550123, dona Zenaide"]
