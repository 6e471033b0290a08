"""The lock files carry hashes and no index, and agree with pyproject.toml. `python -m tests.house.locks`."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LOCKS = ("requirements/vez.txt", "requirements/dev.txt")


def names_of(requirements: list[str]) -> set[str]:
    """The normalised project names (PEP 503) of requirement lines."""
    found = (re.match(r"[A-Za-z0-9._-]+", line) for line in requirements)
    return {re.sub(r"[-_.]+", "-", m.group()).lower() for m in found if m}


def problems() -> list[str]:
    """What is wrong with the lock files, in sentences."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    run = project["project"]["dependencies"] + project["project"]["optional-dependencies"]["embedded"]
    wanted = {LOCKS[0]: names_of(run), LOCKS[1]: names_of(run + project["dependency-groups"]["dev"])}
    wrong = []
    for name, needed in wanted.items():
        text = (ROOT / name).read_text()
        pinned = names_of([line for line in text.splitlines() if re.match(r"[A-Za-z0-9]", line)])
        wrong += [f"{name}: {missing} is not locked; run make lock" for missing in sorted(needed - pinned)]
        if re.search(r"^--|://", text, re.MULTILINE):
            wrong.append(f"{name}: an index or address stands in it")
        unhashed = re.findall(r"^[A-Za-z0-9][^\s]*==[^\s]+\s*$", text, re.MULTILINE)
        wrong += [f"{name}: {line} has no hash" for line in unhashed]
    lock = ROOT / "package-lock.json"
    if lock.exists() and '"resolved"' in lock.read_text():
        wrong.append("package-lock.json: addresses of a registry stand in it")
    return wrong


if __name__ == "__main__":
    found = problems()
    print("\n".join(found) or "lock files are in order")
    sys.exit(1 if found else 0)
