"""Getting in where one should not: every route of this service by everybody who may not use it."""

from __future__ import annotations

from collections.abc import Callable

import jwt
import pytest

from shared.access import Verifier
from tests.service.identity.house import ADMIN, ANA, BRUNO, PASSWORD, Caller, House

NOBODY = "00000000-0000-7000-8000-00000000dead"
MANAGED: list[tuple[str, str, object]] = [
    ("GET", "/v1/people", None),
    ("POST", "/v1/people", {"name": "A"}),
    ("POST", "/v1/people/list", {"lines": [{"name": "A"}]}),
    ("POST", f"/v1/people/{NOBODY}/disable", None),
    ("POST", f"/v1/people/{NOBODY}/enable", None),
    ("POST", f"/v1/people/{NOBODY}/links", None),
    ("POST", f"/v1/people/{NOBODY}/erase", None),
    ("GET", f"/v1/people/{NOBODY}/erasure", None),
    ("GET", "/v1/profiles", None),
    ("POST", "/v1/profiles", {"code": "a", "names": {"en": "A"}}),
    ("GET", "/v1/profiles/client", None),
    ("PATCH", "/v1/profiles/client", {"permissions": []}),
    ("GET", "/v1/permissions", None),
    ("GET", "/v1/organisations", None),
    ("POST", "/v1/organisations", {"name": "ACME"}),
    ("GET", f"/v1/organisations/{NOBODY}", None),
    ("PATCH", f"/v1/organisations/{NOBODY}", {"name": "ACME"}),
    ("PUT", "/v1/client-kinds", {"items": [{"code": "a"}]}),
    ("GET", "/v1/clients", None),
    ("POST", "/v1/clients", {"name": "A"}),
    ("POST", "/v1/clients/x/rotate", None),
    ("DELETE", "/v1/clients/x", None),
    ("GET", "/v1/audit", None),
    ("GET", "/v1/audit/verification?word=person&aggregate_id=x", None),
    ("GET", "/v1/parked", None),
    ("POST", f"/v1/parked/{NOBODY}/retry", None),
    ("POST", f"/v1/parked/{NOBODY}/discard", None),
]
SERVICES: list[tuple[str, str, object]] = [
    ("GET", f"/v1/replica/people/{NOBODY}", None),
    ("GET", "/v1/replica/people?email=a@b.test", None),
    ("GET", f"/v1/links/{NOBODY}", None),
    ("GET", "/v1/outbox?aggregate=person:x&after=0", None),
    ("POST", "/v1/portal-sessions", {"username": ANA, "password": PASSWORD}),
    ("POST", "/v1/portal-sessions/token", {"id": "x"}),
    ("POST", "/v1/portal-sessions/end", {"id": "x"}),
    ("POST", "/v1/mail-tokens", {"person_id": NOBODY, "mail_id": NOBODY}),
]
SIGNED_IN: list[tuple[str, str, object]] = [
    ("GET", "/v1/me", None),
    ("PATCH", "/v1/me", {"language": "en"}),
    ("POST", "/v1/me/password", {"current": PASSWORD, "password": "another one"}),
    ("GET", "/v1/sessions", None),
    ("DELETE", "/v1/sessions", None),
    ("GET", "/v1/directory", None),
    ("GET", "/v1/client-kinds", None),
]


ABOUT_ONE = {
    ("GET", "/v1/people/<uuid:person_id>"),
    ("PATCH", "/v1/people/<uuid:person_id>"),
    ("GET", "/v1/people/<uuid:person_id>/data"),
    ("GET", "/v1/people/<uuid:person_id>/data/<string:section>"),
    ("DELETE", "/v1/sessions/<uuid:session>"),
    ("GET", "/v1/outbox/heads"),
}
"""Whose answer depends on whom or what they are about, each with tests of its own."""


def test_every_route_is_in_a_table(house: House) -> None:
    places = house.app.url_map.bind("identity.test")
    listed = [*MANAGED, *SERVICES, *SIGNED_IN]
    known = {(m, places.match(p.partition("?")[0], method=m, return_rule=True)[0].rule) for m, p, _ in listed}
    views = house.app.view_functions
    closed = [r for r in house.app.url_map.iter_rules() if getattr(views[r.endpoint], "vez_access", None) != "public"]
    routes = {(method, rule.rule) for rule in closed for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    assert routes - known == ABOUT_ONE


def _refused(caller: Caller, routes: list[tuple[str, str, object]], status: int) -> None:
    answers = {
        f"{method} {path}": caller.call(method, path, body, If_Match="*").status_code for method, path, body in routes
    }
    assert {route: found for route, found in answers.items() if found != status} == {}


def test_nobody_gets_in_without_a_token(house: House) -> None:
    _refused(house.nobody(), [*MANAGED, *SERVICES, *SIGNED_IN], 401)


@pytest.mark.parametrize("who", [ANA, BRUNO])
def test_clients_and_attendants_administer_nothing(house: House, who: str) -> None:
    _refused(house.caller(who), [*MANAGED, *SERVICES], 403)


def test_an_administrator_is_no_service(house: House) -> None:
    _refused(house.caller(ADMIN), SERVICES, 403)


def test_a_service_asks_and_does_nothing_else(house: House) -> None:
    ticket = house.service("ticket")
    _refused(ticket, MANAGED, 403)
    _refused(ticket, SERVICES[4:], 403)
    assert ticket.get(f"/v1/people/{house.id_of(ANA)}").status_code == 404
    assert ticket.patch(f"/v1/people/{house.id_of(ANA)}", {"name": "X"}).status_code == 404
    assert ticket.get("/v1/directory?q=ana").status_code == 403
    assert ticket.get(f"/v1/sessions?person_id={house.id_of(ANA)}").status_code == 404


def test_notify_acts_as_who_wrote_a_mail_for_two_minutes_and_at_two_services_alone(house: House) -> None:
    notify, ana = house.service("notify"), house.id_of(ANA)
    answer = notify.post("/v1/mail-tokens", {"person_id": ana, "mail_id": NOBODY})
    assert (answer.status_code, answer.json["expires_in"]) == (200, 120)
    claims = jwt.decode(answer.json["access_token"], options={"verify_signature": False})
    assert (claims["sub"], claims["aud"]) == (ana, ["ticket", "attachments"])
    assert round(claims["exp"] - claims["iat"]) == 120
    assert "svc" not in claims
    taken = Caller(notify.client, answer.json["access_token"])
    _refused(taken, [*MANAGED, *SERVICES, *SIGNED_IN], 401)
    jwks = house.nobody().get("/.well-known/jwks.json").json
    assert Verifier(lambda: jwks, "ticket").verify(answer.json["access_token"]).person_id == ana
    [(detail,)] = house.rows("SELECT detail FROM audit_details WHERE detail::text LIKE %s", "%mail_id%")
    assert NOBODY in str(detail)


def test_notify_acts_as_nobody_who_may_not_act(house: House) -> None:
    notify, admin = house.service("notify"), house.caller(ADMIN)
    bruno = house.id_of(BRUNO)
    assert admin.post(f"/v1/people/{bruno}/disable", If_Match="*").status_code == 200
    machine = admin.post("/v1/clients", {"name": "Robot"}).json["client"]["person_id"]
    for person_id in (NOBODY, bruno, machine):
        answer = notify.post("/v1/mail-tokens", {"person_id": person_id, "mail_id": NOBODY})
        assert answer.status_code == 404, person_id


def test_a_token_for_another_service_is_refused(house: House) -> None:
    _refused(house.service("ticket", audience="workflow"), [*MANAGED, *SERVICES, *SIGNED_IN], 401)


def test_who_may_not_see_a_person_finds_nobody(house: House) -> None:
    ana, bruno = house.caller(ANA), house.id_of(BRUNO)
    there, nowhere = (ana.get(f"/v1/people/{id}") for id in (bruno, NOBODY))
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert there.json["detail"] == nowhere.json["detail"]
    assert ana.patch(f"/v1/people/{bruno}", {"name": "X"}).status_code == 404
    assert ana.get(f"/v1/sessions?person_id={bruno}").status_code == 404
    assert ana.delete(f"/v1/sessions?person_id={bruno}").status_code == 404


@pytest.fixture
def clerk(house: House) -> Callable[[], Caller]:
    """Somebody who manages people but may not do everything."""
    admin = house.caller(ADMIN)
    profile = {"code": "clerk", "names": {"en": "Clerk"}, "permissions": ["people.manage", "ticket.open"]}
    assert admin.post("/v1/profiles", profile).status_code == 201
    house.make(admin, email="clerk@vez.test", profiles=["clerk"], password=PASSWORD)
    return lambda: house.caller("clerk@vez.test")


def test_nobody_grants_more_than_they_have(house: House, clerk: Callable[[], Caller]) -> None:
    caller, own = clerk(), house.id_of("clerk@vez.test")
    attempts = [
        caller.post("/v1/people", {"name": "Mole", "profiles": ["administrator"], "password": PASSWORD}),
        caller.patch(f"/v1/people/{own}", {"profiles": ["clerk", "administrator"]}),
        caller.post("/v1/profiles", {"code": "mole", "names": {"en": "M"}, "permissions": ["settings.change"]}),
        caller.patch("/v1/profiles/clerk", {"permissions": ["people.manage", "ticket.open", "ticket.read_all"]}),
        caller.post("/v1/clients", {"name": "Robot", "profiles": ["administrator"]}),
    ]
    assert [a.status_code for a in attempts] == [403] * 5, [a.text for a in attempts]
    assert {a.json["type"] for a in attempts} == {"urn:vez:problem:grants-too-much"}
    assert caller.get("/v1/me").json["permissions"] == ["people.manage", "ticket.open"]


def test_nobody_takes_over_who_may_do_more(house: House, clerk: Callable[[], Caller]) -> None:
    caller, admin = clerk(), house.id_of(ADMIN)
    session = house.caller(ADMIN).get("/v1/sessions").json["items"][0]["id"]
    attempts = [
        caller.post(f"/v1/people/{admin}/links"),
        caller.patch(f"/v1/people/{admin}", {"email": "mine@vez.test"}),
        caller.post(f"/v1/people/{admin}/disable", If_Match="*"),
        caller.delete(f"/v1/sessions?person_id={admin}"),
        caller.delete(f"/v1/sessions/{session}"),
    ]
    assert [a.status_code for a in attempts] == [403] * 5, [a.text for a in attempts]
    assert house.sign_in(ADMIN)["access_token"]


def test_a_clerk_manages_those_who_may_do_less(house: House, clerk: Callable[[], Caller]) -> None:
    caller = clerk()
    made = house.make(caller, profiles=[])
    assert caller.patch(f"/v1/people/{made['id']}", {"profiles": ["clerk"]}).status_code == 200
    assert caller.post(f"/v1/people/{made['id']}/links").status_code == 201


def test_a_lost_permission_is_lost_with_the_next_request(house: House, clerk: Callable[[], Caller]) -> None:
    caller = clerk()
    assert caller.get("/v1/people").status_code == 200
    house.caller(ADMIN).patch("/v1/profiles/clerk", {"permissions": ["ticket.open"]})
    assert caller.get("/v1/people").status_code == 403


def test_a_retired_profile_grants_nothing(house: House, clerk: Callable[[], Caller]) -> None:
    caller = clerk()
    assert house.caller(ADMIN).patch("/v1/profiles/clerk", {"is_retired": True}).json["is_retired"] is True
    assert caller.get("/v1/people").status_code == 403
    answer = house.caller(ADMIN).post("/v1/people", {"name": "A", "profiles": ["clerk"]})
    assert list(answer.json["errors"]) == ["profiles"]


def test_service_permissions_cannot_be_granted(house: House) -> None:
    body = {"code": "spy", "names": {"en": "Spy"}, "permissions": ["service.ask"]}
    answer = house.caller(ADMIN).post("/v1/profiles", body)
    assert answer.status_code in (403, 422)


def test_rights_are_judged_before_a_password_is_hashed(house: House) -> None:
    hashed: list[str] = []
    tools = house.app.extensions["vez.identity"]
    house.app.extensions["vez.identity"] = type(tools)(tools.options, tools.signer, _Counting(hashed))
    caller = Caller(house.app.test_client(), house.service("ticket").token)
    assert caller.post("/v1/people", {"name": "A", "password": PASSWORD}).status_code == 403
    assert hashed == []


class _Counting:
    def __init__(self, hashed: list[str]) -> None:
        self.hashed = hashed

    def hash(self, password: str) -> str:
        self.hashed.append(password)
        return password


@pytest.mark.parametrize("path", ["/v1/profiles/%00", "/v1/audit?aggregate_id=%00", "/v1/people?q=a%00"])
def test_a_sign_that_no_database_keeps_names_nothing(house: House, path: str) -> None:
    assert house.caller(ADMIN).get(path).status_code == 400
