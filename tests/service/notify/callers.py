"""Callers of the service's HTTP routes, with tokens that verify, and an identity service that vouches for them."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared import clock
from shared.ids import new_id

KEY = Ed25519PrivateKey.generate()


def identity(request: httpx.Request) -> httpx.Response:
    """An identity service that has keys, service tokens, and knows nobody."""
    if request.url.path.endswith("/.well-known/jwks.json"):
        raw = KEY.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
        return httpx.Response(200, json={"keys": [{"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "test"}]})
    if request.url.path.endswith("/v1/tokens"):
        return httpx.Response(200, json={"access_token": token(new_id()), "token_type": "Bearer", "expires_in": 600})
    return httpx.Response(404, json={"title": "Not found"})


def token(person_id: str, **claims: Any) -> str:
    """An access token of a person."""
    now = clock.now()
    content = {"sub": person_id, "sid": new_id(), "iat": now, "exp": now + timedelta(minutes=10)}
    return jwt.encode(
        {"aud": "vez", "iss": "vez", **content, **claims}, KEY, algorithm="EdDSA", headers={"kid": "test"}
    )


@dataclass
class Caller:
    """Somebody who calls the routes."""

    client: FlaskClient
    token: str

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """The answer to a call below /v1; header names have underscores for dashes."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        return self.client.open(f"/v1{path}", method=method, json=body, headers=sent)


def caller(app: Flask, person_id: str | None) -> Caller:
    """A signed-in person, or nobody."""
    return Caller(app.test_client(), token(person_id) if person_id else "")
