"""The routes."""

from flask_smorest import Blueprint

from services.identity.api import (
    clients,
    keys,
    links,
    mail,
    me,
    organisations,
    people,
    portal,
    profiles,
    replicas,
    sessions,
    tokens,
)


def blueprints() -> list[Blueprint]:
    """This service's own routes."""
    rooms = (tokens, keys, me, people, organisations, profiles, sessions, links, portal, mail, clients, replicas)
    return [room.blp for room in rooms]
