"""Whatever order events arrive in, how often, and however often their worker dies: the flow ends as if in order."""

from __future__ import annotations

import pytest

from shared.ids import new_id
from tests.service.workflow.house import House
from tests.service.workflow.simulation import WorkflowSimulation
from tests.support.publishers import Publishers
from tests.support.simulation import SHARES, seeds


@pytest.fixture
def publishers(house: House) -> Publishers:
    """The services that workflow hears."""
    world = house.world

    def token() -> str:
        return world.token(new_id(), svc=True, permissions=["service.ask"])

    return Publishers("workflow", world.app, world.database, token, {"identity": world.identity})


@pytest.mark.parametrize("share", range(SHARES))
def test_a_shaken_history_ends_as_the_one_in_order(house: House, publishers: Publishers, share: int) -> None:
    faults = [WorkflowSimulation(house, publishers, seed).verdict() for seed in seeds(share, 80)]
    assert [fault for fault in faults if fault] == []
