"""What nobody needs goes, what is out of reach comes again, and rows and objects agree."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.attachments import commands, timers
from services.attachments.commands import Claimed
from services.attachments.rules import reasons
from shared import clock
from shared.errors import Retryable
from shared.ids import SYSTEM
from tests.service.attachments import samples
from tests.service.attachments.world import Caller, Ticket, World, put_all, sha256


def test_a_deleted_tickets_files_go_and_none_comes_any_more(world: World, ana: Caller, ticket: Ticket) -> None:
    other = world.ticket(ana)
    kept = world.file(ana, other, "b.txt", samples.TEXT)["id"]
    world.file(ana, ticket, "a.txt", samples.TEXT)
    world.file(ana, ticket, "a.pdf", samples.PDF)
    upload = world.announce(ana, ticket, "c.txt", 5).json
    put_all(upload, b"12345")
    world.delete_ticket(ticket, by=upload["id"])
    world.tidy()
    digest = sha256(samples.TEXT)
    assert world.store.keys() == [f"files/{digest[:2]}/{digest}"]
    assert ana("GET", f"/attachments/{kept}/content").data == samples.TEXT
    assert len(world.said("attachment.removed")) == 2
    world.tickets[ticket.id] = ticket
    assert world.announce(ana, ticket, "d.txt", 5).status_code == 404, "its events may be behind its answers"


def test_an_abandoned_upload_is_given_up(world: World, ana: Caller, ticket: Ticket) -> None:
    upload = world.announce(ana, ticket, "a.txt", 5).json
    put_all(upload, b"12345")
    world.tidy()
    assert len(world.store.keys()) == 1
    world.rows("UPDATE attachments SET created_at = created_at - interval '25 hours' RETURNING 1")
    world.tidy()
    assert (world.store.keys(), world.rows("SELECT name, parts FROM attachments")) == ([], [("", [])])
    assert ana("GET", f"/uploads/{upload['id']}").status_code == 404


def test_an_object_that_no_row_names_is_swept_and_one_that_is_named_is_not(
    world: World, ana: Caller, ticket: Ticket
) -> None:
    world.file(ana, ticket, "a.txt", samples.TEXT)
    under_way = world.announce(ana, ticket, "b.txt", 5).json
    put_all(under_way, b"12345")
    world.tidy()
    before = world.store.keys()
    of_nobody = ("quarantine/nonsense/1", f"quarantine/{ticket.id}/1", f"files/00/{'0' * 64}", "files/odd")
    for place in of_nobody:
        put_there(world, place)
    assert len(world.verify().orphans) == 4
    world.sweep()
    assert world.store.keys() == before
    assert world.verify().ok


def test_a_look_for_orphans_that_was_put_off_before_the_clock_went_back_is_due(
    world: World, ana: Caller, ticket: Ticket
) -> None:
    world.file(ana, ticket, "a.txt", samples.TEXT)
    world.tidy()
    before = world.store.keys()
    world.sweep()
    put_there(world, "files/odd")
    world.rows("UPDATE rounds SET next_at = now() + interval '1 day' RETURNING 1")
    world.sweep()
    assert world.store.keys() == before


def put_there(world: World, place: str) -> None:
    """An object that nobody sent."""
    target = world.store.bucket / place
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b"x")


def test_the_store_is_left_asleep_while_nothing_was_sent_since_the_last_look(
    world: World, ana: Caller, ticket: Ticket
) -> None:
    world.sweep()
    world.store.kill()
    try:
        world.sweep()
    finally:
        world.store.start()
    assert world.announce(ana, ticket, "a.txt", 5).status_code == 201
    world.store.kill()
    try:
        with pytest.raises(Retryable):
            world.sweep()
    finally:
        world.store.start()


def test_verify_finds_what_is_lost_damaged_and_miscounted(world: World, ana: Caller, ticket: Ticket) -> None:
    for name, content in (("a.txt", b"lost"), ("b.txt", b"damaged"), ("c.txt", b"short"), ("d.txt", b"counted")):
        assert world.file(ana, ticket, name, content)["state"] == "stored"
    world.tidy()
    assert world.verify().ok
    assert world.verify().hashed == 4
    places = {content: world.store.bucket / f"files/{sha256(content)[:2]}/{sha256(content)}" for content in WRONG}
    places[b"lost"].unlink()
    places[b"damaged"].write_bytes(b"DAMAGED")
    places[b"short"].write_bytes(b"sho")
    world.rows("UPDATE contents SET reference_count = 7 WHERE sha256 = %(id)s RETURNING 1", id=sha256(b"counted"))
    found = world.verify()
    assert (found.lost, found.damaged) == ([sha256(b"lost")], [sha256(b"damaged")])
    assert (found.wrong_size, found.miscounted) == ([sha256(b"short")], [sha256(b"counted")])
    assert not found.ok


WRONG = (b"lost", b"damaged", b"short")


def test_a_check_that_died_is_done_again_when_its_lease_ends(world: World, ana: Caller, ticket: Ticket) -> None:
    id = world.send(ana, ticket, "a.txt", samples.TEXT)
    died = world.claim(id)
    assert isinstance(died, Claimed)
    world.check(id)
    assert ana("GET", f"/attachments/{id}").json["state"] == "checking", "somebody has it"
    world.rows("UPDATE attachments SET leased_until = now() - interval '1 second' RETURNING 1")
    world.check(id)
    assert ana("GET", f"/attachments/{id}").json["state"] == "stored"
    assert world.rows("SELECT reference_count FROM contents") == [(1,)]
    world.check(id)
    assert len(world.said("attachment.stored")) == 1


def test_what_was_leased_or_put_off_before_the_clock_went_back_is_due(
    world: World, ana: Caller, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    died, waits = (world.send(ana, ticket, name, samples.TEXT) for name in ("a.txt", "b.txt"))
    monkeypatch.setattr(clock, "OFFSET", timedelta(hours=1))
    assert isinstance(world.claim(died), Claimed)
    claimed = world.claim(waits)
    assert isinstance(claimed, Claimed)
    world.runtime.run(lambda tx: commands.put_off(tx, SYSTEM, claimed, failed=False))
    monkeypatch.setattr(clock, "OFFSET", timedelta())
    world.check(died)
    assert timers.check_due(world.runtime) == 1
    for id in (died, waits):
        assert ana("GET", f"/attachments/{id}").json["state"] == "stored"
    assert len(world.said("attachment.stored")) == 2


def test_content_that_is_just_being_removed_is_waited_for(world: World, ana: Caller, ticket: Ticket) -> None:
    first = world.file(ana, ticket, "a.txt", samples.TEXT)["id"]
    ana("DELETE", f"/attachments/{first}", If_Match="*")
    world.rows("UPDATE contents SET state = 'leaving', leased_until = now() - interval '1 second' RETURNING 1")
    second = world.send(ana, ticket, "a.txt", samples.TEXT)
    world.check(second)
    assert ana("GET", f"/attachments/{second}").json["state"] == "checking"
    world.tidy()
    world.check(second)
    assert ana("GET", f"/attachments/{second}/content").data == samples.TEXT


def test_a_check_that_fails_by_itself_is_given_up_and_the_file_is_refused(
    world: World, ana: Caller, ticket: Ticket
) -> None:
    class Broken:
        def scan(self, content: object, beat: object) -> None:
            raise RuntimeError("a defect")

    world.runtime.gateways = {**world.runtime.gateways, "scanner": Broken()}
    id = world.send(ana, ticket, "a.txt", samples.TEXT)
    for _ in range(5):
        world.check(id)
    file = ana("GET", f"/attachments/{id}").json
    assert (file["state"], file["reason"]) == ("rejected", reasons.UNCHECKABLE)
