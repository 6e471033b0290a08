"""What identity has of a person, as it is given out to them."""

from __future__ import annotations

from typing import Final

from shared.personal import Section, section

SECTIONS: Final[tuple[Section, ...]] = (
    section(
        "person",
        "p.id",
        "json_build_object('id', p.id, 'name', p.name, 'email', p.email, 'kind', p.kind, 'language', p.language,"
        " 'time_zone', p.time_zone, 'profiles', p.profiles, 'mail', p.mail, 'is_active', p.is_active,"
        " 'superior_id', p.superior_id, 'substitute_id', p.substitute_id, 'absent_from', p.absent_from,"
        " 'absent_until', p.absent_until, 'guardians', p.guardians, 'organisation', o.name,"
        " 'created_at', p.created_at, 'updated_at', p.updated_at)",
        "FROM people p LEFT JOIN organisations o ON o.id = p.organisation_id WHERE p.id = %(person)s",
    ),
    section(
        "identifiers",
        "i.kind",
        "json_build_object('kind', i.kind, 'value', i.value)",
        "FROM identifiers i WHERE i.person_id = %(person)s",
        key_type="text",
    ),
    section(
        "sessions",
        "s.id",
        "json_build_object('id', s.id, 'address', s.address, 'agent', s.agent, 'created_at', s.created_at,"
        " 'last_used_at', s.last_used_at, 'ended_at', s.ended_at, 'end_reason', s.end_reason)",
        "FROM sessions s WHERE s.person_id = %(person)s",
    ),
    section(
        "links",
        "l.id",
        "json_build_object('id', l.id, 'purpose', l.purpose, 'created_at', l.created_at, 'used_at', l.used_at)",
        "FROM links l WHERE l.person_id = %(person)s",
    ),
)
"""The password is kept as a hash that tells nothing, and is not given out."""
