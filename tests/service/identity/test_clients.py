"""Machine clients, profiles, client kinds, and what a house begins with."""

from __future__ import annotations

import pytest

from services.identity import app as identity
from shared.config import ConfigError
from tests.service.identity.house import ADMIN, SECRETS, Caller, House


def _enter(house: House, made: dict[str, object], **more: str) -> Caller:
    client = made["client"]
    assert isinstance(client, dict)
    body = {"client_id": client["client_id"], "client_secret": made["client_secret"], **more}
    answer = house.nobody().post("/v1/tokens", body)
    return Caller(house.app.test_client(), answer.json.get("access_token"))


def test_an_integrator_acts_with_what_its_profiles_grant(house: House) -> None:
    admin = house.caller(ADMIN)
    made = admin.post("/v1/clients", {"name": "Billing", "profiles": ["attendant"]})
    assert made.status_code == 201
    robot = _enter(house, made.json)
    me = robot.get("/v1/me").json
    assert (me["name"], me["profiles"]) == ("Billing", ["attendant"])
    assert robot.get("/v1/people").status_code == 403
    assert robot.get(f"/v1/replica/people/{me['id']}").status_code == 403, "it is none of the house's services"
    assert robot.get("/v1/sessions").json["items"] == []
    listed = {item["client_id"]: item for item in admin.get("/v1/clients").json["items"]}
    assert listed["vez-ticket"]["is_of_this_house"] is True
    assert made.json["client_secret"] not in str(listed)


def test_a_rotated_secret_and_its_tokens_end(house: House) -> None:
    admin = house.caller(ADMIN)
    made = admin.post("/v1/clients", {"name": "Billing"}).json
    robot = _enter(house, made)
    path = f"/v1/clients/{made['client']['client_id']}"
    assert robot.get("/v1/me").status_code == 200
    fresh = admin.post(f"{path}/rotate", If_Match='"1"').json
    assert robot.get("/v1/me").status_code == 401
    assert _enter(house, made).token is None
    assert _enter(house, fresh).get("/v1/me").status_code == 200
    assert admin.delete(path, if_match='"1"').status_code == 412
    assert admin.delete(path, if_match='"2"').json["is_active"] is False
    assert _enter(house, fresh).token is None


def test_the_houses_own_clients_are_not_touched_here(house: House) -> None:
    admin = house.caller(ADMIN)
    assert admin.delete("/v1/clients/vez-ticket").status_code == 409
    assert admin.post("/v1/clients/vez-ticket/rotate", If_Match="*").status_code == 409
    assert admin.delete("/v1/clients/vez-nothing").status_code == 404


def test_a_machine_client_does_not_sign_in_as_a_person(house: House) -> None:
    admin = house.caller(ADMIN)
    made = admin.post("/v1/clients", {"name": "Billing"}).json["client"]
    assert admin.post(f"/v1/people/{made['person_id']}/links").status_code == 409


def test_profiles_are_made_and_changed(house: House) -> None:
    admin = house.caller(ADMIN)
    body = {"code": "auditor", "names": {"en": "Auditor"}, "permissions": ["audit.read"], "scopes": ["group:finance"]}
    made = admin.post("/v1/profiles", body)
    assert (made.status_code, made.headers["Location"], made.json["version"]) == (201, "/v1/profiles/auditor", 1)
    assert admin.post("/v1/profiles", body).status_code == 422
    changed = admin.patch("/v1/profiles/auditor", {"names": {"pt-BR": "Auditora", "en": None}}, if_match='"1"')
    assert (changed.json["names"], changed.json["version"]) == ({"pt-BR": "Auditora"}, 2)
    assert admin.patch("/v1/profiles/auditor", {"names": {"pt-BR": None}}).status_code == 422
    assert admin.patch("/v1/profiles/auditor", {"scopes": ["finance"]}).status_code == 422
    assert admin.patch("/v1/profiles/nothing", {"scopes": []}).status_code == 404
    told = house.rows(
        "SELECT payload FROM outbox WHERE word = 'profile' AND aggregate_id = 'auditor' ORDER BY sequence"
    )
    assert told[0].payload["permissions"] == ["audit.read"]
    assert len(told) == 2


def test_what_every_house_needs_stays(house: House) -> None:
    admin = house.caller(ADMIN)
    assert admin.patch("/v1/profiles/client", {"is_retired": True}).status_code == 409
    assert admin.patch("/v1/profiles/administrator", {"permissions": []}).status_code == 409
    granted = admin.patch("/v1/profiles/attendant", {"permissions": ["ticket.attend", "ticket.cancel"]})
    assert granted.json["permissions"] == ["ticket.attend", "ticket.cancel"]


def test_permissions_are_told_in_words(house: House) -> None:
    admin = house.caller(ADMIN)
    items = admin.get("/v1/permissions").json["items"]
    assert {"name": "ticket.cancel", "description": "Cancela uma solicitação enquanto a vez é do cliente"} in items


def test_client_kinds_say_how_such_clients_sign_in(house: House) -> None:
    admin = house.caller(ADMIN)
    assert len(admin.get("/v1/client-kinds").json["items"]) == 7
    kinds = [{"code": "customer"}, {"code": "tenant", "login": ["registration"], "names": {"en": "Tenant"}}]
    assert admin.call("PUT", "/v1/client-kinds", {"items": kinds}).status_code == 428
    assert admin.call("PUT", "/v1/client-kinds", {"items": kinds}, If_Match="*").status_code == 200
    assert [item["code"] for item in admin.get("/v1/client-kinds").json["items"]] == ["customer", "tenant"]
    odd = {"items": [{"code": "customer", "login": ["fingerprint"]}]}
    assert admin.call("PUT", "/v1/client-kinds", odd, If_Match="*").status_code == 422
    assert admin.post("/v1/people", {"name": "A", "kind": "student"}).status_code == 422
    assert admin.post("/v1/people", {"name": "A", "kind": "tenant"}).status_code == 201


def test_setting_up_again_changes_nothing(house: House) -> None:
    def state() -> list[object]:
        return house.rows("SELECT (SELECT count(*) FROM outbox) AS said, (SELECT count(*) FROM audit_log) AS logged")

    before = state()
    identity.bootstrap(house.options, SECRETS)
    assert identity.ensure_people(house.options, [house.somebody("Ana", "ana@cliente.test")], "another one") == 0
    assert state() == before


def test_a_changed_secret_is_taken_at_set_up(house: House) -> None:
    old = house.service("ticket")
    fresh = {"vez-ticket": "a quite different secret of the ticket service"}
    identity.bootstrap(house.options, fresh)
    assert old.get("/v1/replica/people?email=x@y.test").status_code == 401
    body = {"client_id": "vez-ticket", "audience": "identity"}
    assert house.nobody().post("/v1/tokens", {**body, "client_secret": SECRETS["vez-ticket"]}).status_code == 401
    assert house.nobody().post("/v1/tokens", {**body, "client_secret": fresh["vez-ticket"]}).status_code == 200


def test_a_short_secret_is_refused(house: House) -> None:
    with pytest.raises(ConfigError):
        identity.bootstrap(house.options, {"vez-ticket": "short"})
