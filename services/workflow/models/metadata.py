"""The metadata that every table of this service is in."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY

from shared import personal
from shared.database import add_backbone, new_metadata

metadata: Final = new_metadata()
add_backbone(metadata)
personal.table(metadata)

Codes: Final = ARRAY(Text)
"""A short list of codes or ids in their text form."""
