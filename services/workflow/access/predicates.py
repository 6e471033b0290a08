"""Who can act and who may see which flows, in SQL and in Python, for commands and queries alike."""

from __future__ import annotations

from typing import Final

from shared.database import Statement
from shared.ids import Actor

ATTEND: Final = "ticket.attend"
READ_ALL: Final = "ticket.read_all"
OPEN: Final = "ticket.open"
OPEN_FOR: Final = "ticket.open_for"
PUBLISH: Final = "catalog.publish"
CHANGE_SETTINGS: Final = "settings.change"

_CAN_ATTEND: Final = """(p.is_active AND EXISTS (SELECT FROM profiles r
    WHERE r.code = ANY(p.profiles) AND NOT r.is_retired AND 'ticket.attend' = ANY(r.permissions)))"""
_STANDING: Final = "json_build_array(p.id, p.display_name, $can_attend, p.is_absent, p.substitute_id, p.superior_id)"
_SEES_FLOW: Final = """(%(all)s OR f.holder_id = %(actor)s OR f.attendant_id = %(actor)s OR f.holder_queue IN (
    SELECT m.queue FROM queue_members m WHERE m.person_id = %(actor)s))"""


def about(sql: str) -> Statement:
    """A statement whose predicates are this page's.

    `$can_attend`: whether the person `p` can act as an attendant now. `$standing`: the person `p` as `facts.Standing`.
    `$sees_flow`: whether an attendant (%(actor)s, %(all)s) may see the flow `f`: they hold it, or held it last, or a
    queue of theirs holds it, or they see all.
    """
    for name, predicate in (("$standing", _STANDING), ("$sees_flow", _SEES_FLOW), ("$can_attend", _CAN_ATTEND)):
        sql = sql.replace(name, predicate)
    return Statement(sql)


def sees_all_flows(actor: Actor) -> bool:
    """Whether every flow is to be seen: by other services, and with `ticket.read_all`."""
    return actor.is_service or actor.may(READ_ALL)


def knows_definitions(actor: Actor) -> bool:
    """Whether whole definitions are to be seen: by other services, attendants and who publishes."""
    return actor.is_service or any(actor.may(p) for p in (ATTEND, READ_ALL, PUBLISH))
