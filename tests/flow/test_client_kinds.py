"""Each of the seven client kinds signs in its own way, opens a request, and is refused a type not theirs."""

from __future__ import annotations

import secrets
from typing import Any, Final

import pytest
from stdnum.br import cnpj, cpf

from shared.ids import new_id
from tests.support.stack import PASSWORD, Stack

TICKETS: Final = "/api/ticket/v1/tickets"
OPEN_TO_ALL: Final = {
    "type": "equipment_repair",
    "subject": "Tela quebrada",
    "parameters": {"under_warranty": False},
    "submit": True,
}
KINDS: Final = {
    "customer": ("email", "academic_document"),
    "supplier": ("cpf_cnpj", "billing_dispute"),
    "student": ("registration", "supplier_registration"),
    "teacher": ("registration", "billing_dispute"),
    "prospect": ("email", "billing_dispute"),
    "suspect": ("email", "academic_document"),
    "person": ("email", "billing_dispute"),
}
"""How such a client signs in, and a type of the demonstration that is not theirs."""


def identifier(way: str) -> str:
    """An identifier that nobody has yet; a CNPJ has letters, as new ones have since July 2026."""
    if way == "email":
        return f"{secrets.token_hex(8)}@cliente.test"
    if way == "registration":
        return f"RA-{secrets.token_hex(6)}".upper()
    stem = secrets.token_hex(6).upper().replace("0", "Z")
    return str(cnpj.format(stem + cnpj.calc_check_digits(stem)))


def somebody(vez: Stack, kind: str, **identifiers: str) -> dict[str, Any]:
    """A new client of a kind."""
    email = identifiers.pop("email", f"{secrets.token_hex(8)}@cliente.test")
    facts = {"name": f"Novo {kind}", "email": email, "kind": kind, "profiles": ["client"], "mail": False}
    body = {**facts, "password": PASSWORD, "identifiers": identifiers}
    made = vez.post("admin", "/api/identity/v1/people", body)
    assert made.status_code == 201, made.text
    return dict(made.json())


def signed_in(vez: Stack, username: str) -> dict[str, str]:
    """The headers of who signed in so."""
    answer = vez.client.post("/api/identity/v1/tokens", json={"username": username, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}", "Idempotency-Key": new_id()}


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_of_each_kind_signs_in_opens_and_is_refused_a_type_not_theirs(vez: Stack, kind: str) -> None:
    way, not_theirs = KINDS[kind]
    name = identifier(way)
    person = somebody(vez, kind, **{way: name})
    opened = vez.client.post(TICKETS, json=OPEN_TO_ALL, headers=signed_in(vez, name))
    assert opened.status_code == 202, opened.text
    assert opened.json()["client"]["id"] == person["id"]
    wrong = {"type": not_theirs, "subject": "Outro"}
    refused = vez.client.post(TICKETS, json=wrong, headers=signed_in(vez, name))
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:vez:problem:type-not-yours"), refused.text
    offered = vez.client.get("/api/workflow/v1/types", headers=signed_in(vez, name)).json()["items"]
    codes = {type["code"] for type in offered}
    assert ("equipment_repair" in codes, not_theirs in codes) == (True, False)


def test_a_client_does_not_sign_in_by_what_their_kind_does_not_prescribe(vez: Stack) -> None:
    stem = secrets.token_hex(6)[:9].translate(str.maketrans("abcdef", "123456"))
    document = next(cpf.format(number) for number in (f"{stem}{n:02}" for n in range(100)) if cpf.is_valid(number))
    person = somebody(vez, "customer", cpf_cnpj=document)
    refused = vez.client.post("/api/identity/v1/tokens", json={"username": document, "password": PASSWORD})
    assert refused.status_code == 401
    assert signed_in(vez, person["email"])
