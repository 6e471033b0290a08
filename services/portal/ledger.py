"""The ledger: whose turn it was, in true time, in percent of a window from the ticket's beginning to its deadline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.portal import formats
from services.portal.shapes import Spell
from services.portal.tongue import gettext

LANES = ("client", "third_party", "attendant")
STEPS = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 1440, 2880, 10080, 20160, 43200, 129600, 525600)
)
MOST_TICKS = 12
DAY = timedelta(days=1)
SHOWN_AHEAD = 0.35
LEAST = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    x: float
    text: str
    month: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A turn on its lane, in percent of the window."""

    side: str
    x: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """How long one side had the turn; side total for the whole."""

    side: str
    label: str
    length: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The picture: `due_beyond` says that the deadline lies past the right edge."""

    lanes: list[str]
    blocks: list[Block]
    ticks: list[Tick]
    sums: list[Sum]
    now: float | None
    due: float | None
    due_text: str
    due_beyond: bool

    @property
    def name(self) -> str:
        """The sums as a sentence, for who does not see the picture."""
        return ", ".join(f"{each.label} {each.length}" for each in self.sums)


@dataclass(frozen=True, slots=True)
class Window:
    """The span of time that the picture shows."""

    start: datetime
    end: datetime
    step: timedelta

    def at(self, moment: datetime) -> float:
        """Where a moment lies, in percent."""
        return round(100 * ((moment - self.start) / (self.end - self.start)), 2)


def draw(spells: Sequence[Spell], due: datetime | None, now: datetime, *, is_client: bool) -> Ledger | None:
    """The ledger of a ticket; None before its first turn."""
    if not spells:
        return None
    ended = spells[-1].side == "nobody" and spells[-1].until is None and due is None
    last = spells[-1].since if ended else now
    window = _window(spells[0].since, last, due)
    return Ledger(
        lanes=[lane for lane in LANES if lane != "third_party" or any(each.side == lane for each in spells)],
        blocks=[_block(each, window, last) for each in spells if each.side != "nobody"],
        ticks=_ticks(window),
        sums=_sums(spells, last, is_client),
        now=None if ended else window.at(now),
        due=min(99.9, window.at(due)) if due and due > window.start else None,
        due_text=_due_text(due, window, now) if due else "",
        due_beyond=bool(due and due > window.end),
    )


def _window(first: datetime, last: datetime, due: datetime | None) -> Window:
    shown = max(last - first, LEAST)
    limit = first + shown * (1 + SHOWN_AHEAD)
    wanted = min(limit, due) if due and due > last else last
    step = next((each for each in STEPS if (max(wanted, first + shown) - first) / each <= MOST_TICKS), STEPS[-1])
    start = _floor(formats.local(first), step)
    end = _floor(formats.local(max(wanted, first + shown)), step) + step
    return Window(start, end, step)


def _floor(moment: datetime, step: timedelta) -> datetime:
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight if step >= DAY else midnight + (moment - midnight) // step * step


def _block(spell: Spell, window: Window, last: datetime) -> Block:
    x = window.at(spell.since)
    return Block(side=spell.side, x=x, width=max(0.3, round(window.at(spell.until or last) - x, 2)))


def _ticks(window: Window) -> list[Tick]:
    ticks: list[Tick] = []
    moment = window.start
    while moment < window.end:
        ticks.append(_tick(window, moment, first=not ticks))
        moment += window.step
    return ticks


def _tick(window: Window, moment: datetime, *, first: bool) -> Tick:
    if window.step < DAY:
        return Tick(x=window.at(moment), text=formats.clock_time(moment))
    here = formats.local(moment)
    if first or here.day <= window.step.days or window.step.days > 1:
        return Tick(x=window.at(moment), text=str(here.day), month=f"/{here.month}")
    return Tick(x=window.at(moment), text=str(here.day))


def _due_text(due: datetime, window: Window, now: datetime) -> str:
    if due > window.end:
        return f"{formats.by(due, now)} →"
    return gettext("deadline")


def _sums(spells: Sequence[Spell], last: datetime, is_client: bool) -> list[Sum]:
    lengths: dict[str, timedelta] = {}
    for spell in spells:
        lengths[spell.side] = lengths.get(spell.side, timedelta()) + max(
            timedelta(), (spell.until or last) - spell.since
        )
    named = {
        "client": gettext("With you") if is_client else gettext("With the client"),
        "attendant": gettext("With the team"),
        "third_party": gettext("With third parties"),
    }
    sums = [
        Sum(side=side, label=named[side], length=formats.lasting(lengths[side])) for side in named if side in lengths
    ]
    total = last - spells[0].since
    return [*sums, Sum(side="total", label=gettext("In all"), length=formats.lasting(total))]
