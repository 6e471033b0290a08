"""The virus scanner: its conversation, its word on a file, and what happens while it is out of reach."""

from __future__ import annotations

import pytest

from services.attachments import timers
from services.attachments.gateways import scanner
from services.attachments.rules import reasons
from services.attachments.rules.reasons import Refused
from services.attachments.rules.sniffing import EICAR
from shared.errors import Retryable
from tests.service.attachments import samples
from tests.service.attachments.clamd import Clamd
from tests.service.attachments.world import Caller, Ticket, World


def use(world: World, url: str) -> None:
    """The worker of a world scans with the clamd at an address."""
    world.runtime.gateways = {**world.runtime.gateways, "scanner": scanner.Clamd(url, 5.0)}


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
    use(world, "tcp://127.0.0.1:1")
    id = world.send(ana, ticket, "a.txt", samples.TEXT)
    world.check(id)
    assert ana("GET", f"/attachments/{id}").json["state"] == "checking"
    assert timers.check_due(world.runtime) == 0


def test_the_whole_file_is_sent_to_the_scanner_and_what_it_finds_is_refused(
    world: World, ana: Caller, ticket: Ticket
) -> None:
    """The test virus lies where our own look does not reach: deep in a document, the scanner alone finds it."""
    hidden = samples.PDF + b"%" * 100_000 + b"\n" + EICAR
    with Clamd().running() as clamd:
        use(world, clamd.url)
        assert world.file(ana, ticket, "a.pdf", samples.PDF)["state"] == "stored"
        assert clamd.heard == samples.PDF
        found = world.file(ana, ticket, "b.pdf", hidden)
    assert (found["state"], found["reason"]) == ("rejected", reasons.VIRUS)
    world.tidy()
    assert len(world.store.keys()) == 1


def test_what_is_too_large_for_the_scanner_is_refused(world: World, ana: Caller, ticket: Ticket) -> None:
    with Clamd(most=10_000).running() as clamd:
        use(world, clamd.url)
        file = world.file(ana, ticket, "a.txt", samples.TEXT * 100_000)
    assert (file["state"], file["reason"]) == ("rejected", reasons.TOO_LARGE_TO_SCAN)


def test_the_scanner_says_what_it_is() -> None:
    with Clamd(version="ClamAV 1.4.3/27500/Tue Nov 25 08:41:11 2025").running() as clamd:
        assert scanner.Clamd(clamd.url, 5.0).version() == "ClamAV 1.4.3/27500/Tue Nov 25 08:41:11 2025"
    with pytest.raises(Retryable):
        scanner.Clamd("tcp://127.0.0.1:1", 5.0).version()
