"""Open tickets moved to a new version by `vez catalog migrate`, and moved back, while the old flow goes on."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.stack import Stack, command
from tests.support.waiting import wait_until

CATALOG = """catalog: 1
queues: [{{code: lamps, name: Lamps, members: [bruno@atende.test]}}]
groups: [{{code: lamps, name: Lamps}}]
types:
  - code: lamp
    group: lamps
    name: Lamp
    opened_by: {{kinds: all, profiles: [client]}}
    parameters: [{{code: room, kind: text, label: Room}}]
    flow:
      first: desk
      fallback: queue:lamps
      stages:
        - code: desk
          name: Desk
          side: attendant
          assign: attendant:bruno@atende.test
          parameters: {{client: {{room: required}}}}
          transitions:
            - {{code: {transition}, to: {stage}, name: Go on}}
        - code: {stage}
          name: Work
          side: attendant
          assign: previous
          transitions: [{{code: finish, to: done, name: Finish}}]
        - {{code: done, name: Done, terminal: concluded}}
"""


def vez_says(*arguments: str) -> str:
    done = subprocess.run(command(*arguments), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    return tmp_path / "lamps.yaml"


def test_open_tickets_are_moved_to_a_version_and_back(vez: Stack, catalog: Path) -> None:
    def publish(transition: str, stage: str) -> None:
        catalog.write_text(CATALOG.format(transition=transition, stage=stage))
        vez_says("catalog", "apply", str(catalog), "--url", vez.url)

    def is_offered() -> bool:
        items = vez.get("ana", "/api/workflow/v1/types", limit="100")["items"]
        return any(item["code"] == "lamp" for item in items)

    publish("repair", "bench")
    wait_until(is_offered, "the type to be offered")
    waiting, working = (vez.submit("ana", "lamp", {"room": str(n)}) for n in range(2))
    vez.act("bruno", working["id"], "advance", {"transition": "repair"})
    publish("replace", "shop")

    def move(to: int, *more: str) -> list[str]:
        return vez_says("catalog", "migrate", "--type", "lamp", "--to", str(to), "--url", vez.url, *more).splitlines()

    def on(version: int) -> None:
        wait_until(lambda: vez.ticket("bruno", waiting["id"])["flow_version"] == version, f"version {version}")

    told = [
        f"✓ {waiting['number']} in desk, version 1: can move",
        f"✗ {working['number']} in bench, version 1: stage: A versão 2 não tem a etapa bench",
    ]
    assert move(2) == [*told, "1 can move to version 2, 1 cannot."]
    assert vez.ticket("bruno", waiting["id"])["flow_version"] == 1
    assert move(2, "--apply")[-1] == "1 moved to version 2, 1 cannot."
    on(2)
    assert [t["code"] for t in vez.ticket("bruno", waiting["id"])["transitions"]] == ["replace"]
    assert move(1, "--apply")[-1] == "1 moved to version 1, 0 cannot."
    on(1)
    assert move(2, "--apply")[-1] == "1 moved to version 2, 1 cannot."
    on(2)
    assert vez.act("bruno", waiting["id"], "advance", {"transition": "replace"})["stage"]["code"] == "shop"
    vez.act("bruno", working["id"], "advance", {"transition": "finish"})
    entered = vez.get("bruno", f"/api/ticket/v1/tickets/{waiting['id']}/history")["items"]
    assert [row["stage"]["code"] for row in entered] == ["desk", "shop"]
