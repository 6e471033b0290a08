"""The HTTP process; and setting a house up, for who runs one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from flask import Flask

from services.identity.access.actors import load_actor
from services.identity.api import blueprints
from services.identity.api.tools import NAME, Tools, house, lifetimes, link_url
from services.identity.commands import bootstrap as starting
from services.identity.commands.passwords import invite_administrator as inviting
from services.identity.gateways.passwords import Argon2, Hasher
from services.identity.gateways.signing import load_signer
from services.identity.handlers import DISCARDED, RETRY_ONLY
from services.identity.models import STORE
from services.identity.options import Options
from services.identity.queries.personal import SECTIONS
from services.identity.rules.clients import SHORTEST_SECRET, digest
from services.identity.rules.people import NewPerson
from shared import client
from shared.access import Verifier
from shared.client import Services
from shared.config import ConfigError
from shared.database import Database
from shared.http import Hooks, create_service
from shared.operations import operations
from shared.transaction import Units

TRANSLATIONS: Final = Path(__file__).parent / "translations"


def create_app(options: Options, services: Services | None = None) -> Flask:
    """The WSGI application; opens its database, so call it in the process that serves. Raises ConfigError."""
    signer = load_signer(options.key_file, options.token_seconds)
    app = create_service(
        options=options,
        store=STORE,
        blueprints=[*blueprints(), operations(Hooks(DISCARDED, RETRY_ONLY), SECTIONS)],
        services=services or client.for_options(options),
        verifier=Verifier(signer.jwks, "identity"),
        load_actor=load_actor,
        translations=TRANSLATIONS,
        title="Vez identity",
    )
    app.extensions[NAME] = Tools(options, signer, Argon2())
    return app


# ---- setting up ------------------------------------------------------------------------------------------------------


def bootstrap(options: Options, secrets: Mapping[str, str]) -> None:
    """Make the built-in profiles and client kinds, and our own services' machine clients, where they are not there.

    `secrets` by client id (`vez-ticket`, …). Nothing is written where all is there already. Raises ConfigError.
    """
    short = [name for name, secret in secrets.items() if len(secret) < SHORTEST_SECRET]
    if short:
        raise ConfigError([f"The secret of {name} has fewer than {SHORTEST_SECRET} signs" for name in short])
    digests = {name: digest(secret) for name, secret in secrets.items()}
    with _units(options) as units:
        units.run(lambda tx: starting.bootstrap(tx, digests, house(options)))


def invite_administrator(options: Options, email: str, name: str | None = None) -> str:
    """The one-time link of an administrator, who is made where nobody has that e-mail. Raises Invalid, Conflict."""
    signer = load_signer(options.key_file, options.token_seconds)
    new = replace(house(options, name or email.partition("@")[0] or email), email=email)
    with _units(options) as units:
        link = units.run(lambda tx: inviting(tx, new, lifetimes(options)))
    return link_url(options, signer, link)


def ensure_people(options: Options, people: Sequence[NewPerson], password: str, *, hasher: Hasher | None = None) -> int:
    """Make those of `people` whose e-mail nobody has yet, all with one password; how many were made. Raises Invalid."""
    hasher = hasher or Argon2()
    made = 0
    with _units(options) as units:
        for person in units.run(lambda tx: starting.not_there(tx, people)):
            hashed = hasher.hash(password)
            made += units.run(lambda tx, p=person, h=hashed: starting.ensure_person(tx, p, password_hash=h))  # type: ignore[misc]
    return made


@contextmanager
def _units(options: Options) -> Iterator[Units]:
    """Units of work without a publisher: what they say is sent by the relay of identity's worker."""
    database = Database(options.database_url, application_name="vez-identity-setup", size=1)
    try:
        yield Units(database, STORE, lambda committed: None)
    finally:
        database.close()
