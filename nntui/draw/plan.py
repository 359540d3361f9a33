"""The plan of a drawing: where boxes, lines and labels stand. It holds for every step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from nntui.draw.canvas import Cell
from nntui.draw.columns import Edge, Lane
from nntui.draw.heat import Heat
from nntui.draw.lines import Leg

Direction = Literal["left", "right", "up", "down"]


@dataclass(frozen=True, slots=True)
class Box:
    """The place of one neuron, or of several that share a fold."""

    names: tuple[str, ...]
    folded: bool
    column: int
    x: int
    y: int
    width: int
    height: int
    name_width: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Where neurons and lines stand, in cells.

    `width` and `height` are the size of the drawing: the size asked for, or larger when `overflow`.
    `boxes` has every box column by column, top to bottom. `edges` are the connections with a box of
    their own at either end: the ones that a painting needs looks for, without those that a heat map
    shows. `heats` has the maps, by the column behind each.
    """

    width: int
    height: int
    overflow: bool
    value_width: int
    label_width: int
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    columns: tuple[tuple[Box, ...], ...] = field(repr=False)
    slots: Mapping[Edge, Cell] = field(repr=False)
    homes: Mapping[str, Box] = field(repr=False)
    lanes: Mapping[Lane, int] = field(repr=False)
    heats: Mapping[int, Heat] = field(default_factory=dict, repr=False)

    @property
    def folds(self) -> tuple[Box, ...]:
        """The boxes that stand for several neurons."""
        return tuple(box for box in self.boxes if box.folded)

    def __contains__(self, name: object) -> bool:
        return name in self.homes

    def box(self, name: str) -> Box:
        """Return the box of a neuron, or the fold that it is in.

        Raises:
            KeyError: there is no such neuron.
        """
        return self.homes[name]

    def legs(self, source: str, target: str) -> tuple[Leg, ...]:
        """Return the straight pieces of a connection's line, from source to target.

        Raises:
            KeyError: there is no such neuron.
        """
        start, end = self.homes[source], self.homes[target]
        x, y = start.x + start.width, start.y
        legs = []
        for column in range(start.column + 1, end.column):
            row = self.lanes.get(Lane(source, column))
            if row is None:
                # No lane had room: the line runs on behind the boxes.
                continue
            beside = self.columns[column][0]
            legs.append(Leg(x, y, beside.x - 1, row))
            legs.append(Leg(beside.x, row, beside.x + beside.width - 1, row))
            x, y = beside.x + beside.width, row
        tail = self.tail(target)
        legs.append(Leg(x, y, end.x - 1 if tail is None else tail.x0 - 1, end.y))
        return tuple(legs)

    def tail(self, target: str) -> Leg | None:
        """Return the way from a heat map, at which lines end, on to the target's box, if any.

        Raises:
            KeyError: there is no such neuron.
        """
        box = self.homes[target]
        heat = self.heats.get(box.column)
        if heat is None or heat.alone or box.folded:
            return None
        return Leg(heat.x, box.y, box.x - 1, box.y)

    def gap_before(self, name: str) -> int:
        """Return the first cell column of the gap in front of a neuron's box.

        Raises:
            KeyError: there is no such neuron.
        """
        column = self.homes[name].column
        beside = self.columns[column - 1][0] if column else None
        return beside.x + beside.width if beside else 0

    def neighbour(self, name: str, direction: Direction) -> str | None:
        """Return the neuron next to `name` in the drawing, or None at its rim.

        Up and down go through the whole column, also through the neurons of a fold; left and right
        go to the nearest row of the next column, to a fold only when there is nothing else.

        Raises:
            KeyError: there is no such neuron.
        """
        box = self.homes[name]
        if direction in ("up", "down"):
            names = [each for place in self.columns[box.column] for each in place.names]
            place = names.index(name) + (1 if direction == "down" else -1)
            return names[place] if 0 <= place < len(names) else None
        column = box.column + (1 if direction == "right" else -1)
        if not 0 <= column < len(self.columns):
            return None
        nearest = min(self.columns[column], key=lambda other: (other.folded, abs(other.y - box.y)))
        return nearest.names[0]
