"""The example's house: its attendants, a client, its catalog and its default attendant."""

from __future__ import annotations

from typing import Any

from tests.service.workflow.catalogs import HOUSE
from tests.service.workflow.world import World


class House:
    """Ana is a client; Bruno the default attendant; Carla, Davi and Eva are the queue finance; Bruno the front desk."""

    def __init__(self, world: World) -> None:
        self.world = world
        with world.together():
            self.ana = world.client("Ana Souza", email="ana@cliente.test")
            self.bruno = world.attendant("Bruno Alves")
            self.carla = world.attendant("Carla Dias")
            self.davi = world.attendant("Davi Rocha")
            self.eva = world.attendant("Eva Nunes")
        answer = world.applies(HOUSE)
        assert answer.status_code == 200, answer.text
        answer = world.sets("client_online.default_attendant", "bruno@atende.test")
        assert answer.status_code == 200, answer.text

    def submitted(self, type: str = "dispute", **more: Any) -> str:
        """A ticket of Ana's, in its flow; its id."""
        return self.world.submitted(self.ana, type, **more)
