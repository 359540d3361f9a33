"""A finished drawing: rows of text whose pieces have roles; the looks it is made from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from msgspec import Struct

from nntui.draw.layers import Edge

_STATES: Final = {
    "pending": " that this pass has still to go through",
    "done": " that this pass has been through",
    "bright": ", highlighted",
    "dim": ", dimmed",
    "focus": ", which the user has chosen",
}
_SIGNS: Final = {
    "positive": "a connection with a number above 0",
    "negative": "a connection with a number below 0",
    "zero": "a connection with the number 0, or with none yet",
}

ROLES: Final[Mapping[str, str]] = {
    "blank": "nothing here",
    "box": "a neuron's number, the one that the view is about",
    "box.current": "that of the neuron that is being computed",
    "box.focus": "that of the neuron that the user has chosen",
    "box.dim": "that of a neuron that is dimmed",
    "box.odd": "a number that is not finite",
    "frame": "the frame of a neuron's box",
    "frame.current": "that of the neuron that is being computed",
    "frame.focus": "that of the neuron that the user has chosen",
    "frame.dim": "that of a neuron that is dimmed",
    "name": "a neuron's name on its frame",
    "name.current": "that of the neuron that is being computed",
    "name.focus": "that of the neuron that the user has chosen",
    "name.dim": "that of a neuron that is dimmed",
    "caption": "what stands beside a name: an activation function",
    "symbol": "what a number in a box is",
    "number": "a number in a box",
    "right": "an answer is right",
    "wrong": "an answer is wrong",
    "fold": "neurons for which there is no row",
    "axis": "what the rows or columns of a map are",
    **{f"edge.{sign}": meaning for sign, meaning in _SIGNS.items()},
    **{
        f"edge.{sign}.{state}": f"such a connection{meaning}"
        for state, meaning in _STATES.items()
        for sign in _SIGNS
    },
    "edge.odd": "a connection with a number that is not finite",
    "edge.current": "the connection that is being computed",
    "heat.positive": "connections that share a cell, the strongest of which is at least 0",
    "heat.negative": "such connections, the strongest of which is below 0",
    "bead": "the product that travels along the connection that is being computed",
    "bead.caption": "that product in numbers",
    "label": "a weight printed on its connection",
    "label.pending": "the weight of a connection that this pass has still to go through",
    "label.done": "the weight of a connection that this pass has been through",
    "label.bright": "the weight of a connection that is highlighted",
    "label.focus": "the weight of the connection that the user has chosen",
    "label.dim": "the weight of a connection that is dimmed",
    "label.odd": "a number that is not finite, printed on its connection",
    "label.current": "the weight of the connection that is being computed",
    "stop": "a connection has a breakpoint",
    "surface": "points of a plane: two a cell, a tone each (inf: no finite number)",
    "surface.point": "an example on such a plane",
    "surface.wrong": "an example that is answered wrong",
    "surface.current": "the example at hand",
    "region": "points of a plane: two a cell, a class each and how sure it is",
    "region.point": "an example in such a region",
    "region.wrong": "an example that is answered wrong",
    "region.current": "the example at hand",
}
"""Every role that a span can have, with its meaning: a colour scheme must cover them all."""


class Span(NamedTuple):
    """A piece of one row with one meaning.

    `role` is a key of `ROLES`. `value` shades it: the tone of a box (−1..1), the strength of an
    edge (0..1), the signed strength of a label (−1..1), the tone of a map's upper half (−1..1);
    None when there is nothing to shade. `below` is the tone of a map's lower half.
    """

    text: str
    role: str = "blank"
    value: float | None = None
    below: float | None = None


class Area(Struct, frozen=True):
    """A rectangle of cells that belongs to the neuron `name`, or to the points of an image.

    `points`: the neurons of an image, row by row; its frame belongs to the first one. `readings`:
    the rows of the numbers in a box, and the symbol of each.
    """

    name: str
    x: int
    y: int
    width: int
    height: int
    points: tuple[tuple[str, ...], ...] = ()
    readings: tuple[tuple[int, str], ...] = ()

    def at(self, x: int, y: int) -> str | None:
        """Return the neuron at a cell, or None outside."""
        if not (self.x <= x < self.x + self.width and self.y <= y < self.y + self.height):
            return None
        across, down = x - self.x - 1, y - self.y - 1
        if not self.points or not (0 <= across < self.width - 2 and 0 <= down < self.height - 2):
            return self.name
        row = self.points[down * len(self.points) // (self.height - 2)]
        return row[across * len(row) // (self.width - 2)]


class Trace(Struct, frozen=True):
    """Where the line of a connection runs and how, and where its label stands, if it has one.

    `legs` has the straight pieces of the line: the columns and rows of their two ends. `label` has
    the label's first column, its row and its width. `role` and `value` are those of the line's
    spans, `pattern` its dots and dashes and `dots` its width, as in ``canvas.stroke``.
    """

    edge: Edge
    legs: tuple[tuple[int, int, int, int], ...]
    label: tuple[int, int, int] | None = None
    role: str = "edge.positive"
    value: float | None = None
    pattern: str = "1"
    dots: int = 1

    def distance(self, x: int, y: int) -> float:
        """Return how far a cell is from the line or the label, in rows; 0 on the label."""
        if self.label is not None:
            left, row, width = self.label
            if y == row and left <= x < left + width:
                return 0.0
        return min((_distance(leg, x, y) for leg in self.legs), default=math.inf)


def _distance(leg: tuple[int, int, int, int], x: int, y: int) -> float:
    x0, y0, x1, y1 = leg
    if not x0 <= x <= x1:
        return math.inf
    steps = max(x1 - x0, 1)
    along = (x - x0) / steps
    slope = 2 * (y1 - y0) / steps  # a cell is twice as high as it is wide
    return abs(y - y0 - along * (y1 - y0)) / math.hypot(1.0, slope)


_NEAR: Final = 1.0
"""A line that is further from a cell than so many rows is not what was meant by it."""


class Picture(Struct, frozen=True):
    """A finished drawing; every row takes exactly `width` terminal cells.

    `areas` has the neurons' boxes, `traces` the connections' lines, those on top last. Of a drawing
    of which a part was painted, the rows have only the columns of that part, from `left` on.
    """

    width: int
    height: int
    rows: tuple[tuple[Span, ...], ...]
    areas: tuple[Area, ...] = ()
    traces: tuple[Trace, ...] = ()
    left: int = 0

    def text(self) -> str:
        """Return the drawing as plain lines without trailing blanks."""
        lines = ("".join(span.text for span in row).rstrip() for row in self.rows)
        return "\n".join(lines).rstrip()

    def at(self, x: int, y: int) -> str | None:
        """Return the neuron whose box is at the cell, or None.

        For a fold it is the neuron that it shows, or else the first one that it hides.
        """
        return next((name for area in self.areas if (name := area.at(x, y)) is not None), None)

    def symbol_at(self, x: int, y: int) -> str | None:
        """Return the symbol of the number at the cell, in a box with several, or None."""
        area = next((area for area in self.areas if area.at(x, y) is not None), None)
        return None if area is None else dict(area.readings).get(y)

    def edge_at(self, x: int, y: int) -> Edge | None:
        """Return the connection whose label or line is at the cell or next to it, or None.

        Of several the nearest one, and of those the one on top. In a neuron's box there is none.
        """
        if self.at(x, y) is not None:
            return None
        nearest = min(
            ((trace.distance(x, y), -n) for n, trace in enumerate(self.traces)), default=None
        )
        if nearest is None or nearest[0] > _NEAR:
            return None
        return self.traces[-nearest[1]].edge


Mark = Literal["plain", "current", "focus", "dim"]
EdgeState = Literal["plain", "pending", "done", "current", "focus", "bright", "dim"]


class Reading(Struct, frozen=True):
    """A number in a neuron's box, with the symbol that says what it is.

    The view is about the one that `leads`. `right`: whether it is a verdict, and which one.
    """

    symbol: str
    value: str
    leads: bool = False
    right: bool | None = None


class NodeLook(Struct, frozen=True):
    """How a neuron looks.

    `value` is its formatted number, "" when it has none yet. `tone` in −1..1 shades it (None: no
    shade, nan: its number is not finite). `mark` says what the neuron is at this moment; with
    a `stop` (a breakpoint) it has a dot at its left rim.

    A box with a frame has `caption` on it, `readings` instead of the value, as many as have room,
    and beside them `thumbnail`, the rows of a map. `right`: a verdict, a sign behind the value, or
    on the frame together with `foot`.
    """

    value: str = ""
    tone: float | None = None
    mark: Mark = "plain"
    stop: bool = False
    caption: str = ""
    readings: tuple[Reading, ...] = ()
    thumbnail: tuple[tuple[Span, ...], ...] = ()
    right: bool | None = None
    foot: str = ""


class EdgeLook(Struct, frozen=True):
    """How a connection looks.

    `weight` gives sign and strength, `label` is the formatted weight. A `current` connection has
    an arrowhead: at its target when the pass goes `forward`, at its source on the way back, none
    when that is None. The pass has been through one that is `done` and not yet through one that is
    `pending`, or `ahead` in another state. One in `focus` has its label in angles; one with a
    `stop` has a dot before its label, or on its line.

    `bead` is where on the line the product that travels is, 0 at the source and 1 at the target;
    None: there is none. `product` has the wordings of its caption, the longest first.
    """

    weight: float
    label: str = ""
    state: EdgeState = "plain"
    forward: bool | None = True
    stop: bool = False
    ahead: bool = False
    bead: float | None = None
    product: tuple[str, ...] = ()
