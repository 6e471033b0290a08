"""Approvals: both outcomes lead somewhere, and those who decide can reach a decision."""

from __future__ import annotations

from shared.catalog.checks.names import Names, check_queue
from shared.catalog.definitions import Approvers, Stage
from shared.catalog.log import Log


def check_approval(log: Log, path: str, stage: Stage, there: Names) -> None:
    """An approval's side, outcomes and approvers; in other stages, that nothing of an approval is said."""
    if stage.kind == "approval":
        _check_outcomes(log, path, stage)
        _check_deciders(log, path, stage)
        if stage.approvers is not None and stage.side != "client":
            _check_reach(log, f"{path}.approvers", stage.approvers, there)
    elif stage.kind == "ordinary":
        for name in ("approves", "approvers"):
            if getattr(stage, name) is not None:
                log.problem(
                    f"{path}.{name}",
                    "%(name)s belongs to a stage of kind approval.",
                    "Leave it out, or write kind: approval.",
                    name=name,
                )


def _check_outcomes(log: Log, path: str, stage: Stage) -> None:
    for outcome in ("approved", "rejected"):
        count = sum(transition.outcome == outcome for transition in stage.transitions)
        if count != 1:
            log.problem(
                path,
                "An approval has one transition with outcome %(outcome)s; this one has %(count)s.",
                "Write exactly one.",
                outcome=outcome,
                count=count,
            )
    for transition in stage.transitions:
        where = f"{path}.transitions.{transition.code}"
        if transition.outcome is not None and transition.condition is not None:
            log.problem(
                f"{where}.if",
                "A decision takes its transition without a condition.",
                "Leave `if` out, and branch in the stage that follows.",
            )
        if transition.outcome is None and (stage.due is None or stage.due.then != transition.code):
            log.problem(
                where,
                "In an approval only decisions and the clock move on: nobody could take %(code)s.",
                "Write its outcome (approved or rejected), or name it in due.then.",
                code=transition.code,
            )


def _check_deciders(log: Log, path: str, stage: Stage) -> None:
    if stage.approves is None and f"{path}.approves" not in log.positions:
        log.problem(path, "It does not say what is approved.", "Write approves: understanding, or approves: result.")
    if stage.side == "third_party":
        log.problem(f"{path}.side", "A third party approves nothing.", "Write side: client, or attendant.")
    if stage.side == "client" and stage.approvers is not None:
        log.problem(
            f"{path}.approvers", "In a client's stage the client decides.", "Leave approvers out, or change the side."
        )
    if stage.side == "attendant" and stage.approvers is None and f"{path}.approvers" not in log.positions:
        log.problem(path, "It does not say who approves.", "Write approvers: {queue: CODE, needs: 1}.")
    if stage.side == "attendant" and stage.assign is not None:
        log.problem(f"{path}.assign", "An approval is held by its approvers.", "Leave assign out.")


def _check_reach(log: Log, path: str, approvers: Approvers, there: Names) -> None:
    check_queue(log, f"{path}.queue", approvers.queue, there)
    queue = there.queues.get(approvers.queue)
    if queue is None:
        return
    left = max(len(queue.members) - len(approvers.exclude), 0)
    if left < approvers.needs:
        log.problem(
            path,
            "%(needs)s must approve, but of %(members)s in the queue %(queue)s only %(left)s may be left to decide.",
            "Lower needs, exclude fewer, or add members.",
            needs=approvers.needs,
            members=len(queue.members),
            queue=queue.code,
            left=left,
        )
