"""Whatever is killed while 200 notifications leave: ledger, mailbox and receiver agree, nothing is lost."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from services.notify import commands
from services.notify.options import Options
from shared.contracts import workflow as w
from shared.ids import Actor, PersonId
from tests.service.notify.receiver import Receiver
from tests.service.notify.smtp import MailServer
from tests.service.notify.world import TRIAGE, World
from tests.support.processes import running
from tests.support.waiting import wait_until

MODULE = "tests.service.notify.sending"
KILLS = 2
EVENTS = 200
CUT_OFF = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'notify-test' AND datname = current_database()"""


@pytest.fixture
def options(options: Options) -> Options:
    return replace(options, webhook_allow="127.0.0.0/8")


@contextmanager
def sender(options: Options, log: Path) -> Iterator[int]:
    """A process that sends; its id."""
    env = {
        "VEZ_NOTIFY_DATABASE_URL": options.database_url,
        "VEZ_BROKER_URL": options.broker_url,
        "VEZ_NOTIFY_SMTP_URL": options.smtp_url,
        "VEZ_NOTIFY_MAIL_FROM": options.mail_from,
        "VEZ_NOTIFY_WEBHOOK_ALLOW": options.webhook_allow,
    }
    with running(MODULE, [], log, **env) as process:
        yield process.pid
        process.send_signal(signal.SIGKILL)


def test_nothing_is_lost_and_at_most_what_was_in_flight_comes_twice(
    options: Options, world: World, mail_server: MailServer, tmp_path: Path
) -> None:
    ana, bruno = world.person("Ana Souza"), world.person("Bruno Alves")
    maker = Actor(id=PersonId(ana), name="Ana")
    with Receiver(delay_seconds=0.01).running() as receiver:
        hook = [receiver.url, ["flow.stage_entered"]]
        world.runtime.run(lambda tx: commands.make_webhook(tx, maker, *hook), actor=maker)
        mail_server.delay_seconds = 0.01
        tickets = [world.submitted(ana) for _ in range(EVENTS)]
        world.say(*[world.entering(t, TRIAGE, w.Holder(id=bruno), by=ana) for t in tickets])
        log = tmp_path / "log"
        for part in range(1, KILLS + 1):
            with sender(options, log):
                wait_until(lambda part=part: len(mail_server.messages) > part * 50, f"mail to flow: {log}", seconds=60)
                world.rows(CUT_OFF)
                wait_until(lambda part=part: len(mail_server.messages) > part * 50 + 25, "mail to flow on", seconds=60)
            world.rows("UPDATE deliveries SET leased_until = NULL WHERE state <> 'sent' RETURNING 1")
        with sender(options, log):
            wait_until(lambda: _left(world) == 0, "everything to leave", seconds=60)
        _agree([m["Message-ID"].strip("<>").partition("@")[0] for m in mail_server.messages], world, "mail")
        _agree([headers["webhook-id"] for headers, _ in receiver.got], world, "webhook")


def _left(world: World) -> int:
    [(count,)] = world.rows("SELECT count(*) FROM deliveries WHERE state NOT IN ('sent', 'suppressed')")
    return int(count)


def _agree(arrived: list[str], world: World, channel: str) -> None:
    """What arrived is what the ledger says was sent, each at least once, and few of them twice."""
    sent = world.rows("SELECT id::text FROM deliveries WHERE channel = %(channel)s AND state = 'sent'", channel=channel)
    counts = Counter(arrived)
    assert set(counts) == {id for (id,) in sent}
    assert len(sent) == EVENTS
    assert sum(counts.values()) - len(counts) <= 2 * KILLS
