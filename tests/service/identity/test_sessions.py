"""Sessions: listed and ended; the portal's; passwords changed; failures throttled."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.identity.gateways.passwords import Argon2
from services.identity.options import Options
from shared.http.app import close
from tests.service.identity.house import ADMIN, ANA, BRUNO, PASSWORD, Caller, House


def _as(house: House, tokens: dict[str, str]) -> Caller:
    return Caller(house.app.test_client(), tokens["access_token"])


def test_people_see_their_own_open_sessions(house: House) -> None:
    house.nobody().post(
        "/v1/tokens",
        {"username": ANA, "password": PASSWORD},
        User_Agent="Phone",
        X_Forwarded_For="6.6.6.6, 203.0.113.9",
    )
    ana = house.caller(ANA)
    items = ana.get("/v1/sessions").json["items"]
    assert [(item["agent"], item["is_current"]) for item in items] == [("Phone", False), (items[1]["agent"], True)]
    assert items[0]["address"] == "203.0.113.9", "the last entry is the house's own proxy's word"
    assert len(house.caller(ADMIN).get(f"/v1/sessions?person_id={house.id_of(ANA)}").json["items"]) == 2


def test_an_ended_session_is_over_at_once_and_the_others_go_on(house: House) -> None:
    lost, kept = house.sign_in(ANA), house.sign_in(ANA)
    session = _as(house, lost).get("/v1/me").json["session_id"]
    assert _as(house, kept).call("DELETE", f"/v1/sessions/{session}").status_code == 428
    assert _as(house, kept).delete(f"/v1/sessions/{session}").status_code == 204
    assert _as(house, lost).get("/v1/me").status_code == 401
    assert house.nobody().post("/v1/tokens", {"refresh_token": lost["refresh_token"]}).status_code == 401
    assert _as(house, kept).get("/v1/me").status_code == 200
    assert _as(house, kept).delete(f"/v1/sessions/{session}").status_code == 204, "ending twice is no mistake"
    told = house.rows("SELECT payload FROM outbox WHERE word = 'person' ORDER BY occurred_at DESC LIMIT 1")[0].payload
    assert told["ended_sessions"] == [session]


def test_another_persons_session_is_not_there(house: House) -> None:
    session = house.caller(BRUNO).get("/v1/me").json["session_id"]
    assert house.caller(ANA).delete(f"/v1/sessions/{session}").status_code == 404
    assert house.caller(ADMIN).delete(f"/v1/sessions/{session}").status_code == 204


def test_signing_out_everywhere_ends_every_token(house: House) -> None:
    first, second = house.sign_in(ANA), house.sign_in(ANA)
    assert _as(house, second).delete("/v1/sessions").status_code == 204
    for tokens in (first, second):
        assert _as(house, tokens).get("/v1/me").status_code == 401
        assert house.nobody().post("/v1/tokens", {"refresh_token": tokens["refresh_token"]}).status_code == 401
    assert house.caller(ANA).get("/v1/me").status_code == 200
    told = house.rows("SELECT payload FROM outbox WHERE word = 'person' ORDER BY occurred_at DESC LIMIT 1")[0].payload
    assert told["signed_out_at"] is not None


def test_a_changed_password_ends_the_other_sessions(house: House) -> None:
    other, mine = house.sign_in(ANA), house.sign_in(ANA)
    change = {"current": "not this one", "password": "vez após vez"}
    assert _as(house, mine).post("/v1/me/password", change).status_code == 401
    change["current"] = PASSWORD
    weak = _as(house, mine).post("/v1/me/password", {**change, "password": "Ana Souza"})
    assert (weak.status_code, list(weak.json["errors"])) == (422, ["password"])
    assert _as(house, mine).post("/v1/me/password", change).status_code == 204
    assert _as(house, mine).get("/v1/me").status_code == 200
    assert _as(house, other).get("/v1/me").status_code == 401
    assert house.nobody().post("/v1/tokens", {"username": ANA, "password": PASSWORD}).status_code == 401
    assert house.sign_in(ANA, "vez após vez")["access_token"]


def test_failures_of_an_account_make_it_wait_and_nobody_else(house: House) -> None:
    limit = house.options.failures_per_account
    for _ in range(3):
        house.sign_in(ANA)
    answers = [house.nobody().post("/v1/tokens", {"username": ANA, "password": f"guess{n}"}) for n in range(limit + 1)]
    assert [a.status_code for a in answers] == [401] * limit + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= house.options.failures_span_seconds
    right = house.nobody().post("/v1/tokens", {"username": ANA, "password": PASSWORD})
    assert right.status_code == 429, "the right password is no oracle while it waits"
    assert house.sign_in(BRUNO)["access_token"]
    house.rows("UPDATE failures SET at = at - interval '1 hour' RETURNING 1")
    assert house.sign_in(ANA)["access_token"]


def test_a_name_that_nobody_has_waits_just_the_same(house: House) -> None:
    limit = house.options.failures_per_account
    guess = {"username": "nobody@vez.test", "password": PASSWORD}
    statuses = [house.nobody().post("/v1/tokens", guess).status_code for _ in range(limit + 1)]
    assert statuses == [401] * limit + [429]


def test_one_account_is_one_account_by_whatever_identifier(house: House) -> None:
    house.make(
        house.caller(ADMIN), kind="student", identifiers={"registration": "R9"}, password=PASSWORD, email="r@v.test"
    )
    half = house.options.failures_per_account // 2
    for username in ("R9", "r@v.test"):
        for _ in range(half):
            house.nobody().post("/v1/tokens", {"username": username, "password": "wrong wrong"})
    assert house.nobody().post("/v1/tokens", {"username": "R9", "password": PASSWORD}).status_code == 429


def test_a_success_ends_the_count(house: House) -> None:
    for _ in range(3):
        for _ in range(house.options.failures_per_account - 1):
            house.nobody().post("/v1/tokens", {"username": ANA, "password": "wrong wrong"})
        house.sign_in(ANA)


def test_failures_from_an_address_make_it_wait(options: Options) -> None:
    house = House(replace(options, failures_per_address=5))
    try:
        for n in range(5):
            guess = {"username": f"p{n}@vez.test", "password": PASSWORD}
            assert house.nobody().post("/v1/tokens", guess, X_Forwarded_For="198.51.100.7").status_code == 401
        body = {"username": ANA, "password": PASSWORD}
        assert house.nobody().post("/v1/tokens", body, X_Forwarded_For="198.51.100.7").status_code == 429
        assert house.nobody().post("/v1/tokens", body, X_Forwarded_For="198.51.100.8").status_code == 200
        spoofed = house.nobody().post("/v1/tokens", body, X_Forwarded_For="1.2.3.4, 198.51.100.7")
        assert spoofed.status_code == 429
    finally:
        close(house.app)


def test_the_portal_trades_its_opaque_id_for_tokens(house: House) -> None:
    portal = house.service("portal")
    body = {"username": ANA, "password": PASSWORD, "address": "192.0.2.1", "agent": "Browser"}
    opened = portal.post("/v1/portal-sessions", body)
    assert opened.status_code == 201
    id = opened.json["id"]
    assert _as(house, opened.json).get("/v1/me").json["name"] == "Ana Souza"
    assert "refresh_token" not in opened.json
    traded = portal.post("/v1/portal-sessions/token", {"id": id})
    assert _as(house, traded.json).get("/v1/me").status_code == 200
    shown = house.caller(ANA).get("/v1/sessions").json["items"][0]
    assert (shown["is_portal"], shown["address"], shown["agent"]) == (True, "192.0.2.1", "Browser")
    assert all(id not in str(row) for row in house.rows("SELECT * FROM sessions"))
    assert portal.post("/v1/portal-sessions/end", {"id": id}).status_code == 204
    assert portal.post("/v1/portal-sessions/end", {"id": id}).status_code == 204
    assert portal.post("/v1/portal-sessions/token", {"id": id}).status_code == 401
    assert _as(house, traded.json).get("/v1/me").status_code == 401
    assert portal.post("/v1/portal-sessions/token", {"id": "made up"}).status_code == 401
    wrong = portal.post("/v1/portal-sessions", {**body, "password": "wrong wrong"})
    assert wrong.json["type"] == "urn:vez:problem:wrong-credentials"


def test_the_portals_sessions_end_with_the_persons_other_ones(house: House) -> None:
    portal = house.service("portal")
    id = portal.post("/v1/portal-sessions", {"username": ANA, "password": PASSWORD}).json["id"]
    house.caller(ANA).delete("/v1/sessions")
    assert portal.post("/v1/portal-sessions/token", {"id": id}).status_code == 401


def test_a_session_that_nobody_uses_ends(house: House) -> None:
    tokens = house.sign_in(ANA)
    house.rows("UPDATE sessions SET expires_at = now() - interval '1 second' RETURNING 1")
    assert house.nobody().post("/v1/tokens", {"refresh_token": tokens["refresh_token"]}).status_code == 401


@pytest.mark.parametrize("options_changed", [{"token_seconds": 1}])
def test_a_token_ends(options: Options, options_changed: dict[str, int]) -> None:
    house = House(replace(options, **options_changed))
    try:
        token = house.sign_in(ANA)["access_token"]
        house.app.extensions["vez"].verifier._known.clear()
        signer = house.app.extensions["vez.identity"].signer
        row = house.rows("SELECT id, person_id, created_at - interval '1 hour' AS at FROM sessions")[0]
        old = signer.access_token(row.person_id, row.id, row.at)
        answer = Caller(house.app.test_client(), old).get("/v1/me")
        assert (answer.status_code, answer.json["type"]) == (401, "urn:vez:problem:token-expired")
        assert token
    finally:
        close(house.app)


def test_a_cheap_hash_is_made_anew_at_sign_in(house: House) -> None:
    hashed = Argon2(passes=1, memory_kib=8).hash(PASSWORD)
    house.rows("UPDATE passwords SET hash = %s WHERE person_id = %s RETURNING 1", hashed, house.id_of(ANA))
    house.sign_in(ANA)
    stored = house.rows("SELECT hash FROM passwords WHERE person_id = %s", house.id_of(ANA))[0].hash
    assert stored.startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert house.sign_in(ANA)["access_token"]
