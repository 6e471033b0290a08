"""Who is told what: each event leaves exactly its rows in the ledger."""

from __future__ import annotations

from typing import Any

import httpx

from services.notify.options import Options
from shared.contracts import envelope_to_wire
from shared.contracts import workflow as w
from shared.contracts.every import InboxParked
from shared.contracts.ticket import Commented, Rated, Shared, SubjectChanged
from shared.ids import SYSTEM, new_id
from tests.service.notify.world import AGREEMENT, MORE, NOW, TRIAGE, World


def test_the_holder_is_told_at_a_new_turn_and_nobody_of_their_own_act(world: World, ana: str, bruno: str) -> None:
    ticket = world.submitted(ana)
    entered = world.enters(ticket, TRIAGE, w.Holder(id=bruno), by=ana)
    assert world.ledger(entered.id) == [
        ("Bruno Alves", "your_turn", "in_app", "sent", None),
        ("Bruno Alves", "your_turn", "mail", "queued", None),
    ]


def test_the_client_is_told_at_each_stage_they_see_and_at_the_end(world: World, ana: str, bruno: str) -> None:
    ticket = world.submitted(ana)
    world.enters(ticket, TRIAGE, w.Holder(id=bruno), by=ana)
    asked = world.enters(ticket, MORE, w.Holder(id=ana), by=bruno, side="client")
    again = world.enters(ticket, TRIAGE, w.Holder(id=bruno), by=bruno)
    ended = world.finishes(ticket, by=bruno)
    assert [r[:3] for r in world.ledger(asked.id)] == [
        ("Ana Souza", "your_turn", "in_app"),
        ("Ana Souza", "your_turn", "mail"),
    ]
    assert {r[:2] for r in world.ledger(again.id)} == {("Ana Souza", "stage")}
    assert {r[:2] for r in world.ledger(ended.id)} == {("Ana Souza", "finished")}


def test_a_queue_tells_each_member_once(world: World, ana: str, bruno: str) -> None:
    carla = world.person("Carla Dias")
    world.queue("finance", bruno, carla)
    ticket = world.submitted(ana)
    entered = world.enters(ticket, TRIAGE, w.Holder(id="finance", queue=True), by=ana)
    assert {r[:2] for r in world.ledger(entered.id)} == {("Bruno Alves", "queue_turn"), ("Carla Dias", "queue_turn")}
    assert len(world.ledger(entered.id)) == 4


def test_an_approval_tells_those_who_may_decide_and_not_the_whole_queue(world: World, ana: str, bruno: str) -> None:
    carla = world.person("Carla Dias")
    world.queue("finance", bruno, carla)
    ticket = world.submitted(ana)
    holder = w.Holder(id="finance", queue=True)
    entered = world.enters(ticket, AGREEMENT, holder, by=ana, approvers=[carla])
    assert {r[:2] for r in world.ledger(entered.id)} == {("Carla Dias", "approve")}


def test_a_fallback_tells_administrators_too(world: World, ana: str, bruno: str) -> None:
    world.administrator()
    world.queue("finance", bruno)
    ticket = world.submitted(ana)
    holder = w.Holder(id="finance", queue=True)
    entered = world.enters(ticket, TRIAGE, holder, by=ana, fallback_reason="no_default_attendant")
    assert {r[:2] for r in world.ledger(entered.id)} == {("Admin", "fallback"), ("Bruno Alves", "queue_turn")}


def transferred(ticket: str, by: str, before: str, after: w.Holder, **more: Any) -> w.Reassigned:
    """Somebody passes a ticket on."""
    known: dict[str, Any] = {"ordinal": 2, "cause": "transfer", "stage": TRIAGE, "side": "attendant", "since": NOW}
    turn = {"holder_before": w.Holder(id=before), "holder_after": after}
    return w.Reassigned(**{"ticket_id": ticket, "by": by, **known, **turn, **more})


def test_a_transfer_tells_the_new_holder_alone(world: World, ana: str, bruno: str) -> None:
    carla = world.person("Carla Dias")
    ticket = world.submitted(ana)
    world.enters(ticket, TRIAGE, w.Holder(id=bruno), by=ana)
    told = world.say(transferred(ticket, bruno, bruno, w.Holder(id=carla)))[0]
    assert {r[:2] for r in world.ledger(told.id)} == {("Carla Dias", "your_turn")}


def test_whose_ticket_somebody_else_passes_on_is_told(world: World, ana: str, bruno: str) -> None:
    carla = world.person("Carla Dias")
    admin = world.administrator()
    world.queue("finance", carla)
    ticket = world.submitted(ana)
    world.enters(ticket, TRIAGE, w.Holder(id=bruno), by=ana)
    moved = world.say(transferred(ticket, admin, bruno, w.Holder(id=carla)))[0]
    assert {r[:2] for r in world.ledger(moved.id)} == {("Carla Dias", "your_turn"), ("Bruno Alves", "passed_on")}
    queued = world.say(transferred(ticket, admin, carla, w.Holder(id="finance", queue=True), ordinal=3))[0]
    assert {r[:2] for r in world.ledger(queued.id)} == {("Carla Dias", "queue_turn")}, "of one event, once"
    gone = world.say(transferred(ticket, admin, bruno, w.Holder(id=carla), ordinal=4, cause="holder_gone"))[0]
    assert {r[:2] for r in world.ledger(gone.id)} == {("Carla Dias", "your_turn")}


def test_a_share_tells_the_person_whom_it_is_for(world: World, ana: str, bruno: str) -> None:
    sofia = world.person("Sofia Reis", absent=True, substitute_id=bruno)
    ticket = world.submitted(ana)
    shared = world.say(Shared(ticket_id=ticket, person_id=sofia, expires_at=NOW, by=ana))[0]
    assert {r[:3] for r in world.ledger(shared.id) if r[0] == "Sofia Reis"} == {
        ("Sofia Reis", "shared", "in_app"),
        ("Sofia Reis", "shared", "mail"),
    }


def test_a_rating_tells_who_attended_last(world: World, ana: str, bruno: str) -> None:
    carla = world.person("Carla Dias")
    rated = Rated(ticket_id=world.submitted(ana), score=4)
    assert world.ledger(world.say(rated)[0].id) == [], "nobody held it"
    for person in (bruno, carla):
        world.enters(rated.ticket_id, TRIAGE, w.Holder(id=person), by=ana)
    world.finishes(rated.ticket_id, by=carla)
    told = world.say(rated)[0]
    assert {r[:2] for r in world.ledger(told.id)} == {("Carla Dias", "rated")}


def test_a_message_reaches_who_attended_last_when_no_attendant_has_the_turn(world: World, ana: str, bruno: str) -> None:
    carla, davi = world.person("Carla Dias"), world.person("Davi Rocha")
    world.queue("finance", carla, davi)
    ticket = world.submitted(ana)

    def told() -> set[str]:
        wrote = Commented(ticket_id=ticket, message_id=new_id(), author_id=ana, visibility="public")
        return {name for name, *_ in world.ledger(world.say(wrote)[0].id)}

    assert told() == set(), "nobody had it yet"
    queue = w.Holder(id="finance", queue=True)
    world.enters(ticket, TRIAGE, queue, by=ana)
    assert told() == {"Carla Dias", "Davi Rocha"}, "nobody but the queue had it"
    world.enters(ticket, TRIAGE, w.Holder(id=bruno), by=ana)
    world.enters(ticket, MORE, w.Holder(id=ana), by=bruno, side="client")
    assert told() == {"Bruno Alves"}, "it is the client's turn"
    scheduled = {"cause": "schedule", "side": "nobody", "ordinal": 4, "holder_after": None}
    world.say(transferred(ticket, bruno, bruno, queue, **scheduled))
    assert told() == {"Bruno Alves"}, "it is postponed"
    world.enters(ticket, TRIAGE, queue, by=bruno)
    assert told() == {"Bruno Alves"}, "a queue has it, whose members may not know of it"
    world.person("Bruno Alves", person_id=bruno, is_active=False)
    assert told() == {"Carla Dias", "Davi Rocha"}, "who had it is gone"
    world.enters(ticket, TRIAGE, w.Holder(id=davi), by=carla, side="third_party")
    assert told() == {"Davi Rocha"}


def test_an_absent_holder_and_their_substitute_are_both_told(world: World, ana: str, bruno: str) -> None:
    away = world.person("Davi Rocha", absent=True, substitute_id=bruno)
    entered = world.enters(world.submitted(ana), TRIAGE, w.Holder(id=away), by=ana)
    assert {r[:2] for r in world.ledger(entered.id)} == {("Bruno Alves", "your_turn"), ("Davi Rocha", "your_turn")}


def test_guardians_are_told_what_their_dependant_is_told(world: World, ana: str, bruno: str) -> None:
    leo = world.person("Leo Prado", kind="student", guardians=[ana])
    entered = world.enters(world.submitted(leo), MORE, w.Holder(id=leo), by=bruno, side="client")
    assert {r[:2] for r in world.ledger(entered.id)} == {("Ana Souza", "your_turn"), ("Leo Prado", "your_turn")}


def test_who_stands_beside_somebody_is_asked_for_before_they_are_known(options: Options) -> None:
    away, guardian, superior = new_id(), new_id(), new_id()
    asked: list[str] = []

    def identity(request: httpx.Request) -> httpx.Response:
        id = request.url.path.rpartition("/")[2]
        asked.append(id)
        known = {"kind": None, "language": "en", "time_zone": "UTC", "email": None, "display_name": names[id]}
        return httpx.Response(200, json={"person": {"person_id": id, **known, "sequence": 1}, "profiles": []})

    names = {away: "Away", guardian: "Guardian", superior: "Superior"}
    with World(options, transports={"identity": httpx.MockTransport(identity)}).running() as world:
        leo = world.person("Leo Prado", kind="student", guardians=[guardian])
        carla = world.person("Carla Dias", absent=True, substitute_id=away, superior_id=superior)
        ticket = world.submitted(leo)
        entered = world.enters(ticket, TRIAGE, w.Holder(id=carla))
        assert {row[0] for row in world.ledger(entered.id)} == {"Leo Prado", "Guardian", "Carla Dias", "Away"}
        assert superior not in asked, "who is not told of this is not asked for"
        facts = {"ticket_id": ticket, "ordinal": 1, "since": NOW, "by": SYSTEM.id, "due_at": NOW, "stage": TRIAGE}
        [missed] = world.say(w.DeadlineMissed(**facts, holder=w.Holder(id=carla)))
        assert {row[0] for row in world.ledger(missed.id)} == {"Carla Dias", "Away", "Superior"}


def test_who_stands_beside_somebody_and_is_nowhere_holds_nothing_back(world: World, ana: str) -> None:
    leo = world.person("Leo Prado", kind="student", guardians=[new_id()])
    ticket = world.submitted(leo)
    entered = world.enters(ticket, TRIAGE, w.Holder(id=ana))
    assert {row[0] for row in world.ledger(entered.id)} == {"Leo Prado", "Ana Souza"}


def test_who_is_told_in_app_only_has_a_suppressed_mail_row_with_its_reason(world: World, ana: str) -> None:
    quiet = world.person("Replay Um", mail=False)
    without = world.person("Sem Endereço", email=None)
    first = world.enters(world.submitted(ana), TRIAGE, w.Holder(id=quiet), by=ana)
    second = world.enters(world.submitted(ana), TRIAGE, w.Holder(id=without), by=ana)
    assert ("Replay Um", "your_turn", "mail", "suppressed", "in_app_only") in world.ledger(first.id)
    assert ("Sem Endereço", "your_turn", "mail", "suppressed", "no_address") in world.ledger(second.id)


def test_a_disabled_person_and_a_machine_are_not_told(world: World, ana: str, bruno: str) -> None:
    gone = world.person("Foi Embora", is_active=False)
    robot = world.person("Robô", machine=True)
    world.queue("finance", gone, robot, bruno)
    entered = world.enters(world.submitted(ana), TRIAGE, w.Holder(id="finance", queue=True), by=ana)
    assert {r[0] for r in world.ledger(entered.id)} == {"Bruno Alves"}


def test_a_refused_submission_tells_its_author_though_it_was_their_act(world: World, ana: str) -> None:
    ticket = world.submitted(ana)
    refused = w.Refused(
        ticket_id=ticket,
        ordinal=0,
        since=world.rows("SELECT now()")[0][0],
        by=ana,
        kind="submit",
        type="type-retired",
        message="Type %(type)s takes no new tickets",
        values={"type": "billing"},
    )
    told = world.say(refused)[0]
    assert {r[:2] for r in world.ledger(told.id)} == {("Ana Souza", "submission_refused")}


def test_a_public_message_tells_the_other_side_and_a_note_only_who_is_mentioned(
    world: World, ana: str, bruno: str
) -> None:
    carla = world.person("Carla Dias")
    ticket = world.submitted(ana)
    world.enters(ticket, TRIAGE, w.Holder(id=bruno), by=ana)
    asked = Commented(ticket_id=ticket, message_id=new_id(), author_id=ana, visibility="public")
    answered = Commented(ticket_id=ticket, message_id=new_id(), author_id=bruno, visibility="public")
    note = Commented(ticket_id=ticket, message_id=new_id(), author_id=bruno, visibility="internal", mentions=[carla])
    found = [{r[:2] for r in world.ledger(world.say(event)[0].id)} for event in (asked, answered, note)]
    assert found == [{("Bruno Alves", "message")}, {("Ana Souza", "message")}, {("Carla Dias", "mentioned")}]


def test_a_missed_deadline_tells_the_holder_and_their_superior(world: World, ana: str, bruno: str) -> None:
    carla = world.person("Carla Dias", superior_id=bruno)
    ticket = world.submitted(ana)
    world.enters(ticket, TRIAGE, w.Holder(id=carla), by=ana)
    now = world.rows("SELECT now()")[0][0]
    missed = w.DeadlineMissed(
        ticket_id=ticket, ordinal=1, since=now, by=SYSTEM.id, due_at=now, stage=TRIAGE, holder=w.Holder(id=carla)
    )
    told = world.say(missed)[0]
    assert {r[:2] for r in world.ledger(told.id)} == {
        ("Bruno Alves", "deadline_missed"),
        ("Carla Dias", "deadline_missed"),
    }


def test_a_parked_event_tells_administrators_in_app(world: World, bruno: str) -> None:
    world.administrator()
    parked = InboxParked(event_id=new_id(), service="ticket", event_name="flow.stage_entered", subject_id=new_id())
    told = world.say(parked)[0]
    assert world.ledger(told.id) == [("Admin", "parked", "in_app", "sent", None)]


def test_the_same_event_delivered_again_adds_nothing(world: World, ana: str, bruno: str) -> None:
    ticket = world.submitted(ana)
    envelope = world.enters(ticket, TRIAGE, w.Holder(id=bruno), by=ana)
    world.deliver(envelope, envelope)
    assert len(world.ledger()) == 2


def test_many_tickets_in_one_batch_are_told_exactly(world: World, ana: str, bruno: str) -> None:
    tickets = [new_id() for _ in range(60)]
    world.say(*[world.submission(id, ana) for id in tickets])
    world.say(*[world.entering(id, TRIAGE, w.Holder(id=bruno), by=ana) for id in tickets])
    counted = world.rows("SELECT count(*), count(DISTINCT (event_id, recipient_id, channel)) FROM deliveries")
    assert counted == [(120, 120)]


def test_a_submission_and_its_first_stage_may_arrive_in_one_batch_or_the_wrong_way_round(
    options: Options, ana: str, bruno: str
) -> None:
    outbox: list[dict[str, object]] = []

    def ticket_service(request: httpx.Request) -> httpx.Response:
        wanted = request.url.params["aggregate"].removeprefix("ticket:")
        return httpx.Response(200, json={"items": [e for e in outbox if e["aggregate_id"] == wanted]})

    with World(options, {"ticket": httpx.MockTransport(ticket_service)}).running() as world:
        for place in range(6):
            id = new_id()
            submitted = world.envelope(world.submission(id, ana))
            renamed = world.envelope(SubjectChanged(ticket_id=id, subject="Outro assunto"))
            entered = world.envelope(world.entering(id, TRIAGE, w.Holder(id=bruno), by=ana))
            outbox += [envelope_to_wire(submitted), envelope_to_wire(renamed)]
            world.deliver(*((entered, submitted) if place % 2 else (submitted, entered)))
            world.deliver(renamed)
            assert len(world.ledger(entered.id)) == 2
        assert world.rows("SELECT DISTINCT subject FROM tickets") == [("Outro assunto",)]
        assert world.rows("SELECT count(*) FROM inbox WHERE state <> 'done'") == [(0,)]


def test_a_queue_that_is_not_known_yet_is_asked_of_workflow(options: Options, ana: str, bruno: str) -> None:
    def workflow(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/v1/queues/night%20desk" or request.url.path == "/v1/queues/night desk"
        answer = {
            "code": "night desk",
            "names": {"pt-BR": "Noite"},
            "members": [bruno],
            "retired": False,
            "sequence": 3,
        }
        return httpx.Response(200, json=answer)

    with World(options, {"workflow": httpx.MockTransport(workflow)}).running() as world:
        ticket = world.submitted(ana)
        entered = world.enters(ticket, TRIAGE, w.Holder(id="night desk", queue=True), by=ana)
        assert {r[:2] for r in world.ledger(entered.id)} == {("Bruno Alves", "queue_turn")}
