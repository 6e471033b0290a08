"""Hashes of passwords by argon2id: slow on purpose, so never inside a transaction; the same work for unknown names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

MEMORY_KIB: Final = 19 * 1024
"""Memory, passes and lanes of the OWASP cheat sheet's first choice."""
PASSES: Final = 2
LANES: Final = 1
NOBODY: Final = f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${'A' * 22}${'A' * 43}"
"""What a password is compared with where there is none: the same work, never right."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password was right, and whether its stored hash is cheaper than the ones made now."""

    is_right: bool
    is_cheap: bool = False


class Hasher(Protocol):
    """Makes and compares hashes."""

    def hash(self, password: str) -> str:
        """A hash to store."""

    def compare(self, stored: str | None, password: str) -> Verdict:
        """Whether `password` is the stored one; None takes as long and is never right."""


class Argon2:
    """argon2id by the argon2 library, of this cost."""

    def __init__(self, *, passes: int = PASSES, memory_kib: int = MEMORY_KIB) -> None:
        self._hasher = PasswordHasher(
            time_cost=passes, memory_cost=memory_kib, parallelism=LANES, type=Type.ID, hash_len=32, salt_len=16
        )

    def hash(self, password: str) -> str:
        """A hash to store."""
        return self._hasher.hash(password)

    def compare(self, stored: str | None, password: str) -> Verdict:
        """Whether `password` is the stored one; None takes as long and is never right."""
        try:
            self._hasher.verify(stored or NOBODY, password)
        except (VerificationError, InvalidHashError):
            return Verdict(False)
        return Verdict(stored is not None, stored is not None and self._hasher.check_needs_rehash(stored))
