"""The administrators' pages: the house, its catalog, and the operation of the services."""

from services.portal.views.admin import (
    audit,
    catalog,
    deliveries,
    letters,
    parked,
    people,
    profiles,
    settings,
    start,
    webhooks,
)
from services.portal.views.admin.blueprint import blueprint

__all__ = [
    "audit",
    "blueprint",
    "catalog",
    "deliveries",
    "letters",
    "parked",
    "people",
    "profiles",
    "settings",
    "start",
    "webhooks",
]
