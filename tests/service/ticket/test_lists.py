"""The filters of clients and attendants, their counts, cursors and search; each read with one statement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from services.ticket.access.lists import LISTS
from services.ticket.access.seeing import looking
from services.ticket.queries import lists
from shared import clock
from shared.contracts.workflow import DueChanged, Holder
from shared.ids import Actor, PersonId, new_id
from tests.service.ticket.house import House
from tests.service.ticket.world import World

CLIENT_FILTERS = ("all", "my_turn", "awaiting", "concluded", "cancelled")
ATTENDANT_FILTERS = (
    "all",
    "my_turn",
    "my_queues",
    "awaiting",
    "awaiting_client",
    "awaiting_third_party",
    "concluded",
    "cancelled",
)


@pytest.fixture
def full(house: House) -> dict[str, str]:
    """A house full of tickets of Ana's, one of each kind, by what they are."""
    house.flow.assign["analysis"] = house.queue
    tickets = {
        "draft": house.draft(),
        "routing": house.submitted(),
        "held": house.routed(),
        "clients": house.on_the_clients_turn(),
        "queued": house.in_analysis(),
        "board": house.before_the_board(),
        "agreement": house.in_agreement(),
        "concluded": house.concluded(),
        "cancelled": house.cancelled(),
        "on_behalf": house.draft(house.bruno, client=house.ana),
    }
    tickets["workshop"] = house.routed()
    house.done(house.bruno, tickets["workshop"], "advance", {"transition": "repair"})
    tickets["scheduled"] = house.routed()
    until = (clock.now() + timedelta(days=1)).isoformat()
    house.done(house.bruno, tickets["scheduled"], "schedule", {"until": until})
    tickets["of_bia"] = house.routed(house.bia)
    return tickets


def names(full: dict[str, str], ids: list[str]) -> set[str]:
    by_id = {id: name for name, id in full.items()}
    assert len(set(ids)) == len(ids)
    return {by_id[id] for id in ids}


CLIENTS_SEE = {
    "all": {
        "draft",
        "routing",
        "held",
        "clients",
        "queued",
        "board",
        "agreement",
        "concluded",
        "cancelled",
        "workshop",
        "scheduled",
    },
    "my_turn": {"draft", "clients", "agreement"},
    "awaiting": {"routing", "held", "queued", "board", "workshop", "scheduled"},
    "concluded": {"concluded"},
    "cancelled": {"cancelled"},
}
BRUNO_SEES = {
    "all": (CLIENTS_SEE["all"] - {"draft", "routing"}) | {"on_behalf", "of_bia"},
    "my_turn": {"held", "of_bia"},
    "my_queues": set(),
    "awaiting": {"clients", "agreement", "workshop"},
    "awaiting_client": {"clients", "agreement"},
    "awaiting_third_party": {"workshop"},
    "concluded": {"concluded"},
    "cancelled": {"cancelled"},
}
CARLA_SEES = {
    "all": {"queued", "board", "agreement"},
    "my_turn": {"board"},
    "my_queues": {"queued"},
    "awaiting": {"agreement"},
    "awaiting_client": {"agreement"},
    "awaiting_third_party": set(),
    "concluded": set(),
    "cancelled": set(),
}
ADMIN_SEES = {
    "all": (CLIENTS_SEE["all"] - {"draft"}) | {"of_bia"},
    "my_turn": set(),
    "my_queues": set(),
    "awaiting": {"clients", "agreement"},
    "awaiting_client": {"clients", "agreement"},
    "awaiting_third_party": set(),
    "concluded": {"concluded"},
    "cancelled": {"cancelled"},
}


def test_each_filter_shows_what_the_domain_says(house: House, full: dict[str, str]) -> None:
    for who, sees in (
        (house.ana, CLIENTS_SEE),
        (house.bruno, BRUNO_SEES),
        (house.carla, CARLA_SEES),
        (house.admin, ADMIN_SEES),
    ):
        shown = {name: names(full, house.listed(who, f"filter={name}&limit=100")) for name in sees}
        assert shown == sees


def test_the_counts_are_those_of_the_lists(house: House, full: dict[str, str]) -> None:
    for who, filters in ((house.ana, CLIENT_FILTERS), (house.bruno, ATTENDANT_FILTERS)):
        counts = house.world.call(who, "GET", "/tickets/counts").json
        assert counts == {name: len(house.listed(who, f"filter={name}&limit=100")) for name in filters}
    for who in (house.carla, house.davi, house.admin):
        counts = house.world.call(who, "GET", "/tickets/counts").json
        assert counts == {name: len(house.listed(who, f"filter={name}&limit=100")) for name in ATTENDANT_FILTERS}


@pytest.mark.parametrize(("few", "held_few"), [(1000, 0), (0, 0), (0, 1000)], ids=["by words", "walked", "in order"])
def test_searching_finds_in_each_list_what_the_list_shows(
    house: House, full: dict[str, str], monkeypatch: pytest.MonkeyPatch, few: int, held_few: int
) -> None:
    monkeypatch.setattr(lists, "FEW", few)
    monkeypatch.setattr(lists, "HELD_FEW", held_few)
    for who, filters in (
        (house.ana, CLIENT_FILTERS),
        (house.bruno, ATTENDANT_FILTERS),
        (house.carla, ATTENDANT_FILTERS),
        (house.admin, ATTENDANT_FILTERS),
    ):
        for name in filters:
            listed = house.listed(who, f"filter={name}&limit=100")
            assert house.listed(who, f"filter={name}&limit=100&q=charged+twice") == listed, name


def test_what_is_listed_can_be_read_and_what_cannot_be_read_is_not_listed(house: House, full: dict[str, str]) -> None:
    for who in (house.ana, house.bia, house.bruno, house.carla, house.davi, house.admin):
        readable = {t for t in full.values() if house.world.call(who, "GET", f"/tickets/{t}").status_code == 200}
        listed = set(house.listed(who, "limit=100"))
        assert listed == readable


def test_lists_run_newest_first_by_cursor(house: House) -> None:
    made = [house.draft() for _ in range(5)]
    seen, cursor, pages = [], "", 0
    while True:
        page = house.world.call(house.ana, "GET", f"/tickets?limit=2{cursor}").json
        seen += [item["id"] for item in page["items"]]
        pages += 1
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert (seen, pages) == (made[::-1], 3)


def test_lists_leave_out_description_parameters_fields_and_transitions(house: House) -> None:
    ticket_id = house.routed()
    (item,) = house.world.call(house.ana, "GET", "/tickets").json["items"]
    whole = house.get(house.ana, ticket_id)
    assert whole.keys() - item.keys() == {"description", "parameters", "fields", "transitions"}
    assert all(item[name] == whole[name] for name in item)


def test_lists_are_narrowed_by_type_group_and_priority(house: House) -> None:
    dispute, secret = house.draft(), house.draft(type="secret")
    assert house.listed(house.ana, "type=dispute") == [dispute]
    assert house.listed(house.ana, "group=general") == [secret]
    assert house.listed(house.ana, "priority=high") == [dispute]
    assert house.listed(house.ana, "priority=low") == []


def test_of_confidential_types_attendants_list_what_they_hold_now(house: House) -> None:
    house.flow.assign["desk"] = Holder(id=house.bruno)
    ticket_id = house.routed(type="secret")
    assert house.listed(house.bruno) == [ticket_id]
    house.done(house.bruno, ticket_id, "advance", {"transition": "on"})
    assert house.listed(house.bruno) == []
    assert house.world.call(house.bruno, "GET", f"/tickets/{ticket_id}").status_code == 404
    counts = house.world.call(house.bruno, "GET", "/tickets/counts").json
    assert (counts["all"], counts["awaiting_client"]) == (0, 0)
    assert house.listed(house.admin) == [ticket_id]


def test_a_scope_lists_its_groups_and_types(house: House) -> None:
    house.world.profile("auditor", ["ticket.read"], scopes=["group:general"])
    rui = house.world.person("Rui", "auditor")
    house.flow.assign["desk"] = Holder(id=house.carla)
    secret, _ = house.routed(type="secret"), house.routed()
    assert house.listed(rui, "as=attendant") == [secret]
    assert house.get(rui, secret)["actions"] == ["comment"]


def test_the_organisations_role_lists_the_colleagues(house: House) -> None:
    house.world.profile("boss", ["portal.client_online"], scopes=["organisation"])
    organisation = house.admin
    boss = house.world.person("Olga", "boss", "client", kind="customer", organisation_id=organisation)
    house.world.changed(house.ana, organisation_id=organisation)
    mine, theirs, _ = house.draft(boss), house.routed(), house.routed(house.bia)
    assert house.listed(boss, "scope=shared") == [theirs]
    assert house.listed(boss) == [mine]
    assert house.get(boss, theirs)["actions"] == ["comment"]
    counts = house.world.call(boss, "GET", "/tickets/counts?scope=shared").json
    assert (counts["all"], counts["awaiting"]) == (1, 1)


def test_as_says_as_whom_the_lists_are_read(house: House) -> None:
    assert house.world.call(house.ana, "GET", "/tickets?as=attendant").status_code == 403
    assert house.world.call(house.bruno, "GET", "/tickets?as=client").status_code == 403
    mine = house.draft(house.admin, type="secret")
    assert house.listed(house.admin, "as=client") == [mine]
    assert house.listed(house.admin) == []


def test_wrong_questions_are_refused_by_name(house: House) -> None:
    for query, field in (
        ("filter=none", "filter"),
        ("as=king", "as"),
        ("limit=0", "limit"),
        ("limit=x", "limit"),
        ("cursor=zzz", "cursor"),
        ("cursor=WzEsMiwzXQ", "cursor"),
        ("filter=my_queues", "filter"),
        ("order=random", "order"),
    ):
        answer = house.world.call(house.ana, "GET", f"/tickets?{query}")
        assert (answer.status_code, set(answer.json["errors"])) == (422, {field}), query


def test_lists_of_what_is_to_be_done_run_by_what_is_due_first_or_has_waited_longest(house: House) -> None:
    tickets = [house.routed() for _ in range(3)]
    for ticket_id, hours in zip(tickets, (3, None, 1), strict=True):
        due = clock.now() + timedelta(hours=hours) if hours else None
        facts: dict[str, Any] = {"ticket_id": ticket_id, "ordinal": 1, "since": clock.now(), "by": house.bruno}
        house.world.say(DueChanged(**facts, due_at=due))
    first, second, third = tickets
    assert house.listed(house.bruno, "filter=my_turn&order=due") == [third, first, second]
    assert house.listed(house.bruno, "filter=my_turn&order=waiting") == tickets
    seen, cursor = [], ""
    while cursor is not None:
        page = house.world.call(house.bruno, "GET", f"/tickets?order=due&limit=1&cursor={cursor}").json
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [third, first, second]


def test_a_list_with_turns_shows_each_tickets_ledger(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.on_the_clients_turn()
    house.draft()
    with counted(monkeypatch) as ran:
        items = house.world.call(house.ana, "GET", "/tickets?turns=true").json["items"]
    assert len(ran) == 3
    assert [[t["side"] for t in item["turns"]] for item in items] == [[], ["attendant", "client"]]
    assert items[1]["turns"][0]["until"] == items[1]["turns"][1]["since"]


def test_a_list_is_narrowed_to_one_clients_and_shows_no_more_than_before(house: House) -> None:
    anas, bias = house.routed(), house.routed(house.bia)
    assert house.listed(house.bruno, f"as=attendant&client={house.ana}") == [anas]
    assert house.listed(house.admin, f"client={house.bia}") == [bias]
    assert house.listed(house.davi, f"as=attendant&client={house.ana}") == []
    assert house.listed(house.ana, f"client={house.bia}") == []


def test_a_list_is_narrowed_to_what_one_queue_or_one_person_holds(house: House) -> None:
    ticket_id, brunos = house.in_analysis(), house.routed()
    assert house.listed(house.admin, "queue=finance") == [ticket_id]
    assert house.listed(house.admin, "queue=front_desk") == []
    for order in ("newest", "due", "waiting"):
        assert house.listed(house.admin, f"holder={house.bruno}&order={order}") == [brunos]
    assert house.listed(house.bruno, f"holder={house.carla}") == []


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """The statements that connections run in a block."""
    ran: list[Any] = []
    execute = psycopg.Cursor.execute

    def counting(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        if self.connection.info.get_parameters().get("application_name") == "vez-ticket-http":
            ran.append(query)
        return execute(self, query, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", counting)
        yield ran


def test_a_page_is_one_read_of_the_actor_and_one_of_the_tickets(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        house.routed()
    house.listed(house.bruno)
    for who in (house.ana, house.bruno, house.admin):
        with counted(monkeypatch) as ran:
            assert len(house.listed(who)) == 3
        assert len(ran) == 2


def test_a_command_is_one_read_of_the_actor_one_of_the_ticket_and_one_write(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket_id = house.routed()
    with counted(monkeypatch) as ran:
        assert house.post(house.bruno, ticket_id, "advance", {"transition": "analyse"}).status_code == 202
    assert len([q for q in ran if "sent_at" not in str(q)]) == 3
    with counted(monkeypatch) as ran:
        assert house.open(house.ana).status_code == 202
    assert len([q for q in ran if "sent_at" not in str(q)]) == 3


@pytest.mark.parametrize("name", sorted(LISTS))
def test_every_list_has_the_index_that_serves_it(world: World, name: str) -> None:
    """Services forbid scans of whole tables: a plan that still has one has no index to go by."""
    someone = Actor(id=PersonId(new_id()), name="Somebody", permissions=frozenset({"ticket.attend"}))
    values = {"now": clock.now(), "shelves": ["client"], "before": lists.LAST, "most": 26, "with_drafts": False}
    with world.database.connection() as connection:
        page = lists._page(name, frozenset())
        query = f"EXPLAIN {page.sql}"
        plan = connection.execute(query, {**page.constants, **looking(someone), **values}).fetchall()
    assert [row for (row,) in plan if re.search("Seq Scan on (tickets|holders|texts|shares)", row)] == []


def test_lists_that_are_planned_anew_are_lists() -> None:
    assert set(LISTS) >= lists.HELD
