"""The routes: what I was told, the ledger for administrators, and what I choose to be told."""

from __future__ import annotations

import pytest
from flask import Flask

from services.notify import timers
from shared.contracts import workflow as w
from shared.contracts.identity import ProfileChanged
from shared.ids import new_id
from tests.service.notify.callers import Caller, caller
from tests.service.notify.letters import agreement, make_due, send_all
from tests.service.notify.smtp import MailServer
from tests.service.notify.world import MORE, TRIAGE, World


@pytest.fixture
def as_ana(app: Flask, ana: str) -> Caller:
    return caller(app, ana)


@pytest.fixture
def as_bruno(app: Flask, bruno: str) -> Caller:
    return caller(app, bruno)


def test_notifications_come_newest_first_with_how_many_are_unread(
    world: World, as_ana: Caller, ana: str, bruno: str
) -> None:
    ticket = world.submitted(ana)
    for _ in range(3):
        world.enters(ticket, TRIAGE, w.Holder(id=bruno), by=bruno)
    agreement(world, ana, bruno)
    first = as_ana("GET", "/notifications?limit=3").get_json()
    assert first["unread"] == 4
    assert [n["kind"] for n in first["items"]] == ["approve", "stage", "stage"]
    assert first["items"][0]["title"] == "Sua vez: aprovar o entendimento (2026-000124)"
    assert first["items"][1]["title"] == "Recebido: Cobrança em dobro (2026-000123)"
    assert first["items"][1]["body"].startswith("“Cobrança em dobro” está agora na etapa Recebido, com Bruno Alves.")
    assert first["items"][1]["ticket"] == {"id": ticket, "number": "2026-000123", "subject": "Cobrança em dobro"}
    rest = as_ana("GET", f"/notifications?limit=3&cursor={first['next_cursor']}").get_json()
    assert [n["kind"] for n in rest["items"]] == ["stage"]
    assert rest["next_cursor"] is None


def test_only_what_is_shown_is_counted_as_unread(world: World, as_bruno: Caller, ana: str, bruno: str) -> None:
    carla = world.person("Carla Dias")
    world.queue("finance", bruno, carla)
    seen, unseen = world.submitted(ana), world.submitted(ana)
    for ticket in (seen, seen, unseen):
        world.enters(ticket, TRIAGE, w.Holder(id="finance", queue=True), by=ana)
    world.unseen.add((bruno, unseen))
    found = as_bruno("GET", "/notifications").get_json()
    assert (len(found["items"]), found["unread"]) == (2, 2)
    world.is_ticket_service_down = True
    assert as_bruno("GET", "/notifications").get_json()["unread"] == 0


def test_a_notification_is_in_the_language_of_who_reads_it(app: Flask, world: World, ana: str) -> None:
    eve = world.person("Eve Stone", language="en")
    world.enters(world.submitted(ana), TRIAGE, w.Holder(id=eve), by=ana)
    [found] = caller(app, eve)("GET", "/notifications").get_json()["items"]
    assert found["title"] == "Your turn: Triage (2026-000123)"
    assert found["body"] == "Ana Souza sent “Cobrança em dobro”. It is your turn now."


def test_reading_one_and_reading_all(world: World, as_ana: Caller, ana: str, bruno: str) -> None:
    for _ in range(3):
        agreement(world, ana, bruno)
    newest = as_ana("GET", "/notifications").get_json()["items"][0]
    read = as_ana("POST", f"/notifications/{newest['id']}/read")
    assert (read.status_code, read.get_json()["read_at"] is not None) == (200, True)
    again = as_ana("POST", f"/notifications/{newest['id']}/read").get_json()
    assert again["read_at"] == read.get_json()["read_at"]
    assert as_ana("GET", "/notifications?unread=true").get_json()["unread"] == 2
    assert as_ana("POST", "/notifications/read").get_json() == {"read": 2}
    assert as_ana("GET", "/notifications").get_json()["unread"] == 0


def test_nobody_reads_what_another_was_told(
    world: World, as_bruno: Caller, as_ana: Caller, ana: str, bruno: str
) -> None:
    agreement(world, ana, bruno)
    told = as_ana("GET", "/notifications").get_json()["items"][0]["id"]
    assert as_bruno("POST", f"/notifications/{told}/read").status_code == 404
    assert as_bruno("GET", "/notifications").get_json()["items"] == []


def test_an_address_that_refused_mail_is_said_to_its_person_and_to_who_manages_people_alone(
    app: Flask, world: World, mail_server: MailServer, as_ana: Caller, as_bruno: Caller, ana: str, bruno: str
) -> None:
    world.say(ProfileChanged(code="manager", permissions=["people.manage"]))
    as_manager = caller(app, world.person("Mara Lima", profiles=["manager"]))
    assert as_ana("GET", f"/recipients/{ana}").get_json()["trouble"] is None
    mail_server.at_recipient = lambda address, count: "550 5.1.1 no such user"
    agreement(world, ana, bruno)
    send_all(world)
    shown = as_manager("GET", f"/recipients/{ana}").get_json()
    assert (shown["name"], shown["email"], shown["wants_mail"]) == ("Ana Souza", "ana@vez.test", True)
    assert shown["trouble"]["reason"] == "550 5.1.1 no such user"
    assert as_ana("GET", f"/recipients/{ana}").get_json() == shown
    assert as_bruno("GET", f"/recipients/{ana}").status_code == 404
    assert as_bruno("POST", f"/recipients/{ana}/revive").status_code == 404
    for who in (as_manager, as_ana):
        assert who("POST", f"/recipients/{ana}/revive").get_json()["trouble"] is None
    mail_server.at_recipient = lambda address, count: None
    agreement(world, ana, bruno)
    send_all(world)
    assert [m["To"] for m in mail_server.messages] == ["Ana Souza <ana@vez.test>"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/recipients/01890000-0000-7000-8000-000000000001"),
        ("POST", "/recipients/01890000-0000-7000-8000-000000000001/revive"),
        ("GET", "/notifications"),
        ("POST", "/notifications/01890000-0000-7000-8000-000000000001/read"),
        ("POST", "/notifications/read"),
        ("GET", "/preferences"),
        ("GET", "/deliveries"),
        ("POST", "/deliveries/01890000-0000-7000-8000-000000000001/retry"),
    ],
)
def test_nothing_is_told_to_who_is_not_signed_in(app: Flask, method: str, path: str) -> None:
    answer = caller(app, None)(method, path)
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")


def test_the_ledger_is_for_administrators(as_ana: Caller) -> None:
    assert as_ana("GET", "/deliveries").status_code == 403
    assert as_ana("POST", f"/deliveries/{new_id()}/retry").status_code == 403


def test_the_ledger_is_read_by_filters(
    world: World, as_admin: Caller, ana: str, bruno: str, mail_server: MailServer
) -> None:
    ticket = agreement(world, ana, bruno)
    agreement(world, ana, bruno)
    send_all(world)
    every = as_admin("GET", "/deliveries").get_json()["items"]
    assert len(every) == 4
    assert set(every[0]) >= {
        "id", "event", "recipient", "ticket_id", "channel", "state", "reason", "tries", "next_try_at", "sent_at",
    }  # fmt: skip
    assert every[0]["recipient"] == {"id": ana, "name": "Ana Souza"}
    assert every[0]["event"]["name"] == "flow.stage_entered"
    mails = as_admin("GET", f"/deliveries?channel=mail&state=sent&ticket_id={ticket}").get_json()["items"]
    assert [(m["channel"], m["tries"], m["sent_at"] is not None) for m in mails] == [("mail", 1, True)]
    assert as_admin("GET", f"/deliveries?recipient_id={bruno}").get_json()["items"] == []
    assert as_admin("GET", "/deliveries?event=flow.finished").get_json()["items"] == []
    assert as_admin("GET", "/deliveries?state=lost").status_code == 422
    assert as_admin("GET", "/deliveries?cursor=WyJ4Il0").status_code == 422


def test_a_parked_letter_is_sent_again_once_its_address_is_mended(
    world: World, as_admin: Caller, ana: str, bruno: str, mail_server: MailServer
) -> None:
    mail_server.at_recipient = lambda address, count: "550 5.1.1 no such user" if count == 1 else None
    agreement(world, ana, bruno)
    send_all(world)
    [parked] = as_admin("GET", "/deliveries?state=parked").get_json()["items"]
    answer = as_admin("POST", f"/deliveries/{parked['id']}/retry")
    assert (answer.status_code, answer.get_json()["state"], answer.get_json()["tries"]) == (202, "queued", 0)
    send_all(world)
    [sent] = as_admin("GET", "/deliveries?channel=mail").get_json()["items"]
    assert (sent["state"], sent["tries"]) == ("sent", 1)
    refused = as_admin("POST", f"/deliveries/{parked['id']}/retry")
    assert refused.status_code == 409
    assert len(mail_server.messages) == 1


def test_everything_is_on_until_a_person_chooses(as_ana: Caller) -> None:
    answer = as_ana("GET", "/preferences")
    found = answer.get_json()
    assert (answer.headers["ETag"], found["mail"], found["quiet_hours"], found["digest_minutes"]) == (
        '"0"', True, None, 0,
    )  # fmt: skip
    assert found["kinds"][0] == {
        "kind": "your_turn",
        "name": "É a minha vez",
        "in_app": True,
        "mail": True,
        "asked": [],
        "withheld": {"in_app": [], "mail": []},
        "optional": True,
    }


def test_choosing_needs_the_version_that_one_saw(as_ana: Caller) -> None:
    assert as_ana("PUT", "/preferences", {"mail": False}).status_code == 428
    assert as_ana("PUT", "/preferences", {"mail": False}, If_Match='"3"').status_code == 412
    first = as_ana("PUT", "/preferences", {"mail": False}, If_Match='"0"')
    assert (first.status_code, first.get_json()["mail"], first.headers["ETag"]) == (200, False, '"1"')
    second = as_ana("PUT", "/preferences", {"kinds": [{"kind": "stage", "mail": False}]}, If_Match='"1"')
    assert (second.get_json()["mail"], second.get_json()["version"]) == (True, 2)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kinds": [{"kind": "nothing"}]}, "kinds.0.kind"),
        ({"quiet_hours": {"from": "25:00", "until": "07:00"}}, "quiet_hours.from"),
        ({"quiet_hours": {"from": "07:00", "until": "07:00"}}, "quiet_hours.until"),
        ({"digest_minutes": 7}, "digest_minutes"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_choice_is_named(as_ana: Caller, body: dict[str, object], field: str) -> None:
    answer = as_ana("PUT", "/preferences", body, If_Match="*")
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [field])


def test_what_one_chose_is_kept_to_and_said_in_the_ledger(world: World, as_ana: Caller, ana: str, bruno: str) -> None:
    choice = {"kinds": [{"kind": "stage", "mail": False, "in_app": False}]}
    as_ana("PUT", "/preferences", choice, If_Match="*")
    ticket = world.submitted(ana)
    news = world.enters(ticket, TRIAGE, w.Holder(id=bruno), by=bruno)
    asked = world.enters(ticket, MORE, w.Holder(id=ana), by=bruno, side="client")
    assert [r[2:] for r in world.ledger(news.id)] == [
        ("in_app", "suppressed", "preference"),
        ("mail", "suppressed", "preference"),
    ]
    assert [r[2:4] for r in world.ledger(asked.id)] == [("in_app", "sent"), ("mail", "queued")]
    assert [n["kind"] for n in as_ana("GET", "/notifications").get_json()["items"]] == ["your_turn"]


def test_quiet_hours_and_digests_put_mail_off(world: World, as_ana: Caller, ana: str, bruno: str) -> None:
    as_ana("PUT", "/preferences", {"digest_minutes": 60}, If_Match="*")
    agreement(world, ana, bruno)
    rows = world.rows("SELECT extract(epoch FROM next_try_at - now()) > 3500 FROM deliveries WHERE channel = 'mail'")
    assert rows == [(True,)]


def test_one_click_unsubscribes_and_nobody_else_can_do_it(
    app: Flask, world: World, mail_server: MailServer, ana: str, bruno: str
) -> None:
    agreement(world, ana, bruno)
    send_all(world)
    link = mail_server.messages[0]["List-Unsubscribe"].strip("<>")
    path = link.removeprefix("https://vez.test/api/notify/v1")
    assert mail_server.messages[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    client = app.test_client()
    one_click = {"List-Unsubscribe": "One-Click"}
    assert client.get(f"/v1{path}").status_code == 405
    forged = path[:-1] + ("1" if path.endswith("0") else "0")
    assert client.post(f"/v1{forged}", data=one_click).status_code == 404
    assert client.post(f"/v1{path}", data=one_click).status_code == 204
    assert client.post(f"/v1{path}", data=one_click).status_code == 204
    agreement(world, ana, bruno)
    make_due(world)
    timers.send_mail(world.runtime)
    assert [r[3:] for r in world.ledger() if r[2] == "mail"] == [("sent", None), ("suppressed", "preference")]
    chain = world.rows("SELECT action FROM audit_log ORDER BY position")
    assert chain == [("unsubscribe",)]


def test_the_api_describes_itself_and_is_ready(app: Flask) -> None:
    client = app.test_client()
    paths = client.get("/v1/openapi.json").get_json()["paths"]
    assert {"/v1/notifications", "/v1/deliveries", "/v1/preferences", "/v1/parked", "/v1/audit"} <= set(paths)
    assert client.get("/readyz").status_code == 200


def test_what_one_may_not_see_any_more_is_not_shown(
    app: Flask, world: World, as_bruno: Caller, ana: str, bruno: str
) -> None:
    carla = world.person("Carla Dias")
    kept, lost, held = (world.submitted(ana, name) for name in ("Um", "Dois", "Três"))
    for ticket in (kept, lost, held):
        world.enters(ticket, TRIAGE, w.Holder(id=bruno), by=ana)
    for ticket in (kept, lost):
        world.enters(ticket, TRIAGE, w.Holder(id=carla), by=bruno)
    world.unseen.add((bruno, lost))

    def shown() -> list[str]:
        return [n["ticket"]["subject"] for n in as_bruno("GET", "/notifications").get_json()["items"]]

    assert shown() == ["Três", "Um"]
    world.is_ticket_service_down = True
    assert shown() == ["Três"]
