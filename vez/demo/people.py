"""The demonstration's people."""

from __future__ import annotations

from typing import Final, NamedTuple

PASSWORD: Final = "vez-demo"  # noqa: S105 - it is told to everybody
ADMIN: Final = "admin@vez.test"
DEFAULT_ATTENDANT: Final = "bruno@atende.test"


class Person(NamedTuple):
    """Somebody of the demonstration."""

    name: str
    email: str
    profile: str
    kind: str | None = None


PEOPLE: Final = (
    Person("Ana Souza", "ana@cliente.test", "client", "customer"),
    Person("Bia Lima", "bia@cliente.test", "client", "customer"),
    Person("Leo Prado", "leo@cliente.test", "client", "student"),
    Person("Bruno Alves", DEFAULT_ATTENDANT, "attendant"),
    Person("Carla Dias", "carla@atende.test", "attendant"),
    Person("Davi Rocha", "davi@atende.test", "attendant"),
    Person("Eva Nunes", "eva@atende.test", "attendant"),
    Person("Admin", ADMIN, "administrator"),
)


def accounts() -> list[str]:
    """What the terminal says about how to sign in."""
    lines = [f"  Sign in with the password {PASSWORD}, for example as"]
    for profile in ("client", "attendant", "administrator"):
        emails = ", ".join(person.email for person in PEOPLE if person.profile == profile)
        lines.append(f"    {profile + ':':<14} {emails}")
    return [*lines, ""]
