"""What is said of a mailbox, whatever broker it is of."""

from __future__ import annotations

from typing import Final

from vez.doctor.findings import Finding

ABOUT: Final = "broker"
MANY: Final = 10_000
DECLARE: Final = "vez setup (or start any process: each declares what is missing)"


def of_depth(name: str, depth: int, consumers: int | None) -> Finding:
    """What the number of messages and of those who take them says; `consumers` None where that is not known."""
    about = f"mailbox {name}"
    said = f"{depth} messages" + ("" if consumers is None else f", {consumers} consumers")
    if consumers == 0:
        service, _, work = name.partition(".")
        return Finding(about, said, f"vez run {service} worker{' --work-only' * bool(work)}: nobody takes from it")
    return Finding(about, said, "Run more of its workers: docs/operations/scaling.md" if depth > MANY else "")
