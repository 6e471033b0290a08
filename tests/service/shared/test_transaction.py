"""The unit of work against a real PostgreSQL: one statement, guarded, numbered, chained."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Column, Text, select

from shared import audit
from shared.contracts.ticket import SubjectChanged
from shared.database import BigInteger, Database, Id, Table, add_backbone, aggregate_columns, new_metadata
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


def test_the_chain_of_an_aggregate_verifies_and_a_change_behind_our_back_is_found(units: Units) -> None:
    id = make(units)
    for n in range(1, 4):
        units.run(lambda tx, n=n: rename(tx, id, f"{n}{id}", n))  # type: ignore[misc]
    log, details = metadata.tables["audit_log"], metadata.tables["audit_details"]
    query = (
        select(log, details.c.salt, details.c.detail)
        .select_from(log.outerjoin(details, log.c.id == details.c.id))
        .where(log.c.aggregate_id == id)
        .order_by(log.c.position)
    )
    with units.database.reader() as reader:
        rows, row = reader.all(query), reader.one(select(things).where(things.c.id == id))
    heads = {("ticket", id): (row.audit_count, row.head)}
    assert audit.first_bad(rows, heads) is None
    assert "entry 2 is missing" in str(audit.first_bad([rows[0], rows[2]], heads))
    assert "its facts were changed" in str(audit.first_bad([rows[0]._replace(action="other"), *rows[1:]], heads))
    assert "detail was changed" in str(audit.first_bad([*rows[:2], rows[2]._replace(detail={"name": "x"})], heads))
    assert "the log has 2" in str(audit.first_bad(rows[:2], heads))
    erased = [r._replace(salt=None, detail=None) for r in rows]
    assert audit.first_bad(erased, heads) is None


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
