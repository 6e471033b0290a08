"""The way in: which system, as whom, and what is said to who cannot enter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from vez.replay.api import Api, Refused, Session
from vez.replay.people import NoEntry

DEMO_ADMIN: Final = "admin@vez.test"
DEMO_PASSWORD: Final = "vez-demo"  # noqa: S105 (of the demonstration's people, printed by `vez up`)
DOOR_SECONDS: Final = 5.0
"""How long the first call is tried: a wrong address should be told at once."""

F = TypeVar("F", bound=Callable[..., Any])


def door_options(command: F) -> F:
    """The options of a command that signs in to a running system as an administrator: `url`, `admin`, `password`."""
    for option in (
        click.option("--password", envvar="VEZ_ADMIN_PASSWORD", default=DEMO_PASSWORD, hidden=True),
        click.option("--admin", default=DEMO_ADMIN, show_default=True, metavar="E-MAIL", help="An administrator."),
        click.option("--url", required=True, metavar="URL", help="The origin of the running system."),
    ):
        command = option(command)
    return command


def open_door(api: Api, admin: Session) -> None:
    """Sign the administrator in. Raises NoEntry where that is refused; Refused, GivenUp."""
    try:
        Api(api.origin, patience_seconds=DOOR_SECONDS).sign_in(admin)
    except Refused as refused:
        if refused.status != 401:
            raise
        raise NoEntry(
            f"{admin.email} cannot sign in at {api.origin.url}: name one with --admin and set VEZ_ADMIN_PASSWORD."
        ) from refused
