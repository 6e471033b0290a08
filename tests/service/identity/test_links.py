"""One-time links: for first access, for a forgotten password, used once."""

from __future__ import annotations

import pytest

from services.identity import app as identity
from shared.errors import Conflict
from tests.service.identity.house import ADMIN, ANA, BRUNO, PASSWORD, Caller, House


def _token(url: str) -> str:
    assert url.startswith("https://vez.test/link/")
    return url.rpartition("/")[2]


def test_a_new_person_makes_their_first_password_by_a_link(house: House) -> None:
    admin = house.caller(ADMIN)
    made = house.make(admin, email="new@vez.test", name="Nina Nova")
    link = admin.post(f"/v1/people/{made['id']}/links")
    assert (link.status_code, link.json["purpose"]) == (201, "first_access")
    token = _token(link.json["url"])
    shown = house.nobody().post("/v1/links/check", {"token": token})
    assert (shown.json["name"], shown.json["purpose"]) == ("Nina Nova", "first_access")
    weak = house.nobody().post("/v1/links/use", {"token": token, "password": "nina nova"})
    assert (weak.status_code, list(weak.json["errors"])) == (422, ["password"])
    assert house.nobody().post("/v1/links/use", {"token": token, "password": PASSWORD}).status_code == 204
    assert house.sign_in("new@vez.test")["access_token"]
    again = house.nobody().post("/v1/links/use", {"token": token, "password": "another one"})
    assert (again.status_code, again.json["type"]) == (404, "urn:vez:problem:link-not-good")
    assert house.nobody().post("/v1/links/check", {"token": token}).status_code == 404


def test_a_link_is_replaced_by_the_next_and_does_not_last(house: House) -> None:
    admin = house.caller(ADMIN)
    made = house.make(admin)
    first, second = (_token(admin.post(f"/v1/people/{made['id']}/links").json["url"]) for _ in range(2))
    assert house.nobody().post("/v1/links/check", {"token": first}).status_code == 404
    assert house.nobody().post("/v1/links/check", {"token": second}).status_code == 200
    house.rows("UPDATE links SET expires_at = now() RETURNING 1")
    assert house.nobody().post("/v1/links/use", {"token": second, "password": PASSWORD}).status_code == 404


def test_a_link_ends_every_session(house: House) -> None:
    tokens = house.sign_in(ANA)
    url = house.caller(ADMIN).post(f"/v1/people/{house.id_of(ANA)}/links").json["url"]
    house.nobody().post("/v1/links/use", {"token": _token(url), "password": "a new password"})
    assert Caller(house.app.test_client(), tokens["access_token"]).get("/v1/me").status_code == 401
    assert house.nobody().post("/v1/tokens", {"refresh_token": tokens["refresh_token"]}).status_code == 401
    assert house.sign_in(ANA, "a new password")["access_token"]


def test_who_is_disabled_meanwhile_is_not_let_in_by_a_link(house: House) -> None:
    admin, ana = house.caller(ADMIN), house.id_of(ANA)
    token = _token(admin.post(f"/v1/people/{ana}/links").json["url"])
    admin.post(f"/v1/people/{ana}/disable", If_Match="*")
    assert house.nobody().post("/v1/links/check", {"token": token}).status_code == 404
    assert house.nobody().post("/v1/links/use", {"token": token, "password": PASSWORD}).status_code == 404
    assert admin.post(f"/v1/people/{ana}/links").status_code == 409


def test_a_forgotten_password_has_a_link_made_and_nobody_learns_who_is_known(house: House) -> None:
    answers = [house.nobody().post("/v1/links", {"username": name}) for name in (ANA, "nobody@vez.test")]
    assert [(a.status_code, a.data) for a in answers] == [(202, b"")] * 2
    told = house.rows("SELECT aggregate_id, payload FROM outbox WHERE name = 'link.made'")
    assert [row.payload["person_id"] for row in told] == [house.id_of(ANA)]
    assert told[0].payload["purpose"] == "password_reset"
    link = house.service("notify").get(f"/v1/links/{told[0].aggregate_id}")
    assert house.nobody().post("/v1/links/check", {"token": _token(link.json["url"])}).status_code == 200
    assert _token(link.json["url"]) not in str(house.rows("SELECT * FROM links") + house.rows("SELECT * FROM outbox"))


def test_nobody_is_flooded_with_links(house: House) -> None:
    for _ in range(6):
        assert house.nobody().post("/v1/links", {"username": ANA}).status_code == 202
    assert house.rows("SELECT count(*) AS n FROM links")[0].n == 3


def test_asking_for_links_does_not_lock_anybody_out(house: House) -> None:
    for _ in range(house.options.failures_per_account + 2):
        house.nobody().post("/v1/links", {"username": ANA})
    assert house.sign_in(ANA)["access_token"]


@pytest.mark.parametrize("token", ["x", "A" * 64, "../..", "=" * 8, "ü" * 10, "\x00"])
def test_a_made_up_link_is_no_link(house: House, token: str) -> None:
    assert house.nobody().post("/v1/links/check", {"token": token}).status_code == 404
    assert house.nobody().post("/v1/links/use", {"token": token, "password": PASSWORD}).status_code == 404


def test_a_refresh_token_is_no_link(house: House) -> None:
    token = house.sign_in(ANA)["refresh_token"].removeprefix("vrt_")
    assert house.nobody().post("/v1/links/use", {"token": token, "password": PASSWORD}).status_code == 404


def test_the_first_administrator_gets_a_link_from_the_command_line(house: House) -> None:
    url = identity.invite_administrator(house.options, "Root@Vez.test", "Root")
    house.nobody().post("/v1/links/use", {"token": _token(url), "password": PASSWORD})
    assert "people.manage" in house.caller("root@vez.test").get("/v1/me").json["permissions"]
    again = identity.invite_administrator(house.options, "root@vez.test")
    assert house.nobody().post("/v1/links/check", {"token": _token(again)}).json["purpose"] == "password_reset"
    with pytest.raises(Conflict):
        identity.invite_administrator(house.options, BRUNO)
