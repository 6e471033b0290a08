"""What workflow has of a person, as it is given out to them."""

from __future__ import annotations

from typing import Final

from shared.personal import Section, section

SECTIONS: Final[tuple[Section, ...]] = (
    section(
        "queues",
        "m.queue",
        "json_build_object('queue', m.queue, 'email', m.email)",
        "FROM queue_members m WHERE m.person_id = %(person)s",
        key_type="text",
    ),
    section(
        "votes",
        "v.ticket_id",
        "json_build_object('ticket', f.number, 'outcome', v.outcome, 'evidence', v.evidence, 'at', v.at)",
        "FROM (SELECT DISTINCT ON (ticket_id) * FROM votes WHERE person_id = %(person)s"
        " ORDER BY ticket_id, entry DESC) v JOIN flows f ON f.ticket_id = v.ticket_id WHERE true",
    ),
)
"""Flows hold ids alone, of tickets that the ticket service gives out. Of several votes in one ticket, the last."""
