"""What attachments has of a person, as it is given out to them: their files, whose bytes are read one by one."""

from __future__ import annotations

from typing import Final

from shared.personal import Section, section

SECTIONS: Final[tuple[Section, ...]] = (
    section(
        "files",
        "a.id",
        "json_build_object('id', a.id, 'ticket_id', a.ticket_id, 'name', a.name, 'size', a.size,"
        " 'content_type', a.content_type, 'sha256', a.sha256, 'state', a.state, 'created_at', a.created_at)",
        "FROM attachments a WHERE a.by_id = %(person)s AND a.removed_at IS NULL",
    ),
)
