"""The end of a ticket's life: cancel, discard, delete, reopen, rate."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest

from services.ticket.models import STORE
from services.ticket.queries.chains import history_verdict
from shared import audit, clock
from shared.contracts import ticket as said
from tests.service.ticket.house import House
from tests.support import databases


def test_a_draft_is_discarded_at_once_and_without_the_flow(house: House) -> None:
    draft = house.draft()
    answer = house.post(house.ana, draft, "cancel", {})
    assert answer.status_code == 200
    assert (answer.json["status"], answer.json["turn"]["side"], answer.json["pending"]) == ("cancelled", "nobody", None)
    assert isinstance(house.world.said(draft)[-1], said.Cancelled)
    assert house.listed(house.ana, "filter=cancelled") == [draft]
    assert house.listed(house.admin, "filter=cancelled") == [draft]


def test_cancel_is_for_administrators_and_the_turn_must_be_the_clients(house: House) -> None:
    ticket_id = house.on_the_clients_turn()
    assert house.post(house.ana, ticket_id, "cancel", {"reason": "Mistake"}).status_code == 403
    assert set(house.post(house.admin, ticket_id, "cancel", {}).json["errors"]) == {"reason"}
    after = house.done(house.admin, ticket_id, "cancel", {"reason": "Opened twice"})
    assert (after["status"], after["stage"]["code"]) == ("cancelled", "more")
    held = house.routed()
    answer = house.post(house.admin, held, "cancel", {"reason": "x"})
    assert (answer.status_code, answer.json["type"]) == (409, "urn:vez:problem:not-your-turn")


def test_the_last_stage_is_left_when_a_ticket_is_cancelled_from_outside(house: House) -> None:
    ticket_id = house.on_the_clients_turn()
    after = house.done(house.admin, ticket_id, "cancel", {"reason": "Opened twice"})
    last = house.get(house.ana, ticket_id, "/history")["items"][-1]
    assert (last["stage"]["code"], last["left_at"]) == ("more", after["ended_at"])


def test_duplicate_of_names_the_ticket_that_is_repeated(house: House) -> None:
    first, second = house.routed(), house.on_the_clients_turn()
    body = {"reason": "Twice", "duplicate_of": second}
    assert set(house.post(house.admin, second, "cancel", body).json["errors"]) == {"duplicate_of"}
    after = house.done(house.admin, second, "cancel", {"reason": "Twice", "duplicate_of": first})
    assert after["duplicate_of"] == first
    assert house.get(house.ana, first, "/relations")["items"][0]["kind"] == "repeated_by"
    answer = house.post(house.ana, house.draft(), "cancel", {"duplicate_of": house.draft(house.bia)})
    assert set(answer.json["errors"]) == {"duplicate_of"}


def test_a_flow_ends_in_a_terminal_stage(house: House) -> None:
    concluded, cancelled = house.concluded(), house.cancelled()
    assert house.get(house.ana, concluded)["status"] == "concluded"
    assert house.get(house.ana, cancelled)["status"] == "cancelled"
    assert house.listed(house.ana, "filter=concluded") == [concluded]
    assert house.listed(house.ana, "filter=cancelled") == [cancelled]
    history = house.get(house.ana, concluded, "/history")["items"]
    assert [(r["stage"]["code"], r["left_at"] is None) for r in history] == [("triage", False), ("refused", True)]


def test_an_ended_ticket_still_shows_what_its_client_filled_read_only(house: House) -> None:
    ticket = house.get(house.ana, house.concluded())
    assert ticket["parameters"]["invoice"] == "123456"
    assert {f["access"] for f in ticket["fields"]} == {"read_only"}
    assert "refund" not in ticket["parameters"]


def test_a_concluded_ticket_is_reopened_inside_its_window_and_enters_the_first_stage_again(house: House) -> None:
    ticket_id = house.concluded()
    pending = house.post(house.ana, ticket_id, "reopen")
    assert (pending.status_code, pending.json["status"], pending.json["pending"]["kind"]) == (
        202,
        "concluded",
        "reopen",
    )
    house.flow.answer(ticket_id)
    ticket = house.get(house.ana, ticket_id)
    assert (ticket["status"], ticket["stage"]["code"]) == ("open", "triage")
    house.done(house.bruno, ticket_id, "advance", {"transition": "refuse"})
    clock.OFFSET += timedelta(days=8)
    assert house.post(house.ana, ticket_id, "reopen").json["type"] == "urn:vez:problem:reopening-over"


def test_a_concluded_ticket_is_rated_once(house: House) -> None:
    ticket_id = house.concluded()
    assert set(house.post(house.ana, ticket_id, "rating", {"score": 6}).json["errors"]) == {"score"}
    assert house.post(house.ana, ticket_id, "rating", {"score": 4, "comment": "Quick"}).status_code == 201
    assert house.post(house.ana, ticket_id, "rating", {"score": 5}).json["type"] == "urn:vez:problem:already-rated"
    assert house.get(house.ana, ticket_id)["rating"] == 4
    assert house.get(house.bruno, ticket_id, "/rating")["comment"] == "Quick"
    assert house.world.said(ticket_id)[-1] == said.Rated(ticket_id=ticket_id, score=4)


def test_rating_needs_no_if_match(house: House) -> None:
    ticket_id = house.concluded()
    answer = house.world.call(house.ana, "POST", f"/tickets/{ticket_id}/rating", {"score": 5})
    assert answer.status_code == 201


def test_a_deleted_ticket_answers_404_to_everyone_and_its_texts_go(house: House) -> None:
    ticket_id = str(house.open(house.ana, Idempotency_Key="one").json["id"])
    house.flow.answer(ticket_id)
    house.done(house.bruno, ticket_id, "advance", {"transition": "ask", "comment": "Your secret?"})
    house.post(house.ana, ticket_id, "messages", {"body": "My secret"}, Idempotency_Key="two")
    house.done(house.ana, ticket_id, "advance", {"transition": "give_up", "comment": "My secret"})
    assert house.world.call(house.ana, "DELETE", f"/tickets/{ticket_id}", If_Match="*").status_code == 403
    assert house.world.call(house.admin, "DELETE", f"/tickets/{ticket_id}", If_Match="*").status_code == 204
    for who in (house.ana, house.bruno, house.admin):
        assert house.world.call(who, "GET", f"/tickets/{ticket_id}").status_code == 404
        assert ticket_id not in house.listed(who)
    assert isinstance(house.world.said(ticket_id)[-1], said.Deleted)
    assert not _anywhere(house, "My secret")
    assert not _anywhere(house, "Charged twice")


def test_what_other_answers_and_former_versions_say_of_a_deleted_ticket_goes_too(house: House) -> None:
    ticket_id, other_id = house.in_agreement(), house.routed()
    house.patch(house.ana, ticket_id, {"subject": "My secret"})
    house.patch(house.ana, ticket_id, {"subject": "No more"})
    house.post(house.bruno, other_id, "relations", {"ticket_id": ticket_id}, Idempotency_Key="one")
    version = house.get(house.ana, ticket_id)["version"]
    item = {"ticket_id": ticket_id, "version": version, "outcome": "rejected", "reason": "My secret reason"}
    decided = house.world.call(house.ana, "POST", "/decisions", {"items": [item]}, Idempotency_Key="two")
    assert decided.json["items"][0]["status"] == 202, decided.text
    house.flow.answer(ticket_id)
    house.understood(house.carla, ticket_id)
    house.done(house.carla, ticket_id, "advance", {"transition": "propose"})
    house.done(house.admin, ticket_id, "cancel", {"reason": "My secret cause"})
    assert {"revisions", "idempotency_keys"} <= {*_anywhere(house, "My secret"), *_anywhere(house, "No more")}
    assert house.world.call(house.admin, "DELETE", f"/tickets/{ticket_id}", If_Match="*").status_code == 204
    assert not _anywhere(house, "My secret")
    assert not _anywhere(house, "No more")


def _anywhere(house: House, words: str) -> list[str]:
    """The tables in which words are found."""
    tables = house.world.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    found = []
    for (table,) in tables:
        query = f"SELECT 1 FROM {table} AS row WHERE row::text LIKE %(words)s"
        if house.world.rows(query, words=f"%{words}%"):
            found.append(table)
    return found


def test_number_and_statistics_of_a_deleted_ticket_stay_and_the_chains_still_verify(house: House) -> None:
    ticket_id = house.cancelled()
    number = house.get(house.ana, ticket_id)["number"]
    house.world.call(house.admin, "DELETE", f"/tickets/{ticket_id}", If_Match="*")
    (row,) = house.world.rows("SELECT number, status, type FROM tickets WHERE id = %(id)s", id=ticket_id)
    assert row == (number, "deleted", "dispute")
    assert house.world.rows("SELECT count(*) FROM turns WHERE ticket_id = %(id)s", id=ticket_id) == [(3,)]
    assert audit_verdict(house) is None
    assert history_verdict_of(house) is None


def test_only_what_is_cancelled_is_deleted(house: House) -> None:
    answer = house.world.call(house.admin, "DELETE", f"/tickets/{house.concluded()}", If_Match="*")
    assert answer.json["type"] == "urn:vez:problem:not-cancelled"


@pytest.mark.parametrize("table", ["turns", "stage_history", "audit_log"])
def test_ledger_history_and_audit_are_append_only(migrated: str, table: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        databases.run(migrated, f"TRUNCATE {table}")


def audit_verdict(house: House) -> str | None:
    """What the audit's verification says."""
    with house.world.database.reader() as reader:
        return audit.verdict(reader, STORE.metadata, STORE.aggregates, lambda seen: None)


def history_verdict_of(house: House) -> str | None:
    """What the verification of the stage history says."""
    with house.world.database.reader() as reader:
        return history_verdict(reader, lambda seen: None)
