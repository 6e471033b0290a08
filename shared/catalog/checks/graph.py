"""The graph of a flow: every stage can be reached, and from every stage the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shared.catalog.definitions import Flow
from shared.catalog.log import Log


def check_flow(log: Log, path: str, flow: Flow) -> None:
    """Unknown stages, stages that nothing leads to, stages from which no terminal stage can be reached."""
    if not flow.stages:
        if f"{path}.stages" in log.positions:
            log.problem(f"{path}.stages", "A flow needs stages.", "Write one at least, and a terminal one.")
        return
    edges = _edges(log, path, flow)
    if flow.first in flow.stage_by_code:
        _check_first(log, path, flow)
        _check_reached(log, path, flow, edges)
    elif flow.first:
        log.unknown(f"{path}.first", "There is no stage %(word)s.", flow.first, flow.stage_by_code)
    _check_ends(log, path, flow, edges)


def _edges(log: Log, path: str, flow: Flow) -> dict[str, set[str]]:
    edges: dict[str, set[str]] = {stage.code: set() for stage in flow.stages}
    for stage in flow.stages:
        for transition in stage.transitions:
            if transition.to in flow.stage_by_code:
                edges[stage.code].add(transition.to)
            elif transition.to:
                where = f"{path}.stages.{stage.code}.transitions.{transition.code}.to"
                log.unknown(where, "There is no stage %(word)s.", transition.to, flow.stage_by_code)
    return edges


def _check_first(log: Log, path: str, flow: Flow) -> None:
    if flow.first_stage.kind == "terminal":
        log.problem(f"{path}.first", "The first stage would end the ticket.", "Begin with a stage that somebody works.")


def _check_reached(log: Log, path: str, flow: Flow, edges: Mapping[str, set[str]]) -> None:
    reached = closure([flow.first], edges)
    for stage in flow.stages:
        if stage.code not in reached:
            log.problem(
                f"{path}.stages.{stage.code}",
                "No ticket can get to the stage %(code)s.",
                "Lead a transition to it, or leave it out.",
                code=stage.code,
            )


def _check_ends(log: Log, path: str, flow: Flow, edges: Mapping[str, set[str]]) -> None:
    back: dict[str, set[str]] = {code: set() for code in edges}
    for start, ends in edges.items():
        for end in ends:
            back[end].add(start)
    ending = closure([stage.code for stage in flow.stages if stage.kind == "terminal"], back)
    for stage in flow.stages:
        if stage.code not in ending:
            log.problem(
                f"{path}.stages.{stage.code}",
                "From the stage %(code)s no ticket can end.",
                "Give it a way to a terminal stage (terminal: concluded or cancelled).",
                code=stage.code,
            )


def closure(starts: Iterable[str], edges: Mapping[str, set[str]]) -> set[str]:
    """Everything that can be got to along the edges."""
    reached: set[str] = set()
    waiting = list(starts)
    while waiting:
        code = waiting.pop()
        if code not in reached:
            reached.add(code)
            waiting += edges[code]
    return reached
