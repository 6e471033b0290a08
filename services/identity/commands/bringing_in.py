"""Bringing in many people from a list: every line is judged as if it were sent alone, then all good ones are written.

Trying it and doing it are the same judgement; trying it leaves the writing out. One commit holds the list, so that
sending it again (after an answer that was lost) finds the people there already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.identity.access.organisations import named as organisations_named
from services.identity.access.people import find_person, holder_of_identifier, names_of
from services.identity.commands import content, people
from services.identity.rules import bringing_in as rules
from services.identity.rules.bringing_in import Line, Outcome, Result
from services.identity.rules.identifiers import EMAIL, candidates
from services.identity.rules.people import Named, NewPerson, Person, born, changed
from shared.errors import Conflict, Forbidden, Invalid
from shared.ids import Actor, new_id
from shared.transaction import Transaction


@dataclass(slots=True)
class _List:
    """What the lines so far have come to: whom they name, whom they make, and what is to be written."""

    tx: Transaction
    actor: Actor
    like: NewPerson
    lines_by_name: dict[tuple[str, str], int] = field(default_factory=dict)
    ids_by_name: dict[tuple[str, str], str] = field(default_factory=dict)
    lines_by_id: dict[str, int] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)
    organisation_ids: dict[str, list[str]] = field(default_factory=dict)
    pending: list[tuple[Person | None, Person, dict[str, Any]]] = field(default_factory=list)


def bring_in(tx: Transaction, actor: Actor, lines: Sequence[Line], like: NewPerson, *, dry_run: bool) -> list[Result]:
    """What becomes of each line, or (dry_run) would. `like` has what a new person gets of the house.

    Somebody is there already where an identifier of the line is theirs. What is wrong with one line is in its result
    and stops no other.
    """
    sought = _List(tx, actor, like)
    results = [_judged(sought, line) for line in lines]
    if not dry_run:
        for before, after, facts in sought.pending:
            if before is None:
                people.store(tx, after)
            else:
                people.save(tx, before, after, "change_person", detail=facts)
    return results


def _judged(sought: _List, line: Line) -> Result:
    try:
        return _outcome(sought, line)
    except (Invalid, Forbidden, Conflict) as refusal:
        return Result(line=line.number, outcome=Outcome.WRONG, refusal=refusal)


def _outcome(sought: _List, line: Line) -> Result:
    wrong = content.Wrong()
    for name, messages in line.wrong.items():
        wrong.fields[name] = list(messages)
    email, others = content.normal_identifiers(line.facts.get("email"), line.identifiers, wrong)
    wrong.refuse()
    names = {**others, **({EMAIL: email} if email else {})}
    _refuse_twins(sought, names)
    found = _present(sought, names)
    facts = _facts(sought, line, wrong)
    wrong.refuse()
    if found is None:
        return _to_make(sought, line, facts)
    return _to_change(sought, line, facts, *found)


def _to_make(sought: _List, line: Line, facts: dict[str, Any]) -> Result:
    if not facts.get("name"):
        wrong = content.Wrong()
        wrong.add("name", "This must be filled in.")
        wrong.refuse()
    tx = sought.tx
    draft = born(new_id(), replace(sought.like, **facts), tx.now)
    person = people.judged_new(tx, sought.actor, draft, also=sought.made)
    sought.made[person.id] = person.name
    _remember(sought, line, person)
    sought.pending.append((None, person, {}))
    return Result(line=line.number, outcome=Outcome.NEW, person=Named(person.id, person.name))


def _to_change(sought: _List, line: Line, facts: dict[str, Any], before: Person, granted: frozenset[str]) -> Result:
    tx = sought.tx
    if before.id in sought.lines_by_id:
        raise Invalid("Line %(line)d is about the same person", line=sought.lines_by_id[before.id])
    after = changed(before, facts, tx.now)
    moved = {*before.profiles} ^ {*after.profiles}
    tx.in_order(forbidden=people.refusal(tx, sought.actor, granted, moved), moves=False)
    if rules.takes_administration(before, after):
        raise Conflict("A list takes the administrator's profile from nobody: do it on their page")
    after = people.checked(tx, after, before, also=sought.made)
    names = names_of(tx, [before, after]) | sought.made
    changes = rules.differences(before, after, names)
    _remember(sought, line, after)
    if changes:
        sought.pending.append((before, after, {name: facts[name] for name in sorted(facts)}))
    outcome = Outcome.CHANGED if changes else Outcome.UNCHANGED
    return Result(line=line.number, outcome=outcome, person=Named(after.id, after.name), changes=changes)


def _refuse_twins(sought: _List, names: dict[str, str]) -> None:
    """No two lines share an identifier. Raises Invalid."""
    wrong = content.Wrong()
    for kind, value in names.items():
        if (kind, value) in sought.lines_by_name:
            wrong.add(content.field_of(kind), "Line %(line)d has this already", line=sought.lines_by_name[kind, value])
    wrong.refuse()


def _present(sought: _List, names: dict[str, str]) -> tuple[Person, frozenset[str]] | None:
    """Who has one of these identifiers already. Raises Invalid where they are several people's."""
    found = (holder_of_identifier(sought.tx, kind, value) for kind, value in names.items())
    holders = {id for id in found if id is not None}
    if len(holders) > 1:
        raise Invalid("The e-mail and the identifiers of this line are of different people")
    return find_person(sought.tx, holders.pop()) if holders else None


def _facts(sought: _List, line: Line, wrong: content.Wrong) -> dict[str, Any]:
    """What the line says of its person, others found by what they are called."""
    facts = {name: value for name, value in line.facts.items() if value}
    if line.identifiers:
        facts["identifiers"] = dict(line.identifiers)
    if line.superior:
        facts["superior_id"] = _somebody(sought, line.superior, "superior", wrong)
    if line.guardians:
        found = [_somebody(sought, each, "guardians", wrong) for each in line.guardians]
        facts["guardians"] = tuple(dict.fromkeys(id for id in found if id))
    if line.organisation:
        facts["organisation_id"] = _organisation(sought, line.organisation, wrong)
    return facts


def _somebody(sought: _List, called: str, field_name: str, wrong: content.Wrong) -> str | None:
    """The id of who is called so, here or on a line before."""
    for kind, form in candidates(called).items():
        id = form and (sought.ids_by_name.get((kind, form)) or holder_of_identifier(sought.tx, kind, form))
        if id:
            return id
    wrong.add(field_name, "Nobody here or on a line before has the e-mail or identifier %(called)s", called=called)
    return None


def _organisation(sought: _List, name: str, wrong: content.Wrong) -> str | None:
    if name not in sought.organisation_ids:
        sought.organisation_ids[name] = organisations_named(sought.tx, name)
    ids = sought.organisation_ids[name]
    if not ids:
        wrong.add("organisation", "There is no organisation %(name)s: make it first", name=name)
    if len(ids) > 1:
        wrong.add(
            "organisation", "Several organisations are called %(name)s: choose it on the person's page", name=name
        )
    return ids[0] if len(ids) == 1 else None


def _remember(sought: _List, line: Line, person: Person) -> None:
    sought.lines_by_id[person.id] = line.number
    for place in content.named(person).items():
        sought.lines_by_name[place] = line.number
        sought.ids_by_name[place] = person.id
