"""From a bearer token to claims, and the primitive of permissions.

A token says who (person, session, issued when), never what a person may do: that comes from each service's replica.
Only the tokens of the services' own machine clients carry permissions, all named `service.*`.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt

from shared import clock
from shared.errors import Forbidden, Retryable, Unauthenticated
from shared.ids import Actor

ISSUER: Final = "vez"
EVERYWHERE: Final = "vez"
"""The audience of a person's token: every service."""
ALGORITHM: Final = "EdDSA"
CACHED: Final = 10_000
KEYS_GOOD_SECONDS: Final = 300.0
KEYS_PAUSE_SECONDS: Final = 5.0
"""Between two looks for a key that is not known, so that made-up tokens do not become a flood at identity."""
TOLERANCE: Final = timedelta(seconds=60)
"""A token counts so much longer than it says, since the clocks of two machines differ (RFC 7519, 4.1.4)."""
_REQUIRED: Final = ["exp", "iat", "sub", "sid", "aud", "iss"]


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says. `is_service`: one of our own services asks; `permissions` are then `service.*`."""

    person_id: str
    session_id: str
    issued_at: datetime
    expires_at: datetime
    is_service: bool = False
    permissions: frozenset[str] = frozenset()


class Verifier:
    """Verifies tokens with identity's public keys and remembers, up to a bound, those that it verified until they end.

    `audience` is this service's name: a token made for another service is refused. Revocation is not judged here.
    """

    def __init__(self, fetch_jwks: Callable[[], Any], audience: str | None = None) -> None:
        self._fetch = fetch_jwks
        self._audiences = [EVERYWHERE, audience] if audience else [EVERYWHERE]
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._fetched_at = float("-inf")
        self._known: OrderedDict[str, Claims] = OrderedDict()
        self._lock = threading.Lock()

    def verify(self, token: str) -> Claims:
        """The claims of a good token. Raises Unauthenticated, or Retryable when identity's keys cannot be had."""
        known = self._known.get(token)
        if known is None:
            known = self._verified(token)
            self._remember(token, known)
        if known.expires_at <= clock.now() - TOLERANCE:
            raise _expired()
        return known

    def _remember(self, token: str, claims: Claims) -> None:
        with self._lock:
            self._known[token] = claims
            while len(self._known) > CACHED:
                self._known.popitem(last=False)

    def _verified(self, token: str) -> Claims:
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            key = self._key(str(kid))
            content = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=self._audiences,
                issuer=ISSUER,
                options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
            return claims_of(content)
        except (jwt.PyJWTError, TypeError, ValueError, OverflowError) as error:
            raise _invalid() from error

    def _key(self, kid: str) -> jwt.PyJWK:
        with self._lock:
            since = clock.monotonic() - self._fetched_at
            if since > KEYS_GOOD_SECONDS or (kid not in self._keys and since > KEYS_PAUSE_SECONDS):
                self._look(kid)
            if kid not in self._keys:
                raise _invalid()
            return self._keys[kid]

    def _look(self, kid: str) -> None:
        """Ask for the keys. While identity cannot be reached the ones that are known go on counting."""
        try:
            found = jwt.PyJWKSet.from_dict(self._fetch())
        except Retryable:
            if kid not in self._keys:
                raise
            self._fetched_at = clock.monotonic() - KEYS_GOOD_SECONDS + KEYS_PAUSE_SECONDS
            return
        self._keys = {str(key.key_id): key for key in found.keys}
        self._fetched_at = clock.monotonic()


def claims_of(content: Mapping[str, Any]) -> Claims:
    """The claims in a token's verified content. Raises TypeError, ValueError or OverflowError where they are odd."""
    is_service = content.get("svc") is True
    return Claims(
        person_id=str(content["sub"]),
        session_id=str(content["sid"]),
        issued_at=datetime.fromtimestamp(float(content["iat"]), UTC),
        expires_at=datetime.fromtimestamp(float(content["exp"]), UTC),
        is_service=is_service,
        permissions=frozenset(str(p) for p in content.get("permissions") or ()) if is_service else frozenset(),
    )


def bearer(header: str | None) -> str:
    """The token of an Authorization header. Raises Unauthenticated where there is none."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("Sign in first")
    return token.strip()


def require(actor: Actor, *permissions: str) -> None:
    """Raises Forbidden unless a profile of `actor` grants every one of `permissions`."""
    if not all(actor.may(permission) for permission in permissions):
        raise Forbidden("Your profiles do not allow this")


def _invalid() -> Unauthenticated:
    return Unauthenticated("This token is not valid. Sign in again")


def _expired() -> Unauthenticated:
    return Unauthenticated("This token has ended. Sign in again", type="token-expired")
