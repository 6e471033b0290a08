"""docker-compose.yml holds nothing that the code does not have, and everything that the code needs."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from shared import config
from shared.contracts.topology import SERVICES
from tests.house.test_routes import EVERYWHERE
from tests.support import compose
from vez import cli, estate, run
from vez import setup as set_up
from vez.embedded.folder import CLIENTS

ROOT = compose.ROOT
BUILT = {
    **{f"{service}-{kind}": (service, kind) for service in SERVICES for kind in ("http", "worker")},
    "notify-stream": ("notify", "stream"),
    "portal-http": ("portal", "http"),
}
"""Our own processes by their entries' names."""
BESIDE = {"front", "postgres", "rabbitmq", "minio", "mail"}
SECRET = re.compile(r"PASSWORD|SECRET|ACCESS_KEY")
TOP = {"name", "services", "volumes"}
KEYS = {
    "build", "cap_add", "cap_drop", "command", "depends_on", "environment", "healthcheck", "hostname", "image", "init",
    "ports", "profiles", "read_only", "restart", "security_opt", "shm_size", "stop_grace_period", "tmpfs", "volumes",
}  # fmt: skip
HEALTH = {"test", "interval", "timeout", "retries", "start_period", "start_interval"}
CONDITIONS = {"service_healthy", "service_completed_successfully"}
DURATION = re.compile(r"[0-9]+(ms|s|m|h)")


@pytest.fixture(scope="module")
def document() -> Any:
    return compose.interpolated(compose.variables())


@pytest.fixture(scope="module")
def entries(document: Any) -> dict[str, Any]:
    return dict(document["services"])


def known_variables(service: str) -> set[str]:
    """What a service's options read."""
    options = importlib.import_module(f"services.{service}.options").Options
    return {config.variable(options, field) for field in fields(options)} | {"VEZ_DATABASE_URL"}


# -- the form of the file ---------------------------------------------------------------------------------------------


def test_the_file_fits_the_schema_of_compose(document: Any) -> None:
    assert compose.problems(document) == []
    assert compose.problems(compose.raw()) == []


@pytest.mark.parametrize(
    ("service", "broken", "said"),
    [
        ("front", {"ports": "8000"}, "services.front.ports: '8000' is not of type 'array'"),
        ("setup", {"comand": ["setup"]}, "services.setup: Unevaluated properties are not allowed ('comand' was unexp"),
        ("ticket-http", {"healthcheck": {"intervall": "1s"}}, "services.ticket-http.healthcheck: 'intervall' does not"),
        ("ticket-http", {"depends_on": {"setup": {"condition": "done"}}}, "services.ticket-http.depends_on: {'setup':"),
    ],
)
def test_the_schema_refuses_what_compose_would(document: Any, service: str, broken: Any, said: str) -> None:
    services = document["services"]
    found = compose.problems({**document, "services": {**services, service: {**services[service], **broken}}})
    assert any(problem.startswith(said) for problem in found), found


def test_the_file_has_the_form_of_a_compose_file(document: Any, entries: dict[str, Any]) -> None:
    assert {key for key in document if not key.startswith("x-")} == TOP
    for name, entry in entries.items():
        assert entry.keys() <= KEYS, name
        assert isinstance(entry["image"], str), name
        assert isinstance(entry.get("environment", {}), dict), name
        assert all(isinstance(value, str) for value in entry.get("environment", {}).values()), name
        for key in ("command", "ports", "volumes", "tmpfs", "cap_add", "cap_drop", "security_opt", "profiles"):
            assert all(isinstance(item, str) for item in entry.get(key, [])), (name, key)


def test_health_checks_and_dependencies_have_their_form(entries: dict[str, Any]) -> None:
    for name, entry in entries.items():
        health = entry.get("healthcheck", {})
        assert health.keys() <= HEALTH, name
        assert not health or health["test"][0] == "CMD", name
        for key in ("interval", "timeout", "start_period", "start_interval"):
            assert DURATION.fullmatch(health.get(key, "1s")), (name, key)
        for other, said in entry.get("depends_on", {}).items():
            assert said["condition"] in CONDITIONS, (name, other)
            assert said["condition"] != "service_healthy" or "healthcheck" in entries[other], (name, other)


def test_what_is_mounted_is_there(document: Any, entries: dict[str, Any]) -> None:
    used = set()
    for name, entry in entries.items():
        for mount in entry.get("volumes", []):
            source, target = mount.split(":")[:2]
            assert target.startswith("/"), (name, mount)
            if source.startswith("."):
                assert (ROOT / source).is_file(), (name, mount)
            else:
                used.add(source)
    assert used == document["volumes"].keys()


def test_nothing_waits_for_itself(entries: dict[str, Any]) -> None:
    waiting = {name: set(entry.get("depends_on", {})) for name, entry in entries.items()}
    while waiting:
        free = {name for name, others in waiting.items() if not others & waiting.keys()}
        assert free, waiting
        waiting = {name: others for name, others in waiting.items() if name not in free}


# -- the processes ----------------------------------------------------------------------------------------------------


def test_every_process_of_every_service_has_an_entry(entries: dict[str, Any]) -> None:
    assert entries.keys() == {*BUILT, *BESIDE, "setup"}


@pytest.mark.parametrize("name", BUILT)
def test_a_process_is_started_by_a_command_that_there_is(name: str, entries: dict[str, Any]) -> None:
    service, kind = BUILT[name]
    command, *arguments = entries[name]["command"]
    assert command in cli.COMMANDS
    parsed = run.command.make_context(command, list(arguments)).params
    assert (parsed["service"], parsed["kind"], parsed["host"], parsed["port"]) == (service, kind, "0.0.0.0", None)


@pytest.mark.parametrize("name", BUILT)
def test_a_process_is_asked_for_its_health_where_it_answers(name: str, entries: dict[str, Any]) -> None:
    *program, place = entries[name]["healthcheck"]["test"]
    port, _, path = place.partition("/")
    assert program == ["CMD", "python3", "-IS", "/opt/vez/deploy/healthy.py"]
    assert int(port) == run.PORTS[BUILT[name][1]]
    assert f"/{path}" in EVERYWHERE


@pytest.mark.parametrize("name", BUILT)
def test_a_process_is_told_what_it_needs_and_nothing_that_it_does_not_know(name: str, entries: dict[str, Any]) -> None:
    service = BUILT[name][0]
    told: Mapping[str, str] = entries[name]["environment"]
    assert told.keys() - known_variables(service) == set()
    options = estate.load_options(service, told)
    for other in SERVICES:
        assert options.url_of(other) == f"http://{other}-http:{run.PORTS['http']}"
    if service != "portal":
        assert options.database_url.endswith(f"@postgres:5432/vez_{service}")
        assert options.broker_url.startswith("amqp://")
    assert options.client_secret


@pytest.mark.parametrize("name", BUILT)
def test_a_process_knows_no_secret_of_another_service(name: str, entries: dict[str, Any]) -> None:
    others = {s.upper() for s in CLIENTS if s != BUILT[name][0]}
    assert [v for v in entries[name]["environment"] if SECRET.search(v) and v.split("_")[1] in others] == []


@pytest.mark.parametrize("name", [*BUILT, "setup"])
def test_a_process_can_be_scaled_and_writes_nowhere(name: str, entries: dict[str, Any]) -> None:
    entry = entries[name]
    assert not entry.keys() & {"ports", "container_name", "hostname"}
    assert entry["read_only"] is True
    assert entry["cap_drop"] == ["ALL"]


def test_setup_is_told_what_all_of_them_are_told(entries: dict[str, Any]) -> None:
    told: Mapping[str, str] = entries["setup"]["environment"]
    assert entries["setup"]["command"] == ["setup"]
    assert set_up.secrets_of(told).keys() == {f"vez-{client}" for client in CLIENTS}
    for name in BUILT:
        assert entries[name]["environment"].items() <= told.items(), name


# -- secrets ----------------------------------------------------------------------------------------------------------


def test_no_secret_has_a_default_and_every_one_must_be_set() -> None:
    text = compose.FILE.read_text()
    for name, operator, rest in compose.VARIABLE.findall(text):
        assert operator != "-" or not SECRET.search(name), (name, rest)
        assert operator in ("-", "?"), f"{name} may be empty"
    with pytest.raises(compose.Missing):
        compose.interpolated({})


def test_the_development_file_sets_exactly_what_must_be_set() -> None:
    asked = {name for name, operator, _ in compose.VARIABLE.findall(compose.FILE.read_text()) if operator == "?"}
    assert compose.variables().keys() - {"COMPOSE_PROFILES"} == asked


def test_the_development_secrets_say_what_they_are() -> None:
    for name, value in compose.variables().items():
        assert not SECRET.search(name) or value.startswith("development-only"), name


# -- what stands beside -----------------------------------------------------------------------------------------------


def test_postgres_takes_every_connection_that_the_processes_may_open_twice_over(entries: dict[str, Any]) -> None:
    settings = (ROOT / "deploy/postgres/vez.conf").read_text()
    most = int(re.search(r"^max_connections = ([0-9]+)", settings, re.MULTILINE)[1])  # type: ignore[index]
    with_tables = [BUILT[name] for name in BUILT if BUILT[name][0] != "portal"]
    needed = sum(4 if kind == "stream" else config.Common().database_pool_size for _, kind in with_tables)
    assert needed * 2 < most


def test_the_first_start_makes_a_database_for_each_service(entries: dict[str, Any]) -> None:
    script = (ROOT / "deploy/postgres/databases.sh").read_text()
    assert re.search(r"^for service in (.*); do$", script, re.MULTILINE)[1].split() == list(SERVICES)  # type: ignore[index]
    told = entries["postgres"]["environment"]
    for service in SERVICES:
        variable = f"VEZ_{service.upper()}_DATABASE_PASSWORD"
        address = entries[f"{service}-http"]["environment"][f"VEZ_{service.upper()}_DATABASE_URL"]
        assert f":{told[variable]}@" in address


def test_the_image_runs_as_nobody_special_from_an_argument() -> None:
    lines = (ROOT / "deploy/Dockerfile").read_text().splitlines()
    assert [line for line in lines if line.startswith("FROM ")] == ["FROM ${BASE_IMAGE} AS build", "FROM ${BASE_IMAGE}"]
    assert any(line.startswith("ARG BASE_IMAGE=") for line in lines)
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001:10001"]
    exposed = next(line for line in lines if line.startswith("EXPOSE ")).split()[1:]
    assert sorted(map(int, exposed)) == sorted(run.PORTS.values())


def test_what_the_image_is_built_from_is_there() -> None:
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", (ROOT / "deploy/Dockerfile").read_text(), re.MULTILINE)
    let_in = {line.removeprefix("!") for line in Path(ROOT / ".dockerignore").read_text().splitlines()}
    for name in " ".join(copied).split():
        assert list(ROOT.glob(name)) or name == "README*", name
        assert any(Path(name.rstrip("*") + ".md" if "*" in name else name).is_relative_to(one) for one in let_in), name
