"""What the embedded stack tells every service: addresses, secrets and files of this installation, as variables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from shared.contracts.topology import SERVICES
from vez.embedded import postgres, store
from vez.embedded.folder import CLIENTS, Folder, Secrets

BROKER = "broker"


def database_url(sockets: Path, secrets: Secrets, service: str) -> str:
    """The address of a service's (or the broker's) own database, as its own role."""
    name = f"vez_{service}"
    return postgres.address(sockets, name, name, secrets.roles[service])


def broker_url(sockets: Path, secrets: Secrets) -> str:
    """The address of the embedded broker."""
    return database_url(sockets, secrets, BROKER).replace("postgresql:", "pgmq:", 1)


def statements(secrets: Secrets, service: str) -> list[str]:
    """What makes a service's role and its database, which no other role may enter."""
    name = f"vez_{service}"
    return [
        f"CREATE ROLE {name} LOGIN PASSWORD '{secrets.roles[service]}'",
        f"CREATE DATABASE {name} OWNER {name} STRATEGY FILE_COPY",
        f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC",
    ]


def all_statements(secrets: Secrets) -> list[str]:
    """The same for all of them."""
    return [line for service in (*SERVICES, BROKER) for line in statements(secrets, service)]


def variables(
    folder: Folder, secrets: Secrets, sockets: Path, *, url: str, store_port: int, mail_port: int
) -> dict[str, str]:
    """The environment of the services."""
    found = {
        "VEZ_BROKER_URL": broker_url(sockets, secrets),
        "VEZ_PUBLIC_URL": url,
        "VEZ_IDENTITY_KEY_FILE": str(folder.signing_key),
        "VEZ_NOTIFY_SMTP_URL": f"smtp://127.0.0.1:{mail_port}",
        "VEZ_ATTACHMENTS_S3_URL": f"http://127.0.0.1:{store_port}",
        "VEZ_ATTACHMENTS_S3_BUCKET": store.BUCKET,
        "VEZ_ATTACHMENTS_S3_REGION": store.REGION,
        "VEZ_ATTACHMENTS_S3_ACCESS_KEY": secrets.store_key,
        "VEZ_ATTACHMENTS_S3_SECRET_KEY": secrets.store_secret,
        "VEZ_LOG_LEVEL": "warning",
        # One process serves everybody here, and who waits for an outcome holds a thread, not a processor.
        "VEZ_HTTP_THREADS": "32",
    }
    for service in SERVICES:
        found[f"VEZ_{service.upper()}_DATABASE_URL"] = database_url(sockets, secrets, service)
    for client in CLIENTS:
        found[f"VEZ_{client.upper()}_CLIENT_SECRET"] = secrets.clients[client]
    return found


def chosen(ours: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Ours, where the person who starts the stack has not set something else."""
    return {**ours, **{name: value for name, value in given.items() if name.startswith("VEZ_")}}
