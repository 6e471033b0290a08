"""Progress for who watches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the progress."""

    progress: Progress
    task: TaskID

    def one_more(self) -> None:
        self.progress.advance(self.task)

    def more(self, count: int) -> None:
        self.progress.advance(self.task, count)

    def so_many(self, done: int) -> None:
        self.progress.update(self.task, completed=done)


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars on the terminal, one below the other."""

    progress: Progress

    def add(self, name: str, total: int | None) -> Bar:
        """A bar that fills up to `total`; one that only counts where nobody knows how many there are."""
        return Bar(self.progress, self.progress.add_task(name, total=total))


@contextmanager
def shown(console: Console, *, transient: bool = False) -> Iterator[Bars]:
    """Bars while the block runs; `transient` ones leave nothing behind, nor anything where nobody watches."""
    columns = (
        TextColumn("{task.description:<12}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, refresh_per_second=4, transient=transient) as progress:
        yield Bars(progress)
