"""The commands about a person's data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console

from shared import clock
from shared.contracts.topology import SERVICES
from vez.http import Origin
from vez.personal import archive
from vez.replay import bars
from vez.replay.api import Api, GivenUp, Refused, Session
from vez.replay.door import door_options, open_door
from vez.replay.people import NoEntry

PEOPLE: Final = "/api/identity/v1/people"
DONE_WITHIN_SECONDS: Final = 600.0
LOOK_EVERY_SECONDS: Final = 0.5


@click.command("export")
@click.argument("who", metavar="E-MAIL")
@click.option(
    "-o", "--output", required=True, metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
    help="The archive to write, a zip.",
)  # fmt: skip
@door_options
def export_data(who: str, output: Path, url: str, admin: str, password: str) -> None:
    """Write all that every service has of a person as one archive: lists as JSON, and the files that they brought.

    An administrator is given anybody's data; everybody is given their own, by naming themselves twice (--admin). E-MAIL
    may be a person's id. The password is taken from VEZ_ADMIN_PASSWORD; the demonstration's is the default.
    """
    session = Session(admin, password)
    part = output.with_name(f".{output.name}.part")
    with _answering(url, session) as api, bars.shown(Console(stderr=True)) as shown:
        person_id = _find(api, session, who)
        bar = shown.add("items", None)
        try:
            with part.open("wb") as place:
                made = archive.write(api, session, person_id, place, now=clock.now(), read_one=bar.one_more)
            part.replace(output)
        finally:
            part.unlink(missing_ok=True)
    items = sum(sum(sections.values()) for sections in made.items.values())
    click.echo(f"Written to {output}: {items:,} items and {made.files:,} files of {len(made.items)} services.")
    if made.unreadable_files:
        click.echo(f"Named but not read, being in drafts of theirs: {len(made.unreadable_files):,} files.", err=True)


@click.command()
@click.argument("who", metavar="E-MAIL")
@click.option("--yes", is_flag=True, help="Do not ask whether this is meant.")
@door_options
def erase(who: str, yes: bool, url: str, admin: str, password: str) -> None:
    """Erase a person's data in every service, for good, and show the receipt of each.

    What stays: numbers, stages and times of their tickets without what these said, what they wrote in other people's
    tickets, and the chains, which still verify. E-MAIL may be a person's id. Said again, it shows the same receipts.
    """
    session = Session(admin, password)
    with _answering(url, session) as api:
        person_id = _find(api, session, who)
        if not yes:
            click.confirm(f"Erase {who} for good? Nothing brings it back", abort=True)
        api.call(session, "POST", f"{PEOPLE}/{person_id}/erase", headers={"If-Match": "*"})
        late = [service for service in SERVICES if not _show_receipt(api, session, service, person_id)]
    if late:
        raise click.ClickException(
            f"Not done yet in {', '.join(late)}: their workers are behind or stopped. Look again with"
            f" `vez person erase {person_id}`."
        )


def _show_receipt(api: Api, session: Session, service: str, person_id: str) -> bool:
    """Wait for a service's receipt and show it; whether it came."""
    until = clock.monotonic() + DONE_WITHIN_SECONDS
    while clock.monotonic() < until:
        receipt = _receipt(api, session, service, person_id)
        if receipt is not None and receipt["done_at"] is not None:
            counted = ", ".join(f"{count:,} {what}" for what, count in sorted(receipt["counts"].items()) if count)
            click.echo(f"✓ {service}: {counted or 'nothing was there'}, done {receipt['done_at']}")
            return True
        clock.sleep(LOOK_EVERY_SECONDS)
    return False


def _receipt(api: Api, session: Session, service: str, person_id: str) -> Any:
    try:
        return api.get(session, f"/api/{service}/v1/people/{person_id}/erasure")
    except Refused as refused:
        if refused.status != 404:
            raise
        return None


def _find(api: Api, session: Session, who: str) -> str:
    """The id of who has an e-mail (or whose id it is). Raises ClickException where nobody has."""
    if who.lower() == session.email.lower():
        return session.id
    if "@" not in who:
        return str(api.get(session, f"{PEOPLE}/{who}")["id"])
    for person in api.items(session, PEOPLE, q=who):
        if person["email"] == who.lower():
            return str(person["id"])
    raise click.ClickException(f"Nobody has the e-mail {who}. Who was erased is found by their id alone.")


@contextmanager
def _answering(url: str, session: Session) -> Iterator[Api]:
    """The system at `url`, the session signed in. Raises ClickException."""
    try:
        with Origin(url) as origin:
            api = Api(origin)
            open_door(api, session)
            yield api
    except (ValueError, NoEntry, GivenUp) as error:
        raise click.ClickException(str(error)) from error
    except Refused as refused:
        raise click.ClickException(f"{url} refused: {refused.text}") from refused
