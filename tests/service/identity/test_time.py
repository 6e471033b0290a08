"""What time starts: forgetting, and the worker that does it."""

from __future__ import annotations

from services.identity.commands.forgetting import forget
from services.identity.worker import part
from tests.service.identity.house import ADMIN, ANA, House


def test_what_is_long_over_is_forgotten_and_nothing_else(house: House) -> None:
    house.nobody().post("/v1/tokens", {"username": ANA, "password": "wrong wrong"})
    house.sign_in(ANA)
    house.caller(ADMIN).post(f"/v1/people/{house.id_of(ANA)}/links")
    units = house.app.extensions["vez"].units
    assert units.run(forget) == 0
    house.rows("UPDATE failures SET at = at - interval '2 days' RETURNING 1")
    house.rows("UPDATE links SET expires_at = expires_at - interval '60 days' RETURNING 1")
    house.rows("UPDATE sessions SET expires_at = expires_at - interval '200 days' WHERE generation = 1 RETURNING 1")
    assert units.run(forget) == 4
    assert units.run(forget) == 0


def test_the_worker_is_named_and_has_its_timers(house: House) -> None:
    made = part(house.options)
    assert made.name == "identity"
    assert [timer.name for timer in made.timers] == ["absences", "forgetting"]
