"""Every variable that a process reads, from the services' options."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from shared.config import Common, Documented, document, variable
from vez import estate, lazy
from vez.reference.markdown import code, page, table

ABOUT = """\
A process reads its variables once, when it starts, and tells every one that is missing or wrong at once. What is marked
secret is never shown. `vez up` sets those that it needs by itself; one that is set in its environment wins."""
OWN = """\
Each service has its own database and its own machine client; `<SERVICE>` is the service's name in capital letters.
Where only `VEZ_DATABASE_URL` is set, a service's database is `vez_<service>` on that server."""
DRILL = """\
`VEZ_DATA` is the data folder of `vez up` and of the commands that find it there, `VEZ_ADMIN_PASSWORD` the password with
which `vez catalog`, `vez replay` and `vez inbox` sign in. `VEZ_CRASHPOINT=name:n` kills a process the n-th time that it
passes a named point: for fault drills only. `VEZ_CLOCK_OFFSET_SECONDS=n` puts a process's clock so far ahead from
its start on (back, where it is negative); `VEZ_CLOCK_OFFSET_FILE` names a file with such a number, which processes read
up to ten times a second and follow while they run. Both are for tests and drills only, never for where people work:
what is due, ends or is late is judged by that clock."""


def make() -> str:
    """The page."""
    shared = document(Common)
    parts = ["## Every service", OWN, _table(shared)]
    for service in estate.APPLICATIONS:
        own = list(_own(service))
        if own:
            parts += [f"## {service}", _table(own)]
    return page("Options", ABOUT, [*parts, "## Beside the services", DRILL])


def _own(service: str) -> Iterator[Documented]:
    options: Any = lazy.load(f"services.{service}.options").Options
    common = {variable(options, field) for field in fields(Common)}
    return (row for row in document(options) if row.variable not in common)


def _table(rows: list[Documented]) -> str:
    cells = [[code(_generic(row.variable)), row.doc, _default(row)] for row in rows]
    return table(["variable", "what it is", "when not set"], cells)


def _generic(name: str) -> str:
    return name.replace(f"VEZ_{Common.service.upper()}_", "VEZ_<SERVICE>_")


def _default(row: Documented) -> str:
    if row.default == "required":
        return "must be set"
    shown = code(row.default) or "empty"
    return f"{shown} (secret)" if row.secret else shown
