"""The data: rows of inputs and targets, and where they came from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from nntui.model.errors import SettingError, counted
from nntui.model.names import escaped
from nntui.model.numerics import stream
from nntui.model.settings import is_finite, is_whole

if TYPE_CHECKING:
    from nntui.model.losses import Loss

Target: TypeAlias = int | tuple[float, ...]
"""A target vector, or for a loss over classes the class's index."""


@dataclass(frozen=True, slots=True)
class CsvSource:
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


@dataclass(frozen=True, slots=True)
class GeneratorSource:
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


@dataclass(frozen=True, slots=True)
class Dataset:
    """Rows of inputs (N × inputs) and targets (N × outputs, or N class indices).

    ``source`` says where the rows came from (None: they are in the document itself), so that
    saving can write the same reference again. ``test_fraction`` of the rows are kept for testing.
    """

    inputs: tuple[tuple[float, ...], ...]
    targets: tuple[Target, ...]
    test_fraction: float = 0.0
    source: CsvSource | GeneratorSource | None = None

    @classmethod
    def of(
        cls,
        inputs: Sequence[Sequence[float]],
        targets: Sequence[Sequence[float] | int],
        test_fraction: float = 0.0,
        source: CsvSource | GeneratorSource | None = None,
    ) -> Dataset:
        """Make a data set from sequences of rows.

        Raises:
            SettingError: no rows, different numbers of inputs and targets, a number that is not
                finite, or a test fraction that leaves nothing to train on.
        """
        if not inputs:
            raise SettingError("no rows", "at least one example", "inputs")
        if len(inputs) != len(targets):
            raise SettingError(
                counted(len(targets), "row"),
                f"as many as inputs, which has {counted(len(inputs), 'row')}",
                "targets",
            )
        rows = tuple(_vector(row, f"inputs[{n}]") for n, row in enumerate(inputs))
        wanted = tuple(
            row if is_whole(row) else _vector(row, f"targets[{n}]")  # type: ignore[arg-type]
            for n, row in enumerate(targets)
        )
        if not 0.0 <= test_fraction < 1.0:
            raise SettingError(repr(test_fraction), "a number from 0 to below 1", "test_fraction")
        return cls(rows, wanted, float(test_fraction), source)  # type: ignore[arg-type]

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
        return replace(self, targets=tuple(wanted[pair.index(target)] for target in self.targets))

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


def _vector(row: Sequence[float], place: str) -> tuple[float, ...]:
    if isinstance(row, (str, bytes)) or not isinstance(row, Sequence):
        raise SettingError(escaped(repr(row), 40), "a list of numbers", place)
    if set(map(type, row)) == {float} and all(map(math.isfinite, row)):
        return tuple(row)  # nearly always, and ten times as fast
    for n, number in enumerate(row):
        if not is_finite(number):
            raise SettingError(escaped(repr(number), 40), "a finite number", f"{place}[{n}]")
    return tuple(float(number) for number in row)
