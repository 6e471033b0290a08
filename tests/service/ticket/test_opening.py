"""Opening: drafts, submissions, and what is refused at the door."""

from __future__ import annotations

from shared.contracts.ticket import Drafted, SubmitRequested
from shared.contracts.workflow import CatalogPublished
from shared.ids import new_id
from tests.service.ticket.house import GOOD, House


def test_save_keeps_a_draft_that_is_not_in_the_flow(house: House) -> None:
    answer = house.open(house.ana, submit=False)
    assert answer.status_code == 201
    draft = answer.json
    assert (draft["status"], draft["turn"]["side"], draft["stage"], draft["pending"]) == ("draft", "client", None, None)
    assert answer.headers["Location"] == f"/v1/tickets/{draft['id']}"
    assert [type(e) for e in house.world.said(draft["id"])] == [Drafted]
    assert house.listed(house.ana, "filter=my_turn") == [draft["id"]]


def test_a_draft_has_a_number_from_its_creation(house: House) -> None:
    first, second = house.open(house.ana, submit=False).json, house.open(house.ana, submit=False).json
    year, _, sequence = first["number"].partition("-")
    assert second["number"] == f"{year}-{int(sequence) + 1:06d}"


def test_drafts_are_seen_by_their_author_only(house: House) -> None:
    draft = house.draft()
    for other in (house.bia, house.bruno, house.admin):
        assert house.world.call(other, "GET", f"/tickets/{draft}").status_code == 404
        assert draft not in house.listed(other)


def test_required_parameters_are_not_demanded_until_submit(house: House) -> None:
    draft = house.draft(parameters={})
    answer = house.post(house.ana, draft, "submit")
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {"invoice", "amount"}
    assert house.patch(house.ana, draft, {"parameters": GOOD}).status_code == 200
    assert house.post(house.ana, draft, "submit").status_code == 202


def test_a_submission_needs_a_subject(house: House) -> None:
    answer = house.open(house.ana, subject="  ")
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"subject"})


def test_submit_requested_alone_is_said_with_what_notify_keeps_and_what_conditions_need(house: House) -> None:
    ticket = house.open(house.ana).json
    (event,) = house.world.said(ticket["id"])
    assert isinstance(event, SubmitRequested)
    assert (event.number, event.subject, event.client_id) == (ticket["number"], "Charged twice", house.ana)
    assert (event.type, event.version, event.priority, event.ordinal) == ("dispute", 1, "high", 0)
    assert event.operation_id == ticket["pending"]["id"]
    assert event.values["parameters"] == GOOD
    assert event.values["client"] == {"id": house.ana, "kind": "customer"}


def test_a_wrong_value_is_refused_in_a_draft_too_and_names_the_field(house: House) -> None:
    answer = house.open(house.ana, submit=False, parameters={"invoice": "12", "amount": "0"})
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {"invoice", "amount"}


def test_a_parameter_that_the_side_does_not_see_looks_unknown(house: House) -> None:
    refund = house.open(house.ana, parameters={**GOOD, "refund": "1"}).json["errors"]["refund"]
    nothing = house.open(house.ana, parameters={**GOOD, "nothing": "1"}).json["errors"]["nothing"]
    assert refund == nothing


def test_a_parameter_whose_when_is_false_is_neither_asked_nor_kept(house: House) -> None:
    ticket = house.open(house.ana, parameters={**GOOD, "reason": "duplicate", "which": "kept?"}).json
    assert "which" not in ticket["parameters"]
    answer = house.open(house.ana, parameters={**GOOD, "reason": "other"})
    assert set(answer.json["errors"]) == {"which"}


def test_only_types_that_their_kind_and_profile_allow(house: House) -> None:
    answer = house.open(house.leo)
    assert (answer.status_code, answer.json["type"]) == (403, "urn:vez:problem:type-not-yours")


def test_an_unknown_type_is_asked_for_once_then_refused(house: House) -> None:
    answer = house.open(house.ana, type="nothing")
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"type"})
    assert house.world.questions == ["http://workflow.test/v1/types/nothing"]


def test_a_retired_type_takes_no_new_tickets(house: House) -> None:
    event, _ = house.world.type_events(house.world.catalog["dispute"], retired=True)
    house.world.say(event)
    assert set(house.open(house.ana).json["errors"]) == {"type"}


def test_without_portal_client_online_opening_answers_403(house: House) -> None:
    house.world.profile("bare", ["ticket.open"])
    bare = house.world.person("Caio", "bare", kind="customer")
    assert house.open(bare).status_code == 403


def test_the_types_default_priority_is_changed_by_attendants_only(house: House) -> None:
    assert house.open(house.ana).json["priority"] == "high"
    assert house.open(house.ana, priority="urgent").status_code == 403
    assert house.open(house.bruno, client=house.ana, priority="urgent").json["priority"] == "urgent"


def test_a_template_of_the_type_fills_what_is_not_given(house: House) -> None:
    body = {"type": "dispute", "template": "twice", "parameters": GOOD, "submit": True}
    ticket = house.world.call(house.ana, "POST", "/tickets", body).json
    assert (ticket["subject"], ticket["parameters"]["reason"]) == ("Cobrado em dobro", "duplicate")


def test_an_own_template_fills_what_is_not_given(house: House) -> None:
    kept = house.world.call(
        house.ana, "POST", "/templates", {"type": "dispute", "name": "Mine", "subject": "Again", "parameters": GOOD}
    )
    assert kept.status_code == 201, kept.text
    body = {"type": "dispute", "template": kept.json["id"], "submit": True}
    answer = house.world.call(house.ana, "POST", "/tickets", body)
    assert (answer.status_code, answer.json["subject"]) == (202, "Again")
    theirs = house.world.call(house.bia, "POST", "/tickets", body)
    assert set(theirs.json["errors"]) == {"template"}


def test_an_attendant_opens_on_behalf_and_the_clients_column_judges(house: House) -> None:
    answer = house.open(house.bruno, client="ana@cliente.test", parameters={})
    assert set(answer.json["errors"]) == {"invoice", "amount"}
    ticket = house.open(house.bruno, client="ana@cliente.test").json
    assert ticket["client"] == {"id": house.ana, "name": "Ana Souza"}
    assert ticket["id"] in house.listed(house.ana)


def test_a_client_opens_for_nobody_else(house: House) -> None:
    assert house.open(house.ana, client=house.bia).status_code == 403


def test_a_guardian_opens_for_a_dependant(house: House) -> None:
    child = house.world.client("Caio", guardians=[house.ana])
    ticket = house.open(house.ana, client=child).json
    assert ticket["client"]["id"] == child
    assert house.listed(house.ana, "scope=dependants") == [ticket["id"]]
    assert house.listed(house.ana) == []


def test_a_client_whom_the_replica_lacks_is_asked_of_identity(house: House) -> None:
    caio = house.world.client("Caio", told=False, email="caio@cliente.test")
    assert house.open(caio).status_code == 202
    assert f"http://identity.test/v1/replica/people/{caio}" in house.world.questions


def test_create_one_from_another_relates_the_two(house: House) -> None:
    first = house.routed()
    second = house.open(house.bruno, client=house.ana, created_from=first).json["id"]
    (relation,) = house.get(house.bruno, second, "/relations")["items"]
    assert (relation["kind"], relation["ticket"]["id"]) == ("created_from", first)
    (origin,) = house.get(house.bruno, first, "/relations")["items"]
    assert (origin["kind"], origin["ticket"]["id"]) == ("origin_of", second)


def test_a_submission_is_judged_by_the_version_that_is_current_then(house: House) -> None:
    draft = house.draft()
    house.world.say(CatalogPublished(type="dispute", version=2))
    ticket = house.post(house.ana, draft, "submit").json
    assert ticket["flow_version"] == 2
    assert house.world.said(draft)[-1].version == 2


def test_a_refused_submission_is_a_draft_again_and_its_author_is_told_why(house: House) -> None:
    ticket = house.open(house.ana).json
    house.flow.refuse(ticket["id"], "type-retired", "Type %(type)s takes no new tickets")
    draft = house.get(house.ana, ticket["id"])
    assert (draft["status"], draft["turn"]["side"], draft["pending"]) == ("draft", "client", None)
    operation = house.get(house.ana, ticket["id"], f"/operations/{ticket['pending']['id']}")
    assert operation["state"] == "refused"
    assert operation["problem"]["type"] == "urn:vez:problem:type-retired"
    assert house.post(house.ana, ticket["id"], "submit").status_code == 202
    house.flow.answer(ticket["id"])
    assert house.get(house.ana, ticket["id"])["stage"]["code"] == "triage"


def test_unknown_fields_are_refused(house: House) -> None:
    answer = house.open(house.ana, nothing=1)
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"nothing"})


def test_unreadable_signs_are_refused_everywhere(house: House) -> None:
    assert set(house.open(house.ana, subject="a\x00b").json["errors"]) == {"subject"}
    assert house.open(house.ana, parameters={"invoice": "1\x002"}).status_code == 422


def test_a_subject_is_edited_by_the_client_only_on_their_turn(house: House) -> None:
    ticket_id = house.on_the_clients_turn()
    assert house.patch(house.ana, ticket_id, {"subject": "Charged thrice"}).json["subject"] == "Charged thrice"
    house.done(house.ana, ticket_id, "advance", {"transition": "answer"})
    assert house.patch(house.ana, ticket_id, {"subject": "No"}).status_code == 409
    assert house.patch(house.bruno, ticket_id, {"subject": "No"}).status_code == 403


def test_values_that_are_the_same_change_nothing(house: House) -> None:
    draft = house.open(house.ana, submit=False).json
    answer = house.patch(house.ana, draft["id"], {"parameters": GOOD, "subject": draft["subject"]})
    assert answer.json["version"] == draft["version"]


def test_null_empties(house: House) -> None:
    draft = house.draft(parameters={**GOOD, "reason": "duplicate"})
    answer = house.patch(house.ana, draft, {"parameters": {"reason": None}, "description": None})
    assert (answer.json["parameters"]["reason"], answer.json["description"]) == (None, "")


def test_a_person_that_nobody_is_is_refused_after_asking(house: House) -> None:
    ticket_id = house.in_analysis()
    house.done(house.carla, ticket_id, "take")
    nobody = new_id()
    answer = house.patch(house.carla, ticket_id, {"parameters": {"witness": nobody}})
    assert set(answer.json["errors"]) == {"witness"}
    assert f"http://identity.test/v1/replica/people/{nobody}" in house.world.questions
    assert house.patch(house.carla, ticket_id, {"parameters": {"witness": house.bia}}).status_code == 200
