"""The track: the stages that a ticket walked, the present one, the likely next ones, and a list row's hint of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.portal import formats
from services.portal.shapes import Holder, Spell, Step, Ticket
from services.portal.tongue import gettext
from services.portal.words import Reader, first_name

MOST_LEGS = 8
SPANS = (timedelta(hours=4), timedelta(days=2), timedelta(days=4))
# Where each side stands on the axis: client first, attendant last, the others between.
AXIS = {"client": 0.0, "third_party": 0.5, "nobody": 0.5, "attendant": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A stage that is likely to come; an end has the side nobody."""

    name: str
    side: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One capsule of the track. `state`: done, now or next. `filled`: how much of the deadline is gone, in percent."""

    name: str
    who: str
    side: str
    state: str
    time: str = ""
    span: int = 1
    came_from: str | None = None
    filled: int | None = None

    @property
    def heading(self) -> str:
        """Which way the hand-off runs: up (towards the client), down or level."""
        if self.came_from is None or AXIS[self.came_from] == AXIS[self.side]:
            return "level"
        return "down" if AXIS[self.came_from] < AXIS[self.side] else "up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """The whole picture: its capsules and whether a third party needs a lane."""

    legs: list[Leg]
    lanes: int


def draw(ticket: Ticket, steps: Sequence[Step], ahead: Sequence[Ahead], reader: Reader, now: datetime) -> Track:
    """The track of a ticket: what was walked folds to the newest, what is ahead follows."""
    legs = [_walked(ticket, step, reader, now, newest=step is steps[-1]) for step in steps]
    if ticket.status == "draft" or not legs:
        legs = [_begun(ticket, reader)]
    return of(legs, ahead, reader, client=first_name(ticket.client.name))


def of(walked: list[Leg], ahead: Sequence[Ahead], reader: Reader, *, client: str = "") -> Track:
    """The picture of what was walked and what is ahead. `client`: what the client is called where others read it."""
    legs = _linked(_folded([*walked, *(_likely(each, reader, client) for each in ahead)], len(ahead)))
    has_third = any(leg.side == "third_party" for leg in legs)
    return Track(legs=legs, lanes=3 if has_third else 2)


def _walked(ticket: Ticket, step: Step, reader: Reader, now: datetime, *, newest: bool) -> Leg:
    if newest and ticket.status == "open":
        return _present(ticket, step, reader, now)
    length = (step.left_at or now) - step.entered_at
    ended = newest and ticket.status != "open"
    return Leg(
        name=step.stage.name,
        who=gettext("ended") if ended else _who(step.side, step.holder_after, ticket, reader),
        side="nobody" if ended else step.side,
        state="done",
        time=formats.day(step.entered_at) if ended else formats.lasting(length),
        span=1 if ended else _span(length),
    )


def _present(ticket: Ticket, step: Step, reader: Reader, now: datetime) -> Leg:
    turn = ticket.turn
    length = now - (turn.since or step.entered_at)
    time = formats.held_for(turn.since or step.entered_at, now)
    if ticket.due_at:
        time = gettext("%(since)s, until %(due)s", since=time, due=formats.by(ticket.due_at, now))
    return Leg(
        name=step.stage.name,
        who=turn.party or _who(turn.side, turn.holder, ticket, reader),
        side=turn.side,
        state="now",
        time=time,
        span=min(4, _span(length) + 1),
        filled=_filled(step.entered_at, ticket.due_at, now),
    )


def _begun(ticket: Ticket, reader: Reader) -> Leg:
    if ticket.status == "draft":
        return Leg(
            name=gettext("Request"), who=_who("client", None, ticket, reader), side="client", state="now", span=2
        )
    return Leg(name=gettext("Being forwarded"), who="", side="nobody", state="now", span=2)


def _likely(ahead: Ahead, reader: Reader, client: str) -> Leg:
    who = {
        "client": gettext("You") if reader.is_client else client,
        "third_party": gettext("Third party"),
        "nobody": gettext("ends"),
    }.get(ahead.side, gettext("Team"))
    return Leg(name=ahead.name, who=who, side=ahead.side, state="next")


def _who(side: str, holder: Holder | None, ticket: Ticket, reader: Reader) -> str:
    if side == "client":
        return gettext("You") if reader.is_client else first_name(ticket.client.name)
    if holder is None:
        return gettext("Third party") if side == "third_party" else gettext("Team")
    if holder.id == reader.id:
        return gettext("You")
    return holder.name if holder.queue else first_name(holder.name)


def _span(length: timedelta) -> int:
    return 1 + sum(length >= bound for bound in SPANS)


def _filled(since: datetime, due: datetime | None, now: datetime) -> int | None:
    if due is None or due <= since:
        return None if due is None else 100
    return max(0, min(100, round(100 * ((now - since) / (due - since)))))


def _folded(legs: list[Leg], ahead: int) -> list[Leg]:
    """At most eight capsules: the oldest become one."""
    walked = len(legs) - ahead
    room = max(2, MOST_LEGS - ahead)
    if walked <= room:
        return legs
    hidden = walked - room + 1
    fold = Leg(name=gettext("+%(num)d stages", num=hidden), who="", side=legs[hidden - 1].side, state="done")
    return [fold, *legs[hidden:]]


def _linked(legs: list[Leg]) -> list[Leg]:
    linked = []
    before: str | None = None
    for leg in legs:
        linked.append(_from(leg, before))
        before = leg.side
    return linked


def _from(leg: Leg, before: str | None) -> Leg:
    return Leg(
        name=leg.name,
        who=leg.who,
        side=leg.side,
        state=leg.state,
        time=leg.time,
        span=leg.span,
        came_from=before,
        filled=leg.filled,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A turn on a list row's hint, as the attributes of an SVG rectangle."""

    side: str
    state: str
    x: float
    width: float
    y: float
    height: float


MINI_WIDTH, MINI_GAP = 104.0, 2.0
MINI_TOP = {"client": 2.0, "third_party": 7.5, "nobody": 7.5, "attendant": 13.0}


def hint(ticket: Ticket, spells: Sequence[Spell], ahead: int, now: datetime) -> list[Bar]:
    """The turns of a list row, each as wide as its step of time, then what is likely ahead."""
    past = [spell for spell in spells if spell.side != "nobody"] or _now_only(ticket)
    is_open = ticket.status == "open"
    weights = [_span((spell.until or now) - spell.since) + 1.0 for spell in past]
    weights += [1.5] * (ahead if is_open else 0)
    scale = (MINI_WIDTH - MINI_GAP * max(0, len(weights) - 1)) / (sum(weights) or 1)
    bars, x = [], 0.0
    for index, weight in enumerate(weights):
        width = weight * scale
        bars.append(_bar(past, index, x, width, is_open))
        x += width + MINI_GAP
    return bars


def _now_only(ticket: Ticket) -> list[Spell]:
    since = ticket.turn.since or ticket.updated_at
    is_known = ticket.status == "open" and ticket.turn.side != "nobody"
    return [Spell(side=ticket.turn.side, since=since)] if since and is_known else []


def _bar(past: Sequence[Spell], index: int, x: float, width: float, is_open: bool) -> Bar:
    if index >= len(past):
        return Bar(side="nobody", state="next", x=round(x, 1), width=round(width, 1), y=7.5, height=7)
    side = past[index].side
    is_now = is_open and index == len(past) - 1
    lift = {"client": -1.0, "attendant": -1.5}.get(side, -1.5) if is_now else 0.0
    return Bar(
        side=side,
        state="now" if is_now else "was",
        x=round(x, 1),
        width=round(width, 1),
        y=MINI_TOP[side] + lift,
        height=9.5 if is_now else 7,
    )
