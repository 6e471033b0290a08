"""The checker: pure rules over a world, each of which says what breaks it."""

from __future__ import annotations

from vez.chaos.checking import commands, events, files, ledger, telling
from vez.chaos.world import Violation, World

RULES = (*commands.RULES, *ledger.RULES, *events.RULES, *telling.RULES, *files.RULES)


def check(world: World) -> list[Violation]:
    """Everything in `world` that breaks a promise; empty where all were kept."""
    return [Violation(rule.__name__, what) for rule in RULES for what in rule(world)]


__all__ = ["RULES", "check"]
