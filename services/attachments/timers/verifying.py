"""The two-way check: every row has its object, every object its row, and a sample holds what its name says."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, cast

from services.attachments import queries
from services.attachments.gateways.store import ObjectStore
from services.attachments.options import Options
from services.attachments.queries import Content
from services.attachments.rules.files import content_key, thumbnail_key
from services.attachments.timers.sweeping import orphans
from shared.inbox import Runtime

PAGE: Final = 200


@dataclass(slots=True)
class Findings:
    """What a check found. `ok` when nothing is wrong."""

    contents: int = 0
    hashed: int = 0
    lost: list[str] = field(default_factory=list)
    wrong_size: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    no_thumbnail: list[str] = field(default_factory=list)
    miscounted: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether rows and objects agree exactly."""
        wrong = (self.lost, self.wrong_size, self.damaged, self.no_thumbnail, self.miscounted, self.orphans)
        return not any(wrong)


def verify(runtime: Runtime, sample: float, progress: Callable[[int], None] = lambda count: None) -> Findings:
    """Compare rows with objects; of the contents a part `sample` (0 to 1) is read and hashed anew. Raises Retryable."""
    store, options = cast(ObjectStore, runtime.gateways["store"]), cast(Options, runtime.options)
    found = Findings()
    for content in _contents(runtime):
        _compare(store, content, found, hashes=random.random() < sample)
        found.contents += 1
        progress(found.contents)
    with runtime.reader() as reader:
        found.miscounted = queries.miscounted(reader)
    found.orphans = list(orphans(runtime, store, older_than=timedelta(seconds=options.orphan_seconds)))
    return found


def _contents(runtime: Runtime) -> Iterator[Content]:
    after = ""
    while True:
        with runtime.reader() as reader:
            page = queries.contents_after(reader, after, PAGE)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].sha256


def _compare(store: ObjectStore, content: Content, found: Findings, *, hashes: bool) -> None:
    there = store.find(content_key(content.sha256))
    if there is None:
        found.lost.append(content.sha256)
    elif there.size != content.size:
        found.wrong_size.append(content.sha256)
    elif hashes:
        found.hashed += 1
        if _hash(store, content) != content.sha256:
            found.damaged.append(content.sha256)
    if content.has_thumbnail and store.find(thumbnail_key(content.sha256)) is None:
        found.no_thumbnail.append(content.sha256)


def _hash(store: ObjectStore, content: Content) -> str | None:
    reading: Any = store.open(content_key(content.sha256))
    if reading is None:
        return None
    digest = hashlib.sha256()
    for chunk in reading:
        digest.update(chunk)
    return digest.hexdigest()
