"""Names, spans, parts, limits, kinds and rights, as pure rules."""

from __future__ import annotations

import io
import struct
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.attachments import options
from services.attachments.rules import archives, files, images, kinds, names, ranges, sniffing
from services.attachments.rules.files import File, Part
from services.attachments.rules.keys import file_of_key, sha256_of_key
from services.attachments.rules.limits import Bounds, Limits, limits_of
from services.attachments.rules.ranges import Span
from services.attachments.rules.reasons import Refused
from services.attachments.rules.rights import Standing, adding, removing
from services.attachments.rules.rounds import may_find_orphans
from services.attachments.rules.signatures import signatures_of
from shared.ids import new_id

BOUNDS = Bounds(pixels=1_000_000, entries=100, unpacked=1 << 20)
DEFAULTS = Limits(50, 250 << 20)


@given(st.text(max_size=400))
def test_a_name_is_always_safe_and_never_empty(name: str) -> None:
    kept = names.cleaned(name)
    assert kept
    assert not set(kept) & set('/\\\0\r\n<>:"|?*\u202e\u2066\u200f')
    assert kept not in (".", "..")
    assert len(kept.encode()) <= names.MOST_BYTES
    assert names.cleaned(kept) == kept, "cleaning twice changes nothing"


@given(st.text(max_size=100))
def test_a_disposition_is_one_plain_line(name: str) -> None:
    told = names.disposition(names.cleaned(name))
    assert told.isascii()
    assert "\n" not in told
    assert told.count('"') == 2


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (None, None),
        ("bytes=0-0", Span(0, 1)),
        ("bytes=90-", Span(90, 10)),
        ("bytes=-10", Span(90, 10)),
        ("bytes=-1000", Span(0, 100)),
        ("bytes=0-1000", Span(0, 100)),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=9-1", None),
        ("bytes=0-1,5-6", None),
    ],
)
def test_a_range_is_one_span_or_the_whole(header: str | None, wanted: Span | None) -> None:
    assert ranges.wanted(header, 100) == wanted


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_behind_the_end_cannot_be_had(header: str) -> None:
    with pytest.raises(ranges.Unsatisfiable):
        ranges.wanted(header, 100)


@given(st.integers(1, 10_000_000), st.integers(1000, 1_000_000))
def test_parts_are_the_whole(size: int, part: int) -> None:
    parts = files.plan(size, part)
    assert sum(each.size for each in parts) == size
    assert [each.number for each in parts] == list(range(1, len(parts) + 1))
    assert all(0 < each.size <= part for each in parts)


def test_a_completion_names_each_part_once() -> None:
    parts = files.plan(30, 10)
    assert not files.compare(parts, [Part(3, 0, "c"), Part(1, 0, "a"), Part(2, 0, "b")])
    assert files.compare(parts, [Part(1, 0)]).lacking == [2, 3]
    assert files.compare(parts, [*parts, Part(1, 0), Part(9, 0)]).unknown == [1, 9]
    assert files.sent(parts[:1], [Part(1, 0, '"abc"')]) == (Part(1, 10, "abc"),)


def test_keys_lead_back() -> None:
    id, digest = new_id(), "ab" * 32
    assert file_of_key(files.part_key(id, 3)) == id
    assert sha256_of_key(files.content_key(digest)) == digest
    assert file_of_key("quarantine/x/1") is file_of_key("other") is None
    assert sha256_of_key(f"files/00/{digest}") is sha256_of_key("files/ab") is None


def test_the_types_word_goes_before_the_houses() -> None:
    assert limits_of(None, DEFAULTS) == DEFAULTS
    assert limits_of({"count": 3, "size_bytes": None, "types": ["image"]}, DEFAULTS) == Limits(3, 250 << 20, ("image",))
    for kind in ("image/png", "application/pdf", "text/csv", "text/plain", kinds.ZIP, "application/msword"):
        assert DEFAULTS.takes(kind), kind
    for kind in ("text/html", "application/x-executable", "video/mp4", "application/vnd.rar", "application/xml"):
        assert not DEFAULTS.takes(kind), kind
    assert Limits(1, 1, ("archive",)).takes("application/vnd.rar")
    assert not Limits(1, 1, ("pdf",)).takes("image/png")


def test_names_and_declarations_agree_with_contents() -> None:
    assert kinds.ending_fits("a.jpg", "image/png"), "one family"
    assert kinds.ending_fits("a", "image/png")
    assert kinds.ending_fits("a.csv", "text/plain")
    for name, kind in (
        ("a.exe", "text/plain"),
        ("a.pdf", "image/png"),
        ("a.svg", "image/png"),
        ("a.odd", "text/plain"),
    ):
        assert not kinds.ending_fits(name, kind), name
    assert kinds.declaration_fits("application/vnd.ms-excel", "text/csv"), "as browsers declare it"
    assert not kinds.declaration_fits("image/png", "text/plain")
    assert kinds.served_type("image/svg+xml") == kinds.served_type("text/html") == "application/octet-stream"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"<!doctype html><p>", "text/html"),
        (b"\xef\xbb\xbf  <HTML>", "text/html"),
        (b"<!-- x --><script>", "text/html"),
        (b"<?xml version='1.0'?><svg>", "image/svg+xml"),
        (b"<?xml version='1.0'?>\n<nfe xmlns='x'>", "application/xml"),
        (b"a < b and b > c", "text/plain"),
        (b"#!/bin/sh", "application/x-executable"),
    ],
)
def test_markup_is_told_from_text(head: bytes, kind: str) -> None:
    assert sniffing.sniffed(head, is_text=True) == kind


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"\0\0\0\x18ftypqt  ", "video/quicktime"),
        (b"\0\0\0\x18ftypisom", "video/mp4"),
        (b"ID3\x03\0\0\0\0\0\x21" + b"\0" * 50, "audio/mpeg"),
        (b"MZ\x90", "application/x-executable"),
        (b"\x00\x01\x02nothing", None),
    ],
)
def test_bytes_are_told_by_their_first(head: bytes, kind: str | None) -> None:
    assert sniffing.sniffed(head, is_text=False) == kind


def test_text_is_what_has_no_control_signs() -> None:
    for content, is_text in ((b"a\tb\r\n", True), ("é".encode("latin-1"), True), (b"a\0b", False), (b"\x07", False)):
        probe = sniffing.TextProbe()
        probe.feed(content)
        assert probe.is_text is is_text


@pytest.mark.parametrize(
    ("kind", "head", "size"),
    [
        ("image/webp", b"RIFF\0\0\0\0WEBPVP8X" + b"\0" * 8 + b"\x0f\0\0\x07\0\0" + b"\0" * 9, (16, 8)),
        ("image/webp", b"RIFF\0\0\0\0WEBPVP8L" + b"\0" * 4 + b"\x2f" + struct.pack("<I", 15 | 7 << 14), (16, 8)),
        ("image/bmp", b"BM" + b"\0" * 16 + struct.pack("<ii", 16, -8) + b"\0" * 4, (16, 8)),
        ("image/tiff", b"II*\0\x08\0\0\0\2\0" + struct.pack("<HHIIHHII", 256, 4, 1, 16, 257, 4, 1, 8), (16, 8)),
        ("image/heic", b"\0\0\0\x18ftypheic....ispe\0\0\0\0" + struct.pack(">II", 16, 8), (16, 8)),
        ("image/svg+xml", b"<svg/>", None),
    ],
)  # fmt: skip
def test_pixels_are_read_from_the_header(kind: str, head: bytes, size: tuple[int, int] | None) -> None:
    assert images.dimensions(io.BytesIO(head), kind) == size


@given(st.binary(max_size=300), st.sampled_from(sorted(images._READERS)))
def test_a_damaged_header_is_never_worse_than_damaged(content: bytes, kind: str) -> None:
    with suppress(ValueError):
        images.dimensions(io.BytesIO(content), kind)


@given(st.binary(max_size=400))
def test_a_damaged_archive_is_never_worse_than_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        archives.inspect(io.BytesIO(b"PK\x03\x04" + content), len(content) + 4, BOUNDS, lambda: None)


def a_file(**more: object) -> File:
    known = {"id": "f", "ticket_id": "t", "by_id": "ana", "name": "a", "size": 1, "created_at": datetime.now(UTC)}
    return File(**{**known, **more})  # type: ignore[arg-type]


def test_only_what_is_stored_is_seen_by_others() -> None:
    assert files.may_see(a_file(state="stored"), "bruno", standing())
    assert not files.may_see(a_file(state="checking"), "bruno", standing(attends=True))
    assert files.may_see(a_file(state="rejected"), "ana", standing())
    assert not files.may_see(a_file(state="stored", is_internal=True), "ana", standing())
    assert not files.may_see(a_file(state="stored", removed_at=datetime.now(UTC)), "ana", standing(attends=True))


def test_a_parameters_file_is_seen_where_its_parameter_is() -> None:
    file = a_file(state="stored", parameter="proof")
    assert files.may_see(file, "bruno", standing(shown="proof"))
    for unseen in (standing(), standing(shown="other"), standing(attends=True), standing(fillable="proof")):
        assert not files.may_see(file, "bruno", unseen)
    assert not files.may_see(file, "ana", standing()), "its sender too, once they do not see the parameter"
    assert files.may_see(file, "ana", standing(fillable="proof")), "their own, while they may fill it"
    assert files.may_see(a_file(state="checking", parameter="proof"), "ana", standing())


def standing(
    *actions: str, status: str = "open", attends: bool = False, shown: str = "", fillable: str = "", bound: bool = False
) -> Standing:
    codes = (frozenset(shown.split()), frozenset(fillable.split()))
    return Standing("t", "x", status, frozenset(actions), attends, *codes, bound)


def test_files_follow_the_tickets_rules() -> None:
    assert adding(standing("attach"), internal=False).forbidden is None
    assert adding(standing("attach"), internal=True).forbidden is not None
    assert adding(standing(), internal=False).forbidden is not None
    assert adding(standing(status="concluded"), internal=False).conflict is not None


NOTHING = (None, None)


def refused_as(stands: Standing, *, is_own: bool = True, is_stored: bool = True) -> tuple[str | None, str | None]:
    """The problem types of the 403 and of the 409."""
    refusal = removing(stands, is_own=is_own, is_stored=is_stored)
    return tuple(each.type if each else None for each in (refusal.forbidden, refusal.conflict))  # type: ignore[return-value]


def test_files_are_removed_on_ones_turn_alone() -> None:
    assert refused_as(standing("attach", "remove_file")) == NOTHING
    assert refused_as(standing("attach")) == (None, "not-your-turn")
    assert refused_as(standing()) == ("forbidden", None)
    assert refused_as(standing(status="cancelled")) == (None, "ended")
    assert refused_as(standing(status="cancelled"), is_stored=False) == NOTHING, (
        "what is not stored its sender takes back"
    )


def test_a_client_removes_what_they_added_alone() -> None:
    both = ("attach", "remove_file")
    assert refused_as(standing(*both), is_own=False) == ("forbidden", None)
    assert refused_as(standing("attach"), is_own=False) == ("forbidden", None)
    assert refused_as(standing(*both, attends=True), is_own=False) == NOTHING


def test_a_value_that_cannot_be_changed_keeps_its_file() -> None:
    assert refused_as(standing("remove_file", bound=True)) == (None, "bound")
    assert refused_as(standing("remove_file", bound=True, attends=True), is_own=False) == (None, "bound")


HOUR = timedelta(hours=1)
LOOKED = datetime(2026, 11, 7, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("active", "is_needed"),
    [
        (None, False),
        (LOOKED + timedelta(minutes=5), True),
        (LOOKED - timedelta(minutes=59), True),
        (LOOKED - timedelta(minutes=64), True),
        (LOOKED - timedelta(minutes=66), False),
    ],
)
def test_the_store_is_looked_through_only_where_something_can_have_become_an_orphan(
    active: datetime | None, is_needed: bool
) -> None:
    """An hour before the last look all was judged; what was sent until then could arrive five minutes more."""
    rest = {"looked_at": LOOKED, "older_than": HOUR}
    assert may_find_orphans(active_at=active, is_under_way=False, **rest) == is_needed
    assert may_find_orphans(active_at=active, is_under_way=True, **rest)
    assert may_find_orphans(looked_at=None, older_than=HOUR, active_at=active, is_under_way=False)


@given(st.lists(st.integers(0, 600), max_size=6), st.integers(0, 5))
def test_no_object_is_ever_old_enough_without_a_look_after_that(said: list[int], late: int) -> None:
    """Minutes at which words of uploads fell; a look is due every hour, and each object is seen once it is old."""
    seen_until = 0
    for look in range(60, 1000, 60):
        active = max((minute for minute in said if minute < look), default=None)
        at = LOOKED + timedelta(minutes=look)
        needed = may_find_orphans(
            looked_at=at - HOUR,
            older_than=HOUR,
            active_at=None if active is None else LOOKED + timedelta(minutes=active),
            is_under_way=False,
        )
        seen_until = look - 60 if needed else seen_until
    assert all(minute + late <= seen_until for minute in said)


def test_what_clamd_says_of_its_signatures_is_read() -> None:
    told = signatures_of("ClamAV 1.4.3/27500/Tue Nov 25 08:41:11 2025\n")
    assert told is not None
    assert (told.engine, told.number) == ("ClamAV 1.4.3", 27500)
    assert told.made_at == datetime(2025, 11, 25, 8, 41, 11, tzinfo=UTC)
    assert not told.is_old(told.made_at + timedelta(hours=48))
    assert told.is_old(told.made_at + timedelta(hours=49))
    for nothing in ("ClamAV 1.4.3", "", "ClamAV 1.4.3/27500/yesterday", "UNKNOWN COMMAND"):
        assert signatures_of(nothing) is None


def test_the_rules_reckon_with_the_longest_life_that_a_parts_address_may_have() -> None:
    assert files.PARTS_SECONDS == options.MOST_PARTS_SECONDS
