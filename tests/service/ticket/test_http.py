"""The conventions of HTTP: order of checks, entity tags, idempotency keys, waiting, languages, problems."""

from __future__ import annotations

import threading
import time

from shared.ids import new_id
from tests.service.ticket.house import GOOD, House


def test_the_order_of_checks(house: House) -> None:
    """401, 422 of form, 404, 403, 428, 409, 412, 422 of content."""
    ticket_id = house.routed()
    path, world = f"/tickets/{ticket_id}/advance", house.world
    good, empty = {"transition": "ask"}, {}
    assert world.call(None, "POST", path, empty).status_code == 401
    assert world.call(house.bia, "POST", path, empty).status_code == 422
    assert world.call(house.bia, "POST", path, good).status_code == 404
    assert (
        world.call(house.ana, "POST", f"/tickets/{ticket_id}/transfer", {"to": "x", "reason": "y"}).status_code == 403
    )
    assert world.call(house.ana, "POST", path, good).status_code == 428
    assert world.call(house.ana, "POST", path, good, If_Match='"999"').status_code == 409
    assert world.call(house.bruno, "POST", path, good, If_Match='"999"').status_code == 412
    assert world.call(house.bruno, "POST", path, good, If_Match="*").status_code == 422


def test_the_entity_tag_is_the_rows_version(house: House) -> None:
    answer = house.world.call(house.ana, "GET", f"/tickets/{house.routed()}")
    assert answer.headers["ETag"] == f'"{answer.json["version"]}"'
    accepted = house.post(house.bruno, answer.json["id"], "advance", {"transition": "analyse"})
    assert accepted.headers["ETag"] == f'"{answer.json["version"] + 1}"'


def test_the_same_key_and_body_give_the_same_answer_and_one_ticket(house: House) -> None:
    first = house.open(house.ana, submit=False, Idempotency_Key="one")
    again = house.open(house.ana, submit=False, Idempotency_Key="one")
    assert (again.status_code, again.json, again.headers["Location"]) == (201, first.json, first.headers["Location"])
    assert len(house.listed(house.ana)) == 1


def test_another_body_under_the_same_key_is_422_and_another_persons_key_is_another(house: House) -> None:
    house.open(house.ana, submit=False, Idempotency_Key="one")
    assert house.open(house.ana, submit=False, subject="Else", Idempotency_Key="one").status_code == 422
    assert house.open(house.bia, submit=False, Idempotency_Key="one").status_code == 201


def test_a_replayed_key_of_an_operation_gives_its_present_outcome(house: House) -> None:
    ticket_id = house.routed()

    def advance() -> tuple[int, str | None, bool]:
        answer = house.post(house.bruno, ticket_id, "advance", {"transition": "analyse"}, Idempotency_Key="go")
        return answer.status_code, (answer.json.get("stage") or {}).get("code"), bool(answer.json.get("pending"))

    assert advance() == (202, "triage", True)
    assert advance() == (202, "triage", True)
    house.flow.answer(ticket_id)
    assert advance() == (200, "analysis", False)
    assert len(house.world.said(ticket_id)) == 2


def test_a_replayed_key_of_a_refused_operation_gives_its_refusal(house: House) -> None:
    ticket_id = house.routed()
    house.post(house.bruno, ticket_id, "advance", {"transition": "analyse"}, Idempotency_Key="go")
    house.flow.refuse(ticket_id, "not-your-turn-any-more", "The turn that you saw is over. Look at the ticket again")
    again = house.post(house.bruno, ticket_id, "advance", {"transition": "analyse"}, Idempotency_Key="go")
    assert (again.status_code, again.json["type"]) == (409, "urn:vez:problem:not-your-turn-any-more")


def test_only_2xx_answers_are_stored(house: House) -> None:
    draft = house.draft(parameters={})
    assert house.post(house.ana, draft, "submit", Idempotency_Key="go").status_code == 422
    house.patch(house.ana, draft, {"parameters": GOOD})
    assert house.post(house.ana, draft, "submit", Idempotency_Key="go").status_code == 202


def answered_soon(house: House, ticket_id: str, *, refuse: bool = False) -> threading.Thread:
    """The flow answers a moment from now, as soon as something is asked."""
    asked = len(house.world.said(ticket_id))

    def answer() -> None:
        for _ in range(500):
            if len(house.world.said(ticket_id)) > asked:
                break
            time.sleep(0.01)
        house.flow.refuse(ticket_id) if refuse else house.flow.answer(ticket_id)

    thread = threading.Thread(target=answer)
    thread.start()
    return thread


def test_who_prefers_to_wait_gets_the_outcome(house: House) -> None:
    ticket_id = house.routed()
    flow = answered_soon(house, ticket_id)
    answer = house.post(house.bruno, ticket_id, "advance", {"transition": "analyse"}, Prefer="wait=5")
    flow.join()
    assert (answer.status_code, answer.json["stage"]["code"]) == (200, "analysis")
    assert answer.headers["Preference-Applied"] == "wait=5"


def test_who_prefers_to_wait_gets_the_late_refusal(house: House) -> None:
    ticket_id = house.routed()
    flow = answered_soon(house, ticket_id, refuse=True)
    answer = house.post(house.bruno, ticket_id, "advance", {"transition": "analyse"}, Prefer="wait=5")
    flow.join()
    assert (answer.status_code, answer.json["type"]) == (409, "urn:vez:problem:not-your-turn")


def test_who_waited_in_vain_gets_202(house: House) -> None:
    answer = house.post(house.bruno, house.routed(), "advance", {"transition": "analyse"}, Prefer="wait=1")
    assert (answer.status_code, answer.json["pending"]["kind"]) == (202, "advance")


def test_problems_speak_the_persons_language(house: House) -> None:
    ticket_id = house.routed()
    seen = {}
    for language in ("pt-BR", "en", "es"):
        house.world.changed(house.ana, language=language)
        answer = house.post(house.ana, ticket_id, "advance", {"transition": "analyse"})
        seen[language] = answer.json["detail"]
        assert answer.headers["Content-Language"] == language
        assert answer.content_type == "application/problem+json"
    assert seen["en"] == "It is Bruno Alves's turn now"
    assert len(set(seen.values())) == 3
    assert all("Bruno Alves" in text for text in seen.values())


def test_names_of_stages_and_fields_are_in_the_readers_language(house: House) -> None:
    ticket_id = house.routed()
    assert house.get(house.ana, ticket_id)["stage"]["name"] == "Received"
    assert house.get(house.bruno, ticket_id)["stage"]["name"] == "Triage"
    house.world.changed(house.bruno, language="pt-BR")
    ticket = house.get(house.bruno, ticket_id)
    assert (ticket["stage"]["name"], ticket["type"]["name"], ticket["group"]["name"]) == (
        "Triagem",
        "Contestação",
        "Financeiro",
    )
    assert ticket["fields"][0]["label"] == "Fatura"


def test_visibility_is_for_services_only(house: House) -> None:
    ticket_id, draft = house.routed(), house.draft()
    pairs = [
        {"person_id": person, "ticket_id": ticket}
        for person in (house.ana, house.bia, house.bruno, house.admin, new_id())
        for ticket in (ticket_id, draft, new_id())
    ]
    assert house.world.call(house.admin, "POST", "/visibility", {"pairs": pairs}).status_code == 403
    answer = house.world.call("service", "POST", "/visibility", {"pairs": pairs})
    assert answer.status_code == 200, answer.text
    seen = {(i["person_id"], i["ticket_id"]) for i in answer.json["items"] if i["visible"]}
    assert seen == {(house.ana, ticket_id), (house.ana, draft), (house.bruno, ticket_id), (house.admin, ticket_id)}
    assert [{k: i[k] for k in ("person_id", "ticket_id")} for i in answer.json["items"]] == pairs
