"""What a type says of itself, who may open it, what its first form asks; what settings may hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.workflow.rules import settings
from services.workflow.rules.catalog import may_open, named_in, says_otherwise, type_changed
from services.workflow.rules.fields import first_fields
from shared.catalog.definitions import AttachmentLimits, Group, OpenedBy, Template, Type, TypeVersion
from shared.catalog.parameters import Option, Parameter
from shared.errors import Invalid, NotFound
from tests.builders.workflow import DONE, published, rule, stage, to

DESK = stage("desk", "attendant", to("done", assign=rule("attendant:eva@atende.test")))
TYPE = Type(
    code="dispute",
    group="general",
    names={"pt-BR": "Contestação", "en": "Dispute"},
    version=published(DESK, DONE).version,
    opened_by=OpenedBy(kinds=("customer",), profiles=("client",)),
    attachments=AttachmentLimits(count=3),
    templates=(Template(code="t", names={"pt-BR": "Modelo"}, parameters={"amount": "1.00"}),),
)
GENERAL = Group(code="general", names={"pt-BR": "Geral"})


def test_a_types_news_carries_the_whole_of_it_less_its_version() -> None:
    event = type_changed(TYPE, GENERAL, retired=False)
    assert (event.code, event.group, event.group_names) == ("dispute", "general", {"pt-BR": "Geral"})
    assert event.opened_by == {"kinds": ["customer"], "profiles": ["client"]}
    assert event.attachments == {"count": 3, "size_bytes": None, "types": ()}
    assert event.templates[0]["parameters"] == {"amount": "1.00"}


def test_all_kinds_are_said_in_one_word() -> None:
    assert type_changed(replace(TYPE, opened_by=OpenedBy()), GENERAL, retired=True).opened_by == {
        "kinds": "all",
        "profiles": [],
    }


def test_a_change_of_the_flow_alone_is_no_news_of_the_type() -> None:
    other = replace(TYPE, version=published(stage("other"), DONE).version)
    assert not says_otherwise(other, TYPE)
    assert says_otherwise(replace(TYPE, confidential=True), TYPE)


def test_the_people_that_rules_name_are_found_in_stages_and_transitions() -> None:
    assert named_in(TYPE) == {"eva@atende.test"}


@pytest.mark.parametrize(
    ("who", "kind", "profiles", "may"),
    [
        (OpenedBy(), None, set(), True),
        (OpenedBy(), "customer", set(), True),
        (OpenedBy(kinds=("customer",)), "customer", set(), True),
        (OpenedBy(kinds=("customer",)), "student", set(), False),
        (OpenedBy(kinds=("customer",)), None, set(), False),
        (OpenedBy(profiles=("client",)), "customer", {"client"}, True),
        (OpenedBy(profiles=("client",)), "customer", {"attendant"}, False),
        (OpenedBy(kinds=("customer",), profiles=("client",)), "customer", {"client", "x"}, True),
        (OpenedBy(kinds=("customer",), profiles=("client",)), "student", {"client"}, False),
    ],
)
def test_a_type_is_opened_by_the_kinds_and_profiles_that_it_names(
    who: OpenedBy, kind: str | None, profiles: set[str], may: bool
) -> None:
    assert may_open(who, kind, frozenset(profiles)) is may


def test_the_first_form_asks_what_the_first_stage_asks_of_clients() -> None:
    choice = Parameter(
        code="reason",
        kind="choice",
        labels={"pt-BR": "Motivo", "en": "Reason"},
        options=(Option(code="a", labels={"pt-BR": "Um", "en": "One"}),),
    )
    hidden = Parameter(code="cause", kind="text", labels={"pt-BR": "Causa"})
    first = stage("desk", cells={"client": {"reason": "required"}})
    version = TypeVersion(parameters=(choice, hidden), flow=published(first).version.flow)
    (shown,) = first_fields(version, "en")
    assert (shown.code, shown.label, shown.access, shown.options[0].label) == ("reason", "Reason", "required", "One")


# ---- settings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "kept"), [(None, None), ("", None), ("Casa", "Casa")])
def test_an_empty_text_is_null(value: Any, kept: str | None) -> None:
    assert settings.plain("text", value) == kept


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", 7),
        ("text", []),
        ("text", "x" * 2001),
        ("text", "a\x00b"),
        ("queue", "\ud800"),
        ("time_zone", "Mars/Base"),
        ("person", {}),
    ],
)
def test_values_of_another_form_are_refused(kind: Any, value: Any) -> None:
    with pytest.raises(Invalid) as raised:
        settings.plain(kind, value)
    assert list(raised.value.fields) == ["value"]


def test_an_unknown_setting_is_not_found() -> None:
    with pytest.raises(NotFound):
        settings.kind_of("house.colour")


def test_both_fallbacks_are_never_empty() -> None:
    settings.refuse_no_fallback([])
    with pytest.raises(Invalid):
        settings.refuse_no_fallback(["dispute"])


@pytest.mark.parametrize(
    ("can", "alone", "warned"), [(True, False, 0), (False, False, 1), (True, True, 1), (False, True, 1)]
)
def test_a_setting_that_names_one_who_cannot_act_shows_a_warning(can: bool, alone: bool, warned: int) -> None:
    assert len(settings.meaning_of_person("id", "Bruno", can_attend=can, is_alone=alone).warnings) == warned


@pytest.mark.parametrize(("retired", "able", "warned"), [(False, 1, 0), (True, 1, 1), (False, 0, 1), (True, 0, 2)])
def test_a_setting_that_names_a_queue_of_nobody_shows_a_warning(retired: bool, able: int, warned: int) -> None:
    assert len(settings.meaning_of_queue("q", {}, is_retired=retired, able=able).warnings) == warned
