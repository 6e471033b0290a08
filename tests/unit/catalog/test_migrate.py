"""`vez catalog migrate`: each open ticket told, and with --apply moved by one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from click.testing import CliRunner, Result

from tests.support.origin import Reply, Request, origin
from vez.catalog.command import catalog

FLOWS: dict[str, dict[str, Any]] = {
    "t1": {"number": "2026-000001", "stage": "triage", "obstacles": []},
    "t2": {
        "number": "2026-000002",
        "stage": "board",
        "obstacles": [{"reason": "approval-pending", "field": "stage", "message": "a decision is pending"}],
    },
    "t3": {"number": "2026-000003", "stage": "triage", "obstacles": []},
    "ended": {"number": "2026-000004", "stage": "triage", "obstacles": []},
    "unseen": {"number": "2026-000005", "stage": "triage", "obstacles": []},
}
CONFLICT = Reply(409, {"type": "urn:vez:problem:not-running", "detail": "This ticket is not in its flow"})
STALE = Reply(412, {"type": "urn:vez:problem:stale", "detail": "This has changed"})


@contextmanager
def a_system(seen: list[Request], *ids: str) -> Iterator[str]:
    def answered(request: Request) -> Reply:
        path = request.path.partition("?")[0]
        if path.endswith("/tokens"):
            return Reply(200, {"access_token": "token", "expires_in": 600})
        if path.endswith("/me") or "/versions/" in path:
            return (
                Reply(404, {"detail": "There is no such version"}) if path.endswith("/9") else Reply(200, {"id": "a"})
            )
        if path.endswith("/flows"):
            items = [{"ticket_id": id, "flow_version": 1, "version": 4, **FLOWS[id]} for id in ids]
            return Reply(200, {"items": items, "next_cursor": None})
        seen.append(request)
        return _of_ticket(request, path)

    with origin(answered) as url:
        yield url


def _of_ticket(request: Request, path: str) -> Reply:
    if request.method == "GET":
        return Reply(404, {}) if path.endswith("/unseen") else Reply(200, {"parameters": {"amount": "1.00"}})
    id = path.split("/")[-2]
    if id == "ended":
        return CONFLICT
    if id == "t3" and not request.body["dry_run"]:
        return STALE
    moved = not request.body["dry_run"]
    return Reply(200, {"version": 4 + moved, "moved": moved, "obstacles": FLOWS[id]["obstacles"]})


def run(url: str, *arguments: str) -> Result:
    command = ["migrate", "--type", "dispute", "--url", url, *arguments]
    return CliRunner().invoke(catalog, command, env={"VEZ_ADMIN_PASSWORD": "secret"})


def test_what_can_move_and_what_cannot_is_told_and_nothing_moves() -> None:
    seen: list[Request] = []
    with a_system(seen, "t1", "t2", "ended", "unseen") as url:
        result = run(url, "--to", "2")
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "✓ 2026-000001 in triage, version 1: can move",
        "✗ 2026-000002 in board, version 1: stage: a decision is pending",
        "✗ 2026-000005 in triage, version 1: you may not see this ticket, so its values cannot be judged",
        "1 can move to version 2, 2 cannot.",
    ]
    sent = [request for request in seen if request.method == "POST"]
    assert {request.body["dry_run"] for request in sent} == {True}
    assert sent[0].body["parameters"] == {"amount": "1.00"}


def test_with_apply_each_that_can_is_moved_by_one_command_with_what_was_seen() -> None:
    seen: list[Request] = []
    with a_system(seen, "t1", "t2", "t3") as url:
        result = run(url, "--to", "2", "--apply")
    assert result.output.splitlines() == [
        "✓ 2026-000001 in triage, version 1: moved",
        "✗ 2026-000002 in board, version 1: stage: a decision is pending",
        "✗ 2026-000003 in triage, version 1: This has changed",
        "1 moved to version 2, 2 cannot.",
    ]
    moves = [r for r in seen if r.method == "POST" and not r.body["dry_run"]]
    assert [(r.path.split("/")[-2], r.headers["if-match"]) for r in moves] == [("t1", '"4"'), ("t3", '"4"')]


def test_nothing_to_move_is_said() -> None:
    with a_system([]) as url:
        assert run(url, "--to", "2").output == "All are on version 2.\n"


def test_a_version_that_is_not_there_is_one_line() -> None:
    with a_system([], "t1") as url:
        result = run(url, "--to", "9")
    assert (result.exit_code, result.output) == (1, "Error: There is no such version\n")
