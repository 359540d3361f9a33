"""The data: rows of inputs and targets, and where they came from."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, SupportsFloat, TypeAlias

import numpy as np
from msgspec import Struct

from nntui.model.coercion import array, described, is_finite, real, whole
from nntui.model.errors import SettingError, counted
from nntui.model.names import escaped
from nntui.model.numerics import stream

if TYPE_CHECKING:
    from nntui.model.losses import Loss

Target: TypeAlias = int | tuple[float, ...]
"""A target vector, or for a loss over classes the class's index."""


class CsvSource(Struct, frozen=True):
    """The data came from columns of a CSV file, each named or numbered from 1.

    ``path`` is absolute. ``settings`` say how the file is read, as far as the document does;
    ``notes`` are phrases for the user: how it was read, the rows left out, the classes.
    ``classes`` are the words that the targets stand for, in the order of their numbers, where one
    column has words.
    """

    path: Path
    inputs: tuple[str | int, ...]
    targets: tuple[str | int, ...]
    settings: tuple[tuple[str, str | bool], ...] = ()
    notes: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


class GeneratorSource(Struct, frozen=True):
    """The data came from one of the generators of ``nntui.document.generators``.

    ``labels``: its targets are two classes, and no values.
    """

    generator: str
    samples: int
    noise: float
    seed: int
    labels: bool = False


_LABELS: Final[tuple[tuple[Target, Target], ...]] = (((-1.0,), (1.0,)), ((0.0,), (1.0,)), (0, 1))
"""The labels of two classes: for most losses, for the probability of the second, as indices."""


def _labels(loss: Loss) -> tuple[Target, Target]:
    if loss.row.classes:
        return _LABELS[2]
    return _LABELS[1] if loss.name in ("bce", "bce_with_logits") else _LABELS[0]


@dataclass(frozen=True, slots=True, init=False)
class Dataset:
    """Rows of inputs (N × inputs) and targets (N × outputs, or N class indices).

    Rows may be given as lists, arrays, tensors or tables of any library, and are kept as tuples of
    floats. A single number stands for a row of one; as a target, a whole number is a class index.
    ``source`` says where the rows came from (None: they are in the document itself), so that
    saving can write the same reference again. ``test_fraction`` of the rows are kept for testing.

    Raises:
        SettingError: no rows, different numbers of inputs and targets, a number that is not
            finite, or a test fraction that leaves nothing to train on.
    """

    inputs: tuple[tuple[float, ...], ...]
    targets: tuple[Target, ...]
    test_fraction: float
    source: CsvSource | GeneratorSource | None

    def __init__(
        self,
        inputs: Any,
        targets: Any,
        test_fraction: SupportsFloat = 0.0,
        source: CsvSource | GeneratorSource | None = None,
    ) -> None:
        inputs, targets = _rows(inputs, "inputs"), _rows(targets, "targets")
        if not len(inputs):
            raise SettingError("no rows", "at least one example", "inputs")
        if len(inputs) != len(targets):
            raise SettingError(
                counted(len(targets), "row"),
                f"as many as inputs, which has {counted(len(inputs), 'row')}",
                "targets",
            )
        fraction = real(test_fraction)
        if fraction is None or not 0.0 <= fraction < 1.0:
            found = described(test_fraction)
            raise SettingError(found, "a number from 0 to below 1", "test_fraction")
        checked = {
            "inputs": _kept(inputs, _vector, "inputs"),
            "targets": _kept(targets, _target, "targets"),
            "test_fraction": fraction,
            "source": source,
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        target = self.targets[0]
        targets = "a class" if isinstance(target, int) else counted(len(target), "target")
        rows = f"{counted(len(self), 'example')} of {counted(len(self.inputs[0]), 'input')}"
        return f"<Dataset: {rows} and {targets}>"

    @classmethod
    def of(
        cls,
        inputs: Any,
        targets: Any,
        test_fraction: SupportsFloat = 0.0,
        source: CsvSource | GeneratorSource | None = None,
    ) -> Dataset:
        """Make a data set of rows of any kind."""
        return cls(inputs, targets, test_fraction, source)

    def with_rows(
        self,
        *,
        inputs: tuple[tuple[float, ...], ...] | None = None,
        targets: tuple[Target, ...] | None = None,
    ) -> Dataset:
        """Replace rows by others, as they are kept; they are not checked again."""
        other = copy(self)
        for name, rows in (("inputs", inputs), ("targets", targets)):
            if rows is not None:
                object.__setattr__(other, name, rows)
        return other

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def origin(self) -> str:
        """Say where the rows came from and how they were read; empty: from the document itself."""
        source = self.source
        if isinstance(source, CsvSource):
            return ": ".join(filter(None, (escaped(source.path.name), "; ".join(source.notes))))
        if isinstance(source, GeneratorSource):
            return f"{source.generator}: noise {source.noise:g}, seed {source.seed}"
        return ""

    @property
    def classes(self) -> tuple[str, ...]:
        """The words that the targets stand for, if it was read with words."""
        return self.source.classes if isinstance(self.source, CsvSource) else ()

    def labelled(self, loss: Loss) -> Dataset:
        """Give the labels of a generator the numbers that a loss takes: −1 and 1, 0 and 1, classes.

        Other data stay as they are: so does a generator's that gives values and no labels.
        """
        if not isinstance(self.source, GeneratorSource) or not self.source.labels:
            return self
        wanted = _labels(loss)
        given = set(self.targets)
        pair = next((pair for pair in _LABELS if pair != wanted and given <= set(pair)), None)
        if pair is None:
            return self
        labels = tuple(wanted[pair.index(target)] for target in self.targets)
        return self.with_rows(targets=labels)

    def split(self, seed: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Divide the indices of the examples into training and test set, each in the data's order.

        Which rows are kept for testing depends on (seed, number of rows, fraction) alone.
        At least one example stays in the training set.
        """
        count = min(round(len(self) * self.test_fraction), len(self) - 1)
        if not count:
            return tuple(range(len(self))), ()
        shuffled = stream("split", seed).permutation(len(self))
        test = sorted(int(n) for n in shuffled[:count])
        kept = set(test)
        return tuple(n for n in range(len(self)) if n not in kept), tuple(test)


def rows_of(x: Any) -> tuple[list[tuple[float, ...]], bool]:
    """Return the rows of a matrix of any kind, and True; of a vector the only one, and False.

    Raises:
        SettingError: what is no finite number.
    """
    rows = _rows(x, "x")
    if not len(rows) or real(rows[0]) is not None:
        return [_vector(rows, "x")], False
    return [_vector(row, f"x[{n}]") for n, row in enumerate(rows)], True


def _rows(rows: Any, place: str) -> Sequence[Any]:
    """Return rows of any kind as a sequence: those of an array as lists.

    Raises:
        SettingError: it is no rows of numbers at all.
    """
    found = array(rows)
    if found is None:
        if isinstance(rows, (str, bytes)) or not isinstance(rows, Sequence):
            raise SettingError(described(rows), "rows of numbers", place)
        return rows
    if not 1 <= found.ndim <= 2:
        raise SettingError(described(rows), "rows: an array of examples × numbers of each", place)
    if found.dtype == np.bool_:
        found = found.astype(np.int64)
    if found.ndim == 2 and found.dtype.kind in "fiu":
        found = found.astype(np.float64)
    listed: list[Any] = found.tolist()
    return listed


def _kept(rows: Sequence[Any], of: Callable[[Any, str], Target], place: str) -> tuple[Any, ...]:
    """Return rows as they are kept: each by a function, unless all are so already."""
    numbers = chain.from_iterable
    if (
        set(map(type, rows)) == {tuple}
        and set(map(type, numbers(rows))) == {float}
        and all(map(math.isfinite, numbers(rows)))
    ):
        return tuple(rows)  # as from a file
    return tuple(of(row, f"{place}[{n}]") for n, row in enumerate(rows))


def _vector(row: Any, place: str) -> tuple[float, ...]:
    if type(row) is not tuple and type(row) is not list:
        number, found = real(row), array(row)
        if number is not None:
            row = (row,)
        elif found is not None and found.ndim == 1:
            row = found.tolist()
        elif isinstance(row, (str, bytes)) or not isinstance(row, Sequence):
            raise SettingError(escaped(repr(row), 40), "a list of numbers", place)
    if set(map(type, row)) == {float} and all(map(math.isfinite, row)):
        return tuple(row)  # nearly always, and ten times as fast
    for n, number in enumerate(row):
        if not is_finite(number):
            raise SettingError(escaped(repr(number), 40), "a finite number", f"{place}[{n}]")
    return tuple(float(number) for number in row)


def _target(row: Any, place: str) -> Target:
    index = whole(row)
    return _vector(row, place) if index is None else index
