"""The `vez` command. A subcommand's module is imported when it is called, so that each starts fast."""

from __future__ import annotations

import sys
from typing import Any, cast

import click

from shared.config import ConfigError
from shared.errors import VezError
from vez import lazy, problems

COMMANDS = {
    "up": ("vez.up:command", "Run all of Vez on this machine."),
    "run": ("vez.run:command", "Run one process of one service."),
    "setup": ("vez.setup:command", "Prepare an installation on real servers, before its processes start."),
    "migrate": ("vez.migrate:command", "Bring the tables of every service to this release's."),
    "person": ("vez.person:command", "Make people, the first administrator among them; give out and erase their data."),
    "catalog": ("vez.catalog.command:catalog", "Validate, plan, apply or export the catalog as a file."),
    "discover": ("vez.discover.command:discover", "Read an event log and write the catalog that it shows."),
    "replay": ("vez.replay.command:replay", "Play an event log through a running system."),
    "export": ("vez.export.command:export", "Write the house's own tickets as an event log."),
    "audit": ("vez.audit:audit", "Find what was changed in the record behind Vez's back."),
    "attachments": ("vez.attachments:attachments", "Compare the files' rows with the object store, both ways."),
    "backup": ("vez.backup.command:backup", "Copy every service's database, of one moment, to a folder."),
    "restore": ("vez.backup.command:restore", "Put a backup back, of all services or of some."),
    "bench": ("vez.bench.command:bench", "Measure this machine's Vez beside a yardstick."),
    "chaos": ("vez.chaos.command:command", "Kill and break things while people work, and judge what is left."),
    "doctor": ("vez.doctor.command:command", "Say what is wrong with an installation, and what to do."),
    "inbox": ("vez.inbox.command:inbox", "See and work off the events that could not be handled."),
    "outbox": ("vez.inbox.outbox:outbox", "See the events that were not sent yet."),
}
"""Of each subcommand where it is, and what `vez --help` says of it."""


class Commands(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        return cast(click.Command, getattr(lazy.load(module), name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What each does, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, says) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="vez", prog_name="vez")
def group() -> None:
    """Vez: customer requests in which at every second it is somebody's turn."""


def main(arguments: list[str] | None = None) -> Any:
    """Run a command; whatever goes wrong is one clear line on standard error and exit status 1 (2: wrong usage)."""
    try:
        return group.main(arguments, prog_name="vez", standalone_mode=True)
    except ConfigError as error:
        _fail("; ".join(error.problems))
    except VezError as error:
        _fail(str(error))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _fail(f"{place}{error.strerror or problems.first_line(error)}")


def _fail(text: str) -> None:
    click.echo(f"Error: {text}", err=True)
    sys.exit(1)
