"""A small model of the domain page: one ticket of Ana's, and what people may do with it.

It shares no code with the service.

`may_…` says whether a command is accepted, `filters` where somebody finds the ticket, `enter` what a stage makes of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

CLIENTS = ("ana", "bia")
FINANCE = ("carla", "davi")
ATTENDANTS = ("bruno", *FINANCE, "admin")
PEOPLE = (*CLIENTS, *ATTENDANTS)
TRANSITIONS = {
    "triage": {"analyse": "analysis", "ask": "more", "repair": "workshop", "refuse": "refused"},
    "more": {"answer": "triage", "give_up": "dropped"},
    "analysis": {"propose": "agreement", "direct": "board"},
    "workshop": {"back": "triage"},
}
DECISIONS = {
    "agreement": {"approved": "done", "rejected": "analysis"},
    "board": {"approved": "done", "rejected": "analysis"},
}
SIDES = {"more": "client", "agreement": "client", "workshop": "third_party"}
ENDS = {"done": "concluded", "refused": "concluded", "dropped": "cancelled"}
EVERY_TRANSITION = sorted({code for codes in TRANSITIONS.values() for code in codes})


@dataclass
class Model:
    """What the domain page says of the ticket."""

    status: str = "draft"
    stage: str = ""
    side: str = "client"
    holder: str = "ana"
    kept: str = ""
    mode: str = "stage"
    pending: str = ""
    approvers: set[str] = field(default_factory=set)
    votes: int = 0
    ever: set[str] = field(default_factory=set)
    understood: bool = False
    filled: bool = False
    rated: bool = False
    turns: int = 0

    def sees(self, who: str) -> bool:
        if who == "ana":
            return True
        if self.status == "draft" or who == "bia":
            return False
        return who == "admin" or who in self.ever or (who in FINANCE and "finance" in self.ever)

    def holds(self, who: str) -> bool:
        return self.side in ("attendant", "third_party") and self.holder == who

    def mine(self, who: str) -> bool:
        return self.holds(who) or (self.side == "client" and who == "ana")

    @property
    def is_approval(self) -> bool:
        return self.stage in DECISIONS

    @property
    def idle(self) -> bool:
        return self.status == "open" and not self.pending

    def may_advance(self, who: str, transition: str) -> bool:
        if not (self.idle and self.mine(who)) or self.is_approval:
            return False
        if self.side == "third_party" and self.stage != "workshop":
            return False
        known = transition in TRANSITIONS.get(self.stage, {})
        return known and (self.stage != "analysis" or (self.understood and self.filled))

    def may_decide(self, who: str) -> bool:
        asked = who == "ana" if self.side == "client" else who in self.approvers
        return self.idle and self.is_approval and self.side in ("client", "attendant") and asked

    def may_transfer(self, who: str) -> bool:
        mine = self.holds(who) or (who == "admin" and self.side in ("attendant", "third_party"))
        return self.idle and mine and not self.is_approval

    def may_take(self, who: str) -> bool:
        return self.idle and self.holder == "finance" and who in FINANCE and not self.is_approval

    def actions(self, who: str) -> set[str]:
        """What somebody who sees the ticket may do with it now."""
        attends = who in ATTENDANTS
        if self.status == "draft":
            return {"edit", "submit", "discard", "attach", "remove_file"}
        if self.status == "open":
            found = {"comment", "attach"} | ({"note"} if attends else set())
            return found | (self._when_idle(who) if not self.pending else set())
        if self.pending:
            return set()
        if self.status == "cancelled":
            return {"delete"} if who == "admin" else set()
        return set() if attends else {"reopen"} | (set() if self.rated else {"rate"})

    def _when_idle(self, who: str) -> set[str]:
        found = {"relate", "log_time"} if who in ATTENDANTS else set()
        if self.mine(who):
            found |= {"edit", "share"} | (set() if self.is_approval else {"remove_file"})
        in_stage = self.mode == "stage" and not self.is_approval
        if self.mine(who) and in_stage:
            found.add("advance")
        if self.holds(who):
            found |= {"change_priority"} | (set() if self.is_approval else {"write_understanding"})
            found |= {"schedule"} if in_stage else set()
            found |= {"wait"} if in_stage and self.side == "attendant" else set()
        scheduled = self.mode == "scheduled" and who in (self.kept, "admin")
        allowed = {
            "decide": self.may_decide(who),
            "transfer": self.may_transfer(who),
            "take": self.may_take(who),
            "cancel": who == "admin" and self.side == "client",
            "resume": scheduled or (self.mode == "waiting" and self.holds(who)),
        }
        return found | {name for name, is_allowed in allowed.items() if is_allowed}

    def filters(self, who: str) -> set[str]:
        """Under which filters somebody finds the ticket."""
        if not self.sees(who):
            return set()
        return self._of_client() if who == "ana" else self._of_attendant(who)

    def _of_client(self) -> set[str]:
        if self.status == "draft" or (self.status == "open" and self.side == "client"):
            return {"all", "my_turn"}
        return {"all", "awaiting" if self.status == "open" else self.status}

    def _of_attendant(self, who: str) -> set[str]:
        found = {"all"}
        if self.status != "open":
            return found | {self.status}
        if (self.side == "attendant" and self.holder == who) or (self.side == "attendant" and who in self.approvers):
            found.add("my_turn")
        if self.holder == "finance" and who in FINANCE and not self.is_approval:
            found.add("my_queues")
        if self.side == "client":
            found |= {"awaiting", "awaiting_client"}
        if self.side == "third_party" and self.holder == who:
            found |= {"awaiting", "awaiting_third_party"}
        return found

    def enter(self, stage: str) -> None:
        self.turns += 1
        self.mode, self.pending, self.approvers, self.votes = "stage", "", set(), 0
        if stage in ENDS:
            self.status, self.side, self.holder, self.stage = ENDS[stage], "nobody", "", stage
            return
        self.status, self.stage, self.side = "open", stage, SIDES.get(stage, "attendant")
        self.understood = False
        self.holder = {"client": "ana", "analysis": "finance", "board": "finance"}.get(stage, "bruno")
        if self.side == "client":
            self.holder = "ana"
        if stage == "board":
            self.approvers = set(FINANCE)
        self.remember()

    def remember(self) -> None:
        if self.side in ("attendant", "third_party") and self.holder:
            self.ever.add(self.holder)
