"""Environment → typed options. Every problem is reported at once, with the variable's name and what it should be."""

from __future__ import annotations

import dataclasses
import os
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit, urlunsplit

REQUIRED: Any = object()


class ConfigError(Exception):
    """Some variables are missing or wrong; `problems` has one sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def option(
    env: str,
    doc: str,
    *,
    default: Any = REQUIRED,
    secret: bool = False,
    check: Callable[[Any], str | None] | None = None,
    also: str | None = None,
) -> Any:
    """A field of an options class: the variable that sets it, what it means, and what it is when not set.

    `check` gets the typed value and returns what is wrong with it, or None. `also` is the variable of the installation
    that counts where the service's own is not set.
    """
    doc = doc if also is None else f"{doc}; {also} where it is not set"
    metadata = {"env": env, "doc": doc, "default": default, "secret": secret, "check": check, "also": also}
    if default is REQUIRED:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def environment() -> Mapping[str, str]:
    """The process's environment: the only place that reads it."""
    return os.environ


@dataclass(frozen=True, kw_only=True)
class Common:
    """What every service's process is told. `{SERVICE}` in a variable's name stands for the service's, upper case."""

    service: ClassVar[str] = "service"

    database_url: str = option(
        "VEZ_{SERVICE}_DATABASE_URL",
        "PostgreSQL address of this service's own database; made from VEZ_DATABASE_URL when not set",
        default="",
        secret=True,
    )
    broker_url: str = option(
        "VEZ_BROKER_URL",
        "the broker: amqp://… for RabbitMQ, pgmq://… for the embedded one",
        default="",
        secret=True,
    )
    broker_management_url: str = option(
        "VEZ_BROKER_MANAGEMENT_URL",
        "RabbitMQ's management address, http://host:15672, by which `vez doctor` sees bindings; "
        "asked as the broker's user where it names none",
        default="",
        secret=True,
    )
    broker_visibility_seconds: int = option(
        "VEZ_BROKER_VISIBILITY_SECONDS",
        "embedded broker: how long a message that a dead worker held stays hidden; a delivery is bounded to half of it",
        default=20,
    )
    public_url: str = option("VEZ_PUBLIC_URL", "the one origin that people open", default="http://127.0.0.1:8000")
    ticket_url: str = option("VEZ_TICKET_URL", "where the ticket service answers", default="")
    workflow_url: str = option("VEZ_WORKFLOW_URL", "where the workflow service answers", default="")
    attachments_url: str = option("VEZ_ATTACHMENTS_URL", "where the attachments service answers", default="")
    notify_url: str = option("VEZ_NOTIFY_URL", "where the notify service answers", default="")
    identity_url: str = option("VEZ_IDENTITY_URL", "where the identity service answers", default="")
    client_secret: str = option(
        "VEZ_{SERVICE}_CLIENT_SECRET",
        "the secret of this service's machine client, with which it asks other services",
        default="",
        secret=True,
    )
    database_pool_size: int = option("VEZ_DATABASE_POOL_SIZE", "connections that one process keeps at most", default=8)
    worker_threads: int = option("VEZ_WORKER_THREADS", "threads of one event worker", default=8)
    worker_stalled_seconds: int = option(
        "VEZ_WORKER_STALLED_SECONDS",
        "a worker whose consumer stands still for so long is not alive (/livez), and ends itself after twice as long",
        default=15,
    )
    worker_finish_seconds: int = option(
        "VEZ_WORKER_FINISH_SECONDS",
        "a worker that is told to stop finishes what it does for so long; then it gives back the rest, in 8 s at most",
        default=10,
    )
    http_threads: int = option("VEZ_HTTP_THREADS", "threads of one HTTP process", default=4)
    inbox_tries: int = option("VEZ_INBOX_TRIES", "tries of an event before it is parked", default=8)
    default_language: str = option("VEZ_LANGUAGE", "language shown where nobody says otherwise", default="pt-BR")
    time_zone: str = option("VEZ_TIME_ZONE", "the house's time zone", default="America/Sao_Paulo")
    log_level: str = option("VEZ_LOG_LEVEL", "debug, info, warning or error", default="info")

    @property
    def client_id(self) -> str:
        """The id of this service's machine client."""
        return f"vez-{self.service}"

    def url_of(self, service: str) -> str:
        """Where `service` answers: its own variable, else below the public origin."""
        return str(getattr(self, f"{service}_url")) or f"{self.public_url.rstrip('/')}/api/{service}"


T = typing.TypeVar("T", bound=Common)


def variable(cls: type[Common], field: dataclasses.Field[Any]) -> str:
    """The name of the environment variable that sets `field` of `cls`."""
    return str(field.metadata["env"]).replace("{SERVICE}", cls.service.upper())


def load(cls: type[T], environ: Mapping[str, str]) -> T:
    """The options that `environ` sets. Raises ConfigError with every problem."""
    hints = typing.get_type_hints(cls)
    values: dict[str, Any] = {}
    problems: list[str] = []
    for field in dataclasses.fields(cls):
        name = variable(cls, field)
        raw, also = environ.get(name), field.metadata["also"]
        if raw is None and also is not None:
            raw, name = environ.get(also), also if also in environ else name
        if raw is None:
            if field.metadata["default"] is REQUIRED:
                problems.append(f"{name} is not set: {field.metadata['doc']}")
            continue
        try:
            values[field.name] = _typed(hints[field.name], raw)
        except ValueError as error:
            shown = "its value" if field.metadata["secret"] else repr(raw)
            problems.append(f"{name}: {shown} {error} ({field.metadata['doc']})")
            continue
        check = field.metadata["check"]
        wrong = check(values[field.name]) if check else None
        if wrong:
            problems.append(f"{name}: {wrong} ({field.metadata['doc']})")
    if not values.get("database_url") and environ.get("VEZ_DATABASE_URL"):
        values["database_url"] = database_of(environ["VEZ_DATABASE_URL"], cls.service)
    if problems:
        raise ConfigError(problems)
    return cls(**values)


def database_of(server_url: str, service: str) -> str:
    """The address of `service`'s database `vez_<service>` on the server that `server_url` names."""
    return urlunsplit(urlsplit(server_url)._replace(path=f"/vez_{service}"))


def _typed(kind: Any, raw: str) -> Any:
    kinds = [k for k in typing.get_args(kind) if k is not type(None)] or [kind]
    target = kinds[0]
    if target is bool:
        word = raw.strip().lower()
        if word in {"1", "true", "yes", "on"}:
            return True
        if word in {"0", "false", "no", "off", ""}:
            return False
        raise ValueError("is neither true nor false")
    if target in (int, float):
        try:
            return target(raw)
        except ValueError:
            raise ValueError(f"is not {'a whole number' if target is int else 'a number'}") from None
    return raw


class Documented(typing.NamedTuple):
    """A row of the options' table."""

    variable: str
    doc: str
    default: str
    secret: bool


def document(cls: type[Common]) -> list[Documented]:
    """The rows of the options' table, for the reference."""
    rows = []
    for field in dataclasses.fields(cls):
        default = field.metadata["default"]
        shown = "required" if default is REQUIRED else str(default)
        rows.append(Documented(variable(cls, field), field.metadata["doc"], shown, field.metadata["secret"]))
    return rows
