"""The lock files carry hashes and no index, and agree with pyproject.toml. `python -m tests.house.locks`."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
REQUIREMENTS = ROOT / "requirements"


def names_of(requirements: list[str]) -> set[str]:
    """The normalised project names (PEP 503) of requirement lines."""
    found = (re.match(r"[A-Za-z0-9._-]+", line) for line in requirements)
    return {re.sub(r"[-_.]+", "-", m.group()).lower() for m in found if m}


def pinned_in(lock: str) -> set[str]:
    """The names that a lock file pins."""
    lines = (REQUIREMENTS / lock).read_text().splitlines()
    return names_of([line for line in lines if re.match(r"[A-Za-z0-9]", line)])


def both(requirements: list[str], lock: str) -> list[str]:
    """The names that are in `requirements` and in a lock file."""
    return sorted(names_of(requirements) & pinned_in(lock))


def problems() -> list[str]:
    """What is wrong with the lock files, in sentences."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    service = project["project"]["dependencies"]
    embedded = project["project"]["optional-dependencies"]["embedded"]
    development, heavy = (project["dependency-groups"][name] for name in ("dev", "heavy"))
    wanted = {
        "vez.txt": names_of(service + embedded),
        "dev.txt": names_of(service + embedded + development),
        "heavy.txt": names_of(heavy),
        "service.txt": names_of(service),
        "build.txt": names_of((REQUIREMENTS / "build.in").read_text().splitlines()),
    }
    wrong = [f"{name}: the image carries the embedded stack" for name in both(embedded, "service.txt")]
    for name, needed in wanted.items():
        text = (REQUIREMENTS / name).read_text()
        pinned = pinned_in(name)
        wrong += [f"{name}: {missing} is not locked; run make lock" for missing in sorted(needed - pinned)]
        if re.search(r"^--|://", text, re.MULTILINE):
            wrong.append(f"{name}: an index or address stands in it")
        unhashed = re.findall(r"^[A-Za-z0-9][^\s]*==[^\\\n]+$", text, re.MULTILINE)
        wrong += [f"{name}: {line} has no hash" for line in unhashed]
    lock = ROOT / "package-lock.json"
    if lock.exists() and '"resolved"' in lock.read_text():
        wrong.append("package-lock.json: addresses of a registry stand in it")
    return wrong


if __name__ == "__main__":
    found = problems()
    print("\n".join(found) or "lock files are in order")
    sys.exit(1 if found else 0)
