"""Whatever order events arrive in, how often, and however often their worker dies: the record is that of the flow."""

from __future__ import annotations

import pytest

from shared.ids import new_id
from tests.service.ticket.house import House
from tests.service.ticket.simulation import TicketSimulation
from tests.service.ticket.test_tallies import everything_adds_up
from tests.support.publishers import Publishers
from tests.support.simulation import SHARES, seeds


@pytest.fixture
def publishers(house: House) -> Publishers:
    """The services that ticket hears."""
    world = house.world

    def token() -> str:
        return world.token(new_id(), svc=True, permissions=["service.ask"])

    known = {"identity": world.identity, "workflow": world.workflow}
    return Publishers("ticket", world.building.app, world.database, token, known)


@pytest.mark.parametrize("share", range(SHARES))
def test_a_shaken_history_leaves_the_rows_of_the_one_in_order(house: House, publishers: Publishers, share: int) -> None:
    faults = [TicketSimulation(house, publishers, seed).verdict() for seed in seeds(share, 50)]
    assert [fault for fault in faults if fault] == []
    everything_adds_up(house.world)
