"""Who gets a stage: each rule, and each way in which it can name nobody who can act."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.workflow.rules.entering import enter
from services.workflow.rules.facts import Facts, Standing, Wanted
from services.workflow.rules.flow import Flow
from services.workflow.rules.holders import Chosen, assign, fallback, holder_for
from services.workflow.rules.turns import resume
from shared.contracts.workflow import Holder
from tests.builders.workflow import ANA, NOON, a_flow, facts, moment, published, rule, someone, stage, to

PERSON, QUEUE = Holder, lambda code: Holder(id=code, queue=True)
VERSION = published(stage("desk"), people={"eva@atende.test": "eva"})
EVERYBODY = tuple(someone(name) for name in ("bruno", "carla", "davi", "eva", "fred"))
HOUSE: dict[str, Any] = {
    "default": "bruno",
    "fallback": "reserve",
    "queues": {"finance": ("carla", "davi"), "fallback": ("fred",), "reserve": ("eva",), "empty": ()},
}


def chosen(text: str | None, known: Facts, flow: Flow | None = None) -> Chosen:
    """Whom a rule names."""
    return assign(rule(text) if text else None, VERSION, flow or a_flow().build(), known)


@pytest.mark.parametrize(
    ("text", "holder"),
    [
        (None, PERSON(id="bruno")),
        ("default_attendant", PERSON(id="bruno")),
        ("queue:finance", QUEUE("finance")),
        ("attendant:eva@atende.test", PERSON(id="eva")),
        ("previous", PERSON(id="carla")),
        ("least_loaded:finance", PERSON(id="carla")),
    ],
)
def test_a_rule_names_the_holder(text: str | None, holder: Holder) -> None:
    assert chosen(text, facts(*EVERYBODY, **HOUSE), a_flow(attendant_id="carla").build()) == Chosen(holder, None)


@pytest.mark.parametrize(
    ("text", "unable", "holder", "reason"),
    [
        (None, {"bruno"}, "fallback", "default_attendant_cannot_act"),
        ("queue:finance", {"carla", "davi"}, "fallback", "queue_has_nobody"),
        ("queue:empty", set(), "fallback", "queue_has_nobody"),
        ("queue:nowhere", set(), "fallback", "queue_retired"),
        ("least_loaded:finance", {"carla", "davi"}, "fallback", "queue_has_nobody"),
        ("least_loaded:nowhere", set(), "fallback", "queue_retired"),
        ("attendant:eva@atende.test", {"eva"}, "fallback", "attendant_cannot_act"),
        ("attendant:nobody@atende.test", set(), "fallback", "attendant_cannot_act"),
        (None, {"bruno", "fred"}, "reserve", "default_attendant_cannot_act"),
        (None, {"bruno", "fred", "eva"}, "fallback", "default_attendant_cannot_act"),
    ],
)
def test_a_rule_that_names_nobody_who_can_act_falls_back_and_says_why(
    text: str | None, unable: set[str], holder: str, reason: str
) -> None:
    people = tuple(someone(p.id, able=p.id not in unable) for p in EVERYBODY)
    known = facts(*people, **{**HOUSE, "queues": {**HOUSE["queues"], "nowhere": None}})
    assert chosen(text, known) == Chosen(QUEUE(holder), reason)


def test_a_retired_queue_is_not_given_tickets() -> None:
    known = facts(*EVERYBODY, **HOUSE, retired=frozenset({"finance"}))
    assert chosen("queue:finance", known) == Chosen(QUEUE("fallback"), "queue_retired")


def test_no_default_attendant_falls_back_and_says_so() -> None:
    known = facts(*EVERYBODY, **{**HOUSE, "default": None})
    assert chosen(None, known) == Chosen(QUEUE("fallback"), "no_default_attendant")


@pytest.mark.parametrize("previous", [None, "carla"])
def test_previous_nobody_yet_or_who_cannot_act_is_as_with_no_rule(previous: str | None) -> None:
    people = tuple(someone(p.id, able=p.id != "carla") for p in EVERYBODY)
    flow = a_flow(attendant_id=previous).build()
    assert chosen("previous", facts(*people, **HOUSE), flow) == Chosen(Holder(id="bruno"), None)


def test_with_no_fallback_anywhere_nobody_holds_it_and_the_reason_is_told() -> None:
    bare = published(stage("desk"), fallback=None)
    assert fallback(bare, facts(), "holder_gone") == Chosen(None, "holder_gone")


@pytest.mark.parametrize(
    ("loads", "holder"),
    [
        ({}, "carla"),
        ({"carla": 1}, "davi"),
        ({"carla": 2, "davi": 1}, "davi"),
        ({"carla": 1, "davi": 1}, "carla"),
        ({"carla": 7, "davi": 9}, "carla"),
    ],
)
def test_least_loaded_takes_who_holds_fewest_the_first_of_the_queue_among_equals(
    loads: dict[str, int], holder: str
) -> None:
    known = facts(*EVERYBODY, **HOUSE, loads={"finance": loads})
    assert chosen("least_loaded:finance", known).holder == Holder(id=holder)


def test_least_loaded_takes_an_absent_member_only_when_nobody_else_is_there() -> None:
    carla, davi = someone("carla", absent=True), someone("davi", absent=True)
    others = tuple(p for p in EVERYBODY if p.id not in ("carla", "davi"))
    assert chosen("least_loaded:finance", facts(carla, someone("davi"), *others, **HOUSE)).holder == Holder(id="davi")
    assert chosen("least_loaded:finance", facts(carla, davi, *others, **HOUSE)).holder == Holder(id="carla")


# ---- absence ---------------------------------------------------------------------------------------------------------

NAMES_A_PERSON = [None, "default_attendant", "attendant:bruno@atende.test", "previous"]
"""Rules that name Bruno."""
BRUNO = published(stage("desk"), people={"bruno@atende.test": "bruno"})


def chosen_for_bruno(text: str | None, *people: Standing) -> Chosen:
    """Whom a rule that names Bruno gives the ticket, when these people stand so and all others can attend."""
    given = {p.id for p in people}
    known = facts(*people, *(p for p in EVERYBODY if p.id not in given), **HOUSE)
    return assign(rule(text) if text else None, BRUNO, a_flow(attendant_id="bruno").build(), known)


@pytest.mark.parametrize("text", NAMES_A_PERSON)
def test_who_is_absent_is_followed_by_their_substitute(text: str | None) -> None:
    away = someone("bruno", absent=True, substitute_id="eva")
    assert chosen_for_bruno(text, away) == Chosen(Holder(id="eva"), None)


@pytest.mark.parametrize("text", NAMES_A_PERSON)
def test_a_substitute_who_is_not_absent_changes_nothing(text: str | None) -> None:
    assert chosen_for_bruno(text, someone("bruno", substitute_id="eva")) == Chosen(Holder(id="bruno"), None)


@pytest.mark.parametrize("text", NAMES_A_PERSON)
def test_an_absent_substitute_is_followed_by_theirs(text: str | None) -> None:
    away = someone("bruno", absent=True, substitute_id="eva")
    also = someone("eva", absent=True, substitute_id="davi")
    assert chosen_for_bruno(text, away, also) == Chosen(Holder(id="davi"), None)


@pytest.mark.parametrize("text", NAMES_A_PERSON)
@pytest.mark.parametrize(
    "others",
    [
        (someone("bruno", absent=True),),
        (someone("bruno", absent=True, substitute_id="eva"), someone("eva", able=False)),
        (someone("bruno", absent=True, substitute_id="eva"), someone("eva", absent=True)),
        (someone("bruno", absent=True, substitute_id="eva"), someone("eva", absent=True, substitute_id="bruno")),
        (someone("bruno", absent=True, substitute_id="bruno"),),
    ],
)
def test_absent_with_nobody_in_their_place_is_as_someone_who_cannot_act(
    text: str | None, others: tuple[Standing, ...]
) -> None:
    got = chosen_for_bruno(text, *others)
    assert (got.holder, got.fallback_reason in REASONS) == (QUEUE("fallback"), True)


REASONS = ("default_attendant_cannot_act", "attendant_cannot_act")


def test_a_queue_whose_members_are_all_absent_still_holds_tickets() -> None:
    carla, davi = someone("carla", absent=True), someone("davi", absent=True)
    others = tuple(p for p in EVERYBODY if p.id not in ("carla", "davi"))
    assert chosen("queue:finance", facts(carla, davi, *others, **HOUSE)) == Chosen(QUEUE("finance"), None)


def test_least_loaded_gives_what_only_absent_members_could_hold_to_a_substitute() -> None:
    carla, davi = someone("carla", absent=True, substitute_id="eva"), someone("davi", absent=True)
    others = tuple(p for p in EVERYBODY if p.id not in ("carla", "davi"))
    assert chosen("least_loaded:finance", facts(carla, davi, *others, **HOUSE)).holder == Holder(id="eva")


def test_the_last_attendant_of_a_third_partys_stage_may_be_followed_by_their_substitute() -> None:
    version = published(stage("workshop", "third_party"))
    flow = a_flow(side="client", attendant_id="davi").build()
    others = tuple(p for p in EVERYBODY if p.id != "davi")
    known = facts(someone("davi", absent=True, substitute_id="eva"), *others, **HOUSE)
    got = holder_for(version, flow, version.version.load_stage("workshop"), known, by="ana")
    assert got.holder == Holder(id="eva")


def test_reopening_gives_an_absent_attendants_ticket_to_the_substitute() -> None:
    first = stage("desk", assign=rule("queue:finance"))
    flow = a_flow(attendant_id="davi").concluded().build()
    others = tuple(p for p in EVERYBODY if p.id != "davi")
    known = facts(someone("davi", absent=True, substitute_id="eva"), *others, **HOUSE)
    assert enter(published(first), flow, first, known, moment(), reopened=True).flow.holder == Holder(id="eva")


def test_what_wakes_goes_to_the_substitute_of_who_scheduled_it() -> None:
    version = published(stage("desk"))
    others = tuple(p for p in EVERYBODY if p.id != "carla")
    known = facts(someone("carla", absent=True, substitute_id="eva"), *others, **HOUSE)
    resting = a_flow().scheduled("carla", NOON + timedelta(hours=1)).build()
    assert resume(version, resting, known, moment(), "wake").flow.holder == Holder(id="eva")


def test_who_ends_a_wait_goes_on_with_it_whatever_their_absence_says() -> None:
    version = published(stage("desk"))
    others = tuple(p for p in EVERYBODY if p.id != "carla")
    known = facts(someone("carla", absent=True, substitute_id="eva"), *others, **HOUSE)
    assert resume(version, a_flow().waiting("carla").build(), known, moment(), "resume").flow.holder == Holder(
        id="carla"
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("queue:finance", "queues"),
        ("least_loaded:finance", "queues"),
        ("attendant:eva@atende.test", "people"),
        ("previous", "people"),
        (None, "people"),
    ],
)
def test_facts_that_were_not_read_are_asked_for(text: str | None, wanted: str) -> None:
    with pytest.raises(Wanted) as raised:
        chosen(text, Facts(default_attendant="bruno"))
    assert getattr(raised.value, wanted)


def test_a_queue_is_asked_for_together_with_what_is_needed_when_it_fails() -> None:
    with pytest.raises(Wanted) as raised:
        chosen("queue:finance", Facts(fallback_queue="reserve"))
    assert raised.value.queues == {"finance", "fallback", "reserve"}


def test_the_clients_stage_is_held_by_the_client() -> None:
    version = published(stage("more", "client"))
    got = holder_for(version, a_flow().build(), version.version.load_stage("more"), facts(), by="bruno")
    assert got == Chosen(Holder(id=ANA))


@pytest.mark.parametrize(
    ("by", "side", "last", "holder"),
    [
        ("carla", "attendant", "davi", "carla"),
        ("ana", "client", "davi", "davi"),
        ("ana", "client", None, "bruno"),
        ("gone", "attendant", "davi", "davi"),
        ("carla", "third_party", None, "carla"),
    ],
)
def test_a_third_partys_stage_is_held_by_who_took_the_transition_in_else_the_last_attendant_else_as_with_no_rule(
    by: str, side: str, last: str | None, holder: str
) -> None:
    version = published(stage("workshop", "third_party"))
    flow = a_flow(side=side, attendant_id=last).build()
    known = facts(*EVERYBODY, someone("gone", able=False), someone("ana", able=False), **HOUSE)
    got = holder_for(version, flow, version.version.load_stage("workshop"), known, by=by)
    assert got.holder == Holder(id=holder)


def test_assign_on_a_transition_goes_before_the_stages() -> None:
    target = stage("analysis", assign=rule("queue:finance"))
    version = published(stage("desk"), target, people={"eva@atende.test": "eva"})
    step = to("analysis", assign=rule("attendant:eva@atende.test"))
    known, flow = facts(*EVERYBODY, **HOUSE), a_flow().build()
    assert enter(version, flow, target, known, moment(), transition=step).flow.holder == Holder(id="eva")
    assert enter(version, flow, target, known, moment(), transition=to("analysis")).flow.holder == QUEUE("finance")


def test_reopening_assigns_as_previous_whatever_the_first_stage_says() -> None:
    first = stage("desk", assign=rule("queue:finance"))
    flow = a_flow(attendant_id="davi").concluded().build()
    step = enter(published(first), flow, first, facts(*EVERYBODY, **HOUSE), moment(), reopened=True)
    assert step.flow.holder == Holder(id="davi")
    assert step.starts
