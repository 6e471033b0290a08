"""A plan says of each thing whether it is new, changed, a new version, unchanged or retired, and what differs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.catalog.definitions import Catalog
from shared.catalog.plan import Plan, compare, version_digest
from shared.catalog.reading import read
from shared.catalog.writing import write
from tests.unit.catalog.files import BASE, base, changed

OPTIONS = "{code: shop, label: Shop}, {code: home, label: Home}"


def plan_of(old: str, new: str) -> Plan:
    return compare(base(), read(changed(old, new), "catalog.yaml"))


def test_applying_what_was_exported_changes_nothing() -> None:
    plan = compare(base(), read(write(base()), "again.yaml"), prune=True)
    assert plan.is_empty
    assert {change.change for change in plan.changes} == {"unchanged"}


def test_everything_is_new_at_first_in_the_order_in_which_it_is_made() -> None:
    plan = compare(None, base())
    assert [(change.kind, change.change) for change in plan.changes] == [
        ("client_kind", "new"),
        ("client_kind", "new"),
        ("calendar", "new"),
        ("queue", "new"),
        ("group", "new"),
        ("type", "new"),
    ]


def test_a_file_retires_only_what_it_prunes() -> None:
    smaller = replace(base(), queues=(), types=())
    assert compare(base(), smaller).is_empty
    pruned = compare(base(), smaller, prune=True)
    assert [(change.kind, change.code) for change in pruned.changes if change.change == "retired"] == [
        ("queue", "desk"),
        ("type", "repair"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "detail"),
    [
        ("within: 4h", "within: 2h", "flow.stages.work.due.within: 4h → 2h"),
        ("max: 5000", "max: 6000", "parameters.amount.max: 5000 → 6000"),
        ("label: Urgent", "label: {pt-BR: Já, en: Urgent, es: Urgent}", "parameters.urgent.labels.pt-BR: Urgent → Já"),
        ("amount: read_only}", "amount: optional}", "flow.stages.work.cells.attendant.amount: read_only → optional"),
        ("needs: 2", "needs: 1", "flow.stages.board.approvers.needs: 2 → not said"),
        ("Finish}", "Finish, comment: required}", "flow.stages.work.transitions.finish.comment: not said → required"),
        ("          assign: queue:desk\n", "", "flow.stages.work.assign: removed"),
        (OPTIONS, "{code: home, label: Home}, {code: shop, label: Shop}", "parameters.place.options: another order"),
        (", {code: home, label: Home}", "", "parameters.place.options.home: removed"),
        ("{code: urgent,", "{code: note, kind: text, label: N}\n      - {code: urgent,", "parameters.note: added"),
    ],
)  # fmt: skip
def test_a_change_of_content_is_a_new_version(old: str, new: str, detail: str) -> None:
    changes = plan_of(old, new).of("type")
    assert [(change.change, change.details) for change in changes] == [("new_version", (detail,))]


@pytest.mark.parametrize(
    ("old", "new", "detail"),
    [
        ("    name: Repair", "    name: {pt-BR: Conserto, en: Repair, es: Repair}", "names.pt-BR: Repair → Conserto"),
        ("kinds: [customer]", "kinds: [customer, student]", "opened_by.kinds: customer → customer, student"),
        ("subject: The usual", "subject: Another", "templates.usual.subject: The usual → Another"),
        ("    opened_by:", "    priority: high\n    opened_by:", "priority: not said → high"),
    ],
)
def test_names_openers_and_templates_are_changed_without_a_new_version(old: str, new: str, detail: str) -> None:
    plan = plan_of(old, new)
    assert [(change.change, change.details) for change in plan.of("type", "changed", "new_version")] == [
        ("changed", (detail,))
    ]


def test_queues_and_calendars_change_without_touching_types() -> None:
    plan = plan_of("caio@house.test", "dora@house.test")
    assert [(change.kind, change.change) for change in plan.changes if change.change != "unchanged"] == [
        ("queue", "changed")
    ]


def test_a_long_list_of_differences_is_cut() -> None:
    options = ", ".join(f"{{code: o{number}, label: O}}" for number in range(100))
    change = plan_of(OPTIONS, options).of("type")[0]
    assert len(change.details) == 61
    assert change.details[-1] == "… and 42 more"


def test_the_digest_is_of_the_content_alone() -> None:
    type = base().types[0]
    assert version_digest(type.version) == version_digest(read(BASE.replace("Repair", "Fix"), "x").types[0].version)
    other = read(changed("within: 4h", "within: 5h"), "x").types[0]
    assert version_digest(type.version) != version_digest(other.version)
    assert len(version_digest(type.version)) == 64


def test_a_plan_goes_over_the_wire() -> None:
    assert compare(None, Catalog(groups=base().groups)).to_wire() == [
        {"kind": "group", "code": "general", "change": "new", "details": []}
    ]
