"""Catalog files for tests: a small one that is right, and ways to get it wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.catalog.definitions import Catalog, Problem, TypeVersion
from shared.catalog.reading import CatalogInvalid, read

DEMO = Path(__file__).parents[3] / "vez" / "demo" / "catalog.yaml"
MARK = "# <<"

BASE = """\
catalog: 1
client_kinds: [customer, {code: student, login: [registration]}]
calendars:
  - code: office
    timezone: America/Sao_Paulo
    hours: {mon-fri: ["08:00-12:00", "13:00-18:00"], sat: "08:00-12:00"}
    holidays: BR-SP
queues:
  - {code: desk, name: Desk, members: [ana@house.test, bia@house.test, caio@house.test]}
groups:
  - {code: general, name: General}
types:
  - code: repair
    group: general
    name: Repair
    opened_by: {kinds: [customer], profiles: [client]}
    templates:
      - {code: usual, name: Usual, subject: The usual, parameters: {amount: 10.50}}
    parameters:
      - {code: amount, kind: money, label: Amount, currency: BRL, min: 0.01, max: 5000}
      - {code: urgent, kind: boolean, label: Urgent, default: false}
      - {code: why, kind: text, label: Why, when: "parameters.urgent", pattern: "[a-z ]+"}
      - code: place
        kind: choice
        label: Place
        options: [{code: shop, label: Shop}, {code: home, label: Home}]
      - code: parts
        kind: table
        label: Parts
        columns:
          - {code: name, kind: text, label: Name, required: true}
          - {code: price, kind: money, label: Price, currency: BRL}
    flow:
      first: work
      fallback: queue:desk
      due_by_side: {attendant: {within: 5d, calendar: office}}
      stages:
        - code: work
          name: Work
          side: attendant
          assign: queue:desk
          due: {within: 4h, calendar: office, then: finish}
          parameters:
            client: {amount: required, urgent: required, why: required}
            attendant: {amount: read_only}
          transitions:
            - {code: finish, to: agree, name: Finish}
            - {code: board, to: board, name: To the board, if: "parameters.amount > 100.0"}
        - code: board
          name: Board
          side: attendant
          kind: approval
          approves: result
          approvers: {queue: desk, needs: 2, exclude: [previous_holder]}
          transitions:
            - {code: approve, outcome: approved, to: agree}
            - {code: reject, outcome: rejected, to: work, assign: previous}
        - code: agree
          name: Agree
          side: client
          kind: approval
          approves: result
          transitions:
            - {code: approve, outcome: approved, to: done}
            - {code: reject, outcome: rejected, to: work}
        - {code: done, name: Done, terminal: concluded}
"""


def changed(old: str, new: str) -> str:
    """The right file with one thing changed; what is changed must be there exactly once."""
    assert BASE.count(old) == 1, f"{BASE.count(old)} times: {old}"
    return BASE.replace(old, new)


def problems_of(text: str, **how: object) -> list[Problem]:
    """What is wrong with a file."""
    with pytest.raises(CatalogInvalid) as caught:
        read(text, "catalog.yaml", **how)  # type: ignore[arg-type]
    return list(caught.value.problems)


def marked_lines(text: str) -> list[int]:
    """The lines that a test has marked as the wrong ones."""
    return [number for number, line in enumerate(text.splitlines(), 1) if MARK in line]


def base() -> Catalog:
    return read(BASE, "catalog.yaml")


def version() -> TypeVersion:
    return base().type_by_code["repair"].version


def version_with(parameters: str, cells: str = "{}", **more: str) -> TypeVersion:
    """A version with these parameters (one per line, as the file has them) and the first stage's cells for clients."""
    lines = "\n".join(f"      - {line.strip()}" for line in parameters.strip().splitlines())
    text = f"""\
catalog: 1
groups: [{{code: general, name: General}}]
queues: [{{code: desk, name: Desk, members: [ana@house.test]}}]
types:
  - code: sample
    group: general
    name: Sample
    parameters:
{lines}
    flow:
      first: work
      fallback: queue:desk
      stages:
        - code: work
          name: Work
          side: attendant
          parameters: {{client: {cells}, attendant: {more.get("attendant", "{}")}}}
          transitions: [{{code: finish, to: done, name: Finish}}]
        - {{code: done, name: Done, terminal: concluded}}
"""
    return read(text, "sample.yaml").types[0].version
