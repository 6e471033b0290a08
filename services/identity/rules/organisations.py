"""Organisations: to which one a client belongs, so that a role may show them the colleagues' tickets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Organisation:
    """A company, a school, a family: whatever several clients belong to. `people_count`: how many do."""

    id: str
    name: str
    created_at: datetime
    version: int = 1
    people_count: int = 0
