"""What the ticket service has of a person, as it is given out to them."""

from __future__ import annotations

from typing import Final

from shared.personal import Section, section

SECTIONS: Final[tuple[Section, ...]] = (
    section(
        "tickets",
        "t.id",
        "json_build_object('id', t.id, 'number', t.number, 'type', t.type, 'status', t.status, 'priority', t.priority,"
        " 'subject', x.subject, 'description', x.description, 'parameters', t.parameters, 'stage', t.stage,"
        " 'created_at', t.created_at, 'submitted_at', t.submitted_at, 'ended_at', t.ended_at, 'rating', t.rating,"
        " 'stages', (SELECT json_agg(json_build_object('stage', h.stage, 'entered_at', h.entered_at, 'side', h.side,"
        " 'transition', h.transition, 'comment', c.comment) ORDER BY h.position) FROM stage_history h"
        " LEFT JOIN stage_comments c USING (ticket_id, position) WHERE h.ticket_id = t.id),"
        " 'understandings', (SELECT json_agg(json_build_object('version', u.version, 'body', u.body,"
        " 'due_on', u.due_on, 'created_at', u.created_at) ORDER BY u.version)"
        " FROM understandings u WHERE u.ticket_id = t.id),"
        " 'messages', (SELECT json_agg(json_build_object('id', m.id, 'by_the_person', m.author_id = t.client_id,"
        " 'body', m.body, 'created_at', m.created_at) ORDER BY m.id) FROM messages m"
        " WHERE m.ticket_id = t.id AND m.visibility = 'public'))",
        "FROM tickets t LEFT JOIN texts x ON x.ticket_id = t.id"
        " WHERE t.client_id = %(person)s AND t.status <> 'deleted'",
    ),
    section(
        "messages_elsewhere",
        "m.id",
        "json_build_object('id', m.id, 'ticket', t.number, 'body', m.body, 'created_at', m.created_at)",
        "FROM messages m JOIN tickets t ON t.id = m.ticket_id"
        " WHERE m.author_id = %(person)s AND t.client_id <> %(person)s AND t.status <> 'deleted'",
    ),
    section(
        "ratings",
        "r.ticket_id",
        "json_build_object('ticket', t.number, 'score', r.score, 'comment', r.comment, 'created_at', r.created_at)",
        "FROM tickets t JOIN ratings r ON r.ticket_id = t.id WHERE t.client_id = %(person)s AND r.by_id = %(person)s",
    ),
    section(
        "templates",
        "p.id",
        "json_build_object('id', p.id, 'type', p.type, 'name', p.name, 'subject', p.subject,"
        " 'description', p.description, 'parameters', p.parameters, 'created_at', p.created_at)",
        "FROM templates p WHERE p.owner_id = %(person)s",
    ),
    section(
        "saved_filters",
        "f.id",
        "json_build_object('id', f.id, 'side', f.side, 'name', f.name, 'query', f.query, 'created_at', f.created_at)",
        "FROM saved_filters f WHERE f.owner_id = %(person)s",
    ),
    section(
        "canned_answers",
        "a.id",
        "json_build_object('id', a.id, 'name', a.name, 'body', a.body, 'created_at', a.created_at)",
        "FROM canned_answers a WHERE a.owner_id = %(person)s AND a.removed_at IS NULL",
    ),
    section(
        "shared_with_them",
        "s.id",
        "json_build_object('ticket', t.number, 'created_at', s.created_at, 'expires_at', s.expires_at)",
        "FROM shares s JOIN tickets t ON t.id = s.ticket_id WHERE s.person_id = %(person)s",
    ),
)
"""Internal notes are the attendants' own; names of others stay with them."""
