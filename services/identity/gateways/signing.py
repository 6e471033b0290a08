"""Keys: access tokens signed by Ed25519, and the secrets of refresh tokens and links, which no database holds."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from shared.access import ALGORITHM, EVERYWHERE, ISSUER
from shared.config import ConfigError

_BLOCK: Final = re.compile(rb"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----", re.DOTALL)


class Signer:
    """Signs with the first of its keys; the public parts of all are published."""

    def __init__(self, keys: Sequence[Ed25519PrivateKey], token_seconds: int) -> None:
        self._key = keys[0]
        self.token_seconds = token_seconds
        self._public = [_public(key) for key in keys]
        self._kid = self._public[0]["kid"]
        self._secrets = [_secret(key) for key in keys]

    def jwks(self) -> dict[str, Any]:
        """The public keys, as RFC 7517 writes them."""
        return {"keys": self._public}

    def access_token(
        self,
        person_id: str,
        session_id: str,
        at: datetime,
        *,
        audience: str | Sequence[str] = EVERYWHERE,
        grants: Sequence[str] = (),
        seconds: int | None = None,
    ) -> str:
        """A token that says who; with `grants` it is one of our own services' and says what it may ask.

        `audience`: the services that take it; `seconds`: how long it lives, where that is not as long as any other.
        """
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": audience if isinstance(audience, str) else list(audience),
            "sub": person_id,
            "sid": session_id,
            "iat": at.timestamp(),
            "exp": (at + timedelta(seconds=seconds or self.token_seconds)).timestamp(),
        }
        if grants:
            claims |= {"svc": True, "permissions": list(grants)}
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers={"kid": self._kid})

    def refresh_token(self, session_id: str, generation: int) -> str:
        """The `generation`-th refresh token of a session."""
        body = uuid.UUID(session_id).bytes + generation.to_bytes(4, "big")
        return "vrt_" + _sealed(self._secrets[0], b"refresh", body)

    def read_refresh(self, token: str) -> tuple[str, int] | None:
        """The session and generation of a refresh token that we made, or None."""
        body = _opened(self._secrets, b"refresh", token.removeprefix("vrt_"), 20)
        return None if body is None else (str(uuid.UUID(bytes=body[:16])), int.from_bytes(body[16:], "big"))

    def link_token(self, link_id: str) -> str:
        """What the address of a one-time link ends with."""
        return _sealed(self._secrets[0], b"link", uuid.UUID(link_id).bytes)

    def read_link(self, token: str) -> str | None:
        """The id of the link whose token we made, or None."""
        body = _opened(self._secrets, b"link", token, 16)
        return None if body is None else str(uuid.UUID(bytes=body))


def _sealed(secret: bytes, purpose: bytes, body: bytes) -> str:
    seal = hmac.new(secret, purpose + body, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(body + seal).decode().rstrip("=")


def _opened(secrets: Sequence[bytes], purpose: bytes, token: str, length: int) -> bytes | None:
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    body, seal = raw[:length], raw[length:]
    for secret in secrets:
        if hmac.compare_digest(seal, hmac.new(secret, purpose + body, hashlib.sha256).digest()):
            return body
    return None


def _public(key: Ed25519PrivateKey) -> dict[str, Any]:
    facts: dict[str, Any] = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    members = {name: facts[name] for name in ("crv", "kty", "x")}
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True).encode()
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(canonical).digest()).decode().rstrip("=")
    return {**members, "kid": thumbprint, "use": "sig", "alg": ALGORITHM}


def _secret(key: Ed25519PrivateKey) -> bytes:
    return hmac.new(key.private_bytes_raw(), b"vez: seals of refresh tokens and links", hashlib.sha256).digest()


def load_signer(path: str, token_seconds: int) -> Signer:
    """The signer of a key file. Raises ConfigError."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise ConfigError([f"The key file {path} cannot be read: {error.strerror}"]) from error
    keys = []
    for block in _BLOCK.findall(content):
        try:
            key = serialization.load_pem_private_key(block, password=None)
        except (ValueError, TypeError) as error:
            raise ConfigError([f"The key file {path} holds something that is no private key in PEM form"]) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise ConfigError([f"The key file {path} holds a key of another kind: Ed25519 keys are needed"])
        keys.append(key)
    if not keys:
        raise ConfigError([f"The key file {path} holds no private key in PEM form"])
    return Signer(keys, token_seconds)
