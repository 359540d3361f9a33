"""The listing: the rows of a table as they stand below each other, with a heading a layer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from nntui.model.wiring import Wiring
from nntui.tui.frame import Frame
from nntui.tui.widgets.neurons.choice import Choice
from nntui.tui.widgets.neurons.columns import Column, Key, Table

AT_EACH_STEP: Final = 2_000
"""Rows that are put in order anew at each step; more of them are at each pass."""
FEW: Final = 4
"""Rows of a layer, on average, below which a heading above them takes too much of the room."""

Item = int | Key
"""A layer's heading, by its number; else a row."""


class Listing:
    """What stands where. It is made anew only when it may be another."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.items: Sequence[Item] = ()
        self.total = self.shown = self.layers = 0
        self.grouped = True
        self._net: Wiring | None = None
        self._about: str | None = None
        self._all: tuple[Key, ...] = ()
        self._inputs: frozenset[str] = frozenset()
        self._choice: Choice | None = None
        self._named: tuple[Key, ...] = ()
        self._pass: object = None
        self._place: Mapping[Item, int] | None = None

    def take(self, frame: Frame, choice: Choice, room: int, about: str = "") -> None:
        """Stand as a person wants it, for the numbers of a frame, on ``room`` rows of a screen.

        ``about``: the neuron of a table that is about one.
        """
        net = frame.snapshot.net
        whose = about if self.table.about else None
        anew = net is not self._net or whose != self._about
        other = anew or choice != self._choice
        if anew:
            self._net, self._about = net, whose
            self._all = self.table.about(net, about) if self.table.about else self.table.rows(net)
            self._inputs, self.total = frozenset(net.inputs), len(self._all)
            self.layers = 1 + max(net.layer.values(), default=0)
        if other:
            keep = choice.filter
            self._named = self._all
            if keep.text:
                self._named = tuple(key for key in self._all if keep.names(self.table, net, key))
            self._choice = choice
        grouped = choice.column is None and self._has_room_for_headings(room)
        other = other or grouped != self.grouped
        self.grouped = grouped
        moving = choice.column is not None or choice.filter.comparisons
        under_way = _pass(frame)
        often = len(self._named) <= AT_EACH_STEP
        if other or (moving and (often or under_way != self._pass)):
            self._pass = under_way
            self.items = tuple(self._stood(frame, choice, net))
            self._place = None

    def place(self, key: Key) -> int | None:
        """Where a row stands; None when it is filtered out."""
        if self._place is None:
            self._place = {item: n for n, item in enumerate(self.items)}
        return self._place.get(key)

    # ---- inside --------------------------------------------------------------------------------

    def _stood(self, frame: Frame, choice: Choice, net: Wiring) -> Iterator[Item]:
        keys: Sequence[Key] = self._named
        for condition in choice.filter.comparisons:
            keys = [key for key in keys if condition.holds(frame, key, self._inputs)]
        self.shown = len(keys)
        if choice.column is not None:
            yield from self._in_order(frame, keys, choice.column, ascending=choice.backwards)
            return
        layer = None
        for key in reversed(keys) if choice.backwards else keys:
            if self.grouped and net.layer[self.table.owner(key)] != layer:
                layer = net.layer[self.table.owner(key)]
                yield layer
            yield key

    def _has_room_for_headings(self, room: int) -> bool:
        """Whether all rows are seen with headings; or else so many scroll that few are headings."""
        rows = len(self._named)
        return rows + self.layers <= room or (rows > room and rows >= FEW * self.layers)

    def _in_order(
        self, frame: Frame, keys: Sequence[Key], column: Column, *, ascending: bool
    ) -> Iterator[Key]:
        """By their numbers, what is blank last, and before that what is none (NaN)."""
        numbers: list[tuple[float, Key]] = []
        nan: list[Key] = []
        blank: list[Key] = []
        for key in keys:
            none = key in self._inputs and not column.of_inputs
            number = None if none else column.number(frame, key)
            if number is None:
                blank.append(key)
            elif math.isnan(number):
                nan.append(key)
            else:
                numbers.append((number, key))
        numbers.sort(key=lambda pair: pair[0], reverse=not ascending)
        yield from (key for _, key in numbers)
        yield from nan
        yield from blank


def _pass(frame: Frame) -> object:
    """What is another when another pass is under way."""
    last = frame.snapshot.last
    return last and (last.position.update, last.position.place, last.position.phase)
