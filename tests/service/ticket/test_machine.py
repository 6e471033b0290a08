"""Random commands by random people, through the HTTP endpoints, against a small model of the domain page.

The model knows one ticket: its status, whose turn it is, who holds it, what is pending. For each command it says
whether it is accepted, and after each it says who finds the ticket under which filter. It shares no code with the
service.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from shared import clock
from shared.contracts.workflow import Holder
from tests.service.ticket.house import House
from tests.service.ticket.model import DECISIONS, EVERY_TRANSITION, PEOPLE, SIDES, TRANSITIONS, Model
from tests.service.ticket.test_tallies import everything_adds_up
from tests.service.ticket.world import Building, World
from tests.support import databases

SOMEBODY = st.sampled_from([*PEOPLE, *["whose_turn"] * 8])
"""Half of the time whoever has the turn, so that lives get on."""
A_STEP = st.sampled_from([*EVERY_TRANSITION, *range(4), *range(4), *range(4)])
"""A transition by name, or mostly the present stage's n-th."""


class Machine(RuleBasedStateMachine):
    """Drives one ticket of Ana's."""

    building: Building

    @initialize()
    def begin(self) -> None:
        databases.empty(self.building.options.database_url)
        self.running = World(self.building).running()
        self.house = House(self.running.__enter__())
        self.house.flow.assign["analysis"] = Holder(id="finance", queue=True)
        self.ticket_id = self.house.draft()
        self.model = Model()
        self.operation: tuple[str, Any] = ("", None)
        self.accepted, self.answers_now = 0, False

    def teardown(self) -> None:
        if hasattr(self, "running"):
            self.running.__exit__(None, None, None)

    # -- acting -----------------------------------------------------------------------------------------------------

    def named(self, who: str) -> str:
        """Who is meant: a name, or whoever may act now."""
        if who != "whose_turn":
            return who
        model = self.model
        if model.status != "open" or model.side == "client":
            return "ana"
        asked = sorted(model.approvers) or ([model.kept] if model.mode == "scheduled" else [model.holder])
        return "carla" if asked[0] in ("finance", "") else asked[0]

    def act(self, who: str, action: str, body: Any, accepted: bool, operation: Any = None) -> None:
        """Somebody acts; the answer is what the model says, and nothing changes where it is refused."""
        answer = self.house.post(getattr(self.house, who), self.ticket_id, action, body)
        if not self.model.sees(who):
            assert answer.status_code == 404, answer.text
        elif accepted:
            assert answer.status_code == 202, answer.text
            self.model.pending, self.operation = action, (action, operation)
            self.accepted += 1
            self.answers_now = self.accepted % 5 != 0
        else:
            assert answer.status_code in (403, 409, 422), answer.text

    @precondition(lambda self: self.model.pending)
    @rule()
    def the_flow_answers(self) -> None:
        self.house.flow.answer(self.ticket_id)
        action, operation = self.operation
        self.model.pending = ""
        if action in ("submit", "reopen", "advance"):
            self.model.enter(operation)
        else:
            getattr(self, f"after_{action}")(operation)

    @precondition(lambda self: self.model.pending)
    @rule()
    def the_flow_refuses(self) -> None:
        self.house.flow.refuse(self.ticket_id)
        action, self.model.pending = self.model.pending, ""
        if action == "submit":
            self.model.status, self.model.side, self.model.holder = "draft", "client", "ana"

    def after_decision(self, operation: tuple[str, str]) -> None:
        who, outcome = operation
        self.model.votes += 1
        self.model.approvers.discard(who)
        if self.model.stage == "board" and outcome == "approved" and self.model.votes < 2:
            return
        self.model.enter(DECISIONS[self.model.stage][outcome])

    def after_transfer(self, to: str) -> None:
        self.turned(holder=to)

    def after_take(self, who: str) -> None:
        self.turned(holder=who)

    def after_schedule(self, who: str) -> None:
        self.turned(side="nobody", holder="", kept=who, mode="scheduled")

    def after_wait(self, who: str) -> None:
        self.turned(side="third_party", kept=who, mode="waiting")

    def after_resume(self, _: Any) -> None:
        back = self.model.holder or self.model.kept
        self.turned(side=SIDES.get(self.model.stage, "attendant"), holder=back, mode="stage")

    def after_cancel(self, _: Any) -> None:
        self.turned(side="nobody", holder="", status="cancelled")
        self.model.approvers = set()

    def turned(self, **changes: Any) -> None:
        self.model.turns += 1
        for name, value in changes.items():
            setattr(self.model, name, value)
        self.model.remember()

    # -- what people do -----------------------------------------------------------------------------------------------

    @rule(who=SOMEBODY)
    def submit(self, who: str) -> None:
        who = self.named(who)
        accepted = who == "ana" and self.model.status == "draft"
        self.act(who, "submit", None, accepted, "triage")
        if accepted:
            self.model.status, self.model.side, self.model.holder = "open", "nobody", ""

    @rule(who=SOMEBODY, step=A_STEP)
    def advance(self, who: str, step: str | int) -> None:
        who = self.named(who)
        here = list(TRANSITIONS.get(self.model.stage, {"ask": ""}))
        transition = step if isinstance(step, str) else here[step % len(here)]
        to = TRANSITIONS.get(self.model.stage, {}).get(transition)
        body = {"transition": transition, "comment": "Because"}
        self.act(who, "advance", body, self.model.may_advance(who, transition), to)

    @rule(who=SOMEBODY, outcome=st.sampled_from(["approved", "rejected"]))
    def decide(self, who: str, outcome: str) -> None:
        who = self.named(who)
        body = {"outcome": outcome, "reason": "Because"}
        self.act(who, "decision", body, self.model.may_decide(who), (who, outcome))

    @rule(who=SOMEBODY, to=st.sampled_from(["bruno", "carla", "davi", "finance"]))
    def transfer(self, who: str, to: str) -> None:
        who = self.named(who)
        named = "queue:finance" if to == "finance" else getattr(self.house, to)
        accepted = self.model.may_transfer(who) and self.model.holder != to
        self.act(who, "transfer", {"to": named, "reason": "Because"}, accepted, to)

    @rule(who=SOMEBODY)
    def take(self, who: str) -> None:
        who = self.named(who)
        self.act(who, "take", None, self.model.may_take(who), who)

    @rule(who=SOMEBODY)
    def schedule(self, who: str) -> None:
        who = self.named(who)
        until = (clock.now() + timedelta(days=1)).isoformat()
        accepted = self.model.idle and self.model.holds(who) and self.model.mode == "stage"
        self.act(who, "schedule", {"until": until}, accepted, who)

    @rule(who=SOMEBODY)
    def wait(self, who: str) -> None:
        who = self.named(who)
        accepted = self.model.idle and self.model.holds(who) and self.model.side == "attendant"
        self.act(who, "wait", {"party": "The bank"}, accepted, who)

    @rule(who=SOMEBODY)
    def resume(self, who: str) -> None:
        who = self.named(who)
        scheduled = self.model.mode == "scheduled" and who in (self.model.kept, "admin")
        waiting = self.model.mode == "waiting" and self.model.holds(who)
        self.act(who, "resume", None, self.model.idle and (scheduled or waiting))

    @rule(who=SOMEBODY)
    def cancel(self, who: str) -> None:
        who = self.named(who)
        if self.model.status == "draft":
            return
        accepted = who == "admin" and self.model.idle and self.model.side == "client"
        self.act(who, "cancel", {"reason": "Twice"}, accepted)

    @rule(who=SOMEBODY)
    def reopen(self, who: str) -> None:
        who = self.named(who)
        accepted = who == "ana" and self.model.status == "concluded" and not self.model.pending
        self.act(who, "reopen", None, accepted, "triage")

    @rule(who=SOMEBODY)
    def fill_and_understand(self, who: str) -> None:
        who = self.named(who)
        person = getattr(self.house, who)
        held = self.model.idle and self.model.holds(who) and self.model.stage == "analysis"
        filled = self.house.patch(person, self.ticket_id, {"parameters": {"cause": "Bank", "refund": "1.00"}})
        written = self.house.post(person, self.ticket_id, "understandings", {"body": "So it is"})
        if held:
            assert (filled.status_code, written.status_code) == (200, 201), (filled.text, written.text)
            self.model.filled = self.model.understood = True
        elif self.model.idle and self.model.holds(who):
            self.model.filled = self.model.filled or filled.status_code == 200
        else:
            assert filled.status_code in (403, 404, 409, 422)
            assert written.status_code in (403, 404, 409)

    @rule(who=SOMEBODY, subject=st.sampled_from(["Twice", "Thrice"]))
    def edit(self, who: str, subject: str) -> None:
        """The client edits the texts on their turn; nobody else does, ever."""
        who, model = self.named(who), self.model
        answer = self.house.patch(getattr(self.house, who), self.ticket_id, {"subject": subject})
        if not model.sees(who):
            assert answer.status_code == 404, answer.text
        elif who == "ana" and (model.status == "draft" or (model.idle and model.side == "client")):
            assert answer.status_code == 200, answer.text
        else:
            assert answer.status_code in (403, 409), answer.text

    @rule(who=SOMEBODY)
    def say(self, who: str) -> None:
        who = self.named(who)
        answer = self.house.post(getattr(self.house, who), self.ticket_id, "messages", {"body": "Hello"})
        expected = 404 if not self.model.sees(who) else 201 if self.model.status == "open" else 409
        assert answer.status_code == expected, answer.text

    @rule(who=SOMEBODY)
    def rate(self, who: str) -> None:
        who = self.named(who)
        answer = self.house.post(getattr(self.house, who), self.ticket_id, "rating", {"score": 5})
        free = self.model.status == "concluded" and not self.model.pending and not self.model.rated
        if who == "ana" and free:
            assert answer.status_code == 201, answer.text
            self.model.rated = True
        else:
            assert answer.status_code in (403, 404, 409)

    # -- getting on, so that lives reach their ends --------------------------------------------------------------------

    @rule(step=st.integers(0, 3))
    def get_on(self, step: int) -> None:
        """Whoever has the turn does what brings the ticket further."""
        model = self.model
        if model.pending:
            self.the_flow_answers()
        elif model.status == "draft":
            self.submit("ana")
        elif model.mode in ("scheduled", "waiting"):
            self.resume("whose_turn")
        elif model.is_approval:
            self.decide("whose_turn", "rejected" if step == 0 else "approved")
        elif model.holder == "finance":
            self.take("carla")
        elif model.status == "concluded":
            self.reopen("ana")
        elif model.stage == "analysis" and not (model.filled and model.understood):
            self.fill_and_understand("whose_turn")
        else:
            self.advance("whose_turn", step)

    @rule(step=st.integers(0, 3))
    def get_on_again(self, step: int) -> None:
        self.get_on(step)

    @rule(step=st.integers(0, 3))
    def get_on_still(self, step: int) -> None:
        self.get_on(step)

    @rule(step=st.integers(0, 3))
    def get_on_further(self, step: int) -> None:
        self.get_on(step)

    # -- what must hold -----------------------------------------------------------------------------------------------

    @invariant()
    def the_flow_mostly_answers_at_once(self) -> None:
        if getattr(self, "answers_now", False) and self.model.pending:
            self.the_flow_answers()
            self.answers_now = False

    def has_changed(self) -> bool:
        """Whether the model is another than when it was last compared; nothing is, before it is there."""
        seen = repr(getattr(self, "model", ""))
        changed = bool(seen) and seen != getattr(self, "compared", "")
        self.compared = seen
        return changed

    @invariant()
    def everybody_finds_it_where_the_model_says(self) -> None:
        if not self.has_changed():
            return
        for who in PEOPLE:
            person = getattr(self.house, who)
            counts = self.house.world.call(person, "GET", "/tickets/counts").json
            assert {name for name, count in counts.items() if count} == self.model.filters(who), who
            self.somebody_may_do_what_the_model_says(who)
        self.the_ledger_has_every_turn()
        everything_adds_up(self.house.world)

    def somebody_may_do_what_the_model_says(self, who: str) -> None:
        answer = self.house.world.call(getattr(self.house, who), "GET", f"/tickets/{self.ticket_id}")
        if not self.model.sees(who):
            assert answer.status_code == 404, who
            return
        ticket = answer.json
        assert set(ticket["actions"]) == self.model.actions(who), who
        assert (ticket["status"], ticket["turn"]["side"]) == (self.model.status, self.model.side), who
        assert (ticket["turn"]["holder"] or {"id": ""})["id"] == self.id_of(self.model.holder), who
        fillable = {f["code"] for f in ticket["fields"] if f["access"] in ("required", "optional")}
        assert not fillable or self.model.mine(who) or self.model.status == "draft", "read-only means read-only"

    def id_of(self, holder: str) -> str:
        return str(getattr(self.house, holder, holder)) if holder else ""

    def the_ledger_has_every_turn(self) -> None:
        turns = self.house.get(self.house.ana, self.ticket_id, "/turns")["items"]
        assert len(turns) == self.model.turns
        assert [t["ordinal"] for t in turns] == list(range(1, len(turns) + 1))
        assert all(a["until"] == b["since"] for a, b in pairwise(turns))


@pytest.mark.parametrize(
    ("lives", "steps"), [(8, 50), pytest.param(300, 80, marks=pytest.mark.heavy)], ids=["some", "many"]
)
def test_random_lives_go_as_the_domain_says(building: Building, database_url: Any, lives: int, steps: int) -> None:
    database_url("ticket")
    machine = type("TicketMachine", (Machine,), {"building": building})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=lives,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
