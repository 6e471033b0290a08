"""A house with identity running in it, and callers who speak HTTP with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.identity import app as identity
from services.identity.api.tools import NAME, Tools
from services.identity.api.tools import house as house_of
from services.identity.gateways.passwords import Argon2
from services.identity.options import Options
from services.identity.rules.people import NewPerson

PASSWORD = "turn after turn"
SECRETS = {f"vez-{name}": f"{name}-secret-of-at-least-32-signs-long" for name in ("ticket", "notify", "portal")}
QUICK = Argon2(passes=1, memory_kib=64)
"""A real one, of less work: what is tested is what is done with passwords, and what a hash costs has its own test."""
ADMIN, CLERK, ANA, BRUNO = "admin@vez.test", "clerk@vez.test", "ana@cliente.test", "bruno@atende.test"


@dataclass
class Caller:
    """Somebody who calls with a token, or nobody."""

    client: FlaskClient
    token: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """One call; `If_Match` and the like become headers."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        kwargs = {} if body is None else {"json": body}
        return self.client.open(path, method=method, headers={**self.headers, **sent}, **kwargs)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any, *, if_match: str = "*") -> TestResponse:
        return self.call("PATCH", path, body, If_Match=if_match)

    def delete(self, path: str, *, if_match: str = "*") -> TestResponse:
        return self.call("DELETE", path, If_Match=if_match)


class House:
    """Identity with its built-in profiles, its own machine clients, and four people."""

    def __init__(self, options: Options, app: Flask | None = None) -> None:
        self.options = options
        self.app: Flask = app or identity.create_app(options)
        tools: Tools = self.app.extensions[NAME]
        self.app.extensions[NAME] = replace(tools, hasher=QUICK)
        identity.bootstrap(options, SECRETS)
        people = [
            self.somebody("Admin", ADMIN, profiles=("administrator",)),
            self.somebody("Ana Souza", ANA, kind="customer", profiles=("client",)),
            self.somebody("Bruno Alves", BRUNO, profiles=("attendant",)),
        ]
        identity.ensure_people(options, people, PASSWORD, hasher=QUICK)
        self._number = 0

    def somebody(self, name: str, email: str | None = None, **facts: Any) -> NewPerson:
        return replace(house_of(self.options, name), email=email, **facts)

    def nobody(self) -> Caller:
        """A caller without a token."""
        return Caller(self.app.test_client())

    def sign_in(self, username: str, password: str = PASSWORD) -> dict[str, Any]:
        """The tokens of who signs in."""
        answer = self.nobody().post("/v1/tokens", {"username": username, "password": password})
        assert answer.status_code == 200, answer.text
        return dict(answer.json)

    def caller(self, username: str, password: str = PASSWORD) -> Caller:
        """Somebody who has signed in."""
        return Caller(self.app.test_client(), self.sign_in(username, password)["access_token"])

    def service(self, name: str, audience: str = "identity") -> Caller:
        """One of the house's services."""
        body = {"client_id": f"vez-{name}", "client_secret": SECRETS[f"vez-{name}"], "audience": audience}
        answer = self.nobody().post("/v1/tokens", body)
        assert answer.status_code == 200, answer.text
        return Caller(self.app.test_client(), answer.json["access_token"])

    def make(self, caller: Caller, **facts: Any) -> dict[str, Any]:
        """A person made by `caller`."""
        self._number += 1
        body = {"name": f"Person {self._number}", "email": f"person{self._number}@vez.test", **facts}
        answer = caller.post("/v1/people", body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json)

    def id_of(self, email: str) -> str:
        """The id of who has an e-mail."""
        answer = self.service("ticket").get(f"/v1/replica/people?email={email}")
        return str(answer.json["person"]["person_id"])

    def rows(self, sql: str, *parameters: Any) -> list[Any]:
        """What the database says."""
        with self.app.extensions["vez"].database.connection() as connection:
            return list(connection.execute(sql, parameters).fetchall())


def write_key(path: Path) -> Path:
    """Append a new key to a key file."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(pem + (path.read_bytes() if path.exists() else b""))
    return path
