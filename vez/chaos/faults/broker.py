"""Faults of RabbitMQ, and of the link to it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from vez.chaos.rabbitmq import Node
from vez.chaos.system import System

LOWEST_MARK: Final = "0.0000001"
USUAL_MARK: Final = "0.6"


def _node(system: System) -> Node:
    assert system.node is not None, "this fault needs RabbitMQ"
    return system.node


@dataclass
class Killed:
    """Kill -9; it comes back with its data."""

    seconds: float = 1.0
    name: str = "kill -9 of the broker"

    def start(self, system: System, chance: random.Random) -> None:
        """Kill it."""
        _node(system).kill()

    def stop(self, system: System) -> None:
        """Start it."""
        _node(system).start()


@dataclass
class Stopped(Killed):
    """Away for a time: people go on, and what they did is carried out when it is back."""

    seconds: float = 20.0
    name: str = "the broker stopped"


@dataclass
class Wiped(Killed):
    """Its data is lost, with every message that it had confirmed."""

    seconds: float = 2.0
    name: str = "the broker's data wiped"

    def stop(self, system: System) -> None:
        """Start an empty one."""
        _node(system).wipe()
        _node(system).start()


@dataclass
class Blocked:
    """Its memory alarm: it takes no more messages, and answers nothing to who sends them."""

    seconds: float = 10.0
    name: str = "the broker blocked by its memory alarm"

    def start(self, system: System, chance: random.Random) -> None:
        """Raise the alarm."""
        _node(system).set_memory_mark(LOWEST_MARK)

    def stop(self, system: System) -> None:
        """Clear it."""
        _node(system).set_memory_mark(USUAL_MARK)


@dataclass
class Silent:
    """Nothing comes through and nothing is refused: both sides believe that the link lives."""

    seconds: float = 20.0
    name: str = "the link to the broker half open"

    def start(self, system: System, chance: random.Random) -> None:
        """Cut it without a word."""
        system.broker.silence()

    def stop(self, system: System) -> None:
        """Let everything through."""
        system.broker.restore()
