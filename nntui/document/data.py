"""The section ``data`` → a ``Dataset``: rows in the document, a CSV file or a generator."""

from __future__ import annotations

import csv
import io
import math
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nntui.document import specs
from nntui.document.errors import Fault, at_key, choice, shown
from nntui.document.files import absolute, decoded, folder_of, read_bytes
from nntui.document.parse import converted
from nntui.model.dataset import CsvSource, Dataset, GeneratorSource
from nntui.model.errors import SettingError, counted
from nntui.model.names import did_you_mean, escaped
from nntui.model.numerics import stream
from nntui.model.settings import chosen_row

if TYPE_CHECKING:
    from nntui.model.losses import Loss
    from nntui.model.numerics import Stream
    from nntui.model.wiring import Wiring

PLACE: Final = "data"
_ROW: Final = re.compile(r"data\.(?:inputs|targets)\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class DataRows:
    """A data set, and where its rows stand for the sentence of a fault in one.

    ``lines`` are the line numbers in the CSV file called ``file``; both are empty for other data.
    """

    data: Dataset
    file: str = ""
    lines: tuple[int, ...] = ()

    def fault(self, error: SettingError) -> Fault:
        """Make the fault for an error of the experiment about one of these rows."""
        row = _ROW.match(error.place)
        if row is None or self.data.source is None:
            return Fault.of(error, "")
        n = int(row.group(1))
        if self.lines:
            return Fault(
                f"line {self.lines[n]}", error.found, error.expected, error.hint, self.file
            )
        return Fault(
            f"{PLACE}.generator", f"{error.found} in example {n}", error.expected, error.hint
        )


def rows_of(section: dict[str, Any], document: str, net: Wiring, loss: Loss) -> DataRows:
    """Read the section ``data`` of the document at the path ``document``.

    Raises:
        Fault: a section that cannot be, or rows that do not fit; the place may be a CSV's line.
    """
    kinds = [key for key in _KINDS if key in section]
    if len(kinds) > 1:
        found = " and ".join(f'"{key}"' for key in kinds)
        raise Fault(PLACE, found, f"only one of {choice(_KINDS)}")
    read = _KINDS[kinds[0]] if kinds else _inline
    if not kinds and not {"inputs", "targets"} & section.keys():
        hints = (did_you_mean(key, ("inputs", "targets", *_KINDS)) for key in section)
        raise Fault(PLACE, shown(section), specs.DATA_EXPECTED, next(filter(None, hints), ""))
    try:
        return read(section, document, net, loss)
    except SettingError as error:
        raise Fault.of(error, PLACE) from None


def _inline(section: dict[str, Any], document: str, net: Wiring, loss: Loss) -> DataRows:
    spec = converted(section, specs.InlineData, PLACE)
    return DataRows(Dataset.of(spec.inputs, spec.targets, spec.test_fraction))


def _from_csv(section: dict[str, Any], document: str, net: Wiring, loss: Loss) -> DataRows:
    """Read columns of a CSV file; a relative path starts at the document's folder."""
    spec = converted(section, specs.CsvData, PLACE)
    if len(spec.inputs) != len(net.inputs):
        expected = f"{len(net.inputs)}, one for each input neuron"
        raise Fault(f"{PLACE}.inputs", counted(len(spec.inputs), "column"), expected)
    if len(spec.targets) not in ({len(net.outputs), 1} if loss.row.classes else {len(net.outputs)}):
        expected = f"{len(net.outputs)}, one for each output neuron"
        if loss.row.classes:
            expected += ", or one with class indices"
        raise Fault(f"{PLACE}.targets", counted(len(spec.targets), "column"), expected)
    file = os.path.join(os.path.dirname(document), spec.csv)  # as errors show it
    path = absolute(os.path.join(folder_of(document), spec.csv))
    try:
        records = _records(decoded(read_bytes(path, "a CSV file")))
        header = _header(*next(records, (0, [])))
        x_at = _positions(header, spec.inputs, f"{PLACE}.inputs", spec.csv)
        y_at = _positions(header, spec.targets, f"{PLACE}.targets", spec.csv)
        x, y, lines = _rows(records, header, x_at, y_at)
    except Fault as fault:
        if fault.place.startswith(PLACE):
            raise
        if not fault.place:
            found = f"{shown(spec.csv)} ({fault.found})"
            raise Fault(f"{PLACE}.csv", found, fault.expected, fault.hint) from None
        raise Fault(fault.place, fault.found, fault.expected, fault.hint, file) from None
    source = CsvSource(Path(path), tuple(spec.inputs), tuple(spec.targets))
    return DataRows(Dataset.of(x, y, spec.test_fraction, source), file, lines)


def _generated(section: dict[str, Any], document: str, net: Wiring, loss: Loss) -> DataRows:
    spec = converted(section, specs.GeneratedData, PLACE)
    data = generated(spec, PLACE)
    gives = len(data.inputs[0]), 1
    wants = len(net.inputs), len(net.outputs)
    if gives != wants and not (loss.row.classes and gives[0] == wants[0]):
        raise Fault(
            f"{PLACE}.generator",
            f"{shown(spec.generator)}, which gives 2 inputs and 1 target",
            f"data for {counted(wants[0], 'input')} and {counted(wants[1], 'output')}, "
            "as the network has",
        )
    return DataRows(data)


_KINDS: Final[dict[str, Callable[[dict[str, Any], str, Wiring, Loss], DataRows]]] = {
    "csv": _from_csv,
    "generator": _generated,
}

# Stricter than float(), which also takes "1_000", "nan" and the digits of other scripts.
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_OTHER_SEPARATOR: Final = re.compile(r"[;\t|]")

Record = tuple[int, list[str]]
"""The number of the line where a record begins, and its cells."""


def _records(text: str) -> Iterator[Record]:
    """Yield every record that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            found = f"bad quoting ({escaped(str(error))})"
            raise Fault(f"line {line}", found, "comma-separated values") from None
        if cells:
            yield line, cells


def _header(line: int, cells: list[str]) -> list[str]:
    if not cells:
        raise Fault("", "an empty file", "a line with the columns’ names, then rows of numbers")
    names = [name.strip() for name in cells]
    for n, name in enumerate(names):
        if name and name in names[:n]:
            raise Fault(f"line {line}", f"the column {shown(name)} twice", "each column once")
    return names


def _positions(header: list[str], columns: Sequence[str], place: str, file: str) -> list[int]:
    for n, column in enumerate(columns):
        if column.strip() not in header:
            hint = did_you_mean(column, header)
            if len(header) == 1 and _OTHER_SEPARATOR.search(header[0]):
                hint = "columns are separated by commas"
            known = escaped(", ".join(header), 200)
            expected = f"one of the columns of {escaped(file)}: {known}"
            raise Fault(f"{place}[{n}]", shown(column), expected, hint)
    return [header.index(column.strip()) for column in columns]


def _rows(
    records: Iterator[Record], header: list[str], x_at: list[int], y_at: list[int]
) -> tuple[tuple[tuple[float, ...], ...], tuple[tuple[float, ...], ...], tuple[int, ...]]:
    x: list[tuple[float, ...]] = []
    y: list[tuple[float, ...]] = []
    lines: list[int] = []
    for line, cells in records:
        if len(cells) != len(header):
            expected = f"{len(header)}, as in the header"
            raise Fault(f"line {line}", counted(len(cells), "cell"), expected)
        x.append(tuple(_number(cells[at], line, header[at]) for at in x_at))
        y.append(tuple(_number(cells[at], line, header[at]) for at in y_at))
        lines.append(line)
    if not lines:
        raise Fault("", "a header and no rows", "at least one row of numbers")
    return tuple(x), tuple(y), tuple(lines)


def _number(cell: str, line: int, column: str) -> float:
    text = cell.strip()
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(value):
        place = f'line {line}, column "{escaped(column)}"'
        raise Fault(place, shown(text) if text else "an empty cell", "a finite number")
    return value


Point = tuple[float, float, float]
"""(x1, x2, target)."""

_RADIUS: Final = 5.0
_REGRESSION_RADIUS: Final = 6.0
_PADDING: Final = 0.3
_BUMPS: Final = (
    (-4.0, 2.5, 1.0), (0.0, 2.5, -1.0), (4.0, 2.5, 1.0),
    (-4.0, -2.5, -1.0), (0.0, -2.5, 1.0), (4.0, -2.5, -1.0),
)  # fmt: skip


def _around(numbers: Stream, radius: float) -> float:
    return float(numbers.uniform(-radius, radius))


def _halves(samples: int) -> tuple[int, int]:
    return samples - samples // 2, samples // 2


def _circle(numbers: Stream, samples: int, noise: float) -> Iterator[Point]:
    """Inside (label 1) and around (−1); noise moves the point only where its label is judged."""
    bounds = ((0.0, 0.5 * _RADIUS), (0.7 * _RADIUS, _RADIUS))
    for count, (low, high) in zip(_halves(samples), bounds, strict=True):
        for _ in range(count):
            r, angle = float(numbers.uniform(low, high)), float(numbers.uniform(0.0, 2.0 * math.pi))
            x, y = r * math.sin(angle), r * math.cos(angle)
            dx, dy = _around(numbers, _RADIUS) * noise, _around(numbers, _RADIUS) * noise
            yield x, y, 1.0 if math.hypot(x + dx, y + dy) < 0.5 * _RADIUS else -1.0


def _xor(numbers: Stream, samples: int, noise: float) -> Iterator[Point]:
    """Label 1 where both coordinates have the same sign; a gap lies along the axes."""
    for _ in range(samples):
        x, y = _around(numbers, 5.0), _around(numbers, 5.0)
        x += _PADDING if x > 0 else -_PADDING
        y += _PADDING if y > 0 else -_PADDING
        dx, dy = _around(numbers, 5.0) * noise, _around(numbers, 5.0) * noise
        yield x, y, 1.0 if (x + dx) * (y + dy) >= 0 else -1.0


def _gauss(numbers: Stream, samples: int, noise: float) -> Iterator[Point]:
    """Two clouds around (2, 2) and (−2, −2); the noise is their variance, 0.5 to 4."""
    deviation = math.sqrt(0.5 + 7.0 * noise)
    for count, (centre, label) in zip(_halves(samples), ((2.0, 1.0), (-2.0, -1.0)), strict=True):
        for _ in range(count):
            x = float(numbers.normal(centre, deviation))
            yield x, float(numbers.normal(centre, deviation)), label


def _spiral(numbers: Stream, samples: int, noise: float) -> Iterator[Point]:
    """Two arms, the second half a turn behind the first."""
    for n, (shift, label) in zip(_halves(samples), ((0.0, 1.0), (math.pi, -1.0)), strict=True):
        for i in range(n):
            r, t = 5.0 * i / n, 1.75 * i / n * 2.0 * math.pi + shift
            x = r * math.sin(t) + _around(numbers, 1.0) * noise
            yield x, r * math.cos(t) + _around(numbers, 1.0) * noise, label


def _regression(label: Callable[[float, float], float]) -> Callable[..., Iterator[Point]]:
    def points(numbers: Stream, samples: int, noise: float) -> Iterator[Point]:
        radius = _REGRESSION_RADIUS
        for _ in range(samples):
            x, y = _around(numbers, radius), _around(numbers, radius)
            dx, dy = _around(numbers, radius) * noise, _around(numbers, radius) * noise
            yield x, y, label(x + dx, y + dy)

    return points


def _tallest_bump(x: float, y: float) -> float:
    heights = [sign * max(0.0, 1.0 - math.hypot(x - cx, y - cy) / 2.0) for cx, cy, sign in _BUMPS]
    return max(heights, key=abs)


@dataclass(frozen=True, slots=True)
class GeneratorRow:
    """A row of the table: ``points(stream, samples, noise)`` draws that many points."""

    points: Callable[[Stream, int, float], Iterator[Point]]
    summary: str


GENERATORS: Final[dict[str, GeneratorRow]] = {
    "circle": GeneratorRow(_circle, "a disc inside a ring"),
    "xor": GeneratorRow(_xor, "opposite quadrants alike"),
    "gauss": GeneratorRow(_gauss, "two clouds"),
    "spiral": GeneratorRow(_spiral, "two spiral arms"),
    "plane": GeneratorRow(_regression(lambda x, y: (x + y) / 10.0), "regression: a slope"),
    "gauss_regression": GeneratorRow(
        _regression(_tallest_bump), "regression: six bumps of alternating sign"
    ),
}


def generated(spec: specs.GeneratedData, place: str) -> Dataset:
    """Draw the data set of a generator: a function of its four settings alone.

    Raises:
        Fault: an unknown generator.
    """
    try:
        row = chosen_row("generator", spec.generator, GENERATORS)
    except SettingError as error:
        raise Fault.of(error, at_key(place, "generator")) from None
    numbers = stream("generator", spec.seed)
    points = list(row.points(numbers, spec.samples, spec.noise))
    shuffled = [points[n] for n in numbers.permutation(len(points))]
    source = GeneratorSource(spec.generator, spec.samples, spec.noise, spec.seed)
    inputs = [(x, y) for x, y, _ in shuffled]
    return Dataset.of(inputs, [(label,) for *_, label in shuffled], spec.test_fraction, source)
