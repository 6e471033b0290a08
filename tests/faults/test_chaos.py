"""People work while processes die and servers go away; the checker finds every promise kept.

The small form strikes with a few faults on each broker; the full form with each, each pair, and a hundred kills.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest

from tests.builders.logs import case, event, written, xes
from vez.chaos.drill import Drill
from vez.chaos.faults import FAULTS, Fault, broker, database, processes
from vez.chaos.faults.clocks import FEWEST
from vez.chaos.report import Report
from vez.chaos.system import System

NewSystem = Callable[[str], System]
SEED = 20261107
BOTH = pytest.mark.parametrize("on", ["embedded", "rabbitmq"])
OF_BROKER = [name for name, kind in FAULTS.items() if kind.needs_rabbitmq]
OF_THE_REST = [name for name in FAULTS if name not in OF_BROKER and not name.startswith(("crash", "kill", "clock"))]


def drilled(
    system: System, faults: Sequence[Fault], tickets: int, calm_seconds: float = 0.3, outside: bool = True
) -> Report:
    """A drill that must find nothing wrong, and in which people got something done."""
    report = Drill(system, SEED, print, calm_seconds=calm_seconds, outside=outside).run(faults, tickets)
    assert report.violations == [], "\n".join(report.lines())
    assert report.calls["ok"] > 2 * tickets
    return report


def test_a_worker_and_an_http_process_killed_lose_nothing_and_do_nothing_twice(new_system: NewSystem) -> None:
    faults = [processes.Kill("worker"), processes.Kill("http")]
    report = drilled(new_system("embedded"), faults, tickets=8, outside=False)
    assert report.deaths == 2


@pytest.mark.heavy
def test_nothing_is_lost_and_nothing_done_twice_on_the_embedded_stack(new_system: NewSystem) -> None:
    points = [("before_inbox_commit", "before_acknowledge"), ("after_commit", "before_relay")]
    deaths = [processes.CrashPoints(each) for each in points]
    report = drilled(new_system("embedded"), [*deaths, database.Killed()], tickets=15, outside=False)
    assert [strike.unreached for strike in report.strikes] == [[], [], []]
    assert report.deaths == 4


@pytest.mark.heavy
def test_nothing_is_lost_and_nothing_done_twice_over_rabbitmq(new_system: NewSystem) -> None:
    faults = [processes.Kill("worker"), broker.Killed(seconds=0.0), broker.Wiped(seconds=0.0)]
    report = drilled(new_system("rabbitmq"), faults, tickets=15, outside=False)
    assert all(strike.calls.keys() <= {"ok", "unknown"} for strike in report.strikes[1:]), report.strikes


@pytest.mark.heavy
@BOTH
def test_every_named_point_is_survived(new_system: NewSystem, on: str) -> None:
    report = drilled(new_system(on), processes.crash_points(), tickets=60)
    assert [strike.name for strike in report.strikes if strike.unreached] == []


@pytest.mark.heavy
@BOTH
def test_every_pair_of_points_is_survived(new_system: NewSystem, on: str) -> None:
    drilled(new_system(on), processes.crash_pairs(), tickets=200)


@pytest.mark.heavy
@BOTH
def test_a_hundred_kills_at_random_are_survived(new_system: NewSystem, on: str) -> None:
    report = drilled(new_system(on), [processes.KillAny() for _ in range(100)], tickets=300)
    assert report.deaths == 100


@pytest.mark.heavy
@pytest.mark.parametrize("name", OF_BROKER)
def test_a_fault_of_the_broker_fails_no_command(new_system: NewSystem, name: str) -> None:
    times = 10 if name == "broker-kill" else 1
    faults = [fault for _ in range(times) for fault in FAULTS[name].make()]
    report = drilled(new_system("rabbitmq"), faults, tickets=60)
    assert report.calls.keys() <= {"ok", "failed"}
    assert max(strike.works_again_seconds for strike in report.strikes) < 5


@pytest.mark.heavy
def test_ten_minutes_without_a_broker_fail_no_command(new_system: NewSystem) -> None:
    report = drilled(new_system("rabbitmq"), [broker.Stopped(seconds=600)], tickets=60)
    assert report.strikes[0].calls.keys() == {"ok"}


@pytest.mark.heavy
@pytest.mark.parametrize("name", OF_THE_REST)
def test_a_fault_of_what_vez_stands_on_loses_nothing(new_system: NewSystem, name: str) -> None:
    report = drilled(new_system("embedded"), FAULTS[name].make(), tickets=60)
    assert max(strike.works_again_seconds for strike in report.strikes) < 5


@pytest.mark.heavy
@BOTH
def test_timers_fire_once_when_clocks_jump(new_system: NewSystem, on: str) -> None:
    """Forward, back and forward again while all run: what is due fires, and once, however often its time comes."""
    jumps = [fault for way in ("forward", "back", "forward") for fault in FAULTS[f"clock-{way}"].make()]
    report = drilled(new_system(on), jumps, tickets=60, calm_seconds=4.0)
    assert [strike.name for strike in report.strikes if not strike.timers_pending] == []
    assert min(report.timers.get(what, 0) for what in ("wake", "deadline_missed")) >= FEWEST


@pytest.mark.heavy
@BOTH
def test_a_replay_under_kills_is_remembered_exactly(new_system: NewSystem, on: str, tmp_path: Path) -> None:
    """Kills go on as long as the log is played; its history afterwards is what the log says."""
    system, chance = new_system(on), random.Random(SEED)
    steps = ["Received", "Assigned", "Worked", "Checked", "Closed"]
    cases = [
        case(f"Case {n}", *(event(step, f"Agent {(n + m) % 5}") for m, step in enumerate(steps))) for n in range(300)
    ]
    log, target = written(tmp_path / "kills.xes", xes(*cases)), tmp_path / "report.json"
    command = [sys.executable, "-m", "vez", "replay", str(log), "--url", system.url, "--json", str(target)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as replay:
        while replay.poll() is None:
            system.kill(chance.choice(["worker", "http"]), chance)
            try:
                replay.wait(timeout=chance.uniform(1.0, 4.0))
            except subprocess.TimeoutExpired:
                continue
    found = msgspec.json.decode(target.read_bytes())
    assert (found["mismatches"], found["given_up"], found["unfinished"]) == (0, [], 0)
    assert found["duplicate_notifications"] == 0
    assert system.deaths > 5
    assert Drill(system, SEED, print).settle(calls=None) == []
