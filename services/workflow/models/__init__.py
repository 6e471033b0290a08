"""Tables, constraints and indexes. No rules."""

from typing import Final

from services.workflow.models.catalog import (
    calendars,
    catalogs,
    client_kinds,
    groups,
    publications,
    queue_members,
    queues,
    settings,
    type_versions,
    types,
)
from services.workflow.models.flows import checks, clocks, flows, turns, votes
from services.workflow.models.metadata import metadata
from shared import people as shared_people
from shared.transaction import Store

people, profiles = shared_people.tables(metadata)

STORE: Final = Store(
    "workflow",
    metadata,
    {"flow": flows, "catalog": publications, "type": types, "queue": queues, "setting": settings},
)
"""Which table numbers which events."""

APPEND_ONLY: Final = ("turns", "votes", "type_versions", "audit_log")
"""Never updated and never deleted, by anybody."""

__all__ = [
    "APPEND_ONLY",
    "STORE",
    "calendars",
    "catalogs",
    "checks",
    "client_kinds",
    "clocks",
    "flows",
    "groups",
    "metadata",
    "people",
    "profiles",
    "publications",
    "queue_members",
    "queues",
    "settings",
    "turns",
    "type_versions",
    "types",
    "votes",
]
