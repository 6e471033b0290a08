"""Every event: who says it, who hears it, what it carries."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

from shared.contracts import REGISTRY, Event
from shared.contracts.topology import PUBLISHES, SERVICES, WHOLE
from vez import lazy
from vez.reference.markdown import code, page, said, table

ABOUT = """\
An event is named `subject.past_participle`; what one service asks of another ends in `_requested`. It travels in an
envelope with `id` (UUIDv7), `name`, `v`, `occurred_at`, `aggregate_id`, `sequence`, `actor_id`, `causation_id`, `trace`
and `payload`, whose fields are below. Its number, `sequence`, counts the events of its aggregate: the first word of the
name with the id. Fields may be added to a version; a breaking change is a new version beside the old one."""
KEPT = "Carries the whole of its subject: the newest wins, an older one is dropped."
ORDERED = "Handled in the order of its numbers."
MODULE = re.compile(r"\b(?:[a-z_]+\.)+(?=[A-Za-z_])")


def make() -> str:
    """The page."""
    readers = {service: _handled(service) for service in SERVICES}
    parts: list[str] = []
    for service in SERVICES:
        own = [kind for kind in REGISTRY.values() if kind.name.partition(".")[0] in PUBLISHES[service] - {"inbox"}]
        if own:
            parts += [f"## Said by {service}", *_each(own, readers)]
    every = [kind for kind in REGISTRY.values() if kind.name.startswith("inbox.")]
    return page("Events", ABOUT, [*parts, "## Said by every service", *_each(every, readers)])


def _handled(service: str) -> set[str]:
    return set(lazy.load(f"services.{service}.handlers").HANDLERS)


def _each(kinds: list[type[Event]], readers: dict[str, set[str]]) -> Iterator[str]:
    for kind in kinds:
        yield f"### {kind.name}" + (f" v{kind.v}" if kind.v > 1 else "")
        hears = [service for service in SERVICES if kind.name in readers[service]]
        order = KEPT if kind.name.partition(".")[0] in WHOLE else ORDERED
        heard = f"Heard by {', '.join(hears)}." if hears else "Public: for integrators' webhooks."
        yield " ".join(filter(None, [said(kind), heard, f"Its aggregate's id is {code(kind.aggregate)}.", order]))
        yield table(["field", "kind"], [[code(f.name), code(_kind(f.type))] for f in dataclasses.fields(kind)])


def _kind(hint: Any) -> str:
    text = hint if isinstance(hint, str) else getattr(hint, "__name__", str(hint))
    return MODULE.sub("", text)
