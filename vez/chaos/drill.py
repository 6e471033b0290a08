"""A drill from start to verdict: people work, faults come one after the other, and the checker judges what is left."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psycopg

from shared import clock
from shared.ids import new_id
from vez.chaos import checking, reader, spawn
from vez.chaos.checking.ledger import fired
from vez.chaos.client import Caller, Crowd, Doubtful
from vez.chaos.driver import Driver
from vez.chaos.faults import Fault
from vez.chaos.faults.clocks import Jump
from vez.chaos.history import Call, History
from vez.chaos.hook import EVENTS
from vez.chaos.report import Report, Strike, latency, tally
from vez.chaos.system import System
from vez.chaos.world import Violation

CATALOG: Final = Path(__file__).with_name("catalog.yaml")
CATALOG_AT: Final = "/api/workflow/v1/catalog?name=catalog.yaml"
PREFERENCES: Final = "/api/notify/v1/preferences"
WEBHOOKS: Final = "/api/notify/v1/webhooks"
STUCK_SECONDS: Final = 60.0
"""How long after the last fault everything must be where it belongs."""
WALKED_SECONDS: Final = 120.0
WORKS_AGAIN_SECONDS: Final = 60.0
CALM_SECONDS: Final = 1.0
LOOK_SECONDS: Final = 1.0


@dataclass(slots=True)
class Drill:
    """People at work on a system that is struck. `tell` hears what goes on.

    Without `outside` people are told in the application only, and there is no webhook: nothing then waits for the lease
    of a worker that died.
    """

    system: System
    seed: int
    tell: Callable[[str], None]
    history: History = field(default_factory=History)
    calm_seconds: float = CALM_SECONDS
    outside: bool = True
    _timers: Mapping[str, int] = field(default_factory=dict)

    def run(self, faults: Sequence[Fault], tickets: int) -> Report:
        """Strike with each fault in turn while at least so many tickets are walked. The system must run.

        Raises NotInTime where something does not come back, Refused or GivenUp where nobody can sign in.
        """
        with Doubtful(self.system.url) as origin:
            caller, crowd = Caller(origin, self.history), Crowd()
            crowd.enter(caller.api)
            self._publish(caller, crowd)
            self._tell_outside(caller, crowd)
            driver = Driver(caller, crowd, self.seed, lambda: self.system.offset)
            driver.start()
            patience = 0.0
            try:
                strikes = self._strike_all(faults, driver)
                self._wait_for(driver, tickets)
                patience = WALKED_SECONDS
            finally:
                driver.finish(patience)
        self.tell(f"{driver.opened} tickets were walked; waiting until everything is where it belongs")
        began = clock.monotonic()
        violations = self.settle()
        settled = clock.monotonic() - began
        calls = self.history.calls
        return Report(
            seed=self.seed,
            tickets=driver.opened,
            calls=tally(calls),
            latency_ms=latency(calls),
            deaths=self.system.deaths,
            repeated_mails=len(self.system.mail.taken) - len(set(self.system.mail.taken)),
            mails=len(self.system.mail.taken),
            repeated_hook_calls=len(self.system.hook.taken) - len(set(self.system.hook.taken)),
            hook_calls=len(self.system.hook.taken),
            strikes=strikes,
            settled_seconds=round(settled, 1),
            violations=violations,
            timers=dict(self._timers),
        )

    def _publish(self, caller: Caller, crowd: Crowd) -> None:
        headers = {"If-Match": "*", "Content-Type": "application/yaml"}
        caller.api.call(crowd.admin, "PUT", CATALOG_AT, CATALOG.read_bytes(), headers=headers)

        def is_offered() -> bool:
            types = caller.ask(crowd.of("client")[0], "/api/workflow/v1/types")
            return types is not None and any(each["code"] == "drill" for each in types["items"])

        spawn.wait_for(is_offered, "the drill's type to be offered")

    def _tell_outside(self, caller: Caller, crowd: Crowd) -> None:
        """Have the webhook told of what happens, or people told in the application only."""
        if self.outside:
            hook = {"url": self.system.hook.url, "events": list(EVENTS)}
            caller.api.call(crowd.admin, "POST", WEBHOOKS, hook, key=new_id())
            return
        for session in crowd.sessions.values():
            caller.api.call(session, "PUT", PREFERENCES, {"mail": False}, headers={"If-Match": "*"})

    def _wait_for(self, driver: Driver, tickets: int) -> None:
        while driver.opened < tickets:
            driver.check()
            clock.sleep(0.1)

    # -- faults -----------------------------------------------------------------------------------------------------

    def _strike_all(self, faults: Sequence[Fault], driver: Driver) -> list[Strike]:
        chance = random.Random(self.seed)
        strikes = []
        clock.sleep(self.calm_seconds)
        for fault in faults:
            strikes.append(self._strike(fault, chance))
            driver.check()
            self.tell(strikes[-1].line)
            clock.sleep(self.calm_seconds)
        return strikes

    def _strike(self, fault: Fault, chance: random.Random) -> Strike:
        """One fault: what people met while it lasted, and how soon a command was accepted and carried out again."""
        if isinstance(fault, Jump):
            fault.prepare(self.system)
        began = clock.monotonic()
        fault.start(self.system, chance)
        clock.sleep(fault.seconds)
        fault.stop(self.system)
        ended = clock.monotonic()
        spawn.wait_for(lambda: self._accepted_since(ended), f"people to work again after {fault.name}", seconds=60)
        met = self.history.since(began)
        return Strike(
            name=fault.name,
            lasted_seconds=round(ended - began, 2),
            works_again_seconds=round(min(c.began + c.seconds for c in self._accepted_since(ended)) - ended, 2),
            calls=tally(met),
            latency_ms=latency(met),
            unreached=list(getattr(fault, "unreached", ())),
            timers_pending=fault.pending if isinstance(fault, Jump) else 0,
        )

    def _accepted_since(self, instant: float) -> list[Call]:
        return [call for call in self.history.since(instant) if call.outcome == "ok"]

    # -- the verdict ------------------------------------------------------------------------------------------------

    def settle(self, calls: Sequence[Call] | None = ()) -> list[Violation]:
        """What is wrong and has not become less for 60 s; empty as soon as nothing is.

        Work that waits and goes on is not stuck: a busy machine takes its time. `calls`: None where none were kept.
        """
        judged = self.history.calls if calls is not None else None
        fewest, since = math.inf, clock.monotonic()
        while True:
            violations = self._judge(judged)
            if len(violations) < fewest:
                fewest, since = len(violations), clock.monotonic()
            if not violations or clock.monotonic() - since > STUCK_SECONDS:
                return violations
            clock.sleep(LOOK_SECONDS)

    def _judge(self, calls: Sequence[Call] | None) -> list[Violation]:
        system = self.system
        known = {
            "calls": calls,
            "now": clock.now() + system.offset,
            "mail": list(system.mail.taken),
            "called": list(system.hook.taken),
            "repeats": system.deaths + system.mail.lies,
            "hook_repeats": system.deaths + system.hook.lies,
        }
        try:
            world = reader.read(system.databases(), system.bucket, **known)
        except psycopg.OperationalError as error:
            return [Violation("databases_answer", str(error).strip())]
        self._timers = fired(world)
        return checking.check(world)
