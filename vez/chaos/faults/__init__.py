"""What can go wrong, by name: each fault begins, lasts and ends, and the system is to recover by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from vez.chaos.faults import broker, clocks, database, outside, processes
from vez.chaos.faults.fault import Fault

Make = Callable[[], list[Fault]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A fault as a person names it. `needs_rabbitmq`: the embedded broker is PostgreSQL, so it has none of its own."""

    says: str
    make: Make
    needs_rabbitmq: bool = False


FAULTS: Final[dict[str, Kind]] = {
    "crash-points": Kind("kill -9 at each named point of the code, once", processes.crash_points),
    "crash-pairs": Kind("kill -9 at each pair of named points", processes.crash_pairs),
    "kill-worker": Kind("kill -9 of a worker", lambda: [processes.Kill("worker")]),
    "kill-http": Kind("kill -9 of an HTTP process", lambda: [processes.Kill("http")]),
    "kill-any": Kind("kill -9 of a worker, an HTTP process or the stream", lambda: [processes.KillAny()]),
    "broker-kill": Kind("kill -9 of the broker, and its restart", lambda: [broker.Killed()], True),
    "broker-stop": Kind("the broker stopped for a time", lambda: [broker.Stopped()], True),
    "broker-wipe": Kind("the broker's data lost", lambda: [broker.Wiped()], True),
    "broker-alarm": Kind("the broker's memory alarm blocks publishers", lambda: [broker.Blocked()], True),
    "broker-silent": Kind("the link to the broker hangs half open", lambda: [broker.Silent()], True),
    "postgres-restart": Kind("a fast restart of PostgreSQL", lambda: [database.Restarted()]),
    "postgres-kill": Kind("kill -9 of PostgreSQL, and its crash recovery", lambda: [database.Killed()]),
    "postgres-refused": Kind("PostgreSQL refuses every connection", lambda: [database.Refused()]),
    "postgres-full": Kind("all of PostgreSQL's connections are taken", lambda: [database.Full()]),
    "smtp-down": Kind("the mail server cannot be reached", lambda: [outside.Down("smtp")]),
    "smtp-slow": Kind("the mail server takes its time", lambda: [outside.Slow("smtp")]),
    "smtp-lies": Kind("the mail server takes mail and does not say so", outside.lies),
    "hook-lies": Kind("the webhook's receiver does not say what it took", lambda: [outside.AnswersLost()]),
    "store-down": Kind("the object store cannot be reached", lambda: [outside.Down("store")]),
    "store-slow": Kind("the object store takes its time", lambda: [outside.Slow("store")]),
    "store-lies": Kind("the object store takes files and forgets them", lambda: [outside.Forgetful()]),
    "clock-forward": Kind("every clock jumps an hour forward", lambda: [clocks.Jump(1)]),
    "clock-back": Kind("every clock jumps an hour back", lambda: [clocks.Jump(-1)]),
}
"""Every fault of `vez chaos`."""

__all__ = ["FAULTS", "Fault", "Kind"]
