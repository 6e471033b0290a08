"""Two catalogs compared: what laying a new one over the present one would change, in words for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from shared.catalog.definitions import Catalog, Type
from shared.catalog.wire import lean, version_digest

__all__ = ["Change", "Plan", "compare", "version_digest"]

Kind = Literal["client_kind", "calendar", "queue", "group", "type"]
Effect = Literal["new", "changed", "new_version", "unchanged", "retired"]
_ORDER: Final[tuple[Kind, ...]] = ("client_kind", "calendar", "queue", "group", "type")
_LIST_LIMIT: Final = 60


@dataclass(frozen=True, kw_only=True)
class Change:
    """What becomes of one thing. `details` say in English what differs: `flow.stages.triage.due: 4h → 2h`."""

    kind: Kind
    code: str
    change: Effect
    details: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Every thing of either catalog, in order: kinds of client, calendars, queues, groups, types."""

    changes: tuple[Change, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return all(change.change == "unchanged" for change in self.changes)

    def of(self, kind: Kind, *effects: Effect) -> list[Change]:
        """The changes of one kind of thing, only those with these effects where any is named."""
        return [change for change in self.changes if change.kind == kind and (not effects or change.change in effects)]

    def to_wire(self) -> list[dict[str, Any]]:
        """The changes as JSON values."""
        return [
            {"kind": each.kind, "code": each.code, "change": each.change, "details": list(each.details)}
            for each in self.changes
        ]


def compare(old: Catalog | None, new: Catalog, *, prune: bool = False) -> Plan:
    """What `new` changes of `old`. What only `old` has stays as it is, or with `prune` is retired."""
    changes: list[Change] = []
    for kind, was, will in _sections(old or Catalog(), new):
        changes += [_change(kind, code, was.get(code), thing) for code, thing in will.items()]
        if prune:
            changes += [Change(kind=kind, code=code, change="retired") for code in was if code not in will]
    return Plan(changes=tuple(changes))


def _sections(old: Catalog, new: Catalog) -> Iterator[tuple[Kind, Mapping[str, Any], Mapping[str, Any]]]:
    for kind in _ORDER:
        name = f"{kind}_by_code"
        yield kind, getattr(old, name), getattr(new, name)


def _change(kind: Kind, code: str, was: Any, will: Any) -> Change:
    if was is None:
        return Change(kind=kind, code=code, change="new")
    if was == will:
        return Change(kind=kind, code=code, change="unchanged")
    effect: Effect = "changed"
    if isinstance(was, Type) and version_digest(was.version) != version_digest(will.version):
        effect = "new_version"
    details = tuple(_differences("", _readable(was), _readable(will)))
    if len(details) > _LIST_LIMIT:
        details = (*details[:_LIST_LIMIT], f"… and {len(details) - _LIST_LIMIT} more")
    return Change(kind=kind, code=code, change=effect, details=details)


def _readable(thing: Any) -> Any:
    """A thing as nested dictionaries in which everything with a code goes by it, so that order alone is one line."""
    plain: Any = lean(thing)
    if isinstance(thing, Type):
        content: Any = plain.pop("version", {})
        plain |= content
    return _keyed(plain)


def _keyed(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"amount", "unit"}:
            return f"{value['amount']}{value['unit']}"
        return {key: _keyed(item) for key, item in value.items()}
    if isinstance(value, list) and value and all(isinstance(item, dict) and "code" in item for item in value):
        keyed = {item["code"]: _keyed({key: part for key, part in item.items() if key != "code"}) for item in value}
        return {**keyed, "(order)": [item["code"] for item in value]}
    return value


def _differences(path: str, was: Any, will: Any) -> Iterator[str]:
    if was == will:
        return
    if isinstance(was, dict) and isinstance(will, dict):
        before, after = was.get("(order)"), will.get("(order)")
        for key in [*was, *(key for key in will if key not in was)]:
            if key != "(order)":
                below = f"{path}.{key}" if path else key
                yield from _entry(below, was.get(key), will.get(key), key in was, key in will)
        if before and after and before != after and sorted(before) == sorted(after):
            yield f"{path}: another order"
        return
    yield f"{path}: {_shown(was)} → {_shown(will)}"


def _entry(path: str, was: Any, will: Any, was_there: bool, is_there: bool) -> Iterator[str]:
    if was_there and is_there:
        yield from _differences(path, was, will)
    elif isinstance(was if was_there else will, dict):
        yield f"{path}: {'removed' if was_there else 'added'}"
    else:
        yield f"{path}: {_shown(was)} → {_shown(will)}"


def _shown(value: Any) -> str:
    if value is None:
        return "not said"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
