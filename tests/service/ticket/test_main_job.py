"""The main job: open, route, advance, history."""

from __future__ import annotations

from tests.service.ticket.house import House


def test_submission_is_accepted_at_once_and_awaits_routing(house: House) -> None:
    answer = house.open(house.ana)
    assert answer.status_code == 202, answer.text
    ticket = answer.json
    assert ticket["status"] == "open"
    assert ticket["stage"] is None
    assert ticket["turn"]["side"] == "nobody"
    assert ticket["pending"]["kind"] == "submit"
    assert answer.headers["Location"] == f"/v1/tickets/{ticket['id']}/operations/{ticket['pending']['id']}"
    assert house.listed(house.ana, "filter=awaiting") == [ticket["id"]]
    assert house.listed(house.ana, "filter=my_turn") == []


def test_the_flow_gives_the_turn_to_the_default_attendant(house: House) -> None:
    ticket_id = house.routed()
    ticket = house.get(house.bruno, ticket_id)
    assert ticket["stage"]["code"] == "triage"
    assert ticket["turn"]["holder"] == {"id": house.bruno, "name": "Bruno Alves", "queue": False}
    assert ticket["pending"] is None
    assert house.listed(house.bruno, "filter=my_turn") == [ticket_id]
    assert [t["code"] for t in ticket["transitions"]] == ["analyse", "ask", "big", "repair", "refuse"]


def test_an_advance_is_carried_out_asynchronously_and_the_history_tells(house: House) -> None:
    ticket_id = house.routed()
    answer = house.post(house.bruno, ticket_id, "advance", {"transition": "ask", "comment": "Which invoice?"})
    assert answer.status_code == 202, answer.text
    assert answer.json["pending"]["kind"] == "advance"
    assert answer.json["transitions"] == []
    house.flow.answer(ticket_id)
    seen = house.get(house.ana, ticket_id)
    assert (seen["stage"]["code"], seen["turn"]["side"], seen["pending"]) == ("more", "client", None)
    history = house.get(house.ana, ticket_id, "/history")["items"]
    assert [(row["stage"]["code"], row["transition"], row["comment"]) for row in history] == [
        ("triage", None, None),
        ("more", "ask", "Which invoice?"),
    ]
    assert history[0]["by"] == {"id": house.ana, "name": "Ana Souza"}
    assert history[1]["by"] == {"id": house.bruno, "name": "Bruno Alves"}
    assert history[0]["left_at"] == history[1]["entered_at"]
    assert history[1]["holder_after"] == {"id": house.ana, "name": "Ana Souza", "queue": False}
