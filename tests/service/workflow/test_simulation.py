"""Whatever order events arrive in, however often and however often their worker dies: the flow ends as if in order."""

from __future__ import annotations

import pytest

from shared.config import environment
from tests.service.workflow.house import House
from tests.service.workflow.simulation import Simulation

SHARES = 4
HISTORIES = int(environment().get("VEZ_TEST_HISTORIES", "200"))
"""VEZ_TEST_HISTORIES=10000 runs more; VEZ_TEST_SEED=N runs that one history again."""


@pytest.mark.parametrize("share", range(SHARES))
def test_a_shaken_history_ends_as_the_one_in_order(house: House, share: int) -> None:
    seed = environment().get("VEZ_TEST_SEED")
    seeds = [int(seed)] if seed else range(share, HISTORIES, SHARES)
    assert [wrong for number in seeds if (wrong := Simulation(house, number).verdict())] == []
