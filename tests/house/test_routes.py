"""Every route says who may call it; what may be called without signing in is listed here, one by one."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared import config
from shared.contracts.topology import SERVICES
from shared.http.app import close

EVERYWHERE = {"/livez", "/readyz", "/metrics", "/v1/openapi.json", "/v1/docs"}
WITHOUT_SIGNING_IN = {
    "identity": {"/.well-known/jwks.json", "/v1/tokens", "/v1/links", "/v1/links/check", "/v1/links/use"},
    "notify": {"/v1/unsubscribe/<token>"},
}


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def application(service: str, tmp_path: Any) -> Iterator[Any]:
    options = importlib.import_module(f"services.{service}.options").Options
    (tmp_path / "key.pem").write_bytes(new_key())
    environ = {
        "VEZ_DATABASE_URL": "postgresql://127.0.0.1:1/none",
        "VEZ_BROKER_URL": "pgmq://127.0.0.1:1/none",
        f"VEZ_{service.upper()}_DATABASE_URL": "postgresql://127.0.0.1:1/none",
        "VEZ_IDENTITY_KEY_FILE": str(tmp_path / "key.pem"),
        "VEZ_ATTACHMENTS_S3_URL": "http://127.0.0.1:1",
        "VEZ_ATTACHMENTS_S3_ACCESS_KEY": "a",
        "VEZ_ATTACHMENTS_S3_SECRET_KEY": "b",
    }
    app = importlib.import_module(f"services.{service}.app").create_app(config.load(options, environ))
    yield app
    close(app)


def new_key() -> bytes:
    """An Ed25519 key in PEM."""
    plain = serialization.NoEncryption()
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain
    )


def test_every_route_authenticates_or_is_listed_as_public(service: str, application: Any) -> None:
    public = EVERYWHERE | WITHOUT_SIGNING_IN.get(service, set())
    wrong = []
    for rule in application.url_map.iter_rules():
        access = getattr(application.view_functions[rule.endpoint], "vez_access", None)
        if access is None or (access == "public") != (rule.rule in public):
            wrong.append((rule.rule, access))
    assert wrong == []


def test_a_call_without_a_token_is_401_before_anything_is_looked_at(service: str, application: Any) -> None:
    client = application.test_client()
    for rule in application.url_map.iter_rules():
        if getattr(application.view_functions[rule.endpoint], "vez_access", "public") == "public":
            continue
        path = rule.rule
        for argument in rule.arguments:
            converter = rule._converters[argument]
            value = "01890000-0000-7000-8000-000000000000" if "UUID" in type(converter).__name__ else "1"
            path = path.replace(f"<{argument}>", value)
            path = path.replace(f"<uuid:{argument}>", value).replace(f"<int:{argument}>", value)
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            answer = client.open(path, method=method, json={"nonsense": 1})
            assert answer.status_code == 401, (method, path, answer.status_code)
            assert answer.content_type == "application/problem+json"
