"""What identity, workflow and attachments say of things that are one history's own, each several times over."""

from __future__ import annotations

from typing import Any

from shared.contracts import Event
from shared.contracts.attachments import AttachmentRejected, AttachmentRemoved, AttachmentStored
from shared.contracts.identity import PersonChanged, ProfileChanged
from shared.contracts.workflow import QueueChanged, SettingChanged, TypeChanged
from shared.ids import SYSTEM
from tests.support.simulation import Simulation


class Sayings:
    """Draws news. Of a person, a queue or a type only names change: who is told must not hang on who is known when."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation, self.chance = simulation, simulation.chance
        self._members: dict[str, list[str]] = {}

    def _name(self) -> str:
        return f"Name {self.chance.randint(1, 999)}"

    def person(self, id: str, **facts: Any) -> PersonChanged:
        """Somebody is there, or is called otherwise."""
        known = {"email": f"{id}@vez.test", "kind": None, "language": self.chance.choice(["pt-BR", "en", "es"])}
        return PersonChanged(
            person_id=id, display_name=self._name(), time_zone="America/Sao_Paulo", **{**known, **facts}
        )

    def queue(self, code: str, *members: str) -> QueueChanged:
        """A queue is there, or is called otherwise; its members are those of the first time."""
        self._members.setdefault(code, list(members))
        return QueueChanged(code=code, names={"en": self._name()}, members=self._members[code])

    def type(self, code: str) -> TypeChanged:
        """A type is there, or is called otherwise, and takes other files."""
        limits = {"count": self.chance.randint(1, 9), "size_bytes": None, "types": None}
        return TypeChanged(
            code=code, group="general", group_names={}, names={"en": self._name()}, attachments=limits, opened_by={}
        )

    def setting(self, key: str) -> SettingChanged:
        """A setting has another value."""
        return SettingChanged(key=key, value=self._name(), by=SYSTEM.id)

    def profile(self, code: str) -> ProfileChanged:
        """A profile grants something else."""
        return ProfileChanged(code=code, permissions=[f"permission.{self.chance.randint(1, 9)}"])

    def file(self, ticket_id: str, by: str, *, is_stored: bool) -> Event:
        """A file was checked."""
        common: dict[str, Any] = {"attachment_id": self.simulation.new(), "ticket_id": ticket_id, "by": by}
        common["file_name"] = self._name()
        if not is_stored:
            return AttachmentRejected(**common, reason="infected")
        facts: dict[str, Any] = {"size": 9, "content_type": "text/plain", "sha256": "0" * 64}
        return AttachmentStored(**common, **facts, internal=self.simulation.happens(0.5))

    def removed(self, stored: AttachmentStored, by: str) -> AttachmentRemoved:
        """A file was removed."""
        return AttachmentRemoved(attachment_id=stored.attachment_id, ticket_id=stored.ticket_id, by=by)
