"""How the reader stands to a ticket's files: asked by the attachments service, which decides nothing of a ticket.

Source: domain page, *Parameters* (an invisible value never leaves the server for that side) and the table of filters.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.ticket.rules.answers import Filing
from services.ticket.rules.parameters import files_named, shows_files_of
from services.ticket.rules.policy import judge
from services.ticket.rules.reading import Reading
from shared.catalog import access

FILLED: tuple[str, ...] = ("required", "optional")


def filing(reading: Reading, codes: Sequence[str], *, file_id: str | None, visibility: str | None) -> Filing:
    """What is so of the parameters named, of the file, and of a message that the reader sees (its visibility)."""
    named = files_named(reading.definition, reading.ticket.parameters) if file_id is not None else {}
    holding = [code for code, ids in named.items() if file_id in ids]
    shown = shows_files_of(reading, codes)
    return Filing(
        shown=[code for code in codes if code in shown],
        fillable=[code for code in codes if may_fill(reading, code)],
        bound=not all(may_fill(reading, code) for code in holding),
        message=visibility,
    )


def may_fill(reading: Reading, code: str) -> bool:
    """Whether the reader may give this parameter a file now. Its `when` may come true with what they save next."""
    version, stage, side = reading.definition, reading.judging_stage.code, reading.standing.side
    parameter = version.parameter_by_code.get(code)
    if parameter is None or parameter.kind != "file" or not judge("edit", reading.case).allows:
        return False
    is_writable = access.writable(version, stage, side, reading.ticket.turn_side)
    return is_writable and access.cells(version, stage, side)[code] in FILLED
