"""Identity's rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.rules import links, passwords, people, permissions, sessions, throttle
from services.identity.rules.identifiers import IDENTIFIER_KINDS, Unfit, candidates, normal_form
from services.identity.rules.kinds import may_sign_in_by
from shared.ids import SYSTEM, Actor, PersonId

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
SPAN = timedelta(minutes=15)
ANA = people.Person(id="a", name="Ana", language="pt-BR", time_zone="America/Sao_Paulo", created_at=NOW, updated_at=NOW)


# ---- identifiers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value", "form"),
    [
        ("email", " Ana@Cliente.Test ", "ana@cliente.test"),
        ("cpf_cnpj", "529.982.247-25", "52998224725"),
        ("cpf_cnpj", "11.222.333/0001-81", "11222333000181"),
        ("cpf_cnpj", "12.ABC.345/01DE-35", "12ABC34501DE35"),
        ("cpf_cnpj", "12abc34501de35", "12ABC34501DE35"),
        ("registration", " ra-1 ", "RA-1"),
    ],
)
def test_an_identifier_has_one_written_form(kind: str, value: str, form: str) -> None:
    assert normal_form(kind, value) == form


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email", "ana"),
        ("email", "a@b@c"),
        ("email", "a b@c.test"),
        ("email", "a@b.test\n"[:-1] + "\x00"),
        ("email", "x" * 250 + "@b.test"),
        ("cpf_cnpj", "52998224724"),
        ("cpf_cnpj", "12ABC34501DE36"),
        ("cpf_cnpj", "٥٢٩٩٨٢٢٤٧٢٥"),
        ("cpf_cnpj", ""),
        ("registration", ""),
        ("registration", "a b"),
        ("registration", "x" * 61),
    ],
)
def test_what_is_no_identifier_is_refused(kind: str, value: str) -> None:
    with pytest.raises(Unfit):
        normal_form(kind, value)


@given(st.text(max_size=80))
def test_any_text_may_be_typed_as_a_name_and_its_form_is_stable(text: str) -> None:
    for kind, form in candidates(text).items():
        if form is not None:
            assert normal_form(kind, form) == form
            assert "\x00" not in form


def test_staff_sign_in_by_e_mail_alone() -> None:
    assert [kind for kind in IDENTIFIER_KINDS if may_sign_in_by(kind, None)] == ["email"]
    assert [kind for kind in IDENTIFIER_KINDS if may_sign_in_by(kind, ["registration"])] == ["registration"]


# ---- passwords -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password", ["", "seven77", "x" * 257, "aaaaaaaaaa", "Ana Souza", "ana@cliente.test", "ANASOUZA1"]
)
def test_a_weak_password_is_not_taken(password: str) -> None:
    assert passwords.weakness(password, ["Ana Souza", "ana@cliente.test", "anasouza1@x.test", None]) is not None


@pytest.mark.parametrize("password", ["vez-demo", "uma frase comprida", "çãé日本語密碼!"])
def test_a_good_password_is_taken(password: str) -> None:
    assert passwords.weakness(password, ["Ana Souza", "ana@cliente.test"]) is None


# ---- throttle --------------------------------------------------------------------------------------------------------


def test_under_the_limit_nobody_waits() -> None:
    assert throttle.wait_seconds([NOW] * 9, 10, SPAN, NOW) == 0


def test_at_the_limit_one_waits_until_the_oldest_that_counts_is_over() -> None:
    failures = [NOW - timedelta(minutes=minute) for minute in range(10)]
    assert throttle.wait_seconds(failures, 10, SPAN, NOW) == 6 * 60
    assert throttle.wait_seconds(failures, 10, SPAN, NOW + timedelta(seconds=6 * 60)) == 0


@given(st.lists(st.integers(0, 3000), max_size=40), st.integers(1, 20))
def test_who_waited_as_told_need_not_wait_again(ages: list[int], limit: int) -> None:
    failures = [NOW - timedelta(seconds=age) for age in ages]
    wait = throttle.wait_seconds(failures, limit, SPAN, NOW)
    assert throttle.wait_seconds(failures, limit, SPAN, NOW + timedelta(seconds=wait)) == 0


def test_a_name_that_nobody_has_is_counted_whatever_its_case_and_is_not_kept() -> None:
    keys = {throttle.account_key(None, name) for name in ("Nobody@vez.test", " nobody@VEZ.test ")}
    assert len(keys) == 1
    assert "nobody" not in keys.pop()


# ---- sessions and links ----------------------------------------------------------------------------------------------


def _session(**facts: object) -> sessions.Session:
    alive = sessions.Session("s", "a", 3, NOW + timedelta(days=1), None)
    return replace(alive, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("session", "generation", "verdict"),
    [
        (_session(), 3, sessions.Refresh.GOOD),
        (_session(), 2, sessions.Refresh.REUSED),
        (_session(ended_at=NOW), 3, sessions.Refresh.ENDED),
        (_session(ended_at=NOW), 2, sessions.Refresh.ENDED),
        (_session(expires_at=NOW), 3, sessions.Refresh.ENDED),
        (None, 1, sessions.Refresh.ENDED),
    ],
)
def test_only_the_last_refresh_token_of_a_living_session_is_good(
    session: sessions.Session | None, generation: int, verdict: sessions.Refresh
) -> None:
    assert sessions.judge_refresh(session, generation, NOW) is verdict


def test_a_link_is_good_once_and_for_a_while() -> None:
    link = links.Link(
        id="l", person_id="a", purpose="first_access", expires_at=NOW + timedelta(1), used_at=None, is_void=False
    )
    assert links.is_good(link, NOW)
    for spoiled in (replace(link, used_at=NOW), replace(link, is_void=True), replace(link, expires_at=NOW), None):
        assert not links.is_good(spoiled, NOW)


# ---- people ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "absent"),
    [
        (None, None, False),
        (date(2026, 3, 2), None, True),
        (date(2026, 3, 3), None, False),
        (date(2026, 3, 1), date(2026, 3, 2), True),
        (date(2026, 3, 1), date(2026, 3, 1), False),
    ],
)
def test_an_absence_counts_in_days_both_ends_included(first: date | None, last: date | None, absent: bool) -> None:
    assert people.absent_at(replace(ANA, absent_from=first, absent_until=last), NOW) is absent


def test_an_absence_begins_at_midnight_where_the_person_is() -> None:
    away = replace(ANA, absent_from=date(2026, 3, 3))
    assert not people.absent_at(away, datetime(2026, 3, 3, 2, 59, tzinfo=UTC))
    assert people.absent_at(away, datetime(2026, 3, 3, 3, 0, tzinfo=UTC))


def test_identifiers_are_merged_and_null_removes_one() -> None:
    before = replace(ANA, identifiers={"registration": "R1", "cpf_cnpj": "52998224725"})
    after = people.changed(before, {"identifiers": {"registration": None}}, NOW)
    assert (after.identifiers, after.version) == ({"cpf_cnpj": "52998224725"}, 2)


def test_search_knows_neither_case_nor_accents() -> None:
    assert people.folded("João  Conceição", None, "X@Y") == "joao  conceicao x@y"


# ---- permissions -----------------------------------------------------------------------------------------------------


def test_nobody_grants_more_than_they_have() -> None:
    clerk = Actor(id=PersonId("c"), name="Clerk", permissions=frozenset({"people.manage", "ticket.open"}))
    assert permissions.may_grant(clerk, ["ticket.open"])
    assert not permissions.may_grant(clerk, ["ticket.open", "ticket.cancel"])
    assert permissions.may_grant(SYSTEM, list(permissions.PERMISSIONS))
    service = Actor(id=PersonId("s"), name="", permissions=frozenset({"service.ask"}), is_service=True)
    assert not permissions.may_grant(service, ["ticket.open"])


def test_only_administrators_cancel_and_delete_until_a_house_says_otherwise() -> None:
    held = {profile.code: set(profile.permissions) for profile in permissions.BUILT_IN}
    assert held["administrator"] == set(permissions.PERMISSIONS)
    for permission in ("ticket.cancel", "ticket.delete", "ticket.transfer_any", "ticket.read_all"):
        assert [code for code, granted in held.items() if permission in granted] == ["administrator"]


def test_no_profile_grants_what_is_for_services() -> None:
    assert not any(name.startswith("service.") for name in permissions.PERMISSIONS)
