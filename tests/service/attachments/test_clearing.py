"""What nobody needs goes, what is out of reach comes again, and rows and objects agree."""

from __future__ import annotations

import time

import pytest

from services.attachments import timers
from services.attachments.commands import Claimed
from services.attachments.gateways import scanner
from services.attachments.rules import reasons
from services.attachments.rules.reasons import Refused
from shared.errors import Retryable
from tests.service.attachments import samples
from tests.service.attachments.clamd import Clamd
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
    assert (world.store.keys(), world.rows("SELECT * FROM attachments")) == ([], [])
    assert ana("GET", f"/uploads/{upload['id']}").status_code == 404


def test_an_object_that_no_row_names_is_swept_and_one_that_is_named_is_not(
    world: World, ana: Caller, ticket: Ticket
) -> None:
    world.file(ana, ticket, "a.txt", samples.TEXT)
    under_way = world.announce(ana, ticket, "b.txt", 5).json
    put_all(under_way, b"12345")
    world.tidy()
    before = world.store.keys()
    for place in ("quarantine/nonsense/1", f"quarantine/{ticket.id}/1", f"files/00/{'0' * 64}", "files/odd"):
        target = world.store.bucket / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(b"x")
    assert len(world.verify().orphans) == 4
    world.sweep()
    assert world.store.keys() == before
    assert world.verify().ok


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


def test_while_the_store_is_down_it_is_503_at_once_and_everything_resumes(
    world: World, ana: Caller, ticket: Ticket
) -> None:
    stored = world.file(ana, ticket, "a.txt", samples.TEXT)["id"]
    waiting = world.send(ana, ticket, "b.txt", b"waiting")
    world.store.kill()
    try:
        began = time.monotonic()
        answers = [world.announce(ana, ticket, "c.txt", 5), ana("GET", f"/attachments/{stored}/content")]
        assert time.monotonic() - began < 6
        for answer in answers:
            assert answer.status_code == 503
            assert int(answer.headers["Retry-After"]) > 0
        world.check(waiting)
        assert ana("GET", f"/attachments/{waiting}").json["state"] == "checking"
        with pytest.raises(Retryable):
            world.verify()
    finally:
        world.store.start()
    assert world.rows("SELECT count(*) FROM attachments") == [(2,)], "no half-stored rows"
    assert ana("GET", f"/attachments/{stored}/content").data == samples.TEXT
    world.check(waiting)
    assert ana("GET", f"/attachments/{waiting}").json["state"] == "stored"


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


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (b"stream: OK\0", None),
        (b"stream: Win.Test FOUND\0", Refused),
        (b"INSTREAM size limit exceeded. ERROR\0", Refused),
        (b"nonsense\0", Retryable),
        (b"", Retryable),
    ],
)
def test_the_scanners_word_counts_and_what_is_not_clean_is_never_taken_for_it(
    answer: bytes, raised: type[Exception] | None
) -> None:
    with Clamd(answer).running() as clamd:
        one = scanner.Clamd(clamd.url, 5.0)
        if raised is None:
            one.scan(clamd.file(b"content" * 100_000), lambda: None)
            assert clamd.heard == b"content" * 100_000
        else:
            with pytest.raises(raised):
                one.scan(clamd.file(b"content"), lambda: None)


def test_a_scanner_out_of_reach_leaves_the_file_waiting(world: World, ana: Caller, ticket: Ticket) -> None:
    scanners = {"scanner": scanner.Clamd("tcp://127.0.0.1:1", 5.0)}
    world.runtime.gateways = {**world.runtime.gateways, **scanners}
    id = world.send(ana, ticket, "a.txt", samples.TEXT)
    world.check(id)
    assert ana("GET", f"/attachments/{id}").json["state"] == "checking"
    assert timers.check_due(world.runtime) == 0
