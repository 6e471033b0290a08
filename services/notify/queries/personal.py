"""What notify has of a person, as it is given out to them."""

from __future__ import annotations

from typing import Final

from shared.personal import Section, section

SECTIONS: Final[tuple[Section, ...]] = (
    section(
        "preferences",
        "p.person_id",
        "json_build_object('off', p.off, 'asked', p.asked, 'quiet_from', p.quiet_from,"
        " 'quiet_until', p.quiet_until, 'digest_minutes', p.digest_minutes)",
        "FROM preferences p WHERE p.person_id = %(person)s",
    ),
    section(
        "notifications",
        "d.id",
        "json_build_object('id', d.id, 'event', n.event, 'ticket', t.number, 'created_at', d.created_at,"
        " 'read_at', d.read_at)",
        "FROM deliveries d LEFT JOIN notices n ON n.id = d.event_id LEFT JOIN tickets t ON t.id = d.ticket_id"
        " WHERE d.recipient_id = %(person)s AND d.channel = 'in_app' AND d.state = 'sent'",
    ),
    section(
        "mail_from_them",
        "i.id",
        "json_build_object('id', i.id, 'sender', i.sender, 'subject', i.subject, 'state', i.state,"
        " 'received_at', i.received_at)",
        "FROM incoming i WHERE i.person_id = %(person)s",
    ),
)
"""Letters to them are made of their tickets and are not kept; the delivery ledger says only that they were sent."""
