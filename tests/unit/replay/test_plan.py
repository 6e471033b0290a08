"""Which commands bring a case through its flow."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from vez.discover.draft import TERMINAL
from vez.discover.survey import Walk
from vez.replay.plan import QUEUE, Command, Step, command_count, commands, planned

STAGES = ["", "a", "b", "c"]


def a_walk(*events: tuple[int, int]) -> Walk:
    return Walk("1", 1, array("L", [activity for activity, _ in events]), array("L", [who for _, who in events]))


def test_from_a_queue_the_resource_takes_and_then_advances() -> None:
    assert commands(Step(1, "a"), QUEUE) == (Command("take", 1), Command("advance", 1, transition="a"))


def test_another_holder_transfers_first() -> None:
    handover = (Command("transfer", 1, to_person=2), Command("advance", 2, transition="b"))
    assert commands(Step(2, "b"), 1) == handover


def test_who_holds_it_only_advances() -> None:
    assert commands(Step(1, "b"), 1) == (Command("advance", 1, transition="b"),)


def test_the_last_resource_ends_the_case() -> None:
    assert list(planned(a_walk((1, 7)), STAGES))[-1] == Command("advance", 7, transition=TERMINAL)


def test_a_self_loop_is_a_step_like_any_other() -> None:
    kinds = [command.transition for command in planned(a_walk((1, 7), (1, 7)), STAGES)]
    assert kinds == [None, "a", "a", TERMINAL]


WALKS = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 4)), min_size=1, max_size=30).map(lambda e: a_walk(*e))


@given(WALKS)
def test_a_flow_that_obeys_turns_ends_with_the_logs_own_history(walk: Walk) -> None:
    """Only the holder acts, a queue's ticket is taken first, `previous` keeps the holder (domain page)."""
    holder: int | None = QUEUE
    history: list[tuple[str, int]] = []
    for command in planned(walk, STAGES):
        if command.kind == "take":
            assert holder is QUEUE
            holder = command.by
        else:
            assert holder == command.by
        if command.kind == "transfer":
            assert command.to_person not in (None, holder)
            holder = command.to_person
        if command.kind == "advance":
            history.append((str(command.transition), command.by))
    log = [(STAGES[activity], who) for activity, who in zip(walk.activities, walk.resources, strict=True)]
    assert history == [*log, (TERMINAL, walk.resources[-1])]


@given(WALKS)
def test_commands_are_counted_without_planning_them(walk: Walk) -> None:
    assert command_count(walk) == 1 + len(list(planned(walk, STAGES)))
