"""What is wrong with the content of a command, collected so that everything is told at once (422)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from services.identity.access.organisations import find_organisation
from services.identity.access.people import find_kind, find_person, holder_of_identifier
from services.identity.rules.identifiers import EMAIL, Unfit, normal_form
from services.identity.rules.people import Person, related
from shared.database import Reader
from shared.errors import Invalid, Message


class Wrong:
    """Collects what is wrong, by field."""

    def __init__(self) -> None:
        self.fields: dict[str, list[Message]] = {}

    def add(self, field: str, message: str, **values: Any) -> None:
        """`field` is wrong because of `message`."""
        self.fields.setdefault(field, []).append(Message(message, values))

    def refuse(self) -> None:
        """Raises Invalid if anything is wrong."""
        if self.fields:
            raise Invalid("Correct the fields named and send it again", fields=self.fields)


def normal_identifiers(email: str | None, others: Mapping[str, str], wrong: Wrong) -> tuple[str | None, dict[str, str]]:
    """E-mail and other identifiers in their normal form; what does not fit goes to `wrong`."""
    forms: dict[str, str] = {}
    for kind, value in {**others, **({EMAIL: email} if email else {})}.items():
        try:
            forms[kind] = normal_form(kind, value)
        except Unfit as unfit:
            wrong.add(field_of(kind), unfit.message.key)
    return forms.pop(EMAIL, None), forms


def field_of(kind: str) -> str:
    """The field in which an identifier of that kind is sent."""
    return kind if kind == EMAIL else f"identifiers.{kind}"


def check_taken(reader: Reader, person: Person, before: Person | None, wrong: Wrong) -> None:
    """No two people share an identifier."""
    held = named(before) if before else {}
    for kind, value in named(person).items():
        if held.get(kind) == value:
            continue
        holder = holder_of_identifier(reader, kind, value)
        if holder is not None and holder != person.id:
            wrong.add(field_of(kind), "Somebody else has this already")


def named(person: Person) -> dict[str, str]:
    """All identifiers of a person by kind, the e-mail among them."""
    return {**person.identifiers, **({EMAIL: person.email} if person.email else {})}


def check_related(
    reader: Reader, person: Person, before: Person | None, wrong: Wrong, also: Collection[str] = ()
) -> None:
    """Superior, substitute and guardians are somebody else, and are there, or among `also`."""
    known = {*also, *(related(before) if before else ())}
    fields: Sequence[tuple[str, Sequence[str | None]]] = (
        ("superior_id", (person.superior_id,)),
        ("substitute_id", (person.substitute_id,)),
        ("guardians", person.guardians),
    )
    for field, ids in fields:
        for id in filter(None, ids):
            if id == person.id:
                wrong.add(field, "This must be somebody else")
            elif id not in known and find_person(reader, id) is None:
                wrong.add(field, "There is no such person")


def check_kind(reader: Reader, person: Person, before: Person | None, wrong: Wrong) -> None:
    """The client kind is one in use."""
    unchanged = before is not None and before.kind == person.kind
    if person.kind is not None and not unchanged and find_kind(reader, person.kind) is None:
        wrong.add("kind", "There is no client kind %(kind)s", kind=person.kind)


def check_organisation(reader: Reader, person: Person, before: Person | None, wrong: Wrong) -> None:
    """The organisation is there."""
    unchanged = before is not None and before.organisation_id == person.organisation_id
    id = person.organisation_id
    if id is not None and not unchanged and find_organisation(reader, id) is None:
        wrong.add("organisation_id", "There is no such organisation")


def check_absence(person: Person, wrong: Wrong) -> None:
    """An absence does not end before it begins, and has a beginning."""
    if person.absent_until is None:
        return
    if person.absent_from is None:
        wrong.add("absent_from", "Say when the absence begins")
    elif person.absent_until < person.absent_from:
        wrong.add("absent_until", "An absence ends after it begins")
