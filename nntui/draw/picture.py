"""What a drawing is in the end: rows of text, each piece with the name of what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

ROLES: Final[Mapping[str, str]] = {
    "blank": "nothing here",
    "box": "a neuron",
    "box.current": "the neuron that is being computed",
    "box.focus": "the neuron that the person has chosen",
    "box.dim": "a neuron beside the point",
    "box.odd": "a neuron whose number is not finite",
    "fold": "neurons for which there is no row",
    "edge.positive": "a connection with a weight of at least 0",
    "edge.negative": "a connection with a weight below 0",
    "edge.positive.pending": "such a connection that this pass has still to go through",
    "edge.negative.pending": "such a connection that this pass has still to go through",
    "edge.positive.done": "such a connection that this pass has been through",
    "edge.negative.done": "such a connection that this pass has been through",
    "edge.positive.bright": "such a connection, brought out",
    "edge.negative.bright": "such a connection, brought out",
    "edge.positive.dim": "such a connection, beside the point",
    "edge.negative.dim": "such a connection, beside the point",
    "edge.positive.ahead": "such a connection, which this pass has still to go through",
    "edge.negative.ahead": "such a connection, which this pass has still to go through",
    "edge.positive.focus": "such a connection, which the person has chosen",
    "edge.negative.focus": "such a connection, which the person has chosen",
    "edge.odd": "a connection with a number that is not finite",
    "edge.current": "the connection that is being computed",
    "heat.positive": "connections that share a cell, the strongest of which is at least 0",
    "heat.negative": "such connections, the strongest of which is below 0",
    "label": "a weight printed on its connection",
    "label.pending": "the weight of a connection that this pass has still to go through",
    "label.done": "the weight of a connection that this pass has been through",
    "label.bright": "the weight of a connection that is brought out",
    "label.focus": "the weight of the connection that the person has chosen",
    "label.dim": "the weight of a connection beside the point",
    "label.odd": "a number that is not finite, printed on its connection",
    "label.current": "the weight of the connection that is being computed",
    "stop": "a connection has a breakpoint",
}
"""Every role that a span can have, with its meaning: the list that a colour scheme has to cover."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one row with one meaning.

    `role` is a key of `ROLES`. `value` shades it: the tone of a box (−1..1), the strength of an
    edge (0..1), the signed strength of a label (−1..1); None when there is nothing to shade.
    """

    text: str
    role: str = "blank"
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells that belongs to the neuron `name`."""

    name: str
    x: int
    y: int
    width: int
    height: int

    def covers(self, x: int, y: int) -> bool:
        """Return whether the cell in column `x` and row `y` lies inside."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


@dataclass(frozen=True, slots=True)
class Picture:
    """A finished drawing; every row takes exactly `width` terminal cells."""

    width: int
    height: int
    rows: tuple[tuple[Span, ...], ...]
    areas: tuple[Area, ...] = field(default=(), repr=False)

    def text(self) -> str:
        """Return the drawing as plain lines without trailing blanks."""
        lines = ("".join(span.text for span in row).rstrip() for row in self.rows)
        return "\n".join(lines).rstrip()

    def at(self, x: int, y: int) -> str | None:
        """Return the neuron whose box is at the cell, or None.

        A fold answers with the neuron that it shows, or else with the first one that it hides.
        """
        return next((area.name for area in self.areas if area.covers(x, y)), None)
