"""Tables, constraints and indexes. No rules."""

from typing import Final

from services.ticket.models.kept import canned_answers, saved_filters
from services.ticket.models.ledger import holders, stage_comments, stage_history, turns
from services.ticket.models.metadata import metadata
from services.ticket.models.record import (
    messages,
    ratings,
    relations,
    revisions,
    shares,
    templates,
    time_entries,
    understandings,
)
from services.ticket.models.replicas import files, published, queues, settings, type_versions, types
from services.ticket.models.tallies import tallies
from services.ticket.models.tickets import numbers, operations, texts, tickets
from services.ticket.models.wording import folded, value_words
from shared import people as shared_people
from shared.transaction import Store

people, profiles = shared_people.tables(metadata)

STORE: Final = Store("ticket", metadata, {"ticket": tickets, "canned_answer": canned_answers})
"""Which table numbers which events, every ticket.* its ticket's, and keeps which audit chains."""

APPEND_ONLY: Final = ("turns", "stage_history", "audit_log")
"""Never updated and never deleted, by anybody."""

__all__ = [
    "APPEND_ONLY",
    "STORE",
    "canned_answers",
    "files",
    "folded",
    "holders",
    "messages",
    "metadata",
    "numbers",
    "operations",
    "people",
    "profiles",
    "published",
    "queues",
    "ratings",
    "relations",
    "revisions",
    "saved_filters",
    "settings",
    "shares",
    "stage_comments",
    "stage_history",
    "tallies",
    "templates",
    "texts",
    "tickets",
    "time_entries",
    "turns",
    "type_versions",
    "types",
    "understandings",
    "value_words",
]
