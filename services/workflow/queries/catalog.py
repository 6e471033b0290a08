"""The present catalog, whole, and settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from services.workflow.access.catalog import load_present
from services.workflow.access.predicates import CHANGE_SETTINGS
from services.workflow.access.settings import load_setting, load_settings
from services.workflow.rules.settings import KINDS, PUBLIC, SettingShown, kind_of
from shared.catalog.definitions import Catalog
from shared.database import Reader
from shared.errors import Forbidden
from shared.ids import Actor


@dataclass(frozen=True, slots=True)
class CatalogShown:
    """The present catalog and its version; retired things are left out."""

    catalog: Catalog
    versions: dict[str, int]
    version: int

    def to_wire(self) -> dict[str, Any]:
        """As JSON values, each type with the number of its current version."""
        wire: dict[str, Any] = msgspec.to_builtins(self.catalog)
        sections = {name: wire[name] for name in ("client_kinds", "calendars", "queues", "groups", "types")}
        for type in sections["types"]:
            type["current_version"] = self.versions[type["code"]]
        return {**sections, "version": self.version}


def catalog(reader: Reader, actor: Actor) -> CatalogShown:
    """The present catalog."""
    present = load_present(reader)
    return CatalogShown(present.catalog, {code: kept.number for code, kept in present.kept.items()}, present.version)


def setting(reader: Reader, actor: Actor, key: str) -> SettingShown:
    """One setting: the house's own are everybody's to read. Raises NotFound, Forbidden."""
    kind_of(key)
    if key not in PUBLIC and not _reads_settings(actor):
        raise Forbidden("This needs the permission %(permission)s", permission=CHANGE_SETTINGS)
    return load_setting(reader, key)


def settings(reader: Reader, actor: Actor) -> list[SettingShown]:
    """All settings that the actor may read."""
    return load_settings(reader, [k for k in KINDS if k in PUBLIC or _reads_settings(actor)])


def _reads_settings(actor: Actor) -> bool:
    return actor.is_service or actor.may(CHANGE_SETTINGS)
