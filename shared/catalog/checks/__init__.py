"""Judging a whole catalog: what each file may say rightly and all of it together would still not work.

Each room takes the catalog, the log and, where names may be defined elsewhere, the `Names` that there are.
"""

from __future__ import annotations

from shared.catalog.checks import approvals, clocks, declared, expressions, graph, names, stages
from shared.catalog.checks.names import Names
from shared.catalog.definitions import Catalog
from shared.catalog.log import Log

__all__ = ["check"]


def check(catalog: Catalog, log: Log, *, known: Catalog | None = None, has_global_fallback: bool = False) -> None:
    """Log every problem of the catalog. `known` is the catalog that it is laid over, if any."""
    there = Names.of(catalog, known)
    names.check_calendars(catalog, log)
    for type in catalog.types:
        path = f"types.{type.code}"
        names.check_type(log, path, type, there, has_global_fallback=has_global_fallback)
        declared.check_parameters(log, path, type)
        expressions.check_conditions(log, path, type.version)
        graph.check_flow(log, f"{path}.flow", type.version.flow)
        clocks.check_deadlines(log, f"{path}.flow", type.version.flow, there)
        for stage in type.version.flow.stages:
            stages.check_stage(log, f"{path}.flow.stages.{stage.code}", stage, type.version, there)
            approvals.check_approval(log, f"{path}.flow.stages.{stage.code}", stage, there)
