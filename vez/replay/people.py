"""The people of a log in the system: made by the administrator where they are not there yet, then signed in."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from shared import clock
from vez.discover.draft import Draft, Person
from vez.replay.api import Api, Refused, Session

PEOPLE: Final = "/api/identity/v1/people"
AT_ONCE: Final = 8
KIND: Final = "customer"


class NoEntry(Exception):
    """Somebody cannot be signed in; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who acts in a replay, signed in, by the draft's numbers. Those whom nothing needs are None."""

    attendants: Sequence[Session | None]
    clients: Sequence[Session | None]
    created: int
    people_seconds: float
    sign_in_seconds: float

    def attendant(self, number: int) -> Session:
        """Raises KeyError: a draft's walks name nobody who is not in its cast."""
        return _there(self.attendants[number])

    def client(self, number: int) -> Session:
        """Raises KeyError."""
        return _there(self.clients[number])

    @property
    def signed_in(self) -> int:
        return sum(session is not None for session in (*self.attendants, *self.clients))


def _there(session: Session | None) -> Session:
    if session is None:
        raise KeyError("nobody")
    return session


def password_for(secret: str, email: str) -> str:
    """A password that only who knows `secret` can make again, so that a second replay signs in the same people."""
    return hmac.new(secret.encode(), f"vez replay {email}".encode(), hashlib.sha256).hexdigest()[:40]


def needed(draft: Draft) -> list[tuple[Person, bool]]:
    """Everybody whom the draft's walks need, and whether they are clients. Customers who open nothing are not."""
    clients = {walk.client for walk in draft.survey.walks}
    attendants = [(person, False) for person in draft.attendants if person.email]
    return attendants + [(draft.clients[number], True) for number in sorted(clients)]


def gather(
    api: Api, admin: Session, draft: Draft, *, mail: bool, made_one: Callable[[], None], entered_one: Callable[[], None]
) -> Cast:
    """Make whom the draft needs and the system lacks, and sign everybody in. Raises NoEntry, Refused, GivenUp."""
    wanted = needed(draft)
    began = clock.monotonic()
    there = {person["email"]: person["id"] for person in api.items(admin, PEOPLE, q=draft.domain)}
    sessions = {person.email: Session(person.email, password_for(admin.password, person.email)) for person, _ in wanted}

    def make(one: tuple[Person, bool]) -> bool:
        person, is_client = one
        session = sessions[person.email]
        session.id = there.get(person.email, "")
        made = not session.id and _make(api, admin, person, session, is_client=is_client, mail=mail)
        made_one()
        return made

    def enter(session: Session) -> None:
        _enter(api, session)
        entered_one()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        created = sum(pool.map(make, wanted))
        between = clock.monotonic()
        list(pool.map(enter, sessions.values()))
    return Cast(
        attendants=[sessions.get(person.email) for person in draft.attendants],
        clients=[sessions.get(person.email) for person in draft.clients],
        created=created,
        people_seconds=between - began,
        sign_in_seconds=clock.monotonic() - between,
    )


def _make(api: Api, admin: Session, person: Person, session: Session, *, is_client: bool, mail: bool) -> bool:
    """Whether the person was made now; not where somebody else was faster. Raises Refused."""
    body = {
        "name": person.name,
        "email": person.email,
        "kind": KIND if is_client else None,
        "profiles": ["client" if is_client else "attendant"],
        "password": session.password,
        "mail": mail,
    }
    try:
        session.id = api.call(admin, "POST", PEOPLE, body).json()["id"]
    except Refused as refused:
        if refused.status in (409, 422) and set(refused.fields) == {"email"}:
            return False
        raise
    return True


def _enter(api: Api, session: Session) -> None:
    try:
        api.sign_in(session)
    except Refused as refused:
        if refused.status != 401:
            raise
        raise NoEntry(
            f"{session.email} is there already, with another password: it was made by another administrator's replay, "
            "or before that password was changed. Rename the log's file, so that its people get other addresses."
        ) from refused
