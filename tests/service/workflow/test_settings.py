"""Settings: known keys always exist; persons by id or e-mail; warnings; who may read and change them."""

from __future__ import annotations

import base64
import hashlib

import pytest

from tests.service.workflow.house import House


def test_known_keys_exist_with_null_and_version_0(house: House) -> None:
    answer = house.world.call(house.world.admin, "GET", "/settings/house.name")
    assert answer.json == {
        "key": "house.name",
        "value": None,
        "version": 0,
        "updated_at": None,
        "updated_by": None,
        "person": None,
        "queue": None,
        "warnings": [],
    }
    assert answer.headers["ETag"] == '"0"'


def test_an_unknown_key_is_not_found(house: House) -> None:
    assert house.world.call(house.world.admin, "GET", "/settings/house.colour").status_code == 404
    assert house.world.sets("house.colour", "red").status_code == 404


@pytest.mark.parametrize("by", ["id", "e-mail", "another case"])
def test_a_person_is_named_by_id_or_e_mail(house: House, by: str) -> None:
    named = {"id": house.carla, "e-mail": "carla@atende.test", "another case": "Carla@Atende.TEST"}[by]
    answer = house.world.sets("client_online.default_attendant", named)
    assert (answer.json["value"], answer.json["person"]) == (house.carla, {"id": house.carla, "name": "Carla Dias"})
    assert (answer.json["version"], answer.json["updated_by"]["name"]) == (2, "Admin")
    told = house.world.said("setting", "client_online.default_attendant")[-1]
    assert (told.value, told.by) == (house.carla, house.world.admin)


@pytest.mark.parametrize("value", ["nobody@atende.test", "not an id", "0199d0f0-0000-7000-8000-000000000000", 7])
def test_nobody_and_nonsense_are_refused(house: House, value: object) -> None:
    answer = house.world.sets("client_online.default_attendant", value)
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["value"])


def test_a_setting_that_names_one_who_cannot_act_shows_a_warning(house: House) -> None:
    key = "/settings/client_online.default_attendant"
    assert house.world.call(house.world.admin, "GET", key).json["warnings"] == []
    house.world.changed(house.bruno, is_active=False)
    shown = house.world.call(house.world.admin, "GET", key, Accept_Language="en").json
    assert len(shown["warnings"]) == 1
    assert "Bruno Alves" in shown["warnings"][0]


def test_a_setting_that_names_one_who_is_absent_with_nobody_in_their_place_shows_a_warning(house: House) -> None:
    def warnings() -> list[str]:
        key = "/settings/client_online.default_attendant"
        return list(house.world.call(house.world.admin, "GET", key).json["warnings"])

    house.world.changed(house.bruno, absent=True)
    assert len(warnings()) == 1
    house.world.changed(house.bruno, absent=True, substitute_id=house.eva)
    assert warnings() == []
    house.world.changed(house.eva, absent=True, substitute_id=house.bruno)
    assert len(warnings()) == 1


def test_a_queue_must_be_there_and_an_empty_one_shows_a_warning(house: House) -> None:
    assert house.world.sets("client_online.fallback_queue", "nowhere").status_code == 422
    shown = house.world.sets("client_online.fallback_queue", "front_desk").json
    assert (shown["value"], shown["queue"]["code"], shown["warnings"]) == ("front_desk", "front_desk", [])
    house.world.changed(house.bruno, is_active=False)
    shown = house.world.call(house.world.admin, "GET", "/settings/client_online.fallback_queue").json
    assert len(shown["warnings"]) == 1


def test_changing_a_setting_says_which_version_was_seen(house: House) -> None:
    def put(value: str, **headers: str) -> int:
        return house.world.call(
            house.world.admin, "PUT", "/settings/house.name", {"value": value}, **headers
        ).status_code

    assert put("A") == 428
    assert put("A", If_Match='"1"') == 412
    assert put("A", If_Match='"0"') == 200
    assert put("B", If_Match='"0"') == 412
    assert put("B", If_Match='"1"') == 200


def test_settings_change_needs_its_permission_and_others_read_the_houses_own_only(house: House) -> None:
    world = house.world
    assert world.call(house.bruno, "PUT", "/settings/house.name", {"value": "X"}, If_Match="*").status_code == 403
    assert world.call(house.ana, "GET", "/settings/house.name").status_code == 200
    assert world.call(house.ana, "GET", "/settings/client_online.default_attendant").status_code == 403
    assert world.call("service", "GET", "/settings/client_online.default_attendant").status_code == 200
    listed = world.call(house.ana, "GET", "/settings").json["items"]
    assert [s["key"] for s in listed] == ["house.name", "house.logo", "house.time_zone"]
    assert len(world.call(world.admin, "GET", "/settings").json["items"]) == 6


def test_the_houses_picture_is_a_small_png_or_jpeg_and_the_audit_log_has_its_digest(house: House) -> None:
    png = b"\x89PNG\r\n\x1a\n" + bytes(1000)
    for wrong in (b"GIF89a", b"<svg onload=alert(1)>", png + bytes(64 * 1024), b""):
        value = base64.b64encode(wrong).decode() or "no base64!"
        answer = house.world.sets("house.logo_picture", value)
        assert (answer.status_code, set(answer.json["errors"])) == (422, {"value"}), wrong[:10]
    value = base64.b64encode(png).decode()
    assert house.world.sets("house.logo_picture", value).json["value"] == value
    (entry,) = house.world.call(house.world.admin, "GET", "/audit?aggregate_id=house.logo_picture").json["items"]
    assert entry["detail"] == {"before": None, "value": hashlib.sha256(value.encode()).hexdigest()}
    assert house.world.call(house.ana, "GET", "/settings/house.logo_picture").status_code == 403
    assert house.world.call("service", "GET", "/settings/house.logo_picture").json["value"] == value


def test_the_time_zone_must_be_one(house: House) -> None:
    assert house.world.sets("house.time_zone", "Mars/Base").status_code == 422
    assert house.world.sets("house.time_zone", "America/Manaus").status_code == 200


def test_a_body_with_an_unknown_field_is_refused(house: House) -> None:
    answer = house.world.call(
        house.world.admin, "PUT", "/settings/house.name", {"value": "X", "colour": 1}, If_Match="*"
    )
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["colour"])


def test_a_setting_change_is_audited_in_a_chain(house: House) -> None:
    house.world.sets("house.name", "A")
    house.world.sets("house.name", "B")
    entries = house.world.call(house.world.admin, "GET", "/audit?aggregate_id=house.name").json["items"]
    assert [(e["action"], e["position"], e["detail"]["value"]) for e in entries] == [
        ("change_setting", 2, "B"),
        ("change_setting", 1, "A"),
    ]
