"""Generators of data: points in the plane with a label or a value, drawn from a seed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from nntui.document import specs
from nntui.document.errors import Fault, at_key
from nntui.model.dataset import Dataset, GeneratorSource
from nntui.model.errors import SettingError
from nntui.model.numerics import stream
from nntui.model.settings import chosen_row

if TYPE_CHECKING:
    from nntui.model.numerics import Stream

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


class GeneratorRow(Struct, frozen=True):
    """A row of the table: ``points(stream, samples, noise)`` draws that many points."""

    points: Callable[[Stream, int, float], Iterator[Point]]
    summary: str
    labels: bool = True  # −1 and 1; False: a value to learn


GENERATORS: Final[dict[str, GeneratorRow]] = {
    "circle": GeneratorRow(_circle, "a disc inside a ring"),
    "xor": GeneratorRow(_xor, "opposite quadrants alike"),
    "gauss": GeneratorRow(_gauss, "two clouds"),
    "spiral": GeneratorRow(_spiral, "two spiral arms"),
    "plane": GeneratorRow(_regression(lambda x, y: (x + y) / 10.0), "regression: a slope", False),
    "gauss_regression": GeneratorRow(
        _regression(_tallest_bump), "regression: six bumps of alternating sign", False
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
    source = GeneratorSource(spec.generator, spec.samples, spec.noise, spec.seed, row.labels)
    inputs = [(x, y) for x, y, _ in shuffled]
    return Dataset.of(inputs, [(label,) for *_, label in shuffled], spec.test_fraction, source)
