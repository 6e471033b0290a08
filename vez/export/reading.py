"""Reading the house's own tickets: one after the other, a few asked for at once, none kept longer than it is needed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, TypeVar

from vez.export.story import Teller
from vez.logs import LogCase
from vez.replay.api import Api, Refused, Session
from vez.replay.play import TICKETS

AT_ONCE: Final = 4
AHEAD: Final = 16
"""So many tickets are asked for before the first of them is written, however many there are."""

A = TypeVar("A")
B = TypeVar("B")


def how_many(api: Api, admin: Session, type: str | None) -> int | None:
    """How many tickets will be read; None where only a type's are, which nobody counts. Raises Refused, GivenUp."""
    if type is not None:
        return None
    return int(api.get(admin, f"{TICKETS}/counts?as=attendant")["all"])


def cases(api: Api, admin: Session, *, type: str | None, read_one: Callable[[], None]) -> Iterator[LogCase]:
    """The cases of all tickets that the administrator may see, newest first; those without events too.

    What is deleted while it is read is left out. Raises Refused, GivenUp.
    """
    asked = {"as": "attendant", "filter": "all"} | ({"type": type} if type else {})
    teller = Teller()

    def read(line: Any) -> tuple[Any, list[Any]] | None:
        path = f"{TICKETS}/{line['id']}"
        try:
            return api.get(admin, path), list(api.items(admin, f"{path}/history"))
        except Refused as refused:
            if refused.status != 404:
                raise
            return None

    for found in ahead(read, api.items(admin, TICKETS, **asked)):
        read_one()
        if found is not None:
            yield teller.case(*found)


def ahead(work: Callable[[A], B], items: Iterable[A]) -> Generator[B, None, None]:
    """`work` done on each of `items` by a few threads, in order, never more than `AHEAD` of them under way."""
    waiting: deque[Future[B]] = deque()
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="export") as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) >= AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)
