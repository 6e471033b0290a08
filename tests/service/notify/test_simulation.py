"""Whatever order events arrive in, how often, and however often their worker dies: who is told is told once."""

from __future__ import annotations

import pytest
from flask import Flask

from shared.ids import new_id
from tests.service.notify import callers
from tests.service.notify.simulation import NotifySimulation, furnish
from tests.service.notify.world import World
from tests.support.publishers import Publishers
from tests.support.simulation import SHARES, seeds


@pytest.fixture
def publishers(world: World, app: Flask) -> Publishers:
    """The services that notify hears; in its house is who hears of everything."""
    furnish(world)

    def token() -> str:
        return callers.token(new_id(), svc=True, permissions=["service.ask"])

    return Publishers("notify", app, world.runtime.database, token)


@pytest.mark.parametrize("share", range(SHARES))
def test_a_shaken_history_leaves_the_rows_of_the_one_in_order(world: World, publishers: Publishers, share: int) -> None:
    faults = [NotifySimulation(world, publishers, seed).verdict() for seed in seeds(share, 50)]
    assert [fault for fault in faults if fault] == []
