"""Keys: tokens and the seals of refresh tokens and links."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from services.identity.gateways.passwords import Argon2
from services.identity.gateways.signing import Signer, load_signer
from shared import clock
from shared.access import Verifier, claims_of
from shared.config import ConfigError
from shared.errors import Unauthenticated
from shared.ids import new_id

KEY, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
SIGNER = Signer([KEY], 600)
AT = datetime(2999, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)


def test_a_token_says_who_since_when_to_the_microsecond() -> None:
    claims = Verifier(SIGNER.jwks).verify(SIGNER.access_token("p", "s", AT))
    assert (claims.person_id, claims.session_id, claims.is_service) == ("p", "s", False)
    assert abs((claims.issued_at - AT).total_seconds()) < 1e-5


def test_a_token_of_another_key_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        Verifier(SIGNER.jwks).verify(Signer([OTHER], 600).access_token("p", "s", AT))


@pytest.mark.parametrize(("late_seconds", "counts"), [(-1, True), (0, True), (59, True), (61, False), (3600, False)])
def test_a_token_counts_as_long_as_clocks_may_differ(late_seconds: int, counts: bool) -> None:
    token = SIGNER.access_token("p", "s", clock.now() - timedelta(seconds=600 + late_seconds))
    with nullcontext() if counts else pytest.raises(Unauthenticated, match="This token has ended"):
        Verifier(SIGNER.jwks).verify(token)


def test_permissions_in_a_persons_token_count_for_nothing() -> None:
    content = {"sub": "p", "sid": "s", "iat": 1.0, "exp": 2.0, "permissions": ["service.ask"], "svc": "true"}
    assert claims_of(content).permissions == frozenset()
    assert claims_of({**content, "svc": True}).permissions == {"service.ask"}


def test_a_verifier_remembers_no_more_than_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.access.CACHED", 3)
    verifier = Verifier(SIGNER.jwks)
    for n in range(5):
        verifier.verify(SIGNER.access_token(f"p{n}", "s", AT))
    assert len(verifier._known) == 3


def test_made_up_key_ids_do_not_flood_identity() -> None:
    asked: list[int] = []

    def fetch() -> object:
        asked.append(1)
        return SIGNER.jwks()

    verifier = Verifier(fetch)
    for _ in range(50):
        with pytest.raises(Unauthenticated):
            verifier.verify(Signer([Ed25519PrivateKey.generate()], 600).access_token("p", "s", AT))
    assert len(asked) == 1


def test_seals_are_read_back_by_old_and_new_keys() -> None:
    session, link = new_id(), new_id()
    refresh, address = SIGNER.refresh_token(session, 70_000), SIGNER.link_token(link)
    both = Signer([OTHER, KEY], 600)
    assert both.read_refresh(refresh) == (session, 70_000)
    assert both.read_link(address) == link
    assert Signer([OTHER], 600).read_refresh(refresh) is None


@given(st.text(max_size=120))
def test_no_made_up_text_is_a_seal(text: str) -> None:
    assert SIGNER.read_refresh(text) is None
    assert SIGNER.read_link(text) is None


@given(st.integers(0, 52))
def test_a_changed_byte_breaks_the_seal(place: int) -> None:
    token = SIGNER.refresh_token(new_id(), 1)
    sign = token[4 + place]
    changed = token[: 4 + place] + ("A" if sign != "A" else "B") + token[5 + place :]
    assert SIGNER.read_refresh(changed) is None


@pytest.mark.parametrize(
    "content", [None, b"", b"hello", b"-----BEGIN PRIVATE KEY-----\nxx\n-----END PRIVATE KEY-----"]
)
def test_a_key_file_that_is_none_is_told(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "keys.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError):
        load_signer(str(path), 600)


def test_a_password_is_compared_and_nobodys_takes_the_same_work() -> None:
    hasher = Argon2()
    stored = hasher.hash("a password")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert hasher.compare(stored, "a password").is_right
    assert not hasher.compare(stored, "another").is_right
    assert not hasher.compare(None, "a password").is_right
    assert not hasher.compare("no hash at all", "a password").is_right
