"""Reports: who may read them, what they count, and that they tell what happened."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.sql.elements import ClauseElement

from services.ticket.queries import reports
from shared import clock
from shared.contracts.workflow import Holder
from shared.database import Reader, Statement
from shared.ids import Actor, PersonId, new_id
from tests.builders import ledger
from tests.builders.ledger import MONDAY, Past, Turn, random_pasts
from tests.service.ticket import mining
from tests.service.ticket.house import House
from tests.service.ticket.world import World

YEAR = "since=2026-01-01&until=2026-12-31&limit=10000"
HOUR = timedelta(hours=1)


def report(house: House, name: str, query: str = YEAR, *, who: str | None = None) -> Any:
    """A report as an administrator (or `who`) reads it."""
    answer = house.world.call(who or house.admin, "GET", f"/reports/{name}?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json


def write(house: House, *pasts: Past) -> Sequence[Past]:
    ledger.write(house.world.options.database_url, pasts)
    return pasts


def ended(house: House, *stages: str, hours: float = 1, at: datetime = MONDAY, **more: Any) -> Past:
    """A ticket that Bruno held for some hours in each of these stages, and that ended in the last."""
    *before, last = stages
    turns = [Turn(at + n * hours * HOUR, stage, "attendant", house.bruno) for n, stage in enumerate(before)]
    return Past(turns=[*turns, Turn(at + len(before) * hours * HOUR, last, "nobody", None, "finished")], **more)


@pytest.fixture
def later() -> Iterator[Any]:
    """later(hours) lets that much time pass."""

    def pass_time(hours: float) -> None:
        clock.OFFSET += hours * HOUR

    yield pass_time
    clock.OFFSET = timedelta(0)


# ---- the past, held against the plainest computation ---------------------------------------------------------------


@pytest.fixture
def cases(house: House) -> list[Past]:
    """Three hundred tickets that went all kinds of ways; those that ended."""
    pasts = write(house, *random_pasts(7, 300, [house.bruno, house.carla, house.davi]))
    return [each for each in pasts if each.status != "open"]


def test_variants_are_the_ways_that_the_cases_took(house: House, cases: list[Past]) -> None:
    found = report(house, "variants")
    told = {tuple(stage["code"] for stage in row["stages"]): row["tickets"] for row in found["items"]}
    assert (told, found["cases"]) == (mining.variants(cases), len(cases))
    assert sum(row["share"] for row in found["items"]) == pytest.approx(1, abs=0.02)
    assert [row["tickets"] for row in found["items"]] == sorted(told.values(), reverse=True)


def test_bottlenecks_are_the_visits_mean_median_and_sum(house: House, cases: list[Past]) -> None:
    found = {row["stage"]["code"]: row for row in report(house, "bottlenecks")["items"]}
    stays = mining.stays(cases)
    assert found.keys() == stays.keys()
    for stage, lengths in stays.items():
        row = found[stage]
        told = (row["visits"], row["mean_seconds"], row["median_seconds"], row["total_seconds"])
        mean, median = mining.mean_and_median(lengths)
        assert told == pytest.approx((len(lengths), mean, median, sum(lengths)), abs=1)
        sides = [row[f"{side}_seconds"] for side in ("client", "attendant", "third_party", "nobody")]
        assert sum(sides) == pytest.approx(row["total_seconds"], abs=3)


def test_time_is_told_by_whose_turn_it_was(house: House, cases: list[Past]) -> None:
    told = {row["side"]: row["total_seconds"] for row in report(house, "waits")["items"]}
    sums = dict.fromkeys(told, 0.0)
    for case in cases:
        for visit in mining.visits(case):
            for side, seconds in visit.sides.items():
                sums[side] += seconds
    assert told == pytest.approx(sums, abs=1)


def test_rework_is_how_many_cases_came_back_and_how_often(house: House, cases: list[Past]) -> None:
    told = {row["stage"]["code"]: (row["tickets"], row["returns"]) for row in report(house, "rework")["items"]}
    assert told == mining.rework(cases)
    pairs = report(house, "loops")["items"]
    back = {(row["from_stage"]["code"], row["stage"]["code"]): row["returns"] for row in pairs}
    assert back == mining.loops(cases)
    assert sum(back.values()) == sum(returns for _, returns in told.values())


def test_hand_overs_are_between_attendants_queues_clients_and_third_parties(house: House, cases: list[Past]) -> None:
    def key(party: Any) -> str:
        return f"queue:{party['id']}" if party["queue"] else party["id"] or party["side"]

    items = report(house, "hand-overs")["items"]
    assert {(key(row["giver"]), key(row["taker"])): row["hand_overs"] for row in items} == mining.hand_overs(cases)
    names = {row["giver"]["name"] for row in items}
    assert {"Bruno Alves", "Carla Dias", "Davi Rocha", "Finance", "client", "third_party"} == names


def test_a_report_of_the_past_tells_of_what_ended_in_the_period(house: House) -> None:
    write(
        house,
        ended(house, "triage", "done"),
        ended(house, "triage", "analysis", "done", at=MONDAY + timedelta(days=40)),
        Past(turns=[Turn(MONDAY, "triage", "attendant", house.bruno)], status="open"),
    )
    march = report(house, "variants", "since=2026-03-01&until=2026-03-31")
    assert [[stage["name"] for stage in row["stages"]] for row in march["items"]] == [["Triage", "Done"]]
    assert (march["since"], march["until"], march["cases"]) == ("2026-03-01", "2026-03-31", 1)


def test_a_ticket_that_was_reopened_is_no_case_until_it_ends_again(house: House) -> None:
    again = [
        Turn(MONDAY, "triage", "attendant", house.bruno),
        Turn(MONDAY + HOUR, "done", "nobody", None, "finished"),
        Turn(MONDAY + 50 * HOUR, "triage", "attendant", house.bruno, "reopened"),
    ]
    write(house, Past(turns=again, status="open"))
    assert report(house, "variants")["cases"] == 0
    write(house, Past(turns=[*again, Turn(MONDAY + 52 * HOUR, "done", "nobody", None, "finished")]))
    (row,) = report(house, "variants")["items"]
    assert [stage["code"] for stage in row["stages"]] == ["triage", "done", "triage", "done"]
    assert row["median_seconds"] == 3 * 3600, "the time until it was reopened is nobody's loss"


def test_of_very_many_cases_some_are_drawn_evenly_and_it_is_said(house: House, cases: list[Past]) -> None:
    assert report(house, "variants")["one_of"] == 1
    someone = Actor(id=PersonId(new_id()), name="Somebody", permissions=frozenset({"ticket.read_all"}))
    asked = reports.Asked(since=date(2026, 1, 1), until=date(2026, 12, 31), limit=10_000)
    with house.world.database.reader() as reader:
        asking = reports.Asking(reader, someone, asked, most_cases=-(-len(cases) // 3))
        found, again = reports.variants(asking), reports.variants(asking)
    drawn = [each for each in cases if int(each.id.replace("-", "")[-6:], 16) % 3 == 0]
    told = {tuple(stage.code for stage in row.stages): row.tickets for row in found.items}
    assert (found.cases, found.one_of, told) == (len(cases), 3, mining.variants(drawn))
    assert 0.15 < len(drawn) / len(cases) < 0.55
    assert again.items == found.items


# ---- what came in and went out ---------------------------------------------------------------------------------------


def test_what_came_in_and_went_out_is_counted_by_the_readers_days(house: House) -> None:
    midnight = datetime(2026, 3, 11, 3, tzinfo=UTC)
    write(
        house,
        ended(house, "triage", "done", hours=2, at=midnight - HOUR),
        ended(house, "triage", "dropped", hours=30, at=midnight, status="cancelled"),
        ended(house, "triage", "dropped", at=midnight + HOUR, status="deleted"),
    )
    found = report(house, "throughput", "since=2026-03-10&until=2026-03-12")
    days = {row.pop("day"): row for row in found["items"]}
    assert days == {
        "2026-03-10": {"opened": 1, "reopened": 0, "concluded": 0, "cancelled": 0},
        "2026-03-11": {"opened": 2, "reopened": 0, "concluded": 1, "cancelled": 1},
        "2026-03-12": {"opened": 0, "reopened": 0, "concluded": 0, "cancelled": 1},
    }
    assert found["totals"] == {"opened": 3, "reopened": 0, "concluded": 1, "cancelled": 2}


def test_a_reopened_ticket_went_out_came_in_again_and_went_out(house: House) -> None:
    turns = [
        Turn(MONDAY, "triage", "attendant", house.bruno),
        Turn(MONDAY + HOUR, "done", "nobody", None, "finished"),
        Turn(MONDAY + 2 * HOUR, "triage", "attendant", house.bruno, "reopened"),
        Turn(MONDAY + 3 * HOUR, "dropped", "nobody", None, "finished"),
    ]
    write(house, Past(turns=turns, status="cancelled"))
    assert report(house, "throughput")["totals"] == {"opened": 1, "reopened": 1, "concluded": 1, "cancelled": 1}


def test_times_are_told_by_month_and_whose_turn(house: House) -> None:
    client = [
        Turn(MONDAY, "triage", "attendant", house.bruno),
        Turn(MONDAY + HOUR, "more", "client", house.ana),
        Turn(MONDAY + 4 * HOUR, "done", "nobody", None, "finished"),
    ]
    write(
        house,
        Past(turns=client),
        ended(house, "triage", "done", hours=2),
        ended(house, "triage", "done", hours=6, at=MONDAY + timedelta(days=60)),
        ended(house, "triage", "dropped", hours=99, status="cancelled"),
    )
    found = report(house, "times")
    assert [(row["month"], row["tickets"]) for row in found["items"]] == [("2026-03-01", 2), ("2026-05-01", 1)]
    march = found["items"][0]
    assert (march["client_seconds"], march["attendant_seconds"]) == (3 * 3600, 3 * 3600)
    assert (march["mean_seconds"], found["totals"]["median_seconds"]) == (3 * 3600, 4 * 3600)


def test_times_of_an_empty_period_say_so(house: House) -> None:
    found = report(house, "times")
    assert (found["items"], found["totals"]["tickets"], found["totals"]["median_seconds"]) == ([], 0, None)


def test_satisfaction_is_of_what_was_concluded(house: House) -> None:
    for score in (5, 5, 2, None):
        write(house, ended(house, "triage", "done", score=score))
    found = report(house, "satisfaction")
    assert [(row["score"], row["ratings"]) for row in found["items"]] == [(5, 2), (4, 0), (3, 0), (2, 1), (1, 0)]
    assert found["totals"] == {"concluded": 4, "ratings": 3, "mean_score": 4.0}


# ---- now -------------------------------------------------------------------------------------------------------------


def test_open_tickets_are_told_by_stage_and_whose_turn(house: House) -> None:
    house.routed()
    house.routed()
    house.on_the_clients_turn()
    house.in_analysis()
    house.submitted()
    house.draft()
    house.concluded()
    found = report(house, "open", "")
    told = {((row["stage"] or {}).get("name"), row["side"]): row["tickets"] for row in found["items"]}
    assert told == {
        ("Triage", "attendant"): 2,
        ("More", "client"): 1,
        ("Analysis", "attendant"): 1,
        (None, "nobody"): 1,
    }
    assert (found["cases"], found["since"]) == (5, None)


def test_load_is_what_each_holds_and_what_is_late(house: House) -> None:
    now = datetime.now(UTC)
    held = [Turn(now - 5 * HOUR, "triage", "attendant", house.bruno)]
    third = [Turn(now - HOUR, "workshop", "third_party", house.bruno)]
    write(
        house,
        Past(turns=held, status="open", due_at=now - HOUR, near_at=now - 2 * HOUR),
        Past(turns=held, status="open", due_at=now + HOUR, near_at=now - HOUR),
        Past(turns=third, status="open"),
        Past(turns=[Turn(now, "analysis", "attendant", "queue:finance")], status="open"),
        ended(house, "triage", "done", at=now - 2 * HOUR),
    )
    bruno, queue = report(house, "load", "")["items"]
    assert (bruno["holder"]["name"], queue["holder"]["name"], queue["holder"]["queue"]) == (
        "Bruno Alves",
        "Finance",
        True,
    )
    counts = {name: bruno[name] for name in ("tickets", "third_party", "near", "late", "ended")}
    assert counts == {"tickets": 2, "third_party": 1, "near": 1, "late": 1, "ended": 1}


def test_what_is_told_follows_what_happens(house: House, later: Any) -> None:
    """Through the commands and the flow's answers, no row written by the test."""
    ticket_id = house.routed()
    later(3)
    house.flow.assign["analysis"] = Holder(id=house.carla)
    house.done(house.bruno, ticket_id, "transfer", {"to": house.carla, "reason": "x"})
    later(1)
    house.done(house.carla, ticket_id, "advance", {"transition": "ask", "comment": "x"})
    later(20)
    house.done(house.ana, ticket_id, "advance", {"transition": "answer"})
    house.done(house.bruno, ticket_id, "advance", {"transition": "refuse"})
    assert house.world.call(house.ana, "POST", f"/tickets/{ticket_id}/rating", {"score": 4}).status_code == 201
    (way,) = report(house, "variants", "")["items"]
    assert [stage["name"] for stage in way["stages"]] == ["Triage", "More", "Triage", "Refused"]
    (loop,) = report(house, "loops", "")["items"]
    assert (loop["from_stage"]["name"], loop["stage"]["name"], loop["returns"]) == ("More", "Triage", 1)
    stages = {row["stage"]["name"]: row for row in report(house, "bottlenecks", "")["items"]}
    assert stages["More"]["client_seconds"] == pytest.approx(20 * 3600, abs=60)
    assert (stages["Triage"]["visits"], stages["Triage"]["tickets"]) == (2, 1)
    assert report(house, "satisfaction", "")["totals"]["mean_score"] == 4
    assert report(house, "throughput", "")["totals"]["concluded"] == 1


# ---- what counts for whom --------------------------------------------------------------------------------------------


def test_confidential_types_count_only_for_who_may_read_them(house: House) -> None:
    write(house, ended(house, "desk", "done", type="secret"), ended(house, "triage", "done"))
    house.world.profile("reader", ["reports.read"])
    house.world.profile("trusted", ["reports.read", "ticket.read"], scopes=["type:secret"])
    reader, trusted = house.world.person("Rita", "reader"), house.world.person("Tom", "trusted")
    for who, cases in ((reader, 1), (trusted, 2), (house.admin, 2)):
        assert report(house, "variants", who=who)["cases"] == cases
    assert report(house, "variants", f"{YEAR}&type=secret", who=reader)["cases"] == 0
    choices = house.world.call(reader, "GET", "/reports").json
    assert [each["code"] for each in choices["types"]] == ["dispute"]
    assert {each["code"] for each in choices["queues"]} == {"finance", "front_desk"}


def test_a_deleted_tickets_statistics_stay(house: House) -> None:
    ticket_id = house.cancelled()
    before = report(house, "variants", "")["items"]
    assert house.world.call(house.admin, "DELETE", f"/tickets/{ticket_id}", If_Match="*").status_code == 204
    assert report(house, "variants", "")["items"] == before
    assert report(house, "throughput", "")["totals"]["cancelled"] == 1


def test_a_report_is_narrowed_by_type_group_and_queue(house: House) -> None:
    shared_out = [
        Turn(MONDAY, "triage", "attendant", "queue:finance"),
        Turn(MONDAY + HOUR, "triage", "attendant", house.carla, "take"),
        Turn(MONDAY + 2 * HOUR, "done", "nobody", None, "finished"),
    ]
    write(house, Past(turns=shared_out), ended(house, "triage", "done"), ended(house, "desk", "done", type="secret"))
    for query, cases in (
        ("type=dispute", 2),
        ("group=general", 1),
        ("group=general&type=dispute", 0),
        ("queue=finance", 1),
        ("type=nothing", 0),
    ):
        for name in ("variants", "bottlenecks", "hand-overs", "rework", "loops", "waits", "satisfaction", "times"):
            assert report(house, name, f"{YEAR}&{query}")["cases"] == cases, (name, query)
        assert report(house, "throughput", f"{YEAR}&{query}")["totals"]["opened"] == cases


# ---- its form --------------------------------------------------------------------------------------------------------


def test_a_period_is_judged(house: House) -> None:
    for query, field in (
        ("since=2026-02-01&until=2026-01-01", "until"),
        ("since=2020-01-01&until=2026-01-01", "since"),
        ("since=yesterday", "since"),
        ("until=9999-12-31", "until"),
        ("limit=0", "limit"),
        ("format=xml", "format"),
    ):
        answer = house.world.call(house.admin, "GET", f"/reports/times?{query}")
        assert (answer.status_code, set(answer.json["errors"])) == (422, {field}), query


def test_an_unknown_report_is_404_and_form_goes_before_permission(house: House) -> None:
    assert house.world.call(house.ana, "GET", "/reports/nothing").status_code == 404
    assert house.world.call(house.ana, "GET", "/reports/times?limit=0").status_code == 422
    assert house.world.call(house.ana, "GET", "/reports/times").status_code == 403


def test_rows_beyond_the_limit_are_left_out_and_it_is_said(house: House) -> None:
    write(house, ended(house, "triage", "done"), ended(house, "triage", "analysis", "done"))
    found = report(house, "variants", f"{YEAR.replace('10000', '1')}")
    assert (len(found["items"]), found["is_whole"], found["cases"]) == (1, False, 2)


class Explaining(Reader):
    """Answers nothing and keeps the plans of what is asked."""

    plans: list[str]

    def all(self, statement: Statement | ClauseElement, /, **params: Any) -> list[Any]:
        assert isinstance(statement, Statement)
        rows = self.connection.execute(f"EXPLAIN {statement.sql}", {**statement.constants, **params}).fetchall()
        self.plans.append("\n".join(line for (line,) in rows))
        return []


PAST = (
    reports.bottlenecks,
    reports.waits,
    reports.variants,
    reports.rework,
    reports.loops,
    reports.hand_overs,
    reports.throughput,
    reports.times,
    reports.rated,
)


@pytest.mark.parametrize("queue", [None, "finance"])
@pytest.mark.parametrize("noun", [*PAST, reports.open_now, reports.load], ids=lambda noun: str(noun.__name__))
def test_every_report_has_the_index_that_serves_it(world: World, noun: Any, queue: str | None) -> None:
    """Of the turns outside the period none is looked at, of the tickets only those found."""
    someone = Actor(id=PersonId(new_id()), name="Somebody", permissions=frozenset({"ticket.read_all"}))
    with world.database.connection() as connection:
        reader = Explaining(connection)
        reader.plans = []
        noun(reports.Asking(reader, someone, reports.Asked(queue=queue)))
    plans = "\n".join(reader.plans)
    assert re.findall("Seq Scan on (?:tickets|turns|holders|ratings).*", plans) == []
    if noun in PAST:
        assert re.search(r"ix_turns_bounds.*\n\s+Index Cond: \(\(since >= ", plans)
