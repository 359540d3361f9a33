"""Which way round an array lies: (in, out) or (out, in), examples in rows or columns, updates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final, TypeAlias

import numpy as np

from nntui.model.errors import counted
from nntui.model.numerics import Array
from nntui.verify.array_files import AnyArray
from nntui.verify.places import NumbersError, Place, Places
from nntui.verify.right_run import RightRun

Ways: TypeAlias = Mapping[bool | None, Array]
"""An array in the ways in which it can be read: as it lies (False), transposed (True), or None.

Each has the shape of the place's cells; behind it the examples, before it the updates, if any.
"""

_DIGITS: Final = 6
_LOOKED_AT: Final = 10_000  # numbers of an array whose digits are counted


@dataclass(frozen=True, eq=False)
class Item:
    """The numbers of a name, in each way in which their shape can be read.

    ``updates``: whether there is a leading axis of updates. ``rough``: float32, or few digits.
    """

    place: Place
    ways: Ways
    updates: bool
    rough: bool

    @property
    def count(self) -> int:
        """How long the leading axis is."""
        return len(next(iter(self.ways.values())))


@dataclass(frozen=True, eq=False)
class Laid:
    """The numbers of a name in one way of reading them."""

    place: Place
    values: Array
    updates: bool
    rough: bool


class Shapes:
    """Reads the shapes of arrays, for the batch of the update at an index."""

    def __init__(self, run: RightRun, places: Places, update: int) -> None:
        self._places, self._update = places, update
        self._n = run.schedule.batch_length(update)
        training, outputs = run.experiment.training, len(run.net.outputs)
        self._classes = outputs if training.loss.row.classes else 0

    def items(self, values: Mapping[str, AnyArray]) -> list[Item]:
        """Read arrays by name.

        Raises:
            NumbersError: an unknown name, or a shape that does not fit.
        """
        found = [self._item(name, array) for name, array in values.items()]
        matrices = (item for item in found if item.updates and item.place.cells.ndim == 2)
        if (matrix := next(matrices, None)) is not None:  # it tells a column of biases from updates
            found = [self._item(name, array, matrix.count) for name, array in values.items()]
        # Single numbers were printed alike: one with many digits speaks for all of its kind.
        single = [item for item in found if not item.place.is_layer]
        exact = {item.place.kind for item in single if not item.rough}
        return [
            replace(item, rough=False)
            if not item.place.is_layer and item.place.kind in exact
            else item
            for item in found
        ]

    def _item(self, name: str, array: AnyArray, updates: int | None = None) -> Item:
        place, rough = self._places[name], is_rough(array)
        numbers = array.astype(np.float64)
        if place.name == "Y" and self._classes > 1 and numbers.size == self._n:
            numbers = (numbers.reshape(1, -1) == np.arange(self._classes)[:, None]).astype(float)
        ways = self._ways(place, numbers)
        if place.of_updates and numbers.ndim and (not ways or updates == len(numbers)):
            each = self._ways(place, numbers[0])
            if each:
                shape = (len(numbers), *place.cells.shape)
                turned = {way: numbers.swapaxes(-1, -2) if way else numbers for way in each}
                ways = {way: values.reshape(shape) for way, values in turned.items()}
                return Item(place, ways, True, rough)
        if not ways:
            raise NumbersError(self._misfit(place, numbers))
        return Item(place, ways, False, rough)

    def _ways(self, place: Place, array: Array) -> Ways:
        shape = place.cells.shape
        if place.per_example:
            return _turned(array, shape[0] if shape else 1, self._n)
        if len(shape) == 2:
            return _turned(array, shape[0], shape[1])
        one_axis = array.squeeze().ndim <= 1
        return {None: array.reshape(shape)} if array.size == place.cells.size and one_axis else {}

    def _misfit(self, place: Place, array: Array) -> str:
        """Say that a shape does not fit: both shapes, and what it would fit."""
        found = f"the shape {array.shape}" if array.ndim else "a single number"
        batch = f"the batch of update {self._update + 1}"
        hint = ""
        if not place.is_layer and place.per_example:
            expected = f"a list of {counted(self._n, 'number')}, one for each example of {batch}"
            if place.kind == "loss" and not array.ndim:
                hint = " (their mean is called batch_loss)"
        elif not place.is_layer:
            expected = "one number"
            if array.ndim == 1:
                found = counted(len(array), "number")
        else:
            shape = place.cells.shape
            wide = (self._n, *shape) if place.per_example else shape
            expected = " or ".join(dict.fromkeys((str(wide), str(wide[::-1]))))
            if place.per_example:
                expected += f", with the {counted(self._n, 'example')} of {batch}"
            hint = self._hint(place, array)
        return f"{place.name}: found {found}, expected {expected}{hint}"

    def _hint(self, place: Place, array: Array) -> str:
        """Say where or how an array of a misfit shape would fit; "" where it does not."""
        if array.ndim > max(place.cells.ndim + place.per_example, 1):
            if self._ways(place, array[0]):
                return f" (there are {len(array)} of these; give those of one update)"
            for axis in range(1, array.ndim) if place.of_updates else ():
                if self._ways(place, np.moveaxis(array, axis, 0)[0]):
                    return " (transposed, with the axis of the updates first, it would fit)"
        symbol = place.name.rstrip("0123456789")
        for layer in self._places.layers if symbol not in ("X", "Y") else ():
            other = self._places[f"{symbol}{layer.number}"]
            if other.name != place.name and self._ways(other, array):
                return f" (it would fit {other.name})"
        return ""


def _turned(array: Array, rows: int, columns: int) -> Ways:
    """Read an array as (rows, columns), as it lies or transposed; of 1 row or column maybe flat."""
    if array.shape == (rows, columns):
        return {False: array, True: array.T} if rows == columns > 1 else {False: array}
    if array.shape == (columns, rows):
        return {True: array.T}
    if array.ndim < 2 and array.size == rows * columns and 1 in (rows, columns):
        return {None: array.reshape(rows, columns)}
    return {}


def is_rough(array: AnyArray) -> bool:
    """Whether numbers are of float32, or all have 6 digits or fewer."""
    if array.dtype.kind != "f" or array.dtype.itemsize < 8:
        return array.dtype.kind == "f"
    some = array.ravel()[:_LOOKED_AT]
    return all(float(f"{x:.{_DIGITS}g}") == x for x in some[np.isfinite(some)].tolist())


@dataclass(frozen=True, eq=False)
class Reading:
    """Arrays read together. ``turned``: whether weights are (out, in), and examples in rows.

    ``open``: the names of the square arrays of which no other told how they lie.
    """

    laid: tuple[Laid, ...]
    turned: tuple[bool, bool]
    open: tuple[str, ...]


def readings(items: Sequence[Item]) -> Iterator[Reading]:
    """Yield the ways in which arrays can be read together, the likeliest first.

    An array whose shape says how it lies speaks for the square ones, too.
    """
    weights = [item for item in items if item.place.cells.ndim == 2]
    examples = [item for item in items if item.place.is_layer and item.place.per_example]
    told = [_told(weights, first=False), _told(examples, first=True)]
    undecided = [
        item.place.name
        for group, ways in zip((weights, examples), told, strict=True)
        for item in group
        if len(item.ways) > 1 and len(ways) > 1
    ]
    for turned in product(*told):
        laid = tuple(_laid(item, turned[item.place.per_example]) for item in items)
        yield Reading(laid, (turned[0], turned[1]), tuple(undecided))


def _told(group: Sequence[Item], *, first: bool) -> tuple[bool, ...]:
    """Say in which ways a group of arrays can lie: one, if a shape decides or none is square."""
    decided = {way for item in group if len(item.ways) == 1 for way in item.ways} - {None}
    if len(decided) == 1:
        return (True in decided,)
    return (first, not first) if any(len(item.ways) > 1 for item in group) else (first,)


def _laid(item: Item, turned: bool) -> Laid:
    ways = item.ways
    values = ways[turned] if turned in ways and len(ways) > 1 else next(iter(ways.values()))
    return Laid(item.place, values, item.updates, item.rough)
