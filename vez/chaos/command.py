"""`vez chaos`: people work on a system of its own while things go wrong; exit status 1 where a promise was broken."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Final

import click
import msgspec

from shared.ids import new_id
from vez.chaos.drill import Drill
from vez.chaos.faults import FAULTS, Fault
from vez.chaos.faults.processes import KillAny
from vez.chaos.history import History
from vez.chaos.rabbitmq import HOW_TO_GET, SERVER
from vez.chaos.report import Report
from vez.chaos.spawn import NotInTime
from vez.chaos.system import System
from vez.replay.api import GivenUp, Refused

USUAL: Final = ("kill-any", "postgres-kill", "smtp-down")
TICKETS: Final = 200


@click.command("chaos")
@click.option("--seed", type=int, help="The choices of a drill that is to be seen again; else a new one, printed.")
@click.option(
    "--fault", "names", multiple=True, metavar="NAME", help="What goes wrong, in this order; may be repeated."
)
@click.option("--kills", type=click.IntRange(min=0), default=0, help="So many kills -9 at random, after the faults.")
@click.option("--broker", type=click.Choice(["embedded", "rabbitmq"]), default="embedded", show_default=True)
@click.option("--tickets", type=click.IntRange(min=1), default=TICKETS, show_default=True, help="Walked at least.")
@click.option("--seconds", type=click.FloatRange(min=0), help="How long each fault lasts; else what each has.")
@click.option(
    "--history", type=click.Path(dir_okay=False, path_type=Path), help="Where to keep every call (JSON lines)."
)
@click.option("--json", "target", type=click.Path(dir_okay=False, path_type=Path), help="Where to write the report.")
@click.option("--list", "listing", is_flag=True, help="Say which faults there are, and end.")
def command(
    seed: int | None, names: tuple[str, ...], kills: int, broker: str, tickets: int, seconds: float | None,
    history: Path | None, target: Path | None, listing: bool,
) -> None:  # fmt: skip
    """Strike a system of its own while people work on it, and judge what every database says at the end."""
    if listing:
        for name, kind in FAULTS.items():
            click.echo(f"  {name:<18}{kind.says}{' (RabbitMQ)' if kind.needs_rabbitmq else ''}")
        return
    chosen = random.Random(new_id()).getrandbits(31) if seed is None else seed
    faults = planned(names or (() if kills else USUAL), kills, broker)
    for fault in faults:
        fault.seconds = fault.seconds if seconds is None else seconds
    click.echo(f"seed {chosen}, broker {broker}, {len(faults)} faults")
    try:
        with History(history) as kept:
            report = run(faults, chosen, tickets, broker, kept)
    except (NotInTime, GivenUp, Refused) as error:
        raise click.ClickException(f"{error} (seed {chosen})") from error
    click.echo("\n".join(report.lines()))
    if target is not None:
        target.write_bytes(msgspec.json.format(msgspec.json.encode(report)))
    if report.violations:
        raise SystemExit(1)


def planned(names: tuple[str, ...], kills: int, broker: str) -> list[Fault]:
    """The faults of a drill, in order. Raises UsageError for a name that there is not."""
    found: list[Fault] = []
    for name in names:
        kind = FAULTS.get(name)
        if kind is None:
            raise click.UsageError(f"there is no fault {name}: choose of {', '.join(FAULTS)}")
        if kind.needs_rabbitmq and broker != "rabbitmq":
            raise click.UsageError(f"{name} needs --broker rabbitmq")
        found += kind.make()
    return [*found, *(KillAny() for _ in range(kills))]


def run(faults: list[Fault], seed: int, tickets: int, broker: str, history: History) -> Report:
    """A drill on a new system, which ends with it. Raises NotInTime, GivenUp, Refused."""
    if broker == "rabbitmq" and not SERVER.exists():
        raise click.ClickException(HOW_TO_GET)
    with tempfile.TemporaryDirectory(prefix="vez-chaos-", ignore_cleanup_errors=True) as place:
        system = System(Path(place), with_rabbitmq=broker == "rabbitmq")
        try:
            system.start()
            return Drill(system, seed, click.echo, history).run(faults, tickets)
        finally:
            system.stop()
