"""Names that must exist: groups, queues, calendars, kinds of client, time zones, holidays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from shared.catalog.definitions import Assignment, Catalog, Flow, Queue, Type
from shared.catalog.log import Log

BUILT_IN_KINDS = ("customer", "supplier", "student", "teacher", "prospect", "suspect", "person")


@dataclass(frozen=True, slots=True)
class Names:
    """What may be referred to: the file's own and what it is laid over."""

    queues: Mapping[str, Queue]
    calendars: frozenset[str]
    groups: frozenset[str]
    kinds: frozenset[str]

    @classmethod
    def of(cls, catalog: Catalog, known: Catalog | None) -> Names:
        """The names of a catalog and of the one below it. Where no kinds of client are defined, the usual ones are."""
        below = known or Catalog()
        kinds = catalog.client_kind_by_code.keys() | below.client_kind_by_code.keys()
        return cls(
            queues={**below.queue_by_code, **catalog.queue_by_code},
            calendars=frozenset(catalog.calendar_by_code.keys() | below.calendar_by_code.keys()),
            groups=frozenset(catalog.group_by_code.keys() | below.group_by_code.keys()),
            kinds=frozenset(kinds or BUILT_IN_KINDS),
        )


def check_calendars(catalog: Catalog, log: Log) -> None:
    """That time zones and holiday countries are in the libraries that will compute with them."""
    for calendar in catalog.calendars:
        path = f"calendars.{calendar.code}"
        if calendar.timezone and not _is_time_zone(calendar.timezone):
            log.problem(
                f"{path}.timezone",
                "%(name)s is no time zone.",
                "Write one such as America/Sao_Paulo.",
                name=calendar.timezone,
            )
        if calendar.holidays is not None:
            _check_holidays(log, f"{path}.holidays", calendar.holidays)


def _is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True


@cache
def _countries() -> Mapping[str, frozenset[str]]:
    return {country: frozenset(parts) for country, parts in holidays.list_supported_countries().items()}


def _check_holidays(log: Log, path: str, name: str) -> None:
    country, _, part = name.partition("-")
    if country not in _countries():
        log.problem(path, "No holidays are known of %(country)s.", "Write a country code such as BR.", country=country)
    elif part and part not in _countries()[country]:
        log.unknown(
            path, "%(country)s has no %(word)s whose holidays are known.", part, _countries()[country], country=country
        )


def check_type(log: Log, path: str, type: Type, there: Names, *, has_global_fallback: bool) -> None:
    """The names that a type refers to, except its stages'."""
    if type.group and type.group not in there.groups:
        log.unknown(f"{path}.group", "There is no group %(word)s.", type.group, there.groups)
    for kind in type.opened_by.kinds if type.opened_by.kinds != "all" else ():
        if kind not in there.kinds:
            log.unknown(f"{path}.opened_by.kinds.{kind}", "There is no kind of client %(word)s.", kind, there.kinds)
    _check_fallback(log, f"{path}.flow", type.version.flow, there, has_global_fallback)


def _check_fallback(log: Log, path: str, flow: Flow, there: Names, has_global_fallback: bool) -> None:
    if flow.fallback is None:
        if not has_global_fallback and flow.stages and f"{path}.fallback" not in log.positions:
            log.problem(
                path,
                "Nobody would hold a ticket whose rule names nobody who can act.",
                "Write fallback: queue:CODE, or set client_online.fallback_queue first.",
            )
    elif flow.fallback.kind != "queue":
        log.problem(f"{path}.fallback", "A fallback is a queue.", "Write queue:CODE.")
    else:
        check_queue(log, f"{path}.fallback", flow.fallback.target or "", there)


def check_assignment(log: Log, path: str, rule: Assignment | None, there: Names) -> None:
    """That the queue of a rule exists."""
    if rule is not None and rule.kind in ("queue", "least_loaded"):
        check_queue(log, path, rule.target or "", there)


def check_queue(log: Log, path: str, code: str, there: Names) -> None:
    """That a queue exists."""
    if code not in there.queues:
        log.unknown(path, "There is no queue %(word)s.", code, there.queues)
