"""The catalog as files: put, told to others, and given back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from shared.catalog import reading
from tests.service.workflow.catalogs import HEAD, HOUSE
from tests.service.workflow.house import House
from tests.service.workflow.world import World
from vez import demo


def test_applying_makes_everything_and_tells_it(house: House) -> None:
    world = house.world
    assert [(e.type, e.version) for e in world.said("catalog", "dispute")] == [("dispute", 1)]
    told = world.said("type", "dispute")
    assert len(told) == 1
    assert (told[0].group, told[0].opened_by) == ("general", {"kinds": ["customer"], "profiles": ["client"]})
    assert [e.members for e in world.said("queue", "finance")] == [[house.carla, house.davi, house.eva]]


def test_applying_the_same_file_again_changes_nothing(house: House) -> None:
    before = house.world.rows("SELECT count(*) FROM outbox")
    answer = house.world.applies(HOUSE)
    assert (answer.json["applied"], answer.json["versions"]) == (False, {"dispute": 1, "timed": 1})
    assert {c["change"] for c in answer.json["changes"]} == {"unchanged"}
    assert house.world.rows("SELECT count(*) FROM outbox") == before


def test_export_then_apply_is_a_no_op(house: House) -> None:
    exported = house.world.call(house.world.admin, "GET", "/catalog", Accept="application/yaml")
    assert exported.content_type.startswith("application/yaml")
    answer = house.world.applies(exported.text, query="?prune=true")
    assert answer.json["applied"] is False, answer.text
    assert reading.read(exported.text, "a") == reading.read(HOUSE, "b")


def test_the_catalog_is_json_unless_yaml_is_asked_for(house: House) -> None:
    answer = house.world.call(house.world.admin, "GET", "/catalog")
    assert [t["code"] for t in answer.json["types"]] == ["dispute", "timed"]
    assert (answer.json["types"][0]["current_version"], answer.headers["ETag"]) == (1, '"1"')


def test_the_same_catalog_may_be_sent_as_json(house: House) -> None:
    answer = house.world.applies(json.dumps(yaml.safe_load(HOUSE)), Content_Type="application/json")
    assert answer.json["applied"] is False, answer.text


def test_a_changed_flow_gets_a_new_version_and_the_old_one_never_changes(house: House) -> None:
    world = house.world
    old = world.call("service", "GET", "/types/dispute/versions/1").json
    answer = world.applies(HOUSE.replace("name: Analyse}", "name: Look into it}"))
    assert answer.json["versions"] == {"dispute": 2, "timed": 1}
    assert [(e.type, e.version) for e in world.said("catalog", "dispute")] == [("dispute", 1), ("dispute", 2)]
    assert len(world.said("type", "dispute")) == 1
    assert world.call("service", "GET", "/types/dispute/versions/1").json == old
    assert world.call("service", "GET", "/types/dispute/versions/current").json["version"] == 2


def test_what_is_not_versioned_changes_without_a_new_version(house: House) -> None:
    world = house.world
    answer = world.applies(HOUSE.replace("    name: Dispute\n", "    name: Quarrel\n"))
    assert answer.json["versions"]["dispute"] == 1
    assert world.said("type", "dispute")[-1].names["en"] == "Quarrel"
    assert len(world.said("catalog", "dispute")) == 1


def test_a_group_that_is_renamed_is_told_with_each_of_its_types(house: House) -> None:
    house.world.applies(HOUSE.replace("name: General}", "name: Everything}"))
    for code in ("dispute", "timed"):
        assert house.world.said("type", code)[-1].group_names["en"] == "Everything"


def test_a_dry_run_tells_what_would_change_and_changes_nothing(house: House) -> None:
    world = house.world
    house.submitted()
    before = world.rows("SELECT count(*) FROM outbox")
    changed = HOUSE.replace("name: Analyse}", "name: Look into it}")
    answer = world.call(
        world.admin, "PUT", "/catalog?dry_run=1&name=mine.yaml", changed, Content_Type="application/yaml"
    )
    assert (answer.status_code, answer.json["applied"]) == (200, False)
    assert answer.json["versions"]["dispute"] == 2
    assert answer.json["open_tickets"] == {"dispute": {"1": 1}}
    assert world.rows("SELECT count(*) FROM outbox") == before


def test_without_prune_what_a_file_does_not_name_stays(house: House) -> None:
    part = "catalog: 1\nqueues:\n  - {code: back_office, name: Back office, members: [bruno@atende.test]}\n"
    assert house.world.applies(part).status_code == 200
    exported = house.world.call(house.world.admin, "GET", "/catalog").json
    assert [q["code"] for q in exported["queues"]] == ["finance", "front_desk", "back_office"]
    assert len(exported["types"]) == 2


def test_prune_retires_the_rest_and_naming_it_again_brings_it_back(house: House) -> None:
    world = house.world
    only = HOUSE[: HOUSE.index("\n  - code: timed")] + "\n"
    answer = world.applies(only, query="?prune=1")
    assert answer.status_code == 200, answer.text
    assert world.said("type", "timed")[-1].retired is True
    assert world.rows("SELECT is_retired FROM types ORDER BY code") == [(False,), (True,)]
    back = world.applies(HOUSE)
    assert back.json["versions"] == {"dispute": 1, "timed": 1}
    assert world.said("type", "timed")[-1].retired is False
    assert len(world.said("catalog", "timed")) == 1


def test_members_are_added_and_removed(house: House) -> None:
    world = house.world
    answer = world.applies(HOUSE.replace("carla@atende.test, davi", "bruno@atende.test, davi"))
    assert answer.status_code == 200, answer.text
    assert world.said("queue", "finance")[-1].members == [house.bruno, house.davi, house.eva]
    assert len(world.said("queue", "front_desk")) == 1


def test_each_mistake_is_told_with_file_and_line_all_at_once(house: House) -> None:
    wrong = HOUSE.replace("to: analysis, name: Analyse", "to: nowhere, name: Analyse").replace(
        "first: work", "first: play"
    )
    answer = house.world.applies(wrong, query="?name=mine.yaml")
    assert (answer.status_code, answer.json["type"]) == (422, "urn:vez:problem:invalid-catalog")
    assert len(answer.json["problems"]) >= 2
    assert all(p["file"] == "mine.yaml" and p["line"] > 0 for p in answer.json["problems"])
    assert answer.json["errors"]


def test_unknown_people_are_asked_of_identity_and_an_error_when_nobody_is(house: House) -> None:
    world = house.world
    zoe = world.attendant("Zoe", told=False)
    more = HOUSE.replace("members: [bruno@atende.test]", "members: [bruno@atende.test, zoe@atende.test]")
    assert world.applies(more).status_code == 200
    assert world.said("queue", "front_desk")[-1].members == [house.bruno, zoe]
    nobody = more.replace("zoe@", "yan@").replace("[carla@", "[xena@atende.test, carla@")
    answer = world.applies(nobody)
    assert answer.status_code == 422
    assert {p["line"] for p in answer.json["problems"]} == {6, 7}


def test_only_who_may_publish_puts_a_catalog(house: House) -> None:
    answer = house.world.call(house.bruno, "PUT", "/catalog", HOUSE, Content_Type="application/yaml", If_Match="*")
    assert answer.status_code == 403
    assert house.world.call(house.ana, "GET", "/catalog").status_code == 403
    assert house.world.call(None, "GET", "/catalog").status_code == 401


def test_putting_a_catalog_says_which_version_was_seen(house: House) -> None:
    world = house.world
    changed = HOUSE.replace("name: Analyse}", "name: Look into it}")
    put = {"Content_Type": "application/yaml"}
    assert world.call(world.admin, "PUT", "/catalog", changed, **put).status_code == 428
    assert world.call(world.admin, "PUT", "/catalog", changed, If_Match='"7"', **put).status_code == 412
    answer = world.call(world.admin, "PUT", "/catalog", changed, If_Match='"1"', **put)
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [("x", "text/plain", 415), (b"\xff\xfe", "application/yaml", 422), ("- [", "application/yaml", 422)],
)
def test_what_is_not_a_catalog_gets_a_problem(house: House, body: str | bytes, content_type: str, status: int) -> None:
    answer = house.world.call(house.world.admin, "PUT", "/catalog", body, Content_Type=content_type, If_Match="*")
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")


def test_a_flow_without_a_fallback_needs_the_settings(world: World) -> None:
    world.attendant("Bruno")
    for name in ("Carla", "Davi", "Eva"):
        world.attendant(name)
    assert world.applies(HEAD).status_code == 200
    bare = HOUSE.replace("      fallback: queue:finance\n", "")
    assert world.applies(bare).status_code == 422
    assert world.sets("client_online.fallback_queue", "finance").status_code == 200
    assert world.applies(bare).status_code == 200
    emptied = world.sets("client_online.fallback_queue", None)
    assert (emptied.status_code, list(emptied.json["errors"])) == (422, ["value"])


def test_the_demo_catalog_applies_as_it_stands_and_exports_to_itself(world: World) -> None:
    example = Path(demo.__file__).parent / "catalog.yaml"
    for name in ("Bruno", "Carla", "Davi", "Eva"):
        world.attendant(name)
    answer = world.applies(example.read_text())
    assert answer.status_code == 200, answer.text
    exported = world.call(world.admin, "GET", "/catalog", Accept="application/yaml").text
    assert world.applies(exported, query="?prune=1").json["applied"] is False


def test_every_change_leaves_an_audit_entry(house: House) -> None:
    rows = house.world.rows("SELECT word, aggregate_id, action FROM audit_log WHERE word <> 'setting' ORDER BY 1, 2")
    assert rows == [
        ("queue", "finance", "change_queue"),
        ("queue", "front_desk", "change_queue"),
        ("type", "dispute", "publish"),
        ("type", "timed", "publish"),
    ]
