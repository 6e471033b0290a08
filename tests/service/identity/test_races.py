"""Two at the same time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from tests.service.identity.house import ADMIN, ANA, PASSWORD, House


def _together(*acts: Callable[[], Any]) -> list[Any]:
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        barrier.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(run, act) for act in acts]]


def test_one_refresh_token_gives_one_heir_however_many_show_it(house: House) -> None:
    for _ in range(5):
        token = house.sign_in(ANA)["refresh_token"]
        answers = _together(*[lambda: house.nobody().post("/v1/tokens", {"refresh_token": token})] * 4)  # noqa: B023
        good = [a for a in answers if a.status_code == 200]
        assert len(good) <= 1, "rotation gives one heir"
        assert {a.status_code for a in answers} <= {200, 401}
    assert house.rows("SELECT count(*) AS n FROM sessions WHERE end_reason = 'reused'")[0].n == 5


def test_two_administrators_who_remove_each_other_leave_one(house: House) -> None:
    first = house.caller(ADMIN)
    for n in range(5):
        email = f"second{n}@vez.test"
        made = house.make(first, email=email, profiles=["administrator"], password=PASSWORD)
        second = house.caller(email)
        own = house.id_of(ADMIN)
        answers = _together(
            lambda: first.post(f"/v1/people/{made['id']}/disable", If_Match="*"),  # noqa: B023
            lambda: second.post(f"/v1/people/{own}/disable", If_Match="*"),  # noqa: B023
        )
        left = house.rows(
            "SELECT count(*) AS n FROM people WHERE is_active AND NOT is_machine AND 'administrator' = ANY(profiles)"
        )
        assert left[0].n == 1, [a.text for a in answers]
        house.rows("UPDATE people SET is_active = true, signed_out_at = null WHERE email = %s RETURNING 1", ADMIN)
        house.rows("UPDATE people SET is_active = false WHERE email = %s RETURNING 1", email)
        first = house.caller(ADMIN)


def test_one_e_mail_is_one_persons_however_many_are_made(house: House) -> None:
    admin = house.caller(ADMIN)
    body = {"name": "Twin", "email": "twin@vez.test"}
    statuses = sorted(a.status_code for a in _together(*[lambda: admin.post("/v1/people", body)] * 4))
    assert statuses == [201, 422, 422, 422]


def test_one_link_sets_one_password(house: House) -> None:
    url = house.caller(ADMIN).post(f"/v1/people/{house.id_of(ANA)}/links").json["url"]
    token = url.rpartition("/")[2]

    def use(password: str) -> Any:
        return house.nobody().post("/v1/links/use", {"token": token, "password": password})

    answers = _together(lambda: use("first password"), lambda: use("second password"))
    assert sorted(a.status_code for a in answers) == [204, 404]
