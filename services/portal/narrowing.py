"""Narrowing by what a request is about: a type, or a whole group, said in one word so that one chooser asks for it."""

from __future__ import annotations

from typing import Any, Final

OF_GROUP: Final = "group:"


def split(of: str) -> dict[str, str]:
    """`group:CODE` or a type's code, as the ticket service is asked: by `type` or by `group`, the other one empty."""
    is_group = of.startswith(OF_GROUP)
    return {"group": of.removeprefix(OF_GROUP) if is_group else "", "type": "" if is_group else of}


def joined(type: str, group: str) -> str:
    """The one word for a type or a group; empty where neither narrows."""
    return type or (OF_GROUP + group if group else "")


def groups(types: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The types to choose from, by their groups."""
    found: dict[str, dict[str, Any]] = {}
    for each in types:
        group = each["group"]
        kept = found.setdefault(group["code"], {**group, "value": joined("", group["code"]), "types": []})
        kept["types"].append(each)
    return sorted(found.values(), key=lambda group: str(group["name"]))
