"""Whatever order events arrive in, how often, and however often their worker dies: the same files go, once."""

from __future__ import annotations

import pytest

from shared.ids import new_id
from tests.service.attachments.simulation import AttachmentsSimulation
from tests.service.attachments.world import World
from tests.service.notify import callers
from tests.support.publishers import Publishers
from tests.support.simulation import SHARES, seeds


@pytest.fixture
def publishers(world: World) -> Publishers:
    """The services that attachments hears."""

    def token() -> str:
        return callers.token(new_id(), svc=True, permissions=["service.ask"])

    return Publishers("attachments", world.app, world.runtime.database, token)


@pytest.mark.parametrize("share", range(SHARES))
def test_a_shaken_history_leaves_the_rows_of_the_one_in_order(world: World, publishers: Publishers, share: int) -> None:
    faults = [AttachmentsSimulation(world, publishers, seed).verdict() for seed in seeds(share, 20)]
    assert [fault for fault in faults if fault] == []
