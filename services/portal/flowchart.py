"""A flow as a diagram: stages in the bands of their sides, by how far they are from the first, ends at the right."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from services.portal.course import stage_name
from services.portal.tongue import gettext
from services.portal.words import Reader
from shared.catalog.definitions import Due, Stage, Transition, TypeVersion, text_in

BOX_WIDTH, BOX_HEIGHT = 148, 64
END_WIDTH, END_HEIGHT = 124, 40
COLUMN, ROW = 252, 118
LEFT, TOP = 44, 34
BANDS: Final = ("client", "third_party", "attendant")
MOST_LABELS: Final = 18
LINE: Final = 17


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A stage: where it lies, and how it is drawn."""

    code: str
    lines: tuple[str, ...]
    name: str
    side: str
    meta: str
    x: float
    y: float
    width: float
    height: float
    is_end: bool = False
    is_walked: bool = False
    is_now: bool = False

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A transition: its curve, its words and where they stand."""

    path: str
    text: str
    x: float
    y: float
    is_walked: bool
    has_condition: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The stages of one side."""

    side: str
    name: str
    y: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A stage and the ways on from it, as words: the diagram for who does not see it."""

    stage: str
    ways: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The whole picture."""

    width: float
    height: float
    bands: list[Band]
    boxes: list[Box]
    edges: list[Edge]
    ways: list[Way]
    ends_at: float


def draw(
    version: TypeVersion, reader: Reader, language: str, *, walked: Sequence[str] = (), now: str | None = None
) -> Chart:
    """The diagram of a version's flow; `walked` are the stages that a ticket was in, in order."""
    flow = version.flow
    depths = _depths(version)
    inner = [stage for stage in flow.stages if stage.terminal is None]
    rows = _rows(inner, depths)
    bands = _bands(inner, rows)
    ends_at = LEFT + (max((depths[stage.code] for stage in inner), default=0) + 1) * COLUMN
    boxes = {stage.code: _box(stage, depths, rows, bands, reader, language, walked, now) for stage in inner}
    boxes |= _ends([stage for stage in flow.stages if stage.terminal], ends_at, bands, reader, language, walked)
    edges = _edges(version, boxes, language, walked)
    height = max([band.y + band.height for band in bands] + [box.y + box.height + 8 for box in boxes.values()])
    return Chart(
        width=ends_at + END_WIDTH + 24,
        height=height,
        bands=bands,
        boxes=list(boxes.values()),
        edges=edges,
        ways=[_way(stage, version, reader, language) for stage in inner],
        ends_at=ends_at - 26,
    )


def _depths(version: TypeVersion) -> dict[str, int]:
    """How many transitions each stage is from the first; those that cannot be reached stand after all others."""
    by_code = version.flow.stage_by_code
    depths = {version.flow.first: 0}
    waiting = deque([version.flow.first])
    while waiting:
        code = waiting.popleft()
        for transition in by_code[code].transitions:
            if transition.to in by_code and transition.to not in depths:
                depths[transition.to] = depths[code] + 1
                waiting.append(transition.to)
    beyond = max(depths.values()) + 1
    return {stage.code: depths.get(stage.code, beyond) for stage in version.flow.stages}


def _rows(stages: Sequence[Stage], depths: Mapping[str, int]) -> dict[str, int]:
    """In which row of its band a stage stands: the first that is free in its column."""
    taken: dict[tuple[str, int], int] = {}
    rows = {}
    for stage in stages:
        place = (stage.side or "attendant", depths[stage.code])
        rows[stage.code] = taken.get(place, 0)
        taken[place] = rows[stage.code] + 1
    return rows


def _bands(stages: Sequence[Stage], rows: Mapping[str, int]) -> list[Band]:
    named = {"client": gettext("Client"), "third_party": gettext("Third parties"), "attendant": gettext("Team")}
    bands: list[Band] = []
    y = 0.0
    for side in BANDS:
        inside = [rows[stage.code] for stage in stages if (stage.side or "attendant") == side]
        if not inside and side == "third_party":
            continue
        height = TOP + (max(inside, default=0) + 1) * ROW
        bands.append(Band(side=side, name=named[side], y=y, height=height))
        y += height
    return bands


def _box(
    stage: Stage,
    depths: Mapping[str, int],
    rows: Mapping[str, int],
    bands: Sequence[Band],
    reader: Reader,
    language: str,
    walked: Sequence[str],
    now: str | None,
) -> Box:
    band = next(band for band in bands if band.side == (stage.side or "attendant"))
    name = stage_name(stage, reader, language)
    return Box(
        code=stage.code,
        name=name,
        lines=_lines(name),
        side=stage.side or "attendant",
        meta=_meta(stage),
        x=LEFT + depths[stage.code] * COLUMN,
        y=band.y + TOP + rows[stage.code] * ROW,
        width=BOX_WIDTH,
        height=BOX_HEIGHT,
        is_walked=stage.code in walked,
        is_now=stage.code == (now or (walked[-1] if walked else None)),
    )


def _ends(
    stages: Sequence[Stage], x: float, bands: Sequence[Band], reader: Reader, language: str, walked: Sequence[str]
) -> dict[str, Box]:
    whole = bands[-1].y + bands[-1].height
    gap = max(END_HEIGHT + 12, (whole - TOP) / max(1, len(stages)))
    boxes = {}
    for index, stage in enumerate(stages):
        name = stage_name(stage, reader, language)
        boxes[stage.code] = Box(
            code=stage.code,
            name=name,
            lines=_lines(name)[:1],
            side="nobody",
            meta="",
            x=x,
            y=TOP + index * gap,
            width=END_WIDTH,
            height=END_HEIGHT,
            is_end=True,
            is_walked=stage.code in walked,
        )
    return boxes


def _lines(name: str) -> tuple[str, ...]:
    """The name in at most two lines that fit the box."""
    lines = [""]
    for word in name.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > LINE:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    cut = [line if len(line) <= LINE else f"{line[: LINE - 1]}…" for line in lines[:2]]
    if len(lines) > 2:
        cut[1] = f"{cut[1][: LINE - 1].rstrip('…')}…"
    return tuple(cut)


def _meta(stage: Stage) -> str:
    if stage.kind == "approval":
        return gettext("decision")
    return deadline(stage.due) if stage.due else ""


def deadline(due: Due) -> str:
    """A deadline's length: 2 dias úteis, 4 h úteis."""
    amount, unit = due.within.amount, due.within.unit
    if unit == "d":
        text = gettext("%(num)d days", num=amount) if amount != 1 else gettext("1 day")
    else:
        text = f"{amount} {unit}"
    return gettext("%(length)s, working time", length=text) if due.calendar else text


def _edges(version: TypeVersion, boxes: Mapping[str, Box], language: str, walked: Sequence[str]) -> list[Edge]:
    count = sum(len(stage.transitions) for stage in version.flow.stages)
    taken = set(pairwise(walked))
    lines = [
        Line(boxes[stage.code], boxes[transition.to], transition)
        for stage in version.flow.stages
        for transition in stage.transitions
        if transition.to in boxes
    ]
    edges = [_first(boxes[version.flow.first])]
    spots: list[Point] = []
    for line in lines:
        text = transition_name(line.transition, language) if count <= MOST_LABELS else ""
        points = _points(line, lines)
        spots.append(_free(points, list(boxes.values()), spots, len(text)))
        edges.append(_edge(line, points, text, spots[-1], taken))
    return edges


def _first(box: Box) -> Edge:
    _, y = box.middle
    return Edge(path=f"M4 {y}H{box.x - 4}", text="", x=0, y=0, is_walked=True, has_condition=False)


@dataclass(frozen=True, slots=True)
class Line:
    """A transition between two boxes, and by which of their sides it leaves and arrives."""

    start: Box
    end: Box
    transition: Transition

    @property
    def leaves(self) -> str:
        if self.start.code == self.end.code:
            return "top"
        if self.end.x > self.start.x + self.start.width:
            return "right"
        return "top" if self.end.middle[1] < self.start.middle[1] else "bottom"

    @property
    def arrives(self) -> str:
        if self.start.code == self.end.code:
            return "top"
        if self.end.x > self.start.x + self.start.width:
            return "left"
        return "bottom" if self.end.middle[1] < self.start.middle[1] else "top"


Point = tuple[float, float]


def _edge(line: Line, points: Sequence[Point], text: str, spot: Point, taken: set[tuple[str, str]]) -> Edge:
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points
    return Edge(
        path=f"M{x0:.0f} {y0:.0f}C{x1:.0f} {y1:.0f} {x2:.0f} {y2:.0f} {x3:.0f} {y3:.0f}",
        text=text,
        x=round(spot[0], 1),
        y=round(spot[1], 1),
        is_walked=(line.start.code, line.end.code) in taken,
        has_condition=line.transition.condition is not None,
    )


def _free(points: Sequence[Point], boxes: Sequence[Box], spots: Sequence[Point], length: int) -> Point:
    """Where on the curve its words hide no stage and no other words; its beginning where there is no such place."""
    half = length * 3.4
    found = [_on(points, at) for at in (0.3, 0.4, 0.22, 0.5, 0.6, 0.15, 0.7, 0.8)]
    free = [spot for spot in found if not any(_hides(spot, half, box) for box in boxes)]
    alone = [spot for spot in free if all(abs(spot[1] - y) > 15 or abs(spot[0] - x) > half + 30 for x, y in spots)]
    x, y = (alone or free or found)[0]
    return x, y - 4


def _hides(spot: Point, half: float, box: Box) -> bool:
    beside = spot[0] + half < box.x or spot[0] - half > box.x + box.width
    return not (beside or spot[1] < box.y - 2 or spot[1] - 14 > box.y + box.height)


OUTWARD: Final = {"left": (-1, 0), "right": (1, 0), "top": (0, -1), "bottom": (0, 1)}


def _points(line: Line, lines: Sequence[Line]) -> tuple[Point, Point, Point, Point]:
    """The curve's ends and handles: each end has its own place on its box's side, the handles point outwards."""
    start = _place(line.start, line.leaves, line, lines)
    end = _place(line.end, line.arrives, line, lines, gap=4)
    reach = max(28.0, min(90.0, abs(end[0] - start[0]) / 2 + abs(end[1] - start[1]) / 4))
    out, into = OUTWARD[line.leaves], OUTWARD[line.arrives]
    if line.start.code == line.end.code:
        start, end, reach = (line.start.x + 84, line.start.y), (line.start.x + 112, line.start.y - 3), 34
    return (
        start,
        (start[0] + out[0] * reach, start[1] + out[1] * reach),
        (end[0] + into[0] * reach, end[1] + into[1] * reach),
        end,
    )


def _place(box: Box, side: str, line: Line, lines: Sequence[Line], *, gap: float = 0) -> Point:
    """Where on a side of a box this end lies: the ends that share the side stand apart from each other."""
    sharing = [
        each
        for each in lines
        if (each.start is box and each.leaves == side) or (each.end is box and each.arrives == side)
    ]
    sharing.sort(key=lambda each: _far(each, box))
    share = (sharing.index(line) + 1) / (len(sharing) + 1)
    x, y = {
        "left": (box.x - gap, box.y + box.height * share),
        "right": (box.x + box.width + gap, box.y + box.height * share),
        "top": (box.x + box.width * share, box.y - gap),
        "bottom": (box.x + box.width * share, box.y + box.height + gap),
    }[side]
    return x, y


def _far(line: Line, box: Box) -> tuple[float, float]:
    """Where the other end lies, so that curves which share a side do not cross each other near it."""
    other = line.end if line.start is box else line.start
    return other.middle[1], other.middle[0]


def _on(points: Sequence[Point], at: float) -> Point:
    """A point on the curve."""
    rest = 1 - at
    weights = (rest**3, 3 * rest**2 * at, 3 * rest * at**2, at**3)
    return (
        sum(weight * point[0] for weight, point in zip(weights, points, strict=True)),
        sum(weight * point[1] for weight, point in zip(weights, points, strict=True)),
    )


def transition_name(transition: Transition, language: str) -> str:
    """What a transition is called; approvals have names of their own."""
    built_in = {"approved": gettext("Approve"), "rejected": gettext("Reject")}
    return text_in(transition.names, language) or built_in.get(transition.outcome or "", transition.code)


def _way(stage: Stage, version: TypeVersion, reader: Reader, language: str) -> Way:
    by_code = version.flow.stage_by_code
    ways = [
        gettext(
            "%(way)s leads to %(stage)s",
            way=transition_name(each, language),
            stage=stage_name(by_code[each.to], reader, language),
        )
        for each in stage.transitions
        if each.to in by_code
    ]
    return Way(stage=stage_name(stage, reader, language), ways=ways)
