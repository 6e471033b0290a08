"""`vez doctor`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import click
import msgspec

from shared.config import environment
from vez import estate, places
from vez.doctor import broker, databases, outside, scanner
from vez.doctor.findings import Finding, Look, Patient, look

LOOKS: tuple[tuple[str, Look], ...] = (
    ("databases", databases.look),
    ("broker", broker.look),
    ("services", outside.processes),
    ("object store", outside.store),
    ("virus scanner", scanner.look),
    ("mail", outside.mail),
)


@click.command("doctor")
@places.data_option
@click.option("--json", "as_json", is_flag=True, help="Print every finding as JSON.")
def command(data: Path, as_json: bool) -> None:
    """Say what is wrong with an installation, and what to do. Changes nothing.

    Looks at databases, migrations, clocks, parked and late events, the broker's mailboxes, the services, the bucket,
    the virus scanner's signatures and the mail server. Goes where the variables of the services lead, else to `vez up`
    on the data folder. Ends with 1 where something is wrong.
    """
    with places.settings(data, environment()) as settings:
        found = examine(patient_of(data, settings))
    wrong = [finding for finding in found if finding.is_wrong]
    if as_json:
        click.echo(msgspec.json.encode([{**_plain(finding), "is_wrong": finding.is_wrong} for finding in found]))
    else:
        click.echo("\n".join(lines(found)))
    sys.exit(1 if wrong else 0)


def patient_of(data: Path, settings: Mapping[str, str]) -> Patient:
    """The installation that the settings lead to."""
    is_embedded = "VEZ_IDENTITY_URL" not in settings and not _is_told(environment())
    return Patient(settings, tuple(estate.present()), places.origin(data, settings), is_embedded)


def _is_told(environ: Mapping[str, str]) -> bool:
    return any(name.startswith("VEZ_") and name.endswith("DATABASE_URL") for name in environ)


def examine(patient: Patient) -> list[Finding]:
    """Every finding, in the order of the looks."""
    return [finding for about, at in LOOKS for finding in look(at, about, patient)]


def lines(found: list[Finding]) -> Iterator[str]:
    """What a person reads: what is well in one line each, what is wrong with what to do."""
    for about, group in groupby(found, key=lambda finding: finding.about):
        findings = list(group)
        well = [finding.said for finding in findings if not finding.is_wrong]
        if well:
            yield f"ok     {about}: {', '.join(well)}"
        for finding in findings:
            if finding.is_wrong:
                yield f"WRONG  {about}: {finding.said}"
                yield f"       → {finding.remedy}"
    wrong = sum(finding.is_wrong for finding in found)
    yield ""
    yield f"{wrong} of {len(found)} findings want something done" if wrong else f"All is well ({len(found)} looked at)"


def _plain(finding: Finding) -> dict[str, Any]:
    return {"about": finding.about, "said": finding.said, "remedy": finding.remedy}
