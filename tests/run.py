"""Runs the checks and tests, kind by kind, cheapest first: `python -m tests.run [--heavy] [path…]`.

`python -m tests.run --changed` runs the long checks whose inputs changed since they last passed (`tests.changed`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tests import changed

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
FAILED = 1
"""Pytest's exit status where tests failed."""


@dataclass(frozen=True)
class Kind:
    """One kind of test: its folder, how many workers share it, and how long it may take, in seconds, on 2 cores.

    Heavy tests of some kinds have the machine, or its addresses, to themselves. What goes through a browser is tried
    once more where it failed, and named: docs/decisions/0038.
    """

    name: str
    workers: int
    budget: int
    is_alone_when_heavy: bool = False
    tries_again: bool = False


KINDS = (
    Kind("house", 2, 30),
    Kind("unit", 2, 20),
    Kind("service", 2, 110),
    Kind("contract", 2, 90),
    Kind("flow", 2, 120, is_alone_when_heavy=True),
    Kind("faults", 2, 90, is_alone_when_heavy=True),
    Kind("browser", 1, 120, tries_again=True),
)


def main(arguments: list[str]) -> int:
    """Run what is asked for; the exit status is 0 only if everything passed."""
    heavy = "--heavy" in arguments
    if "--changed" in arguments:
        return run_changed()
    paths = [a for a in arguments if not a.startswith("--")]
    if paths:
        return pytest(paths, workers=0, heavy=heavy)
    failed = []
    if subprocess.run(["make", "-s", "check"], cwd=ROOT).returncode:
        failed.append("check")
    for kind in KINDS:
        folder = ROOT / "tests" / kind.name
        if not any(folder.rglob("test_*.py")):
            continue
        began = time.monotonic()
        print(f"\n== {kind.name}", flush=True)
        workers = 1 if heavy and kind.is_alone_when_heavy else kind.workers
        run = tried_twice if kind.tries_again else pytest
        if run([str(folder.relative_to(ROOT))], workers=workers, heavy=heavy) not in (0, 5):
            failed.append(kind.name)
        elif heavy:
            changed.record(check for check in changed.CHECKS if check.kind == kind.name)
        took = time.monotonic() - began
        note = "" if heavy or took <= kind.budget else f", over its budget of {kind.budget} s"
        print(f"== {kind.name}: {took:.0f} s{note}", flush=True)
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nEverything passed.", flush=True)
    return 1 if failed else 0


def run_changed() -> int:
    """Run each long check whose inputs changed, and write down those that pass."""
    failed = []
    for check in changed.changed():
        print(f"\n== {check.name}: what it depends on changed since it last passed", flush=True)
        if pytest([*check.tests], workers=0, heavy=True):
            failed.append(check.name)
        else:
            changed.record([check])
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nNothing that changed fails.", flush=True)
    return 1 if failed else 0


def tried_twice(arguments: list[str], *, workers: int, heavy: bool) -> int:
    """Run pytest, and what failed once more, by itself: on a system of its own, with nothing left from before."""
    with tempfile.TemporaryDirectory(prefix="vez-tried-") as remembered:
        remembering = ["-o", f"addopts={_options()}", "-o", f"cache_dir={remembered}"]
        result = pytest([*remembering, *arguments], workers=workers, heavy=heavy)
        if result != FAILED:
            return result
        print("\n== what failed is tried once more: what passes now is a fault to be looked for", flush=True)
        failed_alone = ["--last-failed", "--last-failed-no-failures=none"]
        return pytest([*remembering, *failed_alone, *arguments], workers=workers, heavy=heavy)


def _options() -> str:
    """What pyproject.toml has pytest do always, but for forgetting what failed."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["addopts"]
    return str(told).replace("-p no:cacheprovider", "")


def pytest(arguments: list[str], *, workers: int, heavy: bool) -> int:
    """Run pytest; its exit status (5: nothing to run)."""
    command = [str(BIN / "python"), "-m", "pytest", "-q", *arguments]
    if workers > 1:
        command += ["-n", str(workers), "--dist", "loadgroup"]
    if not heavy:
        command += ["-m", "not heavy"]
    restless = {"VEZ_TEST_RESTLESS": "true"} if heavy else {}
    return subprocess.run(command, cwd=ROOT, env=os.environ | restless).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
