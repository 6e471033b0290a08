"""`vez export` at the terminal, against a system that answers as the services do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from click.testing import CliRunner, Result

from tests.support.origin import Reply, Request, origin
from tests.unit.export.test_story import row, ticket
from vez.export.command import export
from vez.export.reading import AHEAD, ahead
from vez.logs import open_log

IDS = [f"t{n}" for n in range(5)]
PAGE = 2


class System:
    """Five tickets, newest first, two a page: the fourth was deleted while it is read, the last entered no stage."""

    def __init__(self) -> None:
        self.asked: list[Request] = []

    def __call__(self, request: Request) -> Reply:
        parts = urlsplit(request.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if parts.path.endswith("/tokens"):
            good = request.body == {"username": "admin@vez.test", "password": "secret"}
            return Reply(200, {"access_token": "t", "expires_in": 600}) if good else Reply(401, {"detail": "No"})
        self.asked.append(request)
        if parts.path.endswith("/me"):
            return Reply(200, {"id": "admin"})
        if parts.path.endswith("/counts"):
            return Reply(200, {"all": len(IDS)})
        if parts.path.endswith("/tickets"):
            return self._page(int(query.get("cursor", 0)))
        return self._of_ticket(parts.path.split("/tickets/")[1])

    def _page(self, start: int) -> Reply:
        after = start + PAGE
        cursor = str(after) if after < len(IDS) else None
        return Reply(200, {"items": [{"id": id} for id in IDS[start:after]], "next_cursor": cursor})

    def _of_ticket(self, rest: str) -> Reply:
        id, _, what = rest.partition("/")
        if id == "t3":
            return Reply(404, {"detail": "There is no such ticket"})
        if what:
            items = [] if id == "t4" else [row("a", hour=9), row("b", hour=10)]
            return Reply(200, {"items": items, "next_cursor": None})
        return Reply(200, ticket(number=f"2026-{id}"))


@contextmanager
def running() -> Iterator[tuple[System, str]]:
    system = System()
    with origin(system) as url:
        yield system, url


def run(url: str, path: Path, *arguments: str, password: str = "secret") -> Result:
    command = ["--format", "xes", "-o", str(path), "--url", url, *arguments]
    return CliRunner().invoke(export, command, env={"VEZ_ADMIN_PASSWORD": password})


def test_every_ticket_that_entered_a_stage_is_written(tmp_path: Path) -> None:
    with running() as (system, url):
        result = run(url, tmp_path / "own.xes.gz")
    assert result.exit_code == 0, result.output
    assert [case.name for case in open_log(tmp_path / "own.xes.gz").cases] == ["2026-t0", "2026-t1", "2026-t2"]
    assert "3 cases, 6 events." in result.stderr
    assert "Left out, since they entered no stage yet: 1." in result.stderr
    assert {request.method for request in system.asked} == {"GET"}


def test_only_one_types_tickets_are_asked_for(tmp_path: Path) -> None:
    with running() as (system, url):
        assert run(url, tmp_path / "own.xes", "--type", "repair").exit_code == 0
    lists = [urlsplit(r.path).query for r in system.asked if urlsplit(r.path).path.endswith("/tickets")]
    assert [parse_qs(query)["type"] for query in lists] == [["repair"]] * 3
    assert all(parse_qs(query)["as"] == ["attendant"] for query in lists)


def test_who_cannot_enter_is_told_and_no_file_is_left(tmp_path: Path) -> None:
    with running() as (_, url):
        result = run(url, tmp_path / "own.xes", password="wrong")
    assert (result.exit_code, list(tmp_path.iterdir())) == (1, [])
    assert "admin@vez.test cannot sign in" in result.stderr


def test_nothing_to_write_is_said_and_no_file_is_left(tmp_path: Path) -> None:
    system = System()

    def empty(request: Request) -> Reply:
        if urlsplit(request.path).path.endswith("/tickets"):
            return Reply(200, {"items": [], "next_cursor": None})
        return system(request)

    with origin(empty) as url:
        result = run(url, tmp_path / "own.xes", "--type", "repair")
    assert (result.exit_code, list(tmp_path.iterdir())) == (1, [])
    assert "no ticket of the type repair" in result.stderr


def test_work_is_done_a_few_ahead_and_in_order() -> None:
    begun: list[int] = []
    lock = threading.Lock()

    def work(number: int) -> int:
        with lock:
            begun.append(number)
        return number * 2

    found = ahead(work, iter(range(1000)))
    assert [next(found) for _ in range(10)] == [number * 2 for number in range(10)]
    assert len(begun) < 10 + AHEAD + 1
    found.close()
    assert len(begun) < 10 + AHEAD + 1
