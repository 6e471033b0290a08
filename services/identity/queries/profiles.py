"""Profiles, client kinds and machine clients, as administrators see them."""

from __future__ import annotations

from services.identity.access.clients import client_of
from services.identity.access.clients import whole as whole_client
from services.identity.access.profiles import all_kinds, load_profile, profile_of
from services.identity.access.profiles import whole as whole_profile
from services.identity.models import clients, profiles
from services.identity.rules.clients import Client
from services.identity.rules.kinds import Kind
from services.identity.rules.profiles import Profile
from shared.database import Reader


def profile_list(reader: Reader, after: str | None, most: int) -> list[Profile]:
    """Profiles by code, retired ones too; one more than asked for tells that there are more."""
    chosen = whole_profile.order_by(profiles.c.code).limit(most + 1)
    if after:
        chosen = chosen.where(profiles.c.code > after)
    return [profile_of(row) for row in reader.all(chosen)]


def profile(reader: Reader, code: str) -> Profile:
    """One profile. Raises NotFound."""
    return load_profile(reader, code)


def kind_list(reader: Reader) -> list[Kind]:
    """The client kinds in use."""
    return [kind for kind in all_kinds(reader) if not kind.is_retired]


def client_list(reader: Reader, after: str | None, most: int) -> list[Client]:
    """Machine clients by id; one more than asked for tells that there are more."""
    chosen = whole_client.order_by(clients.c.id).limit(most + 1)
    if after:
        chosen = chosen.where(clients.c.id > after)
    return [client_of(row) for row in reader.all(chosen)]
