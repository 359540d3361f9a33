"""A finished drawing: rows of text whose pieces have roles; the looks it is made from; SVG."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Final, Literal, NamedTuple

from nntui.draw.layers import Edge
from nntui.text import cells

ROLES: Final[Mapping[str, str]] = {
    "blank": "nothing here",
    "box": "a neuron",
    "box.current": "the neuron that is being computed",
    "box.focus": "the neuron that the user has chosen",
    "box.dim": "a neuron that is dimmed",
    "box.odd": "a neuron whose number is not finite",
    "fold": "neurons for which there is no row",
    "edge.positive": "a connection with a weight of at least 0",
    "edge.negative": "a connection with a weight below 0",
    **{
        f"edge.{sign}.{state}": f"such a connection{meaning}"
        for state, meaning in {
            "pending": " that this pass has still to go through",
            "done": " that this pass has been through",
            "bright": ", highlighted",
            "dim": ", dimmed",
            "ahead": ", dimmed, that this pass has still to go through",
            "focus": ", which the user has chosen",
        }.items()
        for sign in ("positive", "negative")
    },
    "edge.odd": "a connection with a number that is not finite",
    "edge.current": "the connection that is being computed",
    "heat.positive": "connections that share a cell, the strongest of which is at least 0",
    "heat.negative": "such connections, the strongest of which is below 0",
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


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one row with one meaning.

    `role` is a key of `ROLES`. `value` shades it: the tone of a box (−1..1), the strength of an
    edge (0..1), the signed strength of a label (−1..1), the tone of a map's upper half (−1..1);
    None when there is nothing to shade. `below` is the tone of a map's lower half.
    """

    text: str
    role: str = "blank"
    value: float | None = None
    below: float | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells that belongs to the neuron `name`."""

    name: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Trace:
    """Where the line of a connection runs, and where its label stands, if it has one.

    `legs` has the straight pieces of the line: the columns and rows of their two ends. `label` has
    the label's first column, its row and its width.
    """

    edge: Edge
    legs: tuple[tuple[int, int, int, int], ...]
    label: tuple[int, int, int] | None = None

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


@dataclass(frozen=True, slots=True)
class Picture:
    """A finished drawing; every row takes exactly `width` terminal cells.

    `areas` has the neurons' boxes, `traces` the connections' lines, those on top last.
    """

    width: int
    height: int
    rows: tuple[tuple[Span, ...], ...]
    areas: tuple[Area, ...] = field(default=(), repr=False)
    traces: tuple[Trace, ...] = field(default=(), repr=False)

    def text(self) -> str:
        """Return the drawing as plain lines without trailing blanks."""
        lines = ("".join(span.text for span in row).rstrip() for row in self.rows)
        return "\n".join(lines).rstrip()

    def at(self, x: int, y: int) -> str | None:
        """Return the neuron whose box is at the cell, or None.

        For a fold it is the neuron that it shows, or else the first one that it hides.
        """
        for area in self.areas:
            if area.x <= x < area.x + area.width and area.y <= y < area.y + area.height:
                return area.name
        return None

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


@dataclass(frozen=True, slots=True)
class NodeLook:
    """How a neuron looks.

    `value` is its formatted number, "" when it has none yet. `tone` in −1..1 shades the box (None:
    no shade, nan: its number is not finite). `mark` says what the neuron is at this moment; with
    a `stop` (a breakpoint) it has a dot at its left rim.
    """

    value: str = ""
    tone: float | None = None
    mark: Mark = "plain"
    stop: bool = False


@dataclass(frozen=True, slots=True)
class EdgeLook:
    """How a connection looks.

    `weight` gives sign and strength, `label` is the formatted weight: near the target, or
    `at_source`. A `current` connection has an arrowhead: at its target when the pass goes
    `forward`, at its source on the way back, none when that is None. The pass has been through
    one that is `done` and not yet through one that is `pending`, or `ahead` in another state. One
    in `focus` has its label in angles; one with a `stop` has a dot before its label, or on its
    line.
    """

    weight: float
    label: str = ""
    state: EdgeState = "plain"
    forward: bool | None = True
    stop: bool = False
    at_source: bool = False
    ahead: bool = False


WIDTH: Final = 8.4
"""Pixels of a cell, sideways and upright; the letters are 14 high."""
HEIGHT: Final = 18.0
_SIZE: Final = 14
_BASE: Final = 13.5
_MARGIN: Final = 12.0
_FONTS: Final = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"


class Pen(NamedTuple):
    """How a span is drawn: colours as ``#rrggbb`` (None: the page's)."""

    colour: str | None = None
    ground: str | None = None
    bold: bool = False
    underline: bool = False
    dim: bool = False


def svg(
    picture: Picture,
    pen: Callable[[Span], Pen],
    *,
    background: str,
    foreground: str,
    title: str = "",
) -> str:
    """Draw a picture as an SVG document of its own.

    `pen` says what each span looks like; `title` is for screen readers.
    """
    width, height = picture.width * WIDTH + 2 * _MARGIN, picture.height * HEIGHT + 2 * _MARGIN
    font = f'font-family="{_FONTS}" font-size="{_SIZE}"'
    box = f"0 0 {width:g} {height:g}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" {font} fill="{foreground}">',
        f"<title>{escape(title, quote=False)}</title>",
        f'<rect width="100%" height="100%" fill="{background}"/>',
    ]
    texts = []
    for row, spans in enumerate(picture.rows):
        column, y = 0, _MARGIN + row * HEIGHT
        for span in spans:
            x, across, look = _MARGIN + column * WIDTH, cells(span.text) * WIDTH, pen(span)
            column += cells(span.text)
            if look.ground is not None:
                size = f'width="{across:g}" height="{HEIGHT:g}"'
                lines.append(f'<rect x="{x:g}" y="{y:g}" {size} fill="{look.ground}"/>')
            if not span.text.isspace():
                texts.append(
                    f'<text x="{x:g}" y="{y + _BASE:g}" textLength="{across:g}" '
                    f'lengthAdjust="spacingAndGlyphs" xml:space="preserve"{_attributes(look)}>'
                    f"{escape(span.text, quote=False)}</text>"
                )
    return "\n".join([*lines, *texts, "</svg>", ""])  # the grounds lie below all texts


def _attributes(pen: Pen) -> str:
    fill = f' fill="{pen.colour}"' if pen.colour is not None else ""
    bold = ' font-weight="bold"' * pen.bold
    return fill + bold + ' text-decoration="underline"' * pen.underline + ' opacity="0.6"' * pen.dim
