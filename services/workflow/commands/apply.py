"""Applying a catalog: what a file names is made or changed, with `prune` the rest is retired, nothing is deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from services.workflow.access.catalog import THE_CATALOG, Present, load_present
from services.workflow.access.predicates import about
from services.workflow.access.settings import fallback_queue_of
from services.workflow.access.versions import load_published
from services.workflow.commands.publishing import Publication, publish
from services.workflow.models import catalogs
from services.workflow.rules.catalog import named_in
from shared import people
from shared.catalog import plan, reading
from shared.catalog.definitions import Catalog, Problem
from shared.errors import Invalid, Message
from shared.transaction import Transaction

PEOPLE_BY_EMAIL: Final = "people_by_email"
"""What this verb may miss: the people who have some e-mails, joined by spaces."""

_BY_EMAIL: Final = about("SELECT email, id FROM people WHERE email = ANY(%(emails)s) ORDER BY is_active, id")
_OPEN: Final = about(
    "SELECT type, type_version, count(*) AS tickets FROM flows WHERE state = 'running' AND type = ANY(%(codes)s)"
    " GROUP BY type, type_version ORDER BY type, type_version"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What applying a file changed, or would change."""

    applied: bool
    changes: list[dict[str, Any]]
    versions: dict[str, int]
    open_tickets: dict[str, dict[str, int]]
    warnings: list[dict[str, Any]] = field(default_factory=list)
    version: int = 0


def apply_catalog(tx: Transaction, text: str, name: str, *, prune: bool, dry_run: bool) -> Applied:
    """Apply a file, or (dry_run) only tell what it would change. Raises Invalid with every problem, Missing, Stale."""
    present = load_present(tx)
    tx.in_order(version=present.version, moves=not dry_run)
    catalog = _read(tx, text, name, present, prune=prune)
    publication = Publication(present, catalog, _people(tx, catalog, present))
    compared = plan.compare(present.catalog, catalog, prune=prune)
    applied = not dry_run and not compared.is_empty
    if applied:
        publish(tx, publication, compared)
        _count(tx, present.version)
    moved = [c.code for c in compared.of("type", "new_version", "retired")]
    return Applied(
        applied=applied,
        changes=compared.to_wire(),
        versions={t.code: publication.number_of(t) for t in catalog.types},
        open_tickets=_open_tickets(tx, moved),
        warnings=reading.problems_to_wire(catalog.warnings),
        version=present.version + applied,
    )


def _count(tx: Transaction, version: int) -> None:
    if version == 0:
        tx.create(catalogs, {"id": THE_CATALOG})
    else:
        tx.change(catalogs, THE_CATALOG, {}, version=version)


def _read(tx: Transaction, text: str, name: str, present: Present, *, prune: bool) -> Catalog:
    known = None if prune else present.catalog
    fallback = fallback_queue_of(tx)
    there = fallback is not None and fallback in present.catalog.queue_by_code
    try:
        catalog = reading.read(text, name, known=known, has_global_fallback=there)
        if prune and there and fallback not in catalog.queue_by_code:
            catalog = reading.read(text, name, has_global_fallback=False)
    except reading.CatalogInvalid as invalid:
        raise refused(invalid.problems) from invalid
    return catalog


def refused(problems: tuple[Problem, ...]) -> Invalid:
    """The problem document of a catalog that cannot be used: everything that is wrong, with file, line and remedy."""
    fields: dict[str, list[Message]] = {}
    for problem in problems:
        fields.setdefault(problem.path, []).extend([problem.message, problem.remedy])
    wire = reading.problems_to_wire(problems)
    text = "This catalog cannot be used: correct what is named and send it again"
    return Invalid(text, type="invalid-catalog", fields=fields, extra={"problems": wire})


def _people(tx: Transaction, catalog: Catalog, present: Present) -> Mapping[str, str]:
    """The ids of everybody whom the catalog names. Raises Missing to have identity asked, Invalid for unknown ones.

    Whom the present versions name counts as they were found then: an e-mail may have changed since.
    """
    named = [e.lower() for e in reading.people(catalog)]
    found: dict[str, str] = {}
    for type in catalog.types:
        kept = present.kept.get(type.code) if named_in(type) else None
        if kept is not None:
            found |= load_published(tx, type.code, kept.number).people
    found |= {row.email: row.id for row in tx.all(_BY_EMAIL, emails=named)}
    unknown = sorted(e for e in named if e not in found)
    if unknown:
        tx.miss(PEOPLE_BY_EMAIL, " ".join(unknown))
        raise refused(tuple(reading.unknown_people(catalog, found.keys())))
    return found


def _open_tickets(tx: Transaction, codes: list[str]) -> dict[str, dict[str, int]]:
    """Open tickets by version number, of types that get a new version or are retired."""
    counted: dict[str, dict[str, int]] = {}
    for row in tx.all(_OPEN, codes=codes) if codes else ():
        counted.setdefault(row.type, {})[str(row.type_version)] = row.tickets
    return counted


def store_people(tx: Transaction, answers: list[Any]) -> None:
    """A verb: keep the people whom identity answered."""
    for answer in answers:
        people.store(tx, answer)
