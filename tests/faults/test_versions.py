"""The release before, beside this one: its workers with these HTTP processes, and the reverse; then it is replaced.

The database is this release's (`vez setup` only adds), the servers are real. The release before is the newest line of
docs/releases.md, its code taken from the history of this repository.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.topology import SERVICES
from tests.faults import apart
from tests.faults.apart import Apart
from tests.support import agreement
from tests.support.compose import ROOT
from tests.support.stack import Stack
from tests.support.waiting import wait_until

pytestmark = pytest.mark.heavy
RELEASES = ROOT / "docs" / "releases.md"
DISPUTE = {"invoice": "20261107", "amount": "1284.90", "reason": "duplicate"}
TICKETS = "/api/ticket/v1/tickets"


def previous() -> str:
    """The commit of the release before."""
    found = re.search(r"\b[0-9a-f]{40}\b", RELEASES.read_text())
    assert found is not None, "docs/releases.md names no commit"
    return found[0]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code of the release before."""
    folder = tmp_path_factory.mktemp("before")
    taken = subprocess.run(["git", "archive", previous(), "vez", "services", "shared"], cwd=ROOT, capture_output=True)
    if taken.returncode:
        pytest.skip("The release before is not in this copy of the repository: clone it with its history")
    subprocess.run(["tar", "-x"], cwd=folder, input=taken.stdout, check=True)
    return folder


@pytest.fixture(params=["worker", "http"])
def vez(request: pytest.FixtureRequest, tree: Path, tmp_path: Path) -> Iterator[Apart]:
    """All of it, every service's processes of one kind from the release before; the portal and the stream are new."""
    apart.require()
    for parent in (tmp_path, *tmp_path.parents[:2]):
        parent.chmod(0o755)
    with apart.running(tmp_path, {}, {f"{service}-{request.param}": tree for service in SERVICES}) as one:
        yield one


def test_two_releases_work_beside_each_other_and_the_older_is_replaced_under_way(vez: Apart) -> None:
    stack = Stack(vez.url, vez.folder)
    try:
        whole, half = (stack.submit("ana", "billing_dispute", DISPUTE, f"Pedido {n}")["id"] for n in range(2))
        answered(stack, half)
        concluded(stack, answered(stack, whole))
        for process in [p for p in vez.processes if p.tree != ROOT]:
            vez.replace(process)
        concluded(stack, half)
        concluded(stack, answered(stack, stack.submit("ana", "billing_dispute", DISPUTE)["id"]))
        agreement.expect(vez.databases())
        for id in (whole, half):
            wait_until(lambda id=id: asked_of_her(stack, id), "Ana to be told that she was asked")
    finally:
        stack.client.close()


def answered(stack: Stack, id: str) -> str:
    """Bruno asks, Ana writes and answers."""
    stack.act("bruno", id, "advance", {"transition": "ask", "comment": "Envie o extrato"})
    said = stack.post("ana", f"{TICKETS}/{id}/messages", {"body": "Segue o extrato"})
    assert said.status_code == 201, said.text
    stack.act("ana", id, "advance", {"transition": "answer"})
    return id


def concluded(stack: Stack, id: str) -> None:
    """The finance queue proposes, the client agrees."""
    stack.act("bruno", id, "advance", {"transition": "analyse"})
    stack.act("carla", id, "take")
    change = {"parameters": {"root_cause": "Cobrado em dobro", "refund": "12.00"}}
    headers = stack.bearer("carla") | {"If-Match": "*"}
    changed = stack.client.patch(f"{TICKETS}/{id}", json=change, headers=headers)
    assert changed.status_code == 200, changed.text
    written = stack.post("carla", f"{TICKETS}/{id}/understandings", {"body": "Devolver 12,00"})
    assert written.status_code == 201, written.text
    stack.act("carla", id, "advance", {"transition": "propose"})
    seen = stack.ticket("ana", id)["version"]
    decided = stack.post("ana", f"{TICKETS}/{id}/decision", {"outcome": "approved"}, wait=10, match=seen)
    assert decided.status_code == 200, decided.text
    assert decided.json()["status"] == "concluded"


def asked_of_her(stack: Stack, id: str) -> Any:
    """That Ana was told of what was asked of her, before and after."""
    items = stack.get("ana", "/api/notify/v1/notifications", limit=100)["items"]
    told = [n for n in items if n["ticket"] and n["ticket"]["id"] == id and n["event"] == "flow.stage_entered"]
    return len(told) >= 2
