"""Checks that take too long for every run: each runs when what it depends on is not what it last passed with.

`tests/passed.json`, which is committed, holds the digest of what each of them depended on when it last passed; a run
that passes writes it. A fresh clone, as in CI, so runs what changed since somebody committed that file, and no more.
`python -m tests.run --changed` runs them; `make test-heavy` runs all of them with the rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

ROOT: Final = Path(__file__).parent.parent
PASSED: Final = ROOT / "tests" / "passed.json"


@dataclass(frozen=True)
class Check:
    """A check: its name, what pytest is told to run, the kind of test it is of, and what it depends on (globs)."""

    name: str
    tests: tuple[str, ...]
    kind: str
    inputs: tuple[str, ...]

    def files(self) -> list[Path]:
        """What it depends on, in order."""
        found = {path for pattern in self.inputs for path in ROOT.glob(pattern)}
        return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)

    def digest(self) -> str:
        """What it depends on as one number: names and contents."""
        whole = hashlib.sha256()
        for path in self.files():
            whole.update(f"{path.relative_to(ROOT)}\0".encode())
            whole.update(hashlib.sha256(path.read_bytes()).digest())
        return whole.hexdigest()


CHECKS: Final = (
    Check(
        "image",
        ("tests/faults/test_image.py",),
        "faults",
        (
            "deploy/**/*",
            "docker-compose.yml",
            ".dockerignore",
            ".npmrc",
            "package*.json",
            "pyproject.toml",
            "requirements/build.*",
            "requirements/service.txt",
            "services/portal/assets/build.py",
            "vez/health.py",
            "vez/run.py",
            "vez/setup.py",
            "tests/faults/installation.py",
            "tests/faults/test_image.py",
            "tests/support/compose.py",
            "tests/support/images.py",
        ),
    ),
    Check(
        "rabbitmq-4",
        ("tests/flow", "-k", "rabbitmq-4 and not whole"),
        "flow",
        (
            "deploy/rabbitmq/*",
            "docker-compose.yml",
            "requirements/service.txt",
            "shared/bus/*.py",
            "shared/contracts/topology.py",
            "tests/flow/conftest.py",
            "tests/support/rabbitmq4.py",
        ),
    ),
)


def passed() -> dict[str, str]:
    """The digest with which each check last passed."""
    return msgspec.json.decode(PASSED.read_bytes(), type=dict[str, str]) if PASSED.exists() else {}


def changed() -> list[Check]:
    """The checks whose inputs are not what they last passed with."""
    known = passed()
    return [check for check in CHECKS if known.get(check.name) != check.digest()]


def record(checks: Iterable[Check]) -> None:
    """Write down that these passed with what is here now."""
    known = passed() | {check.name: check.digest() for check in checks}
    PASSED.write_bytes(msgspec.json.format(msgspec.json.encode(dict(sorted(known.items())))) + b"\n")
