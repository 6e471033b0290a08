"""`vez catalog`: what it says of a file, what it asks of a system and how it shows the answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from click.testing import CliRunner, Result

from shared.catalog.reading import CatalogInvalid, read
from tests.support.origin import Reply, Request, origin
from tests.unit.catalog.files import BASE, DEMO, changed
from vez.catalog.command import catalog

EMPTY = {"applied": False, "changes": [], "versions": {}, "open_tickets": {}, "warnings": []}


def run(*arguments: object, password: str = "secret") -> Result:
    return CliRunner().invoke(catalog, [str(each) for each in arguments], env={"VEZ_ADMIN_PASSWORD": password})


@contextmanager
def a_system(answer: Callable[[Request], Reply], seen: list[Request]) -> Iterator[str]:
    """A system with one administrator that answers about its catalog."""

    def answered(request: Request) -> Reply:
        if request.path == "/api/identity/v1/tokens":
            good = request.body == {"username": "admin@vez.test", "password": "secret"}
            said = {"access_token": "token", "expires_in": 600} if good else {"detail": "Name or password is wrong"}
            return Reply(200 if good else 401, said)
        seen.append(request)
        return answer(request)

    with origin(answered) as url:
        yield url


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The right file, as JSON."""
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps(yaml.safe_load(BASE)), encoding="utf-8")
    return path


def test_a_right_file_is_valid() -> None:
    result = run("validate", DEMO)
    assert result.exit_code == 0, result.output
    assert "Valid: 6 types, 39 stages, 5 queues." in result.output
    assert "People named by e-mail: 4" in result.output


def test_every_mistake_is_printed_and_the_status_is_1(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(BASE.replace("first: work", "first: wark").replace("group: general", "group: genral"))
    result = run("validate", path)
    assert result.exit_code == 1
    assert f"{path}:14: types.repair.group: There is no group genral. Did you mean general?" in result.stderr
    assert f"{path}:34: types.repair.flow.first: There is no stage wark. Did you mean work?" in result.stderr
    assert "Error: 2 problems" in result.stderr


def test_several_files_are_judged_as_one_catalog(tmp_path: Path) -> None:
    head, types = tmp_path / "head.yaml", tmp_path / "types.yaml"
    head.write_text(BASE[: BASE.index("types:")])
    types.write_text("catalog: 1\n" + BASE[BASE.index("types:") :])
    assert run("validate", head, types).exit_code == 0
    assert run("validate", types).exit_code == 1


def test_warnings_are_shown_unless_asked_not_to(tmp_path: Path) -> None:
    path = tmp_path / "catalog.yaml"
    path.write_text(changed("label: Urgent", "label: {pt-BR: Urgente, en: Urgent}"))
    assert "The es text is missing." in run("validate", path).stderr
    assert run("validate", "--quiet", path).stderr == ""


def test_a_house_with_a_fallback_of_its_own_says_so(tmp_path: Path) -> None:
    path = tmp_path / "catalog.yaml"
    path.write_text(changed("      fallback: queue:desk\n", ""))
    assert run("validate", path).exit_code == 1
    assert run("validate", "--global-fallback", path).exit_code == 0


def test_what_is_no_text_gets_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "catalog.yaml"
    path.write_bytes(b"catalog: 1 \xff")
    result = run("validate", path)
    assert result.exit_code == 1
    assert "is not UTF-8 text: invalid start byte at byte 11" in result.stderr


def test_a_plan_asks_without_changing_and_shows_what_would_be(file: Path) -> None:
    seen: list[Request] = []
    answer = EMPTY | {
        "changes": [
            {"kind": "queue", "code": "desk", "change": "unchanged", "details": []},
            {"kind": "group", "code": "other", "change": "new", "details": []},
            {"kind": "type", "code": "repair", "change": "new_version", "details": ["flow.first: a → b"]},
        ],
        "versions": {"repair": 3},
        "open_tickets": {"repair": {"1": 4, "2": 1}},
    }
    with a_system(lambda _: Reply(200, answer), seen) as url:
        result = run("plan", file, "--url", url)
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "+ group other: new",
        "↑ type repair: new version 3",
        "    flow.first: a → b",
        "    open tickets that stay on what they started with: 4 on version 1, 1 on version 2",
        "2 changes to apply.",
    ]
    asked = urlsplit(seen[0].path)
    assert (seen[0].method, asked.path) == ("PUT", "/api/workflow/v1/catalog")
    assert parse_qs(asked.query) == {"name": ["catalog.json"], "prune": ["0"], "dry_run": ["1"]}
    assert seen[0].headers["authorization"] == "Bearer token"
    assert seen[0].headers["content-type"] == "application/yaml"
    assert seen[0].headers["if-match"] == "*"
    assert read(json.dumps(seen[0].body), "sent.json") == read(BASE, "catalog.yaml")


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [([], ("0", "0")), (["--prune"], ("1", "0")), (["--dry-run"], ("0", "1")), (["--prune", "--dry-run"], ("1", "1"))],
)
def test_apply_changes_unless_it_is_dry(file: Path, arguments: list[str], asked: tuple[str, str]) -> None:
    seen: list[Request] = []
    change = {"kind": "group", "code": "general", "change": "changed", "details": ["names.en: a → b"]}
    answer = EMPTY | {"applied": True, "changes": [change]}
    with a_system(lambda _: Reply(200, answer), seen) as url:
        result = run("apply", file, *arguments, "--url", url)
    assert result.output.splitlines()[-1] == "1 change applied."
    query = parse_qs(urlsplit(seen[0].path).query)
    assert (query["prune"][0], query["dry_run"][0]) == asked


def test_nothing_to_change_is_said(file: Path) -> None:
    with a_system(lambda _: Reply(200, EMPTY), []) as url:
        assert run("apply", file, "--url", url).output == "Nothing to change.\n"


def test_the_systems_problems_are_printed_like_those_of_the_file(file: Path) -> None:
    with pytest.raises(CatalogInvalid) as caught:
        read(changed("first: work", "first: wark"), "catalog.json")
    document: dict[str, Any] = {"detail": "This catalog cannot be used", "problems": caught.value.to_wire()}
    with a_system(lambda _: Reply(422, document), []) as url:
        result = run("apply", file, "--url", url)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "catalog.json:34: types.repair.flow.first: There is no stage wark. Did you mean work?",
        "Error: 1 problem; nothing was changed.",
    ]


def test_a_refusal_without_problems_is_one_line(file: Path) -> None:
    with a_system(lambda _: Reply(403, {"detail": "This needs the permission catalog.publish"}), []) as url:
        result = run("plan", file, "--url", url)
    assert (result.exit_code, result.stderr) == (1, "Error: This needs the permission catalog.publish\n")


def test_a_wrong_password_is_one_line(file: Path) -> None:
    with a_system(lambda _: Reply(200, EMPTY), []) as url:
        result = run("plan", file, "--url", url, password="wrong")
    assert (result.exit_code, result.stderr) == (1, "Error: Name or password is wrong\n")


def test_an_address_that_is_none_is_one_line(file: Path) -> None:
    result = run("plan", file, "--url", "localhost")
    assert (result.exit_code, result.stderr) == (
        1,
        "Error: localhost is not an address such as http://127.0.0.1:8000\n",
    )


def test_export_writes_what_the_system_has(tmp_path: Path) -> None:
    seen: list[Request] = []
    with a_system(lambda _: Reply(200, "the catalog"), seen) as url:
        shown = run("export", "--url", url)
        written = run("export", "--url", url, "-o", tmp_path / "out.yaml")
    assert shown.output == '"the catalog"'
    assert seen[0].headers["accept"] == "application/yaml"
    assert (tmp_path / "out.yaml").read_text() == '"the catalog"'
    assert written.output == f"Written to {tmp_path / 'out.yaml'}.\n"
