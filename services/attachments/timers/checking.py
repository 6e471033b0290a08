"""The check of a file that arrived: leased, fetched once, looked through, stored once or refused."""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Iterator
from contextlib import closing
from typing import Any, BinaryIO, Final, cast

from services.attachments import commands, queries
from services.attachments.commands import Claimed, Gone
from services.attachments.gateways.scanner import Scanner
from services.attachments.gateways.store import ObjectStore
from services.attachments.gateways.thumbnails import Thumbnailer
from services.attachments.options import Options
from services.attachments.rules import reasons
from services.attachments.rules.files import File, Part, content_key, part_key, thumbnail_key
from services.attachments.rules.inspection import Arrived, inspect
from services.attachments.rules.limits import Bounds, Limits
from services.attachments.rules.reasons import Refused
from services.attachments.rules.sniffing import TextProbe
from shared import clock, telemetry
from shared.errors import Retryable
from shared.ids import SYSTEM
from shared.inbox import Runtime

RENEW_SECONDS: Final = 20.0
log = telemetry.logger(__name__)


def check(runtime: Runtime, file_id: str) -> None:
    """Check the file for which the doorbell rang, unless it is done or somebody else has it."""
    claimed = runtime.run(lambda tx: commands.claim(tx, SYSTEM, file_id))
    if claimed is not None:
        _check(runtime, claimed)


def check_due(runtime: Runtime) -> int:
    """Check the file that is due longest: those whose doorbell nobody heard, and those that come again."""
    claimed = runtime.run(lambda tx: commands.claim_due(tx, SYSTEM))
    if claimed is None:
        return 0
    _check(runtime, claimed)
    return 1


class Lease:
    """The right to check a file, renewed while the check goes on."""

    def __init__(self, runtime: Runtime, claimed: Claimed) -> None:
        self.runtime = runtime
        self.claimed = claimed
        self._renewed_at = clock.monotonic()

    def beat(self) -> None:
        """Say that the check goes on. Raises Gone where the file is ours no longer."""
        if clock.monotonic() - self._renewed_at < RENEW_SECONDS:
            return
        renewed = self.runtime.run(lambda tx: commands.renew(tx, SYSTEM, self.claimed))
        if renewed is None:
            raise Gone("Somebody else has this file now")
        self.claimed, self._renewed_at = renewed, clock.monotonic()


def _check(runtime: Runtime, claimed: Claimed) -> None:
    """Whatever goes wrong leaves the file where it is: unreadable, and due again."""
    lease = Lease(runtime, claimed)
    try:
        _carry_out(runtime, lease)
    except Refused as refused:
        reason = refused.reason
        runtime.run(lambda tx: commands.reject(tx, SYSTEM, lease.claimed, reason))
    except Retryable as error:
        log.warning("check_waits", id=claimed.file.id, reason=str(error))
        runtime.run(lambda tx: commands.put_off(tx, SYSTEM, lease.claimed, failed=False))
    except Exception:
        log.exception("check_failed", id=claimed.file.id)
        runtime.run(lambda tx: commands.put_off(tx, SYSTEM, lease.claimed, failed=True))


def _carry_out(runtime: Runtime, lease: Lease) -> None:
    file, store = lease.claimed.file, cast(ObjectStore, runtime.gateways["store"])
    with tempfile.TemporaryFile(prefix="vez-check-") as content:
        sha256, is_text = _fetch(store, file, content, lease)
        if file.announced_sha256 not in (None, sha256):
            raise Refused(reasons.WRONG_HASH)
        kind = _looked_through(runtime, Arrived(content, file.size, is_text, file.name, file.declared_type), lease)
        telemetry.crash_point("before_reserve")
        is_new = runtime.run(lambda tx: commands.reserve(tx, SYSTEM, lease.claimed, sha256, file.size))
        made = is_new and _write(runtime, sha256, content, file.size, kind)
        telemetry.crash_point("after_put")
        lease.beat()
        runtime.run(lambda tx: commands.store(tx, SYSTEM, lease.claimed, kind, made_thumbnail=made))
        telemetry.crash_point("after_store")


def _write(runtime: Runtime, sha256: str, content: BinaryIO, size: int, kind: str) -> bool:
    """Put a content and, where it is a picture, a small one beside it; whether one was made.

    Raises Retryable where the store does not have what it said that it took.
    """
    store = cast(ObjectStore, runtime.gateways["store"])
    thumbnailer = cast(Thumbnailer, runtime.gateways["thumbnailer"])
    content.seek(0)
    store.put(content_key(sha256), content, size)
    kept = store.find(content_key(sha256))
    if kept is None or kept.size != size:
        raise Retryable("The object store did not keep what it took")
    small = thumbnailer.of(content, kind)
    if small is None:
        return False
    store.put(thumbnail_key(sha256), io.BytesIO(small), len(small))
    return True


def _looked_through(runtime: Runtime, arrived: Arrived, lease: Lease) -> str:
    options, scanner = cast(Options, runtime.options), cast(Scanner, runtime.gateways["scanner"])
    bounds = Bounds(options.image_pixels, options.archive_entries, options.archive_bytes)
    kind = inspect(arrived, _limits(runtime, lease.claimed.file), bounds, lease.beat)
    scanner.scan(arrived.file, lease.beat)
    return kind


def _limits(runtime: Runtime, file: File) -> Limits:
    options = cast(Options, runtime.options)
    with runtime.reader() as reader:
        return queries.limits(reader, SYSTEM, file.type, Limits(options.ticket_files, options.file_bytes))


def _fetch(store: ObjectStore, file: File, content: BinaryIO, lease: Lease) -> tuple[str, bool]:
    """Bring the parts together in `content`; the hash of the whole, and whether it is text. Raises Refused."""
    digest, probe, size = hashlib.sha256(), TextProbe(), 0
    for chunk in _arrived(store, file):
        size += len(chunk)
        if size > file.size:
            raise Refused(reasons.TOO_LONG)
        digest.update(chunk)
        probe.feed(chunk)
        content.write(chunk)
        lease.beat()
    if size < file.size:
        raise Refused(reasons.TOO_SHORT)
    return digest.hexdigest(), probe.is_text


def _arrived(store: ObjectStore, file: File) -> Iterator[bytes]:
    for part in file.parts:
        yield from _part(store, file, part)


def _part(store: ObjectStore, file: File, part: Part) -> Iterator[bytes]:
    """A part's bytes. What was put there after the completion has another tag than the one that was named."""
    reading: Any = store.open(part_key(file.id, part.number))
    if reading is None:
        raise Refused(reasons.TOO_SHORT)
    with closing(reading):
        if part.etag is not None and reading.etag != part.etag:
            raise Refused(reasons.CHANGED)
        yield from reading
