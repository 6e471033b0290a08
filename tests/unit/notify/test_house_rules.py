"""What the house may withhold from whom, and what becomes of who is told in several ways."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.notify.rules.channels import deliveries
from services.notify.rules.facts import Audience, Person, Preferences, Role, Telling, Ticket
from services.notify.rules.kinds import KINDS
from services.notify.rules.telling import tellings
from services.notify.rules.withholding import Rule, roles_of, rules, withheld_by, withheld_from, wrong_with
from shared.contracts import Event
from shared.contracts import workflow as w
from shared.contracts.attachments import AttachmentRejected
from shared.contracts.ticket import Commented, Rated, Shared

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
ALWAYS = {
    "submission_refused",
    "mail_draft",
    "mail_refused",
    "mail_parked",
    "fallback",
    "parked",
    "gave_up",
    "undeliverable",
}
ANA = Person("ana", "Ana", "ana@vez.test", kind="customer", guardians=("eva",))
EVA = Person("eva", "Eva", "eva@vez.test", kind="customer")
BRUNO = Person("bruno", "Bruno", "bruno@vez.test", superior_id="sofia")
CARLA = Person("carla", "Carla", "carla@vez.test", absent=True, substitute_id="bruno")
SOFIA = Person("sofia", "Sofia", "sofia@vez.test")
IVO = Person("ivo", "Ivo", "ivo@vez.test", kind="supplier")
PEOPLE = {person.id: person for person in (ANA, EVA, BRUNO, CARLA, SOFIA, IVO)}
TICKET = Ticket("t", "2026-000123", "Cobrança", "ana", side="attendant", holder_id="bruno", last_attendant_id="bruno")
EVERY_CELL = frozenset(
    f"{code}:{role}:{channel}" for code, kind in KINDS.items() for role in kind.roles for channel in kind.channels
)


def becomes(*told: Telling, withheld: tuple[str, ...], **chosen: frozenset[str]) -> list[tuple[str, str, str | None]]:
    """(kind, state, reason) on each channel of telling Bruno, who chose so."""
    bruno = Person("bruno", "Bruno", "b@vez.test", preferences=Preferences(**chosen))
    return [(row.kind, row.state, row.reason) for row in deliveries(told, {"bruno": bruno}, NOW, withheld)]


def test_what_must_arrive_is_these_and_no_rule_withholds_them() -> None:
    assert {code for code, kind in KINDS.items() if not kind.optional} == ALWAYS
    for code in ALWAYS:
        for role in KINDS[code].roles:
            told = becomes(Telling("bruno", code, role), withheld=tuple(EVERY_CELL))
            assert {state for _, state, _ in told} <= {"sent", "queued"}


def test_whatever_the_house_withholds_each_telling_has_a_row_for_each_channel() -> None:
    for code, kind in KINDS.items():
        told = becomes(Telling("bruno", code, kind.roles[0]), withheld=tuple(EVERY_CELL))
        assert len(told) == len(kind.channels)
        assert all(reason in (None, "house_rule") for *_, reason in told)


def test_a_rule_is_of_one_role_one_kind_and_one_channel() -> None:
    mail_of_messages = ("message:attendant:mail",)
    arrives = [("message", "sent", None), ("message", "queued", None)]
    as_attendant = becomes(Telling("bruno", "message", "attendant"), withheld=mail_of_messages)
    assert as_attendant == [("message", "sent", None), ("message", "suppressed", "house_rule")]
    assert becomes(Telling("bruno", "message", "client"), withheld=mail_of_messages) == arrives


@pytest.mark.parametrize(
    ("chosen", "mail"),
    [
        ({"asked": frozenset({"message:mail"})}, ("queued", None)),
        ({"asked": frozenset({"message:in_app"})}, ("suppressed", "house_rule")),
        ({"off": frozenset({"message:mail"})}, ("suppressed", "preference")),
        ({"asked": frozenset({"message:mail"}), "off": frozenset({"*:mail"})}, ("suppressed", "preference")),
    ],
)
def test_what_a_person_chose_goes_over_the_house(chosen: dict[str, frozenset[str]], mail: tuple[str, str]) -> None:
    told = becomes(Telling("bruno", "message", "attendant"), withheld=("message:attendant:mail",), **chosen)
    assert told[1][1:] == mail


def test_of_several_tellings_the_first_goes_that_is_not_withheld_on_that_channel() -> None:
    both = (Telling("bruno", "mentioned", "attendant"), Telling("bruno", "message", "attendant"))
    assert [row[0] for row in becomes(*both, withheld=())] == ["mentioned", "mentioned"]
    assert [row[0] for row in becomes(*both, withheld=("mentioned:attendant:mail",))] == ["mentioned", "message"]
    nothing = becomes(*both, withheld=tuple(EVERY_CELL))
    assert nothing == [("mentioned", "suppressed", "house_rule")] * 2
    for withheld in ((), ("mentioned:attendant:mail",), tuple(EVERY_CELL)):
        off = becomes(*both, withheld=withheld, off=frozenset({"mentioned:mail"}))
        assert off[1] == ("mentioned", "suppressed", "preference"), "a person's own choice is of the whole event"


def test_what_must_arrive_is_not_hidden_by_what_is_withheld() -> None:
    both = (Telling("bruno", "queue_turn", "attendant"), Telling("bruno", "fallback", "administrator"))
    told = becomes(*both, withheld=tuple(EVERY_CELL))
    assert told == [("fallback", "sent", None), ("fallback", "queued", None)]


# ---- in which role ---------------------------------------------------------------------------------------------------


def entered(side: str, holder: str, kind: str = "ordinary", **more: object) -> w.StageEntered:
    """A stage is entered, and somebody has the turn."""
    stage = w.StageFacts(code="s", kind=kind, names={})
    known = {"ticket_id": "t", "ordinal": 1, "since": NOW, "by": "x", "transition": None, "holder_before": None}
    return w.StageEntered(**{**known, "side": side, "stage": stage, "holder_after": w.Holder(id=holder), **more})  # type: ignore[arg-type]


def commented(*mentions: str, visibility: str = "public") -> Commented:
    """Somebody else writes and names people."""
    return Commented(
        ticket_id="t",
        message_id="m",
        author_id="x",
        visibility=visibility,
        mentions=list(mentions),
    )


MISSED = w.DeadlineMissed(
    ticket_id="t",
    ordinal=1,
    since=NOW,
    by="x",
    due_at=NOW,
    stage=w.StageFacts(code="s", names={}),
    holder=w.Holder(id="bruno"),
)


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (entered("attendant", "bruno"), {("bruno", "your_turn", "attendant"), ("ana", "stage", "client")}),
        (entered("client", "ana"), {("ana", "your_turn", "client"), ("ana", "stage", "client")}),
        (entered("third_party", "bruno"), {("bruno", "third_party_turn", "attendant")}),
        (entered("attendant", "carla"), {("carla", "your_turn", "attendant"), ("bruno", "your_turn", "attendant")}),
        (entered("client", "ana", "approval"), {("ana", "approve", "client"), ("eva", "approve", "client")}),
        (entered("attendant", "bruno", "approval", approvers=["sofia"]), {("sofia", "approve", "attendant")}),
        (commented("sofia", "ana"), {("sofia", "mentioned", "attendant"), ("ana", "mentioned", "client")}),
        (commented("eva"), {("eva", "mentioned", "client"), ("bruno", "message", "attendant")}),
        (commented("ivo", visibility="internal"), {("ivo", "mentioned", "client")}),
        (MISSED, {("bruno", "deadline_missed", "attendant"), ("sofia", "deadline_missed", "attendant")}),
        (Shared(ticket_id="t", person_id="ivo", by="x", expires_at=NOW), {("ivo", "shared", "client")}),
        (Rated(ticket_id="t", score=4), {("bruno", "rated", "attendant")}),
    ],
)
def test_each_is_told_in_the_role_in_which_the_rule_found_them(event: Event, told: set[tuple[str, str, Role]]) -> None:
    found = {(x.person_id, x.kind, x.role) for x in tellings(event, Audience(ticket=TICKET, people=PEOPLE))}
    assert told <= found
    assert all(role in KINDS[kind].roles for _, kind, role in found), "the matrix has a cell for it"


@pytest.mark.parametrize(("by", "role"), [("ana", "client"), ("eva", "client"), ("bruno", "attendant")])
def test_who_sent_a_file_is_told_on_their_side(by: str, role: Role) -> None:
    rejected = AttachmentRejected(attachment_id="a", ticket_id="t", by=by, file_name="x.exe", reason="x")
    [told, *_] = tellings(rejected, Audience(ticket=TICKET, people=PEOPLE))
    assert (told.person_id, told.role) == (by, role)


@pytest.mark.parametrize(
    ("kind", "permissions", "roles"),
    [
        ("customer", set(), ("client",)),
        (None, set(), ("client", "attendant")),
        ("teacher", {"ticket.attend"}, ("client", "attendant")),
        (None, {"settings.change"}, ("client", "attendant", "administrator")),
    ],
)
def test_staff_may_be_clients_and_clients_are_no_staff(
    kind: str | None, permissions: set[str], roles: tuple[Role, ...]
) -> None:
    assert roles_of(kind, permissions) == roles


# ---- the matrix ------------------------------------------------------------------------------------------------------


def test_the_matrix_of_what_rules_withhold_is_those_rules() -> None:
    assert frozenset(withheld_by(list(rules(())))) == frozenset()
    optional = {cell for cell in EVERY_CELL if KINDS[cell.partition(":")[0]].optional}
    assert frozenset(withheld_by(list(rules(optional)))) == optional
    assert wrong_with(list(rules(optional))) == {}
    assert withheld_from(("client",), "message", "mail", optional) == ("client",)
    assert withheld_from(("client",), "queue_turn", "mail", optional) == ()


def test_a_channel_that_a_kind_does_not_have_withholds_nothing() -> None:
    assert withheld_by([Rule("parked", "administrator", mail=False)]) == ()
    assert wrong_with([Rule("parked", "administrator", mail=False)]) == {}
