"""Reading what a rehearsal needs from a running system, by its public endpoints, and nothing written there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import takewhile
from typing import Any, Final

from services.workflow.rules.facts import Standing
from services.workflow.rules.settings import DEFAULT_ATTENDANT, FALLBACK_QUEUE
from shared.catalog import reading
from shared.catalog.definitions import Catalog
from shared.contracts.workflow import Holder
from shared.ids import SYSTEM
from vez.export.reading import ahead
from vez.logs.model import parse_instant
from vez.rehearsal.house import House
from vez.rehearsal.recorded import Entry, Kind, Move, Recorded
from vez.replay.api import Api, Refused, Session
from vez.replay.play import TICKETS

CATALOG: Final = "/api/workflow/v1/catalog"
SETTINGS: Final = "/api/workflow/v1/settings"
PEOPLE: Final = "/api/identity/v1/people"
PROFILES: Final = "/api/identity/v1/profiles"
ATTEND: Final = "ticket.attend"
PASSED_ON: Final[dict[str, Kind]] = {
    "take": "take", "transfer": "transfer", "wait": "wait", "schedule": "schedule", "resume": "resume",
}  # fmt: skip
"""What of a turn's causes was somebody's doing; the others are the flow's."""


class Reader:
    """What an administrator reads. Raises Refused, GivenUp."""

    def __init__(self, api: Api, admin: Session) -> None:
        self._api = api
        self._admin = admin
        self.kinds: dict[str, str | None] = {}
        """The client kind of each person, known once `house` was read."""

    def catalog(self) -> Catalog:
        """The present catalog."""
        answer = self._api.call(self._admin, "GET", CATALOG, headers={"Accept": "application/yaml"})
        return reading.read(answer.body.decode(), "the present catalog", has_global_fallback=True)

    def settings(self) -> dict[str, Any]:
        """The settings' values by key."""
        return {each["key"]: each["value"] for each in self._api.get(self._admin, SETTINGS)["items"]}

    def house(self, catalog: Catalog, settings: dict[str, Any]) -> House:
        """People and settings, with the draft laid over the present catalog."""
        able = {
            each["code"]
            for each in self._api.items(self._admin, PROFILES)
            if ATTEND in each["permissions"] and not each["is_retired"]
        }
        people, ids = {}, {}
        for each in self._api.items(self._admin, PEOPLE):
            can_attend = each["is_active"] and not able.isdisjoint(each["profiles"])
            people[each["id"]] = Standing(each["id"], each["name"], can_attend)
            self.kinds[each["id"]] = each["kind"]
            if each["email"] is not None:
                ids[each["email"].lower()] = each["id"]
        return House(
            catalog=catalog,
            people=people,
            ids=ids,
            default_attendant=settings.get(DEFAULT_ATTENDANT),
            fallback_queue=settings.get(FALLBACK_QUEUE),
        )

    def tickets(
        self, type: str, since: datetime, *, with_understandings: bool, read_one: Callable[[], None]
    ) -> Iterator[Recorded]:
        """The tickets of a type that were made since then and submitted, newest first; a deleted one is left out."""
        listed = self._api.items(self._admin, TICKETS, **{"as": "attendant", "filter": "all", "type": type})
        recent = takewhile(lambda line: parse_instant(line["created_at"]) >= since, listed)

        def read(line: Any) -> Recorded | None:
            path = f"{TICKETS}/{line['id']}"
            try:
                ticket = self._api.get(self._admin, path)
                history = list(self._api.items(self._admin, f"{path}/history"))
                turns = list(self._api.items(self._admin, f"{path}/turns"))
                written = self._api.items(self._admin, f"{path}/understandings") if with_understandings else ()
                return recorded(ticket, history, turns, list(written), self.kinds.get(ticket["client"]["id"]))
            except Refused as refused:
                if refused.status != 404:
                    raise
                return None

        for found in ahead(read, (line for line in recent if line["submitted_at"] is not None)):
            read_one()
            if found is not None:
                yield found


def recorded(
    ticket: Any, history: list[Any], turns: list[Any], written: list[Any], kind: str | None
) -> Recorded | None:
    """A ticket as its endpoints tell it; None where it entered no stage yet."""
    if not history:
        return None
    first = history[0]
    entries = tuple(
        Entry(stage=row["stage"]["code"], at=parse_instant(row["entered_at"]), holder=_holder(row["holder_after"]))
        for row in history
    )
    moves = [_entering(row) for row in history[1:]] + list(_passed_on(turns)) + list(_cancelling(ticket, history))
    return Recorded(
        number=ticket["number"],
        type=ticket["type"]["code"],
        client_id=ticket["client"]["id"],
        requester_id=_id(first["by"]) or ticket["client"]["id"],
        submitted_at=entries[0].at,
        entries=entries,
        moves=tuple(sorted(moves, key=lambda move: move.at)),
        ended_at=parse_instant(ticket["ended_at"]) if ticket["ended_at"] is not None else None,
        client_kind=kind,
        group=ticket["group"]["code"],
        priority=ticket["priority"],
        values={code: value for code, value in ticket["parameters"].items() if value is not None},
        understood_at=tuple(parse_instant(each["created_at"]) for each in written),
    )


def _entering(row: Any) -> Move:
    """An entry after the first: a transition, or (without one) a reopening."""
    return Move(
        at=parse_instant(row["entered_at"]),
        kind="advance" if row["transition"] is not None else "reopen",
        stage=row["stage"]["code"],
        by=_id(row["by"]),
        by_clock=row["transition"] is not None and _id(row["by"]) == SYSTEM.id,
        transition=row["transition"],
        holder=_holder(row["holder_after"]),
        commented=bool(row["comment"]),
    )


def _passed_on(turns: list[Any]) -> Iterator[Move]:
    for n, row in enumerate(turns):
        kind = PASSED_ON.get(row["cause"])
        if kind is None or row["stage"] is None:
            continue
        yield Move(
            at=parse_instant(row["since"]),
            kind=kind,
            stage=row["stage"]["code"],
            by=_id(row["by"]),
            holder=_holder(row["holder"]),
            until=parse_instant(turns[n + 1]["since"]) if n + 1 < len(turns) else None,
        )


def _cancelling(ticket: Any, history: list[Any]) -> Iterator[Move]:
    """A ticket that was cancelled from outside its flow has an end, and no row of it in the stage history."""
    last = history[-1]
    if ticket["status"] == "cancelled" and last["left_at"] is not None:
        yield Move(at=parse_instant(last["left_at"]), kind="cancel", stage=last["stage"]["code"])


def _holder(shown: Any) -> Holder | None:
    return None if shown is None else Holder(id=shown["id"], queue=bool(shown["queue"]))


def _id(shown: Any) -> str | None:
    return None if shown is None else shown["id"]
