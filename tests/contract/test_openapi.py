"""Each service's OpenAPI document drives it: whatever fits the document, and much that does not, is answered well."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error

from shared.contracts.topology import SERVICES
from tests.support import stack

SIGNING_OUT = ("/sessions", "/me/password", "/tokens", "/portal-sessions", "/links")
"""What would end the session that this test uses, or throttle it."""


@pytest.mark.xdist_group("stack")
@pytest.mark.parametrize("service", SERVICES)
def test_nothing_that_fits_the_document_makes_a_service_fail(vez: stack.Stack, service: str) -> None:
    drive(vez, service, examples=2)


@pytest.mark.heavy
@pytest.mark.xdist_group("stack")
@pytest.mark.parametrize("service", SERVICES)
def test_nothing_that_fits_the_document_makes_a_service_fail_in_many_tries(vez: stack.Stack, service: str) -> None:
    drive(vez, service, examples=100)


def drive(vez: stack.Stack, service: str, *, examples: int) -> None:
    """Call every operation of a service as an administrator, `examples` times each."""
    base = f"{vez.url}/api/{service}"
    schema = schemathesis.openapi.from_url(f"{base}/v1/openapi.json")
    driven = 0
    with requests.Session() as session:
        for found in schema.get_all_operations():
            operation = found.ok()
            if not any(word in operation.path for word in SIGNING_OUT):
                call_often(operation, base, session, vez.bearer("admin"), examples)
                driven += 1
    assert driven > 3


def call_often(operation: Any, base: str, session: requests.Session, bearer: dict[str, str], examples: int) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def call(case: Any) -> None:
        headers = bearer | {"If-Match": "*"}
        answer = case.call(base_url=base, session=session, headers=headers, timeout=20)
        case.validate_response(answer, checks=[not_a_server_error])
        if answer.status_code >= 400:
            kind = next(iter(answer.headers.get("content-type", [""])))
            assert kind.startswith("application/problem+json"), (operation.label, answer.status_code, kind)

    call()
