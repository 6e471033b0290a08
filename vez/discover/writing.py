"""The draft as a catalog file."""

from __future__ import annotations

from typing import Any, Final

import yaml

from shared.catalog import reading
from shared.catalog.definitions import Catalog
from vez.discover.draft import Draft

WIDTH: Final = 120


class _Dumper(yaml.SafeDumper):
    """Small things on one line, nothing as an alias: catalogs are read without them."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def text(draft: Draft) -> str:
    """The catalog file, with a line on top that says what it was made of."""
    body = yaml.dump(
        draft.document(), Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=None, width=WIDTH
    )
    return f"# Discovered in the event log {draft.code}: {summary(draft)}.\n{body}"


def checked(draft: Draft, written: str) -> Catalog:
    """The file read as `vez catalog apply` reads it. Raises CatalogInvalid."""
    return reading.read(written, f"{draft.code}.yaml")


def summary(draft: Draft) -> str:
    """What the log holds, in one line."""
    found = draft.survey
    counted = [
        (len(found.walks), "cases"),
        (found.events, "events"),
        (len(found.activities), "activities"),
        (len(found.resources), "resources"),
        (len(found.clients), "customers"),
        (len(found.starts), "activities that start cases"),
        (len(found.ends), "that end them"),
        (found.self_loops, "self-loops"),
    ]
    return ", ".join(f"{number:,} {what}" for number, what in counted)
