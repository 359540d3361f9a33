"""A neuron's past and its work on the data, in words and little bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from nntui.explain.numbers import rounded, sparkline

if TYPE_CHECKING:
    from nntui.debugger.queries.history import Activity, Life, NeuronMoment

COMPUTING: Final = "computing its past …"
_NUMBER: Final = rounded(4)
_WORDS: Final = 28
"""Cells beside the bars."""


def past_lines(life: Life, width: int) -> list[str]:
    """A sparkline each for a, δ and b, and what the neuron makes of the data."""
    lines: list[str] = []
    if life.moments:
        bars = max(width - _WORDS, 8)
        shown = _thinned(life.moments, bars)
        length = len(shown)
        updates = "update" if life.updates == 1 else "updates"
        lines.append(f"over {life.updates:,} {updates}, at the end of each" + _some(life, length))
        for symbol, words in (("a", "a"), ("delta", "δ"), ("b", "b")):
            numbers = [getattr(moment, symbol) for moment in shown]
            if any(number is not None for number in numbers):
                lines.append(f"{words} {sparkline(numbers)}  {_range(numbers)}")
    else:
        lines.append("no update is finished: no past yet")
    return [*lines, *_data_lines(life.activity, width)]


def _data_lines(found: Activity, width: int) -> list[str]:
    examples = f"{found.seen:,} examples"
    if found.seen < found.examples:
        examples = f"{found.seen:,} of the {found.examples:,} examples"
    if found.active is None:
        head = f"over {examples}"
    else:
        share = f"{100 * found.active / found.seen:.3g} %"
        head = f"active (slope ≥ 0.01) in {share} of {examples}"
    spread = (
        f"a from {_NUMBER(found.least)} to {_NUMBER(found.greatest)}, mean {_NUMBER(found.mean)}"
    )
    joined = f"{head}: {spread}"
    return [joined] if len(joined) <= width else [f"{head}:", f"  {spread}"]


def _some(life: Life, shown: int) -> str:
    return "" if shown == life.updates else f" ({shown} of them)"


def _range(numbers: Sequence[float | None]) -> str:
    """The first and the last number, which a person compares."""
    known = [number for number in numbers if number is not None]
    return f"{_NUMBER(known[0])} → {_NUMBER(known[-1])}"


def _thinned(found: Sequence[NeuronMoment], most: int) -> Sequence[NeuronMoment]:
    if len(found) <= most:
        return found
    return [found[round(n * (len(found) - 1) / (most - 1))] for n in range(most)]
