"""What the catalog says to others, and what of it changed: pure functions over its definitions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import msgspec

from shared.catalog.definitions import Group, OpenedBy, Queue, Type
from shared.contracts.workflow import QueueChanged, TypeChanged


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of a type beside its definition: its current version's number, its place, whether it is retired."""

    number: int
    position: int
    retired: bool


def type_changed(type: Type, group: Group, *, retired: bool) -> TypeChanged:
    """The whole of a type, less what is versioned."""
    return TypeChanged(
        code=type.code,
        group=type.group,
        group_names=dict(group.names),
        names=dict(type.names),
        descriptions=dict(type.descriptions),
        opened_by=opened_by(type.opened_by),
        templates=[msgspec.to_builtins(template) for template in type.templates],
        confidential=type.confidential,
        priority=type.priority,
        attachments=msgspec.to_builtins(type.attachments) if type.attachments is not None else None,
        retired=retired,
    )


def opened_by(rule: OpenedBy) -> dict[str, Any]:
    """Who may open a type, as JSON values: {"kinds": [...] or "all", "profiles": [...]}."""
    return {"kinds": rule.kinds if rule.kinds == "all" else list(rule.kinds), "profiles": list(rule.profiles)}


def queue_changed(queue: Queue, members: list[str], *, retired: bool) -> QueueChanged:
    """The whole of a queue; `members` are ids."""
    return QueueChanged(code=queue.code, names=dict(queue.names), members=members, retired=retired)


def says_otherwise(new: Type, old: Type) -> bool:
    """Whether what is not versioned of a type is other than before."""
    return replace(new, version=old.version) != old


def may_open(rule: OpenedBy, kind: str | None, profiles: frozenset[str]) -> bool:
    """Whether a client of that kind, with those profiles, may open a type."""
    kinds_allow = rule.kinds == "all" or kind in rule.kinds
    return kinds_allow and (not rule.profiles or not profiles.isdisjoint(rule.profiles))


def named_in(type: Type) -> set[str]:
    """The e-mails that rules of a type's flow name."""
    rules = [stage.assign for stage in type.version.flow.stages]
    rules += [transition.assign for stage in type.version.flow.stages for transition in stage.transitions]
    return {r.target for r in rules if r is not None and r.kind == "attendant" and r.target}
