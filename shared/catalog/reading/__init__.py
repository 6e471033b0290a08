"""Reading a catalog from YAML or JSON: the catalog, or everything that is wrong with it, each with file and line.

    catalog = read(text, "catalog.yaml")

A file may hold only a part, to be laid over what there is: then `known` is the present catalog, in which names that the
file does not define are looked up. Several files are read as one by `read_all`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from shared.catalog.checks import check
from shared.catalog.definitions import Catalog, Problem
from shared.catalog.log import Log
from shared.catalog.reading import sections
from shared.catalog.reading.cursor import Cursor
from shared.catalog.reading.parameters import unique
from shared.catalog.reading.source import open_text
from shared.catalog.reading.types import type_

__all__ = ["CatalogInvalid", "people", "read", "read_all", "unknown_people"]

_SECTIONS = {
    "client_kinds": sections.client_kind,
    "calendars": sections.calendar,
    "queues": sections.queue,
    "groups": sections.group,
    "types": type_,
}


class CatalogInvalid(ValueError):
    """A catalog that cannot be used. `problems` is all that is wrong, `warnings` what else was noticed."""

    def __init__(self, problems: Iterable[Problem], warnings: Iterable[Problem] = ()) -> None:
        self.problems = tuple(problems)
        self.warnings = tuple(warnings)
        super().__init__("\n".join(map(str, self.problems)))

    def to_wire(self) -> list[dict[str, Any]]:
        """The problems as JSON values, in English."""
        return problems_to_wire(self.problems)


def problems_to_wire(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Problems (or warnings) as JSON values: file, line, path, message and remedy, in English."""
    return [problem.to_wire() for problem in problems]


def read(text: str, name: str, *, known: Catalog | None = None, has_global_fallback: bool = False) -> Catalog:
    """The catalog that one file holds. Raises CatalogInvalid.

    With `has_global_fallback` (the setting client_online.fallback_queue names a queue) a flow may do without its own.
    """
    return read_all([(name, text)], known=known, has_global_fallback=has_global_fallback)


def read_all(
    files: Iterable[tuple[str, str]], *, known: Catalog | None = None, has_global_fallback: bool = False
) -> Catalog:
    """The catalog that several files, (name, text) each, hold together. Raises CatalogInvalid."""
    log = Log()
    parts: dict[str, tuple[Any, ...]] = dict.fromkeys(_SECTIONS, ())
    for name, text in files:
        root = open_text(log, text, name)
        if root is not None:
            _add(parts, root)
    catalog = Catalog(**parts, positions=log.positions)
    check(catalog, log, known=known, has_global_fallback=has_global_fallback)
    if log.problems:
        raise CatalogInvalid(_sorted(log.problems), _sorted(log.warnings))
    return Catalog(**parts, positions=log.positions, warnings=tuple(_sorted(log.warnings)))


def people(catalog: Catalog) -> dict[str, str]:
    """Everybody that the catalog names, by e-mail: members of queues and attendants of rules; and the first path."""
    found: dict[str, str] = {}
    for queue in catalog.queues:
        for index, member in enumerate(queue.members):
            found.setdefault(member, f"queues.{queue.code}.members.{index}")
    for type in catalog.types:
        for stage in type.version.flow.stages:
            path = f"types.{type.code}.flow.stages.{stage.code}"
            rules = [(f"{path}.assign", stage.assign)]
            rules += [(f"{path}.transitions.{each.code}.assign", each.assign) for each in stage.transitions]
            for where, rule in rules:
                if rule is not None and rule.kind == "attendant" and rule.target:
                    found.setdefault(rule.target, where)
    return found


def unknown_people(catalog: Catalog, known_emails: Collection[str]) -> list[Problem]:
    """A problem for each person that the catalog names and `known_emails` (in small letters) does not have."""
    log = Log(catalog.positions)
    for email, path in people(catalog).items():
        if email not in known_emails:
            log.problem(path, "Nobody has the e-mail %(email)s.", "Create the person first.", email=email)
    return _sorted(log.problems)


def _add(parts: dict[str, tuple[Any, ...]], root: Cursor) -> None:
    fields = root.fields("catalog", *_SECTIONS)
    if root.is_mapping:
        fields.need("catalog", _format)
    for section, read_one in _SECTIONS.items():
        made: tuple[Any, ...] = fields.get(section, lambda part, one=read_one: unique(part, part.each(one)), ())  # type: ignore[misc]
        before = {thing.code for thing in parts[section]}
        for thing in made:
            if thing.code in before:
                root.log.problem(
                    f"{section}.{thing.code}",
                    "The code %(code)s is used in another file too.",
                    "Give it another.",
                    code=thing.code,
                )
        parts[section] += tuple(thing for thing in made if thing.code not in before)


def _format(at: Cursor) -> str | None:
    if at.is_scalar and at.node.value == "1":
        return "1"
    at.problem("This format is not known.", "Write `catalog: 1`.")
    return None


def _sorted(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.file, problem.line))
