"""Recorded answers of the services, shaped as the architecture page says, behind an HTTP transport."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import httpx

from shared.catalog.reading import read
from shared.catalog.wire import version_to_wire
from shared.client import Credentials, Services

SERVICES = ("identity", "ticket", "workflow", "notify", "attachments")
TICKET_ID = "0199d0f0-0000-7000-8000-000000000123"
PEOPLE: dict[str, dict[str, Any]] = {
    "ana": {
        "id": "0199d0f0-0000-7000-8000-000000000001",
        "name": "Ana Souza",
        "email": "ana@cliente.test",
        "kind": "customer",
        "profiles": ["client"],
        "permissions": ["portal.client_online", "ticket.open"],
    },
    "bruno": {
        "id": "0199d0f0-0000-7000-8000-000000000002",
        "name": "Bruno Alves",
        "email": "bruno@atende.test",
        "kind": None,
        "profiles": ["attendant"],
        "permissions": ["ticket.attend", "ticket.open_for"],
    },
    "nobody": {
        "id": "0199d0f0-0000-7000-8000-000000000003",
        "name": "Sem Módulo",
        "email": None,
        "kind": "customer",
        "profiles": [],
        "permissions": [],
    },
}
CATALOG = """
catalog: 1
client_kinds: [customer]
queues:
  - {code: desk, name: {pt-BR: Recepção, en: Desk, es: Recepción}, members: [bruno@atende.test]}
groups:
  - {code: finance, name: {pt-BR: Financeiro, en: Finance, es: Finanzas}}
types:
  - code: dispute
    group: finance
    name: {pt-BR: Contestação de cobrança, en: Billing dispute, es: Reclamo}
    opened_by: {kinds: all, profiles: [client]}
    parameters:
      - {code: invoice, kind: text, label: {pt-BR: Fatura, en: Invoice, es: Factura}}
      - {code: amount, kind: money, label: {pt-BR: Valor, en: Amount, es: Valor}, currency: BRL}
      - {code: urgent, kind: boolean, label: {pt-BR: É urgente, en: It is urgent, es: Es urgente}}
      - {code: why, kind: long_text, label: {pt-BR: Por que, en: Why, es: Por qué}, when: "parameters.urgent"}
    flow:
      first: triage
      fallback: queue:desk
      stages:
        - code: triage
          name: {pt-BR: Triagem, en: Triage, es: Triaje}
          client_name: {pt-BR: Recebido, en: Received, es: Recibido}
          side: attendant
          parameters:
            client: {invoice: required, amount: required, urgent: optional, why: required}
          transitions:
            - {code: ask, to: more, name: {pt-BR: Perguntar, en: Ask, es: Preguntar}, comment: required}
            - {code: end, to: done, name: {pt-BR: Concluir, en: Conclude, es: Concluir}}
        - code: more
          name: {pt-BR: Complementar, en: More, es: Completar}
          side: client
          parameters: {client: {invoice: required}}
          transitions:
            - {code: answer, to: triage, name: {pt-BR: Responder, en: Answer, es: Responder}}
        - {code: done, name: {pt-BR: Concluído, en: Concluded, es: Concluido}, terminal: concluded}
"""
VERSION = version_to_wire(read(CATALOG, "catalog.yaml").type_by_code["dispute"].version)


def a_ticket(**changes: Any) -> dict[str, Any]:
    """A ticket of Ana's that Bruno holds."""
    ticket: dict[str, Any] = {
        "id": TICKET_ID,
        "number": "2026-000123",
        "group": {"code": "finance", "name": "Financeiro"},
        "type": {"code": "dispute", "name": "Contestação de cobrança"},
        "flow_version": 1,
        "subject": "Cobrança em dobro",
        "description": "Paguei duas vezes.",
        "status": "open",
        "priority": "normal",
        "client": {"id": PEOPLE["ana"]["id"], "name": "Ana Souza"},
        "stage": {"code": "triage", "name": "Triagem", "kind": "ordinary", "approves": None},
        "turn": {
            "side": "attendant",
            "holder": {"id": PEOPLE["bruno"]["id"], "name": "Bruno Alves", "queue": False},
            "party": None,
            "since": "2026-11-24T12:00:00Z",
            "ordinal": 1,
            "until": None,
        },
        "parameters": {"invoice": "20261107", "amount": "1284.90"},
        "fields": [
            {"code": "invoice", "kind": "text", "label": "Fatura", "access": "read_only"},
            {"code": "amount", "kind": "money", "label": "Valor", "access": "read_only"},
        ],
        "transitions": [],
        "actions": ["comment", "attach"],
        "pending": None,
        "due_at": None,
        "near_at": None,
        "created_at": "2026-11-24T11:59:00Z",
        "updated_at": "2026-11-24T12:00:00Z",
        "ended_at": None,
        "version": 3,
    }
    return ticket | changes


@dataclass
class Town:
    """The services. `answers` maps "service METHOD path" to a body, a (status, body) or a function of the request."""

    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[httpx.Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.begin_anew()

    def begin_anew(self) -> None:
        """Answer as in the beginning, and forget what was asked."""
        self.asked.clear()
        empty: dict[str, Any] = {"items": [], "next_cursor": None}
        path = f"/v1/tickets/{TICKET_ID}"
        self.answers = {
            "identity POST /v1/tokens": {"access_token": "portal", "expires_in": 600},
            "identity POST /v1/portal-sessions": self._sign_in,
            "identity POST /v1/portal-sessions/token": self._token,
            "identity POST /v1/portal-sessions/end": (204, None),
            "identity GET /v1/me": self._me,
            "workflow GET /v1/settings/house.name": {"value": None},
            "workflow GET /v1/settings/house.logo": {"value": None},
            "workflow GET /v1/types": {"items": [self.offer()], "next_cursor": None},
            "workflow GET /v1/types/dispute/versions/1": {"type": "dispute", "version": 1, "definition": VERSION},
            "workflow GET /v1/queues": empty,
            "notify GET /v1/notifications": {**empty, "unread": 0},
            "ticket GET /v1/tickets": {"items": [a_ticket()], "next_cursor": None},
            "ticket GET /v1/tickets/counts": {"all": 1, "my_turn": 0, "awaiting": 1, "concluded": 0, "cancelled": 0},
            f"ticket GET {path}": a_ticket(),
            f"ticket GET {path}/history": empty,
            f"ticket GET {path}/turns": empty,
            f"ticket GET {path}/messages": empty,
            f"ticket GET {path}/understandings": empty,
            f"attachments GET {path}/attachments": empty,
        }

    @staticmethod
    def offer() -> dict[str, Any]:
        """The type that may be opened."""
        return {
            "code": "dispute",
            "name": "Contestação de cobrança",
            "description": "Quando um valor não está certo",
            "group": {"code": "finance", "name": "Financeiro"},
            "version": 1,
            "templates": [],
        }

    def services(self) -> Services:
        """The services as the portal is given them."""
        return Services(
            {name: f"http://{name}.test" for name in SERVICES},
            credentials=Credentials("vez-portal", "secret"),
            transports={name: httpx.MockTransport(self._for(name)) for name in SERVICES},
        )

    def sent(self, method: str, path: str) -> list[httpx.Request]:
        """What was asked of any service, newest last."""
        return [each for each in self.asked if each.method == method and each.url.path == path]

    def _for(self, service: str) -> Callable[[httpx.Request], httpx.Response]:
        def answer(request: httpx.Request) -> httpx.Response:
            self.asked.append(request)
            found = self.answers.get(f"{service} {request.method} {request.url.path}", (404, {"title": "Nothing here"}))
            if callable(found):
                found = found(request)
            status, body = found if isinstance(found, tuple) else (200, found)
            return httpx.Response(status, json=deepcopy(body)) if body is not None else httpx.Response(status)

        return answer

    @staticmethod
    def _sign_in(request: httpx.Request) -> Any:
        asked = json.loads(request.content)
        who = asked["username"].partition("@")[0]
        if who not in PEOPLE or asked["password"] != "vez-demo":
            return 401, {"type": "urn:vez:problem:unauthenticated", "title": "Wrong", "status": 401}
        return 201, {"id": who, "access_token": who, "token_type": "Bearer", "expires_in": 600}

    @staticmethod
    def _token(request: httpx.Request) -> Any:
        who = json.loads(request.content)["id"].partition(".")[0]
        return {"access_token": who, "expires_in": 600} if who in PEOPLE else (401, {"title": "Over"})

    @staticmethod
    def _me(request: httpx.Request) -> Any:
        who = request.headers["Authorization"].removeprefix("Bearer ")
        return {"language": "pt-BR", "time_zone": "America/Sao_Paulo", **PEOPLE[who]}


def refuses(status: int, detail: str = "", **fields: list[str]) -> tuple[int, dict[str, Any]]:
    """A problem document as a service answers it."""
    return status, {
        "type": "urn:vez:problem:x",
        "title": "Não foi possível",
        "status": status,
        "detail": detail,
        "errors": fields,
    }
