"""What nobody needs is removed: parts of files that came to their end, abandoned uploads, unused contents, orphans."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Final, cast

from services.attachments import commands, queries
from services.attachments.gateways.store import ObjectStore, Stored
from services.attachments.options import Options
from services.attachments.rules.files import CONTENTS, QUARANTINE, THUMBNAILS, content_key, part_key, thumbnail_key
from services.attachments.rules.keys import file_of_key, sha256_of_key
from shared import clock, telemetry
from shared.ids import SYSTEM
from shared.inbox import Runtime

PAGE: Final = 500
log = telemetry.logger(__name__)


def tidy(runtime: Runtime) -> int:
    """Remove parts whose file is stored, refused or removed, and contents that no file has; how many files it were."""
    store, options = cast(ObjectStore, runtime.gateways["store"]), cast(Options, runtime.options)
    older = timedelta(hours=options.abandoned_hours)
    runtime.run(lambda tx: commands.give_up_abandoned(tx, SYSTEM, older))
    untidy = runtime.run(lambda tx: commands.claim_untidy(tx, SYSTEM))
    for each in untidy:
        store.remove(part_key(each.id, part.number) for part in each.parts)
        runtime.run(lambda tx, id=each.id: commands.settle_tidied(tx, SYSTEM, [id]))  # type: ignore[misc]
    unused = runtime.run(lambda tx: commands.claim_unused(tx, SYSTEM))
    for sha256 in unused:
        store.remove([content_key(sha256), thumbnail_key(sha256)])
        runtime.run(lambda tx, sha256=sha256: commands.settle_unused(tx, SYSTEM, [sha256]))  # type: ignore[misc]
    return len(untidy) + len(unused)


def sweep_orphans(runtime: Runtime) -> int:
    """Once in a while over all workers: remove objects that no row names, once they are old enough.

    The store is left asleep where nothing was sent since the last look.
    """
    options = cast(Options, runtime.options)
    every = timedelta(seconds=options.orphan_seconds)
    if runtime.run(lambda tx: commands.claim_orphan_round(tx, SYSTEM, every)):
        store = cast(ObjectStore, runtime.gateways["store"])
        for key in orphans(runtime, store, older_than=every):
            log.info("orphan_removed", key=key)
            store.remove([key])
    return 0


def orphans(runtime: Runtime, store: ObjectStore, *, older_than: timedelta) -> Iterator[str]:
    """The keys of objects that no row names and that are older than the time that a row may be behind."""
    before = clock.now() - older_than
    kinds = (
        (QUARANTINE, file_of_key, queries.part_keys_known),
        (CONTENTS, sha256_of_key, queries.known_contents),
        (THUMBNAILS, sha256_of_key, queries.known_thumbnails),
    )
    for prefix, owner_of, known_of in kinds:
        for page in _pages(store.listed(prefix)):
            old = [each for each in page if each.changed_at is None or each.changed_at < before]
            with runtime.reader() as reader:
                known = known_of(reader, (owner for each in old if (owner := owner_of(each.key))))
            yield from (each.key for each in old if owner_of(each.key) not in known)


def _pages(found: Iterable[Stored]) -> Iterator[list[Stored]]:
    rest = iter(found)
    while page := list(islice(rest, PAGE)):
        yield page
