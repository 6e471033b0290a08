"""What a look at something found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import click

from shared.config import ConfigError
from shared.errors import VezError
from vez import problems


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `remedy` says what to do and is empty where it is well."""

    about: str
    said: str
    remedy: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether something is to be done."""
        return bool(self.remedy)


@dataclass(frozen=True, slots=True)
class Patient:
    """The installation: its variables, its services, the origin that people open, and whether `vez up` runs it."""

    environ: Mapping[str, str]
    services: tuple[str, ...]
    origin: str
    is_embedded: bool


Look = Callable[[Patient], Iterator[Finding]]
"""Looks at one part of an installation."""


def look(at: Look, about: str, patient: Patient) -> list[Finding]:
    """What one look found; that it could not be finished is a finding too."""
    found: list[Finding] = []
    try:
        found.extend(at(patient))
    except ConfigError as error:
        found += [Finding(about, problem, "Set the variable: docs/reference/options.md") for problem in error.problems]
    except (click.ClickException, VezError, OSError) as error:
        said = error.message if isinstance(error, click.ClickException) else problems.first_line(error)
        found.append(Finding(about, said, "Mend this first, then look again"))
    return found
