"""n of m, exclusions, delegates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.workflow.rules.approval import Outcome, Panel, Vote, approvers, panel, reachable, seat_of, verdict
from services.workflow.rules.facts import Facts
from services.workflow.rules.refusals import Refusal
from tests.builders.workflow import someone

MEMBERS = tuple(someone(name) for name in "abc")


def vote(person: str, outcome: Outcome = "approved", seat: str | None = None) -> Vote:
    """A vote."""
    return Vote(person, seat or person, outcome, "hash")


def seats(*names: str, needs: int = 2, **substitutes: str) -> Panel:
    """A panel."""
    return Panel(needs, names, substitutes)


@pytest.mark.parametrize(
    ("needs", "outcomes", "is_over"),
    [
        (1, "", None),
        (1, "y", "approved"),
        (1, "n", None),
        (1, "nn", None),
        (1, "nnn", "rejected"),
        (1, "nny", "approved"),
        (2, "y", None),
        (2, "n", None),
        (2, "nn", "rejected"),
        (2, "yy", "approved"),
        (2, "yn", None),
        (2, "ynn", "rejected"),
        (2, "yny", "approved"),
        (3, "n", "rejected"),
        (3, "yy", None),
        (3, "yyy", "approved"),
        (3, "yyn", "rejected"),
    ],
)
def test_approved_when_n_have_approved_rejected_as_soon_as_n_cannot_be_reached(
    needs: int, outcomes: str, is_over: str | None
) -> None:
    votes = [vote(p, "approved" if o == "y" else "rejected") for p, o in zip("abc", outcomes, strict=False)]
    assert verdict(seats("a", "b", "c", needs=needs), votes) == is_over


def test_excluded_people_have_no_seat() -> None:
    assert panel(MEMBERS, 2, {"b"}, Facts(), delegates=False).seats == ("a", "c")


def test_who_cannot_act_has_no_seat() -> None:
    members = (*MEMBERS[:2], someone("c", able=False))
    assert panel(members, 2, (), Facts(), delegates=False).seats == ("a", "b")


@pytest.mark.parametrize(
    ("substitute", "able", "absent", "delegates", "used"),
    [
        ("x", True, True, True, True),
        ("x", True, False, True, False),
        ("x", True, True, False, False),
        ("x", False, True, True, False),
        ("b", True, True, True, False),
        ("out", True, True, True, False),
    ],
)
def test_a_substitute_may_vote_for_an_absent_member(
    substitute: str, able: bool, absent: bool, delegates: bool, used: bool
) -> None:
    members = (someone("a", absent=absent, substitute_id=substitute), someone("b"))
    known = Facts(people={substitute: someone(substitute, able=able)})
    made = panel(members, 1, {"out"}, known, delegates=delegates)
    assert made.substitutes == ({"a": substitute} if used else {})
    assert approvers(made, ()) == (["a", substitute, "b"] if used else ["a", "b"])


def test_a_seat_is_used_once_by_the_member_or_by_the_substitute() -> None:
    one = seats("a", "b", a="x")
    assert seat_of(one, (), "x") == "a"
    assert approvers(one, [vote("x", seat="a")]) == ["b"]
    with pytest.raises(Refusal, match="not asked"):
        seat_of(one, [vote("x", seat="a")], "a")


def test_nobody_decides_twice() -> None:
    two = seats("a", "b", a="x", b="x")
    with pytest.raises(Refusal, match="already"):
        seat_of(two, [vote("x", seat="a")], "x")


def test_votes_given_stand_when_the_voter_goes() -> None:
    without_a = seats("b", "c")
    assert verdict(without_a, [vote("a"), vote("b")]) == "approved"


def test_when_fewer_than_n_can_still_act_nothing_is_rejected_by_itself() -> None:
    only_b = seats("b", needs=2)
    assert (verdict(only_b, ()), reachable(only_b, ())) == (None, False)


@given(st.integers(1, 5), st.lists(st.sampled_from(["approved", "rejected"]), max_size=5))
def test_an_approval_of_everybodys_votes_always_ends(needs: int, outcomes: list[Outcome]) -> None:
    names = "abcde"[: max(needs, len(outcomes))]
    whole = [vote(p, o) for p, o in zip(names, (*outcomes, *["approved"] * 5), strict=False)]  # type: ignore[arg-type]
    made = seats(*names, needs=needs)
    assert verdict(made, whole) in ("approved", "rejected")
    over = [verdict(made, whole[:n]) for n in range(len(whole) + 1)]
    first = next(n for n, v in enumerate(over) if v is not None)
    assert all(v == over[first] or v == "approved" for v in over[first:])
