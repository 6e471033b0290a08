"""Profiles: named sets of permissions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from shared.contracts.identity import ProfileChanged

SCOPE: Final = re.compile(r"(group|type):[A-Za-z0-9_.\-]{1,80}|organisation")
"""What `ticket.read` covers; `organisation` shows a client the tickets of all who belong to theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A named set of permissions; `scopes` are the groups and types that its `ticket.read` covers."""

    code: str
    names: Mapping[str, str]
    permissions: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    is_built_in: bool = False
    is_retired: bool = False
    created_at: datetime | None = field(default=None)
    updated_at: datetime | None = field(default=None)
    version: int = 1
    sequence: int = 0


def changed(profile: Profile, changes: Mapping[str, Any], now: datetime) -> Profile:
    """The profile after `changes`, at the next version. Names are merged, None removes one (RFC 7396)."""
    facts = dict(changes)
    if "names" in facts:
        merged = {**profile.names, **facts["names"]}
        facts["names"] = {language: name for language, name in merged.items() if name is not None}
    return replace(profile, **facts, updated_at=now, version=profile.version + 1)


def told(profile: Profile) -> ProfileChanged:
    """What the other services are told of a profile."""
    return ProfileChanged(
        code=profile.code,
        names=dict(profile.names),
        permissions=list(profile.permissions),
        scopes=list(profile.scopes),
        retired=profile.is_retired,
    )
