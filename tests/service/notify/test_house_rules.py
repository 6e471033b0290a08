"""The house says who is told what: it withholds from a role, a person asks for it all the same, and what must arrive
arrives."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from services.notify.rules.kinds import KINDS, ROLES
from services.notify.rules.withholding import rules
from shared.contracts import workflow as w
from shared.contracts.identity import ProfileChanged
from shared.contracts.ticket import Commented
from shared.ids import SYSTEM, new_id
from tests.service.notify.callers import Caller, caller
from tests.service.notify.letters import send_all
from tests.service.notify.smtp import MailServer
from tests.service.notify.world import AGREEMENT, MORE, TRIAGE, World

Rows = list[tuple[str, str, str, str | None]]


def rule(kind: str, role: str, **told: bool) -> dict[str, Any]:
    """A rule as the matrix's form sends it."""
    return {"kind": kind, "role": role, **told}


def ruled(as_admin: Caller, *rules: dict[str, Any], match: str = "*") -> Any:
    """The answer to a change of the house's rules."""
    return as_admin("PUT", "/rules", {"rules": list(rules)}, If_Match=match)


def told(world: World, event_id: str, name: str) -> Rows:
    """(kind, channel, state, reason) of what somebody was told of an event."""
    return [row[1:] for row in world.ledger(event_id) if row[0] == name]


def arrived(kind: str) -> Rows:
    return [(kind, "in_app", "sent", None), (kind, "mail", "queued", None)]


def withheld(kind: str) -> Rows:
    return [(kind, "in_app", "suppressed", "house_rule"), (kind, "mail", "suppressed", "house_rule")]


def asked(as_person: Caller, kind: str, *channels: str, **off: bool) -> Any:
    """The answer of who chooses one kind."""
    choice = {"kind": kind, "asked": list(channels), **off}
    return as_person("PUT", "/preferences", {"kinds": [choice]}, If_Match="*").get_json()


def test_the_whole_matrix_is_there_and_tells_everything_until_the_house_says_otherwise(as_admin: Caller) -> None:
    answer = as_admin("GET", "/rules")
    shown = answer.get_json()
    assert (answer.headers["ETag"], shown["version"], shown["changed_by"]) == ('"0"', 0, None)
    assert [(r["kind"], r["role"]) for r in shown["rules"]] == [(r.kind, r.role) for r in rules(())]
    assert all(r["in_app"] and r["mail"] is not False and not r["is_changed"] for r in shown["rules"])
    assert shown["rules"][0] == {
        "kind": "your_turn",
        "name": "É a minha vez",
        "role": "client",
        "in_app": True,
        "mail": True,
        "optional": True,
        "is_changed": False,
    }
    assert {r["kind"] for r in shown["rules"]} == set(KINDS)


def test_what_the_house_withholds_from_a_role_is_in_the_ledger_with_that_reason(
    world: World, as_admin: Caller, admin: str, ana: str, bruno: str
) -> None:
    answer = ruled(as_admin, rule("your_turn", "client", in_app=False, mail=False), match='"0"')
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')
    assert answer.get_json() == as_admin("GET", "/rules").get_json()
    assert answer.get_json()["changed_by"] == {"id": admin, "name": "Admin"}
    assert [r["kind"] for r in answer.get_json()["rules"] if r["is_changed"]] == ["your_turn"]
    ticket = world.submitted(ana)
    entered = world.enters(ticket, TRIAGE, w.Holder(id=bruno), by=ana)
    assert told(world, entered.id, "Bruno Alves") == arrived("your_turn"), "attendants are told as before"
    stage = world.enters(ticket, MORE, w.Holder(id=ana), by=bruno, side="client")
    ruled(as_admin, rule("stage", "client", mail=False), rule("your_turn", "client", in_app=False, mail=False))
    both = world.enters(ticket, MORE, w.Holder(id=ana), by=bruno, side="client")
    assert told(world, stage.id, "Ana Souza") == arrived("stage"), "of her turn she is not told; of the stage she is"
    assert told(world, both.id, "Ana Souza") == [
        ("stage", "in_app", "sent", None),
        ("your_turn", "mail", "suppressed", "house_rule"),
    ]


def test_a_rule_counts_for_letters_only_from_when_it_was_made(
    world: World, mail_server: MailServer, as_admin: Caller, ana: str, bruno: str
) -> None:
    ticket = world.submitted(ana)
    world.enters(ticket, TRIAGE, w.Holder(id=bruno), by=ana)
    ruled(as_admin, rule("your_turn", "attendant", mail=False))
    world.enters(ticket, TRIAGE, w.Holder(id=bruno), by=ana)
    send_all(world)
    assert [message["To"] for message in mail_server.messages] == ["Bruno Alves <bruno@vez.test>"]
    shown = as_admin("GET", "/deliveries?state=suppressed").get_json()["items"]
    assert [(each["kind"], each["channel"], each["reason"]) for each in shown] == [("your_turn", "mail", "house_rule")]


def test_what_a_person_chose_goes_over_the_house(
    app: Flask, world: World, as_admin: Caller, ana: str, bruno: str
) -> None:
    as_ana = caller(app, ana)
    ruled(as_admin, rule("finished", "client", in_app=False, mail=False))
    ticket = world.submitted(ana)
    assert told(world, world.finishes(ticket, by=bruno).id, "Ana Souza") == withheld("finished")
    [choice] = [each for each in asked(as_ana, "finished", "mail")["kinds"] if each["kind"] == "finished"]
    assert choice["withheld"] == {"in_app": ["client"], "mail": ["client"]}
    assert (choice["asked"], choice["in_app"], choice["mail"]) == (["mail"], True, True)
    assert told(world, world.finishes(ticket, by=bruno).id, "Ana Souza") == [
        ("finished", "in_app", "suppressed", "house_rule"),
        ("finished", "mail", "queued", None),
    ]
    asked(as_ana, "finished", "mail", mail=False)
    assert told(world, world.finishes(ticket, by=bruno).id, "Ana Souza")[1][3] == "preference", "switched off is off"
    ruled(as_admin)
    assert told(world, world.finishes(ticket, by=bruno).id, "Ana Souza") == [
        ("finished", "in_app", "sent", None),
        ("finished", "mail", "suppressed", "preference"),
    ]


def test_what_was_asked_for_is_kept_while_the_house_has_no_such_rule(
    app: Flask, world: World, as_admin: Caller, ana: str, bruno: str
) -> None:
    as_ana = caller(app, ana)
    shown = asked(as_ana, "finished", "in_app", "mail")
    again = as_ana("PUT", "/preferences", _sent_back(shown), If_Match='"1"').get_json()
    assert {**again, "version": 1} == shown
    ruled(as_admin, rule("finished", "client", in_app=False, mail=False))
    ended = world.finishes(world.submitted(ana), by=bruno)
    assert told(world, ended.id, "Ana Souza") == arrived("finished")


def _sent_back(shown: dict[str, Any]) -> dict[str, Any]:
    """Preferences as they were read, without what is only shown."""
    chosen = ("kind", "in_app", "mail", "asked")
    kinds = [{name: each[name] for name in chosen} for each in shown["kinds"]]
    return {"mail": shown["mail"], "kinds": kinds, "digest_minutes": shown["digest_minutes"]}


def test_guardians_are_told_as_clients_and_substitutes_as_those_for_whom_they_stand_in(
    world: World, as_admin: Caller, bruno: str
) -> None:
    eva = world.person("Eva Prado", kind="customer")
    leo = world.person("Leo Prado", kind="student", guardians=[eva])
    away = world.person("Davi Rocha", absent=True, substitute_id=bruno)
    ruled(as_admin, rule("stage", "client", mail=False), rule("your_turn", "attendant", mail=False))
    entered = world.enters(world.submitted(leo), TRIAGE, w.Holder(id=away))
    for name in ("Leo Prado", "Eva Prado"):
        assert told(world, entered.id, name)[1] == ("stage", "mail", "suppressed", "house_rule")
    for name in ("Davi Rocha", "Bruno Alves"):
        assert told(world, entered.id, name)[1] == ("your_turn", "mail", "suppressed", "house_rule")


def test_whom_an_event_concerns_twice_is_told_of_what_is_not_withheld_and_once(
    world: World, as_admin: Caller, ana: str, bruno: str
) -> None:
    ticket = world.submitted(ana)
    world.enters(ticket, TRIAGE, w.Holder(id=bruno), by=ana)
    ruled(as_admin, rule("mentioned", "attendant", mail=False))
    wrote = Commented(ticket_id=ticket, message_id=new_id(), author_id=ana, visibility="public", mentions=[bruno])
    assert told(world, world.say(wrote)[0].id, "Bruno Alves") == [
        ("mentioned", "in_app", "sent", None),
        ("message", "mail", "queued", None),
    ]


def test_an_approval_of_the_clients_and_one_of_the_houses_are_two_rules(
    world: World, as_admin: Caller, ana: str, bruno: str
) -> None:
    ruled(as_admin, rule("approve", "attendant", in_app=False, mail=False))
    ticket = world.submitted(ana)
    ours = world.enters(ticket, AGREEMENT, w.Holder(id=bruno), by=ana, approvers=[bruno])
    theirs = world.enters(ticket, AGREEMENT, w.Holder(id=ana), by=bruno, side="client", approvers=[ana])
    assert told(world, ours.id, "Bruno Alves") == withheld("approve")
    assert told(world, theirs.id, "Ana Souza") == arrived("approve")


@pytest.mark.parametrize("code", [code for code, kind in KINDS.items() if not kind.optional])
def test_what_must_arrive_cannot_be_withheld(as_admin: Caller, code: str) -> None:
    for role in KINDS[code].roles:
        answer = ruled(as_admin, rule(code, role, in_app=False))
        assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["rules.0.in_app"])
        assert ruled(as_admin, rule(code, role)).status_code == 200, "saying that it is told is no mistake"


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ([rule("nothing", "client")], "rules.0.kind"),
        ([rule("link", "client", mail=False)], "rules.0.kind"),
        ([rule("stage", "everybody")], "rules.0.role"),
        ([rule("stage", "client"), rule("stage", "attendant", mail=False)], "rules.1.role"),
        ([rule("stage", "client"), rule("stage", "client", mail=False)], "rules.1.role"),
        ([{"kind": "stage"}], "rules.0.role"),
        ([{**rule("stage", "client"), "chat": False}], "rules.0.chat"),
    ],
)
def test_a_rule_that_cannot_be_is_named_and_changes_nothing(
    as_admin: Caller, rules: list[dict[str, Any]], field: str
) -> None:
    answer = ruled(as_admin, *rules)
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert list(answer.get_json()["errors"]) == [field]
    assert as_admin("GET", "/rules").get_json()["version"] == 0


def test_rules_are_changed_by_who_administers_and_saw_them_as_they_are(
    app: Flask, world: World, as_admin: Caller, bruno: str
) -> None:
    body = {"rules": [rule("stage", "client", mail=False)]}
    as_bruno = caller(app, bruno)
    assert as_bruno("GET", "/rules").status_code == 403
    assert as_bruno("PUT", "/rules", body, If_Match="*").status_code == 403
    assert as_admin("PUT", "/rules", body).status_code == 428
    assert ruled(as_admin, *body["rules"], match='"0"').status_code == 200
    assert ruled(as_admin, match='"0"').status_code == 412
    assert ruled(as_admin, match='"1"').get_json()["version"] == 2
    assert world.rows("SELECT action FROM audit_log ORDER BY position") == [("change_rules",)] * 2


def test_a_person_is_shown_only_what_is_withheld_from_roles_of_theirs(
    app: Flask, world: World, as_admin: Caller, ana: str, bruno: str
) -> None:
    world.say(ProfileChanged(code="attendant", permissions=["ticket.attend"]))
    davi = world.person("Davi Rocha", kind="teacher", profiles=["attendant"])
    ruled(as_admin, rule("message", "client", mail=False), rule("message", "attendant", mail=False))

    def shown(person: str) -> list[str]:
        kinds = caller(app, person)("GET", "/preferences").get_json()["kinds"]
        return next(each["withheld"]["mail"] for each in kinds if each["kind"] == "message")

    assert shown(ana) == ["client"]
    assert shown(bruno) == shown(davi) == ["client", "attendant"]


def test_a_person_chooses_among_what_their_roles_may_be_told_of(
    app: Flask, as_admin: Caller, ana: str, bruno: str
) -> None:
    def offered(as_person: Caller) -> set[str]:
        return {each["kind"] for each in as_person("GET", "/preferences").get_json()["kinds"]}

    of = {role: {code for code, kind in KINDS.items() if role in kind.roles} for role in ROLES}
    assert offered(caller(app, ana)) == of["client"]
    assert offered(caller(app, bruno)) == of["client"] | of["attendant"]
    assert offered(as_admin) == set(KINDS)
    assert of["client"] < of["client"] | of["attendant"] < set(KINDS)


def test_asking_for_what_is_withheld_tells_nobody_of_a_request_that_they_may_not_see(
    app: Flask, world: World, mail_server: MailServer, as_admin: Caller, ana: str, bruno: str
) -> None:
    carla = world.person("Carla Dias")
    world.queue("finance", bruno, carla)
    ruled(as_admin, rule("queue_turn", "attendant", in_app=False, mail=False))
    asked(caller(app, carla), "queue_turn", "in_app", "mail")
    asked(caller(app, bruno), "stage", "in_app", "mail")
    ticket = world.submitted(ana)
    world.unseen.add((carla, ticket))
    entered = world.enters(ticket, TRIAGE, w.Holder(id="finance", queue=True), by=SYSTEM.id)
    assert told(world, entered.id, "Bruno Alves") == withheld("queue_turn"), "the client's stage is not his to ask for"
    send_all(world)
    assert [(m["To"]) for m in mail_server.messages] == ["Ana Souza <ana@vez.test>"]
    assert told(world, entered.id, "Carla Dias")[1] == ("queue_turn", "mail", "failed", "not_visible")
    assert caller(app, carla)("GET", "/notifications").get_json()["items"] == []
