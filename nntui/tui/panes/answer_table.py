"""The examples as rows of text: what goes in, what is wanted, what the network says."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from msgspec import Struct

from nntui.explain.numbers import fitted
from nntui.text import cells, padded

if TYPE_CHECKING:
    from nntui.engine.surface import Answers
    from nntui.model.experiment import Experiment
    from nntui.model.numerics import Array
    from nntui.network_view.plane import DataSigns

RIGHT: Final = "✓"
WRONG: Final = "✗"
NOW: Final = "◀ now"
_NAME: Final = 9
"""Cells of a name, at most."""
_BAR: Final = (5, 12)
"""Cells of the error's bar: at least, at most."""
_BLOCKS: Final = " ▏▎▍▌▋▊▉█"

Kind = Literal["plain", "faint", "bar", "mark", "now"]


class Column(Struct, frozen=True):
    """A column: its heading, its cells of width, and the text of an example in it."""

    heading: str
    width: int
    text: Callable[[int], str]
    right: bool = True
    kind: Kind = "plain"


class AnswerColumns:
    """Chooses the columns that fit; it looks at the data once.

    ``tests``: the examples that are kept for testing.
    """

    def __init__(self, experiment: Experiment, signs: DataSigns, examples: int) -> None:
        self._experiment, self._signs = experiment, signs
        self._names = experiment.network.wiring().inputs
        self._rows = experiment.data.inputs[:examples]
        self._inputs: dict[int, Column] = {}
        self.tests = frozenset(experiment.test_examples)

    def fitting(self, answers: Answers, current: int | None, width: int) -> list[Column]:
        """Return the columns that fit into ``width`` cells, one blank between them.

        What is wanted and said always stands there; the inputs as far as they fit, those of the
        plane first.
        """
        found = answers.predictions
        numbers = Column("n", max(2, len(str(len(found)))), lambda n: str(n + 1), kind="faint")
        said = _said(answers, self._signs, width)
        mark = Column("", 1, lambda n: RIGHT if found.right[n] else WRONG, kind="mark")

        def now(n: int) -> str:
            return NOW if n == current else "test" if n in self.tests else ""

        last = Column("", len(NOW), now, right=False, kind="now")
        room = width - sum(each.width + 1 for each in (numbers, *said, mark))
        if room < last.width:
            last = Column("", 1, lambda n: now(n)[:1], right=False, kind="now")
        room -= last.width
        bar = _BAR[0] if room > _BAR[0] else 0
        room -= bar + 1 if bar else 0
        shown: dict[int, Column] = {}
        first = () if answers.surfaces is None else answers.surfaces.grid.inputs
        for index in (*first, *range(len(self._names))):
            if index not in shown:
                column = self._input(index)
                if column.width + 1 > room:
                    break
                shown[index] = column
                room -= column.width + 1
        bars: list[Column] = []
        if bar:
            bar = min(bar + room, _BAR[1])
            bars = [Column("error", bar, lambda n: bar_of(found.error[n], bar), False, "bar")]
        inputs = [shown[index] for index in sorted(shown)]
        return [numbers, *inputs, *said, *bars, mark, last]

    def score(self, answers: Answers) -> list[str]:
        """Return how much is right: the longest form first."""
        found = answers.predictions
        trained, tested = found.trained, found.tested
        if not trained.examples:
            return [""]
        right = f"{trained.right:,} of {trained.examples:,} right"
        mean = f"mean error {trained.error:.2g}"
        forms = [f"{mean} · {right}", mean]
        if self._signs.names:  # the targets are labels
            test = f"test {tested.right:,} of {tested.examples:,}"
            forms = [f"{right} · {test if tested.examples else mean}", right]
            forms.append(f"{trained.right:,}/{trained.examples:,} right")
        if len(found) < len(self._experiment.data):
            forms.insert(0, f"{forms[0]} · the first {len(found):,} examples")
        return forms

    def _input(self, index: int) -> Column:
        if index not in self._inputs:
            numbers = [row[index] for row in self._rows]
            ends = min(numbers), max(numbers)
            whole = all(number == int(number) for number in numbers)
            write = number_format(ends, whole=whole)
            name = self._names[index]
            width = max(min(cells(name), _NAME), *(len(write(end)) for end in ends))
            self._inputs[index] = Column(name, width, lambda n: write(numbers[n]))
        return self._inputs[index]


def headings(columns: Sequence[Column]) -> str:
    """Return the line of headings."""
    return " ".join(padded(each.heading, each.width, right=each.right) for each in columns)


def bar_of(error: float, width: int) -> str:
    """Return a bar of an error from 0 to 1; a question mark where it is no number."""
    if math.isnan(error):
        return "?"
    eighths = round(min(max(error, 0.0), 1.0) * width * 8)
    return _BLOCKS[8] * (eighths // 8) + _BLOCKS[eighths % 8].strip()


def _said(answers: Answers, signs: DataSigns, width: int) -> list[Column]:
    """Return the columns of what is wanted and said: class names, or numbers."""
    found = answers.predictions
    if signs.exclusive:
        width = min(max(4, *map(cells, signs.names)), _NAME)

        def name(n: int) -> str:
            return signs.names[int(found.says[n].argmax())]

        return [
            Column("want", width, lambda n: signs.names[signs.kinds[n]], right=False),
            Column("says", width, name, right=False),
            Column("sure", 4, lambda n: f"{found.says[n].max():.2f}"),
        ]
    whole = bool((found.wanted == np.floor(found.wanted)).all())
    wanted = number_format(_ends(found.wanted), whole=whole)
    said = number_format(_ends(found.says))
    outputs = found.says.shape[1]
    cells_of_one = max(len(write(end)) for write, ends in (
        (wanted, _ends(found.wanted)), (said, _ends(found.says))
    ) for end in ends)  # fmt: skip
    shown = min(outputs, max(width * 3 // 10 // (cells_of_one + 1), 1))
    more = "…" if shown < outputs else ""

    def line(write: Callable[[float], str], numbers: Array) -> str:
        return " ".join(f"{write(x):>{cells_of_one}}" for x in numbers[:shown].tolist()) + more

    across = max(shown * (cells_of_one + 1) - 1 + len(more), 4)
    if signs.names and outputs == 1 and answers.experiment.data.classes:
        named = min(max(4, *map(cells, signs.names)), _NAME)
        first = Column("want", named, lambda n: signs.names[signs.kinds[n]])
    else:
        first = Column("want", across, lambda n: line(wanted, found.wanted[n]))
    return [first, Column("says", across, lambda n: line(said, found.says[n]))]


def _ends(numbers: Array) -> tuple[float, float]:
    finite = numbers[np.isfinite(numbers)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


def number_format(ends: tuple[float, float], *, whole: bool = False) -> Callable[[float], str]:
    """Return how the numbers of a column are written: all with the same decimals."""
    greatest = max(map(abs, ends))
    decimals = 0 if whole or greatest >= 1000 else 3 - len(str(int(greatest)))

    def write(x: float) -> str:
        if not math.isfinite(x) or abs(x) >= 1e6:
            return fitted(x, 6)
        text = f"{x:.{decimals}f}"
        return text.removeprefix("-") if float(text) == 0.0 else text

    if 0.0 < greatest < 0.005:
        return lambda x: fitted(x, 7)
    return write
