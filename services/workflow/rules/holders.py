"""Who gets a stage: assignment rules and fallbacks.

With no rule that is the default attendant. Who is absent is followed by their substitute. When the rule or the setting
names nobody, or someone who cannot act, the flow's fallback queue holds the ticket, else the queue in the setting, and
administrators are told why: a request is never left with nobody (domain page, *Life of a ticket*).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from services.workflow.rules.facts import Facts, Queue
from services.workflow.rules.flow import Flow, Published
from shared.catalog.definitions import Assignment, Stage, Transition
from shared.contracts.workflow import Holder

PREVIOUS: Final = Assignment(kind="previous")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A holder, and why it is a fallback (a code that administrators are told), None where the rule was followed."""

    holder: Holder | None
    fallback_reason: str | None = None


def holder_for(
    published: Published,
    flow: Flow,
    stage: Stage,
    facts: Facts,
    *,
    by: str,
    transition: Transition | None = None,
    reopened: bool = False,
) -> Chosen:
    """Who gets the turn when `stage` is entered through `transition`. Raises Wanted."""
    if stage.side == "client":
        return Chosen(Holder(id=flow.client_id))
    if stage.approvers is not None:
        return Chosen(Holder(id=stage.approvers.queue, queue=True))
    if stage.side == "third_party" and (acting := _acting_for_third_party(flow, facts, by)) is not None:
        return Chosen(Holder(id=acting))
    rule = (transition.assign if transition is not None else None) or stage.assign
    if stage.side == "third_party":
        rule = None
    return assign(PREVIOUS if reopened else rule, published, flow, facts)


def _acting_for_third_party(flow: Flow, facts: Facts, by: str) -> str | None:
    """Who took the transition in, if an attendant did, else the last attendant; None where neither can act.

    Who takes a transition is at work, whatever their absence says; the last attendant may have gone away since.
    """
    if flow.side in ("attendant", "third_party") and facts.person(by).can_attend:
        return by
    return stand_in(flow.attendant_id, facts)


def stand_in(named: str | None, facts: Facts) -> str | None:
    """Who gets what is assigned to a person: they, while they are absent their substitute, and so on.

    None where nobody of them can act: who is absent and has nobody in their place cannot. Raises Wanted.
    """
    passed: set[str] = set()
    while named is not None and named not in passed:
        person = facts.person(named)
        if not person.can_attend:
            return None
        if not person.absent:
            return named
        passed.add(named)
        named = person.substitute_id
    return None


def assign(rule: Assignment | None, published: Published, flow: Flow, facts: Facts) -> Chosen:
    """The holder that an attendants' rule names, or the fallback. Raises Wanted."""
    kind = rule.kind if rule is not None else "default_attendant"
    target = (rule.target if rule is not None else None) or ""
    if kind == "previous" and (last := stand_in(flow.attendant_id, facts)) is not None:
        return Chosen(Holder(id=last))
    if kind == "queue":
        return _queue(target, published, facts)
    if kind == "least_loaded":
        return _least_loaded(target, published, facts)
    if kind == "attendant":
        return _attendant(published.people.get(target), published, facts)
    return _default_attendant(published, facts)


def _default_attendant(published: Published, facts: Facts) -> Chosen:
    if facts.default_attendant is None:
        return fallback(published, facts, "no_default_attendant")
    person = stand_in(facts.default_attendant, facts)
    if person is None:
        return fallback(published, facts, "default_attendant_cannot_act")
    return Chosen(Holder(id=person))


def _attendant(named: str | None, published: Published, facts: Facts) -> Chosen:
    person = stand_in(named, facts)
    if person is None:
        return fallback(published, facts, "attendant_cannot_act")
    return Chosen(Holder(id=person))


def _queue(code: str, published: Published, facts: Facts) -> Chosen:
    queue = facts.queue(code, published.fallback_queue, facts.fallback_queue)
    if (reason := useless(queue)) is not None:
        return fallback(published, facts, reason)
    return Chosen(Holder(id=code, queue=True))


def _least_loaded(code: str, published: Published, facts: Facts) -> Chosen:
    queue = facts.queue(code, published.fallback_queue, facts.fallback_queue)
    reason = useless(queue)
    if queue is None or reason is not None:
        return fallback(published, facts, reason or "queue_retired")
    loads = facts.load(code)
    able = [m for m in facts.members_of(code) if m.can_attend]
    present = [m for m in able if not m.absent] or able
    least = min(present, key=lambda m: loads.get(m.id, 0)).id
    return Chosen(Holder(id=stand_in(least, facts) or least))


def useless(queue: Queue | None) -> str | None:
    """Why a queue cannot be given a ticket, None where it can."""
    if queue is None or queue.retired:
        return "queue_retired"
    return None if queue.has_able else "queue_has_nobody"


def fallback(published: Published, facts: Facts, reason: str) -> Chosen:
    """The first fallback queue in which somebody can act, else the first there is. Raises Wanted."""
    codes = [c for c in (published.fallback_queue, facts.fallback_queue) if c is not None]
    queues = [facts.queue(c, *codes) for c in codes]
    usable = [q for q in queues if q is not None and useless(q) is None]
    there = [q for q in queues if q is not None]
    for queue in (*usable, *there):
        return Chosen(Holder(id=queue.code, queue=True), reason)
    return Chosen(None, reason)
