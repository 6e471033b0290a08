"""The unit of work against a real PostgreSQL: one statement, guarded, numbered, chained."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Column, Text, select

from shared import audit
from shared.contracts.ticket import SubjectChanged
from shared.database import BigInteger, Database, Id, Reader, Table, add_backbone, aggregate_columns, new_metadata
from shared.errors import Conflict, Lost, Missing, PreconditionRequired, Stale
from shared.ids import new_id
from shared.transaction import Committed, Store, Transaction, Units
from tests.support import databases

metadata = new_metadata()
add_backbone(metadata)
things = Table(
    "things", metadata, Column("id", Id(), primary_key=True), Column("name", Text, unique=True), *aggregate_columns()
)
notes = Table("notes", metadata, Column("id", Id(), primary_key=True), Column("thing_id", Id()), Column("body", Text))
copies = Table(
    "copies",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("name", Text),
)
STORE = Store("ticket", metadata, {"ticket": things})


@pytest.fixture(scope="module")
def database(new_database: Callable[[str], str]) -> Iterator[Database]:
    url = new_database("transaction")
    databases.create_tables(url, metadata)
    opened = Database(url, application_name="test", size=8)
    yield opened
    opened.close()


@pytest.fixture
def committed() -> list[Committed]:
    return []


@pytest.fixture
def units(database: Database, committed: list[Committed]) -> Units:
    return Units(database, STORE, committed.append)


def make(units: Units, name: str | None = None) -> str:
    id = new_id()
    units.run(lambda tx: tx.create(things, {"id": id, "name": name or id}))
    return id


def read(units: Units, id: str) -> object:
    with units.database.reader() as reader:
        return reader.one(select(things).where(things.c.id == id))


def rename(tx: Transaction, id: str, name: str, version: int | None) -> None:
    tx.change(things, id, {"name": name}, version=version)
    tx.emit(SubjectChanged(ticket_id=id, subject=name))
    tx.audit("ticket", id, "rename", {"name": name})


def test_a_change_its_events_and_its_audit_entry_are_one_commit(units: Units, committed: list[Committed]) -> None:
    id = make(units)
    units.run(lambda tx: rename(tx, id, "one" + id, 1))
    units.run(lambda tx: rename(tx, id, "two" + id, 2))
    row = read(units, id)
    assert (row.version, row.sequence, row.audit_count) == (3, 2, 2)  # type: ignore[attr-defined]
    assert [e.sequence for c in committed for e in c.envelopes] == [1, 2]


def test_events_of_one_verb_are_numbered_in_the_order_in_which_they_were_said(
    units: Units, committed: list[Committed]
) -> None:
    id = make(units)

    def say(tx: Transaction) -> None:
        for word in ("a", "b", "c"):
            tx.emit(SubjectChanged(ticket_id=id, subject=word))

    units.run(say)
    assert [(e.payload["subject"], e.sequence) for e in committed[-1].envelopes] == [("a", 1), ("b", 2), ("c", 3)]
    assert read(units, id).version == 1  # type: ignore[attr-defined]


def test_a_lost_guard_undoes_everything_that_the_verb_wrote(units: Units) -> None:
    id, note = make(units), new_id()

    def write(tx: Transaction) -> None:
        tx.change(things, id, {"name": "late" + id}, version=7)
        tx.insert(notes, {"id": note, "thing_id": id, "body": "x"})

    with pytest.raises(Conflict):
        units.run(write)
    with units.database.reader() as reader:
        assert reader.one(select(notes).where(notes.c.id == note)) is None


def test_a_verb_that_lost_is_run_again_from_its_read(units: Units) -> None:
    id, seen = make(units), []

    def write(tx: Transaction) -> None:
        version = tx.one(select(things).where(things.c.id == id)).version
        seen.append(version)
        if len(seen) == 1:
            units.run(lambda other: rename(other, id, "other" + id, version))
        rename(tx, id, "mine" + id, version)

    units.run(write)
    assert seen == [1, 2]
    assert read(units, id).version == 3  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", ["40P01", "40001"])
def test_a_verb_that_met_a_deadlock_is_run_again_and_is_not_told_that_the_database_is_away(
    units: Units, code: str
) -> None:
    id, tries = make(units), []

    def write(tx: Transaction) -> None:
        tries.append(code)
        if len(tries) == 1:
            tx.connection.execute(f"DO $$ BEGIN RAISE EXCEPTION 'overtaken' USING ERRCODE = '{code}'; END $$")
        rename(tx, id, "renamed" + id, 1)

    units.run(write)
    assert tries == [code, code]


def test_a_hundred_parallel_writers_lose_no_update(units: Units) -> None:
    id, won = make(units), []

    def write() -> None:
        def verb(tx: Transaction) -> int:
            version = int(tx.one(select(things).where(things.c.id == id)).version)
            rename(tx, id, f"{version}{id}", version)
            return version

        try:
            won.append(units.run(verb))
        except Conflict:
            return

    threads = [threading.Thread(target=write) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == list(range(1, len(won) + 1))
    assert read(units, id).version == len(won) + 1  # type: ignore[attr-defined]


def test_a_row_that_is_there_already_makes_the_verb_look_again(units: Units) -> None:
    name = new_id()
    make(units, name)
    with pytest.raises(Conflict):
        make(units, name)


def test_a_replica_takes_only_what_is_newer(units: Units) -> None:
    id = new_id()
    for sequence, name in ((3, "three"), (2, "two"), (4, "four")):
        units.run(
            lambda tx, sequence=sequence, name=name: tx.upsert(  # type: ignore[misc]
                copies, {"id": id, "sequence": sequence, "name": name}, newer="sequence"
            )
        )
    with units.database.reader() as reader:
        assert reader.one(select(copies)).name == "four"


def test_two_verbs_of_a_batch_that_write_the_same_row_must_not_share_a_statement(units: Units) -> None:
    id = make(units)
    with units.database.connection() as connection:
        first, second = Transaction(connection, STORE), Transaction(connection, STORE)
        rename(first, id, "a", 1)
        rename(second, id, "b", 1)
        with pytest.raises(Lost):
            first.writes.merge(second.writes)


def test_a_verb_that_must_not_share_a_statement_leaves_nothing_in_it(units: Units) -> None:
    shared_note, own = new_id(), make(units)
    with units.database.connection() as connection:
        first, second = Transaction(connection, STORE), Transaction(connection, STORE)
        first.update(notes, {"id": shared_note}, {"body": "a"})
        second.change(things, own, {"name": "b"})
        second.upsert(copies, {"id": new_id(), "sequence": 1, "name": "b"})
        second.update(notes, {"id": shared_note}, {"body": "b"})
        with pytest.raises(Lost):
            first.writes.merge(second.writes)
    left = first.writes
    assert (left.aggregates, left.upserts, left.inserts, left.deletes, left.outbox) == ({}, {}, {}, {}, [])
    assert [write.values for write in left.updates.values()] == [{"body": "a"}]


def test_the_chain_of_an_aggregate_verifies_and_a_change_behind_our_back_is_found(units: Units) -> None:
    id = make(units)
    for n in range(1, 4):
        units.run(lambda tx, n=n: rename(tx, id, f"{n}{id}", n))  # type: ignore[misc]
    with units.database.reader() as reader:
        assert verdict(reader) is None
        with altered(reader, "DELETE FROM audit_log WHERE position = 2 AND aggregate_id = %s", id):
            assert f"ticket {id}: entry 2 is missing" in str(verdict(reader))
        with altered(reader, "UPDATE audit_log SET action = 'other' WHERE position = 1 AND aggregate_id = %s", id):
            assert "its facts were changed" in str(verdict(reader))
        with altered(reader, "DELETE FROM audit_details"):
            assert verdict(reader) is None, "details may be erased"


def verdict(reader: Reader) -> str | None:
    """What the verification of the log says."""
    return audit.verdict(reader, metadata, {"ticket": things}, lambda seen: None)


@contextmanager
def altered(reader: Reader, change: str, *values: str) -> Iterator[None]:
    """The log after a change behind the application's back, which is undone at the end."""
    with reader.connection.transaction(force_rollback=True):
        reader.connection.execute(change, values)
        yield


def test_the_order_of_checks_is_forbidden_precondition_conflict_stale(database: Database) -> None:
    forbidden, conflict = Missing("a", "b"), Conflict("not now")
    with database.connection() as connection:
        without = Transaction(connection, STORE, expected=None)
        old = Transaction(connection, STORE, expected=4)
        with pytest.raises(Missing):
            without.in_order(forbidden=forbidden, conflict=conflict, version=5)
        with pytest.raises(PreconditionRequired):
            without.in_order(conflict=conflict, version=5)
        with pytest.raises(Conflict):
            old.in_order(conflict=conflict, version=5)
        with pytest.raises(Stale):
            old.in_order(version=5)
        without.in_order(version=5, moves=False)
        Transaction(connection, STORE, expected=5).in_order(version=5)
        Transaction(connection, STORE, expected="*").in_order(version=5)
