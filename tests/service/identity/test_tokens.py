"""Signing in: tokens, their refreshing, machine clients, the keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import jwt
import pytest

from services.identity.app import create_app
from services.identity.options import Options
from shared.access import Verifier
from shared.errors import Unauthenticated
from shared.http.app import close
from tests.service.identity.house import ADMIN, ANA, PASSWORD, SECRETS, Caller, House, write_key


def test_a_person_signs_in_and_is_told_who_they_are(house: House) -> None:
    tokens = house.sign_in(ANA)
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 600
    me = Caller(house.app.test_client(), tokens["access_token"]).get("/v1/me")
    assert me.status_code == 200
    assert me.json["name"] == "Ana Souza"
    assert me.json["kind"] == "customer"
    assert me.json["profiles"] == ["client"]
    assert me.json["permissions"] == ["portal.client_online", "ticket.open"]
    assert (me.json["language"], me.json["time_zone"]) == ("pt-BR", "America/Sao_Paulo")
    assert me.headers["ETag"] == f'"{me.json["version"]}"'
    assert me.headers["Cache-Control"] == "private, no-store"


def test_a_token_says_who_and_never_what_one_may_do(house: House) -> None:
    claims = jwt.decode(house.sign_in(ADMIN)["access_token"], options={"verify_signature": False})
    assert set(claims) == {"iss", "aud", "sub", "sid", "iat", "exp"}
    assert claims["aud"] == "vez"


def test_any_service_verifies_a_token_by_the_published_keys(house: House) -> None:
    keys = house.nobody().get("/.well-known/jwks.json")
    assert keys.headers["Cache-Control"] == "public, max-age=300"
    assert all("d" not in key for key in keys.json["keys"])
    verifier = Verifier(lambda: keys.json, "ticket")
    claims = verifier.verify(house.sign_in(ANA)["access_token"])
    assert claims.person_id == house.id_of(ANA)
    assert not claims.is_service
    with pytest.raises(Unauthenticated):
        verifier.verify(house.service("notify", audience="identity").token or "")
    known = verifier.verify(house.service("notify", audience="ticket").token or "")
    assert known.permissions == {"service.ask", "service.speak_for"}


def test_a_new_key_signs_while_the_old_one_is_still_recognised(house: House, options: Options, tmp_path: Path) -> None:
    old = house.sign_in(ANA)
    keys = tmp_path / "keys.pem"
    keys.write_bytes(Path(options.key_file).read_bytes())
    other = create_app(replace(options, key_file=str(write_key(keys))))
    try:
        caller = Caller(other.test_client(), old["access_token"])
        assert caller.get("/v1/me").status_code == 200
        fresh = caller.post("/v1/tokens", {"refresh_token": old["refresh_token"]}).json
        kids = [jwt.get_unverified_header(t["access_token"])["kid"] for t in (old, fresh)]
        assert kids[0] != kids[1]
    finally:
        close(other)


@pytest.mark.parametrize("username", ["ANA@CLIENTE.TEST", "  ana@cliente.test "])
def test_an_e_mail_is_found_whatever_its_case(house: House, username: str) -> None:
    assert house.sign_in(username)["access_token"]


def test_a_person_signs_in_by_the_identifiers_of_their_client_kind(house: House) -> None:
    admin = house.caller(ADMIN)
    student = {"registration": "ra-001", "cpf_cnpj": "529.982.247-25"}
    house.make(admin, kind="student", identifiers=student, password=PASSWORD, email="leo@cliente.test")
    house.make(admin, kind="supplier", identifiers={"cpf_cnpj": "11.222.333/0001-81"}, password=PASSWORD, email=None)
    assert house.sign_in("RA-001")["access_token"]
    assert house.sign_in("leo@cliente.test")["access_token"]
    assert house.sign_in("11222333000181")["access_token"]
    by_cpf = house.nobody().post("/v1/tokens", {"username": "52998224725", "password": PASSWORD})
    assert by_cpf.status_code == 401


def test_every_refusal_of_a_sign_in_looks_the_same(house: House) -> None:
    admin = house.caller(ADMIN)
    gone = house.make(admin, password=PASSWORD, email="gone@vez.test")
    house.make(admin, email="invited@vez.test")
    admin.post(f"/v1/people/{gone['id']}/disable", If_Match="*")
    answers = [
        house.nobody().post("/v1/tokens", {"username": username, "password": password})
        for username, password in [
            (ANA, "not the password"),
            ("nobody@nowhere.test", PASSWORD),
            ("gone@vez.test", PASSWORD),
            ("invited@vez.test", "x"),
            ("\x00\x01", PASSWORD),
        ]
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.text for answer in answers} == {answers[0].text}
    assert answers[0].json["type"] == "urn:vez:problem:wrong-credentials"


def test_a_refusal_speaks_the_callers_language(house: House) -> None:
    body = {"username": ANA, "password": "wrong wrong"}
    texts = {
        language: house.nobody().post("/v1/tokens", body, Accept_Language=language).json["detail"]
        for language in ("pt-BR", "en", "es")
    }
    assert len(set(texts.values())) == 3
    assert texts["en"] == "The name or the password is not right"


def test_refreshing_rotates_and_reuse_ends_the_session(house: House) -> None:
    first = house.sign_in(ANA)
    second = house.nobody().post("/v1/tokens", {"refresh_token": first["refresh_token"]})
    assert second.status_code == 200
    assert second.json["refresh_token"] != first["refresh_token"]
    caller = Caller(house.app.test_client(), second.json["access_token"])
    assert caller.get("/v1/me").status_code == 200
    again = house.nobody().post("/v1/tokens", {"refresh_token": first["refresh_token"]})
    assert again.status_code == 401
    assert again.json["type"] == "urn:vez:problem:session-ended"
    after = house.nobody().post("/v1/tokens", {"refresh_token": second.json["refresh_token"]})
    assert after.status_code == 401
    assert caller.get("/v1/me").status_code == 401
    assert house.rows("SELECT end_reason FROM sessions WHERE end_reason IS NOT NULL")[0].end_reason == "reused"


@pytest.mark.parametrize("token", ["", "x", "vrt_", "vrt_" + "A" * 70, "vrt_" + "=" * 9, "ü"])
def test_a_made_up_refresh_token_ends_nothing(house: House, token: str) -> None:
    before = house.sign_in(ANA)
    answer = house.nobody().post("/v1/tokens", {"refresh_token": token})
    assert answer.status_code in (401, 422)
    assert house.nobody().post("/v1/tokens", {"refresh_token": before["refresh_token"]}).status_code == 200


def test_a_tampered_access_token_is_refused(house: House) -> None:
    token = house.sign_in(ANA)["access_token"]
    head, body, seal = token.split(".")
    none = jwt.encode(jwt.decode(token, options={"verify_signature": False}), None, algorithm="none")
    forged = jwt.encode(
        jwt.decode(token, options={"verify_signature": False}),
        "a public key as an hmac secret, as an old trick has it",
        algorithm="HS256",
        headers={"kid": jwt.get_unverified_header(token)["kid"]},
    )
    for wrong in ("", "x", "a.b.c", f"{head}.{body}.{seal[:-4]}AAAA", f"{head}.{body}A.{seal}", none, forged):
        answer = house.nobody().get("/v1/me", Authorization=f"Bearer {wrong}")
        assert answer.status_code == 401, wrong
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_service_gets_a_token_for_the_service_it_asks(house: House) -> None:
    answer = house.nobody().post(
        "/v1/tokens",
        {"client_id": "vez-ticket", "client_secret": SECRETS["vez-ticket"], "audience": "workflow"},
    )
    assert answer.status_code == 200
    assert answer.json["refresh_token"] is None
    claims = jwt.decode(answer.json["access_token"], options={"verify_signature": False})
    assert (claims["aud"], claims["svc"], claims["permissions"]) == ("workflow", True, ["service.ask"])


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"client_id": "vez-ticket", "client_secret": SECRETS["vez-ticket"]}, 422, "audience"),
        ({"client_id": "vez-ticket", "client_secret": SECRETS["vez-ticket"], "audience": "moon"}, 422, "audience"),
        ({"client_id": "vez-ticket", "client_secret": "no", "audience": "workflow"}, 401, None),
        ({"client_id": "vez-nobody", "client_secret": "no", "audience": "workflow"}, 401, None),
        ({"client_id": "vez-nobody", "client_secret": "", "audience": "workflow"}, 422, "client_secret"),
        ({}, 422, "username"),
        ({"username": ANA}, 422, "username"),
        ({"username": ANA, "password": PASSWORD, "refresh_token": "x"}, 422, "username"),
        ({"username": ANA, "password": PASSWORD, "grant_type": "refresh_token"}, 422, "grant_type"),
        ({"username": ANA, "password": PASSWORD, "audience": "ticket"}, 422, "audience"),
        ({"username": ANA, "password": PASSWORD, "otp": "1"}, 422, "otp"),
    ],
)
def test_odd_bodies_are_told_what_is_wrong(house: House, body: dict[str, str], status: int, field: str | None) -> None:
    answer = house.nobody().post("/v1/tokens", body)
    assert answer.status_code == status, answer.text
    if field:
        assert list(answer.json["errors"]) == [field]


def test_an_idempotency_key_is_not_for_tokens(house: House) -> None:
    body = {"username": ANA, "password": PASSWORD}
    tokens = [house.nobody().post("/v1/tokens", body, Idempotency_Key="k").json["access_token"] for _ in range(2)]
    assert tokens[0] != tokens[1]
