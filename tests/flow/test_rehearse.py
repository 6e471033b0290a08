"""A draft is rehearsed on a running system's own tickets, and nothing there changes by it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.flow.test_export import walked
from tests.support import stack
from tests.support.stack import Stack, command


@pytest.fixture(scope="module")
def vez() -> Iterator[Stack]:
    """A running system with no tickets but these tests' own; a rehearsal reads, and no broker has a part in it."""
    with stack.running() as running:
        yield running


def rehearse(vez: Stack, file: Path, *more: str) -> subprocess.CompletedProcess[str]:
    asked = command("catalog", "rehearse", str(file), "--type", "billing_dispute", "--url", vez.url, *more)
    return subprocess.run(asked, capture_output=True, text=True, timeout=120)


def catalog_of(vez: Stack, place: Path) -> Path:
    """The present catalog as a file."""
    file = place / "catalog.yaml"
    exported = command("catalog", "export", "-o", str(file), "--url", vez.url)
    subprocess.run(exported, check=True, capture_output=True, timeout=60)
    return file


def triage_of(document: Any) -> Any:
    (type,) = (each for each in document["types"] if each["code"] == "billing_dispute")
    return next(stage for stage in type["flow"]["stages"] if stage["code"] == "triage")


def test_the_present_catalog_stands_and_a_draft_that_breaks_something_does_not(vez: Stack, tmp_path: Path) -> None:
    tickets = walked(vez)
    before = [vez.ticket("admin", ticket["id"])["version"] for ticket in tickets]
    file = catalog_of(vez, tmp_path)

    held = rehearse(vez, file, "--json", str(tmp_path / "held.json"))
    assert held.returncode == 0, held.stdout + held.stderr
    (told,) = json.loads((tmp_path / "held.json").read_text())["types"]
    assert told["tickets"] >= 3
    assert told["ended"] >= 2
    assert told["holders"] == told["refused"] == told["unfinished"] == []

    document = yaml.safe_load(file.read_text())
    triage = triage_of(document)
    triage["assign"] = "queue:registry"
    refuse = next(each for each in triage["transitions"] if each["code"] == "refuse")
    refuse["if"] = "parameters.reason == 'other'"
    file.write_text(yaml.safe_dump(document, allow_unicode=True))
    broken = rehearse(vez, file)

    assert broken.returncode == 1
    assert "triage: refuse (condition-not-met)" in broken.stdout, broken.stdout + broken.stderr
    assert "→ queue registry" in broken.stdout
    assert "Failed by: refused, unfinished." in broken.stdout
    assert [vez.ticket("admin", ticket["id"])["version"] for ticket in tickets] == before
