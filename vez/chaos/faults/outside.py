"""Faults of the mail server and of the object store."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final, Literal

from vez.chaos import spawn
from vez.chaos.faults.fault import Fault
from vez.chaos.mail import Mood
from vez.chaos.proxy import Proxy
from vez.chaos.system import System

Which = Literal["smtp", "store"]
LOST_SECONDS: Final = 60.0


def _proxy(system: System, which: Which) -> Proxy:
    return system.smtp if which == "smtp" else system.objects


@dataclass
class Down:
    """It cannot be reached."""

    which: Which
    seconds: float = 10.0

    @property
    def name(self) -> str:
        """Which one."""
        return f"the {self.which} server down"

    def start(self, system: System, chance: random.Random) -> None:
        """Refuse everybody."""
        _proxy(system, self.which).refuse()

    def stop(self, system: System) -> None:
        """Take them again."""
        _proxy(system, self.which).restore()


@dataclass
class Slow:
    """Every answer takes `delay` seconds."""

    which: Which
    delay: float = 30.0
    seconds: float = 15.0

    @property
    def name(self) -> str:
        """Which one, and how slow."""
        return f"the {self.which} server answers after {self.delay:g} s"

    def start(self, system: System, chance: random.Random) -> None:
        """Hold answers back."""
        _proxy(system, self.which).slow(self.delay)

    def stop(self, system: System) -> None:
        """Let them through."""
        _proxy(system, self.which).restore()


@dataclass
class Lying:
    """The mail server takes what it is given, and does not say so."""

    mood: Mood
    seconds: float = 5.0

    @property
    def name(self) -> str:
        """How it lies."""
        return f"the mail server takes mail and {self.mood.replace('_', ' ')}"

    def start(self, system: System, chance: random.Random) -> None:
        """Begin to lie."""
        system.mail.mood = self.mood

    def stop(self, system: System) -> None:
        """Say the truth again."""
        system.mail.mood = "honest"


@dataclass
class AnswersLost:
    """The webhook's receiver takes messages, and breaks off before it says so: they come again."""

    count: int = 2
    seconds: float = 0.0
    name: str = "the webhook's receiver takes messages and does not say so"

    def start(self, system: System, chance: random.Random) -> None:
        """Lose the next answers; not so many that the receiver is left alone for a while."""
        system.hook.lose(self.count)

    def stop(self, system: System) -> None:
        """Wait until they were lost. Raises NotInTime."""
        spawn.wait_for(lambda: not system.hook.to_lose, "answers to be lost", seconds=LOST_SECONDS)


@dataclass
class Forgetful:
    """The object store says that it took a checked content, and keeps nothing."""

    seconds: float = 10.0
    name: str = "the store takes contents and forgets them"

    def start(self, system: System, chance: random.Random) -> None:
        """Begin to forget."""
        system.objects.swallow(b"/files/")

    def stop(self, system: System) -> None:
        """Keep what is taken again."""
        system.objects.restore()


def lies() -> list[Fault]:
    """Both ways of lying."""
    return [Lying("hangs_up"), Lying("denies")]
