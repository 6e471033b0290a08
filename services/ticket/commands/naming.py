"""Who is meant by an id or an e-mail that somebody sent."""

from __future__ import annotations

from services.ticket.rules import problems
from shared import people
from shared.ids import is_id
from shared.people import Person
from shared.transaction import Transaction


def load_person(tx: Transaction, field: str, named: str) -> Person:
    """The person of that id or e-mail. Raises Missing until identity was asked, then Invalid about `field`."""
    if "@" in named:
        found = people.by_email(tx, named)
        if found is None:
            tx.miss("person_email", named)
            raise problems.invalid(field, "Nobody has the e-mail %(email)s", email=named)
        return found
    id = named.lower()
    if not is_id(id):
        raise problems.invalid(field, "This is neither a person's id nor an e-mail")
    found = people.find(tx, [id]).get(id)
    if found is None:
        tx.miss("person", id)
        raise problems.invalid(field, "There is no such person")
    return found
