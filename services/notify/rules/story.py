"""What a telling is about, gathered for its words: the notice, its kind, the ticket, and the names of people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.notify.rules.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All that the words of one delivery need. `facts` are the notice's; `by_name` empty where no person acted.

    `address`: a one-time link's, which is known only while its letter is written, and never stored.
    """

    kind: str
    event: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    ticket_id: str | None = None
    number: str = ""
    subject: str = ""
    to_client: bool = False
    by_name: str = ""
    holder_name: str = ""
    queue_names: Mapping[str, str] = field(default_factory=dict)
    due_at: datetime | None = None
    address: str = ""

    def stage(self, voice: Voice) -> str:
        """The stage's name as the recipient knows it: clients read its client name."""
        stage = self.facts.get("stage") or {}
        names = stage.get("names") or {}
        if self.to_client:
            names = {**names, **(stage.get("client_names") or {})}
        return voice.pick(names) or str(stage.get("code", ""))

    @property
    def approves(self) -> str | None:
        """What is decided in an approval: understanding, result or null."""
        approves = (self.facts.get("stage") or {}).get("approves")
        return None if approves is None else str(approves)

    @property
    def side(self) -> str:
        """Whose turn it is after the event: client, attendant, third_party or nobody."""
        return str(self.facts.get("side") or "nobody")

    @property
    def expires_at(self) -> datetime:
        """Until when a one-time link may be used."""
        return datetime.fromisoformat(self.facts["expires_at"])

    def queue(self, voice: Voice) -> str:
        """The queue's name, else its code."""
        return voice.pick(self.queue_names) or str(self.facts.get("queue") or "")

    def party(self, voice: Voice) -> str:
        """The third party that is waited for."""
        return voice.pick(self.facts.get("party"))
