"""A replay from sign-in to report."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console

from shared import clock
from shared.ids import new_id
from vez.discover.draft import Draft
from vez.replay import bars, people, publish, readback
from vez.replay.api import Api, Session
from vez.replay.door import open_door
from vez.replay.people import Cast
from vez.replay.play import Player, play_all
from vez.replay.readback import Compared, Told
from vez.replay.report import Report, latency
from vez.replay.tally import Tally


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a replay did and found."""

    cast: Cast
    version: int | None
    catalog_seconds: float
    tally: Tally
    wall_seconds: float
    compared: Compared
    told: Told
    reading_back_seconds: float


@dataclass(frozen=True, slots=True)
class How:
    """How a log is to be played. The last two are for systems that are quicker, or slower, than usual."""

    concurrency: int = 32
    mail: bool = False
    settling_seconds: float = 20.0
    quiet_seconds: float = 1.0


def run(api: Api, admin: Session, draft: Draft, how: How, console: Console) -> Report:
    """Play the draft's log against the system behind `api`, and report. Raises Refused, GivenUp, NoEntry."""
    open_door(api, admin)
    wanted, count = len(people.needed(draft)), len(draft.survey.walks)
    with bars.shown(console) as shown:
        made, entered = shown.add("people", wanted), shown.add("sign-ins", wanted)
        cast = people.gather(api, admin, draft, mail=how.mail, made_one=made.one_more, entered_one=entered.one_more)
        began = clock.monotonic()
        version = publish.publish(api, admin, draft, cast.client(draft.survey.walks[0].client))
        published = clock.monotonic()
        player = Player(api, draft, cast, new_id())
        played = play_all(
            player,
            draft.survey.walks,
            concurrency=how.concurrency,
            settling_seconds=how.settling_seconds,
            told=shown.add("cases", count).so_many,
        )
        ended = clock.monotonic()
        compared = readback.compare(api, admin, draft, cast, played, shown.add("reading back", count).one_more)
    told = readback.notifications(api, admin, played, quiet_seconds=how.quiet_seconds)
    took = ended - published
    read = clock.monotonic() - ended
    outcome = Outcome(cast, version, published - began, player.tally, took, compared, told, read)
    return _report(api, draft, outcome, how)


def _report(api: Api, draft: Draft, outcome: Outcome, how: How) -> Report:
    found, tally, cast = draft.survey, outcome.tally, outcome.cast
    finished = len(found.walks) - outcome.compared.unfinished
    played_events = max(0, tally.accepted["advance"] - finished)
    return Report(
        log=found.log,
        url=api.origin.url,
        type=draft.code,
        version=outcome.version,
        classifier=found.classifier,
        concurrency=how.concurrency,
        cases=len(found.walks),
        log_events=found.events,
        accepted_commands=dict(tally.accepted),
        refusals=dict(tally.refused),
        refusal_examples=tally.examples,
        given_up=tally.given_up,
        notifications=dict(outcome.told.counts),
        duplicate_notifications=outcome.told.duplicates,
        people_created=cast.created,
        people_signed_in=cast.signed_in,
        people_seconds=round(cast.people_seconds, 3),
        sign_in_seconds=round(cast.sign_in_seconds, 3),
        catalog_seconds=round(outcome.catalog_seconds, 3),
        wall_seconds=round(outcome.wall_seconds, 3),
        reading_back_seconds=round(outcome.reading_back_seconds, 3),
        commands_per_second=round(tally.commands / outcome.wall_seconds, 1),
        log_events_per_second=round(played_events / outcome.wall_seconds, 1),
        submit_to_first_holder_ms=latency(tally.to_holder),
        advance_to_new_stage_ms=latency(tally.to_stage),
        polls=tally.polls,
        unfinished=outcome.compared.unfinished,
        mismatched=outcome.compared.mismatches,
        mismatches=len(outcome.compared.mismatches),
    )
