"""Formulas that numba compiles: applied to whole arrays in few passes, with the same bits.

numpy takes a pass over memory for each operation of a formula, and an optimizer's rule has up to
fifteen. The code is a trace of the formula itself, as straight-line code is one of the algorithm.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Sequence
from random import Random
from textwrap import indent
from typing import Any, Final, NamedTuple

import numpy as np

from nntui.engine.full_speed.loops import compiled, is_call, written_loops
from nntui.engine.full_speed.straight_line import FUNCTIONS, Assignment, Tape, Traced, written
from nntui.model.numerics import Array

Formula = Callable[[Sequence[Any], Sequence[Any]], Sequence[Any]]
"""Gets arrays, or stand-ins for their elements, and single numbers; returns the results."""

CHUNK: Final = 8192
"""About how many numbers are computed at a time, so that temporary arrays fit into the cache."""
MOST_ASSIGNMENTS: Final = 600
"""Longer code would take too long to compile."""

_SCALARS: Final = """\
def scalars({numbers}):
    {lines}
    return ({wanted})
"""
_LOOP: Final = """\
def loop({arguments}):
    {code}
"""


class Elementwise(NamedTuple):
    """A compiled formula.

    ``scalars`` computes in Python what depends on single numbers alone.
    """

    scalars: Callable[..., tuple[float, ...]]
    loop: Callable[..., None]

    def __call__(
        self, numbers: Sequence[Any], arrays: Sequence[Any], results: Sequence[Array]
    ) -> None:
        """Write the results for the elements of arrays (n,), all C-contiguous."""
        self.loop(*self.scalars(*numbers), *arrays, *results)


_ready: Final[dict[Hashable, Elementwise]] = {}


def ready(key: Hashable) -> Elementwise | None:
    """Return the formula that was compiled under a key; None where there is none."""
    return _ready.get(key)


def compile_formula(
    key: Hashable, formula: Formula, kinds: str, numbers: Sequence[float] = ()
) -> None:
    """Compile a formula for ``ready``, if that can be done with the same bits.

    ``kinds``: a letter for each array, ``d`` for numbers, ``?`` for truth values. ``numbers``: what
    to test it with for the single numbers.
    """
    if key in _ready:
        return
    try:
        found = _compiled(formula, kinds, len(numbers))
        if _computes_alike(found, formula, kinds, numbers):
            _ready[key] = found
    except Exception:  # a number that cannot be written down; numba does not fit, …
        logging.getLogger(__name__).debug("%s is not compiled", key, exc_info=True)


class TracedFormula(NamedTuple):
    """A formula as assignments; those of single numbers alone apart, as a function in Python.

    ``wanted``: the variables that this function returns. The elements of arrays are x0, x1, …
    """

    scalars: Callable[..., tuple[float, ...]]
    wanted: Sequence[str]
    assignments: list[Assignment]
    results: list[str]


def traced(formula: Formula, arrays: int, numbers: int) -> TracedFormula:
    """Trace a formula of so many arrays and single numbers."""
    tape = Tape()
    x = [Traced(tape, f"x{k}") for k in range(arrays)]
    s = [Traced(tape, f"s{k}") for k in range(numbers)]
    results = formula(x, s)
    scalars = tape.made_of(each.name for each in s)
    assignments = tape.needed(results, scalars)
    read = {name for each in assignments for name in each.read}
    wanted = sorted(scalars & (read | {r.name for r in results if isinstance(r, Traced)}))
    in_python: dict[str, Any] = dict(FUNCTIONS)
    # Safe to execute: letters with counters, operators, and digits that Python itself wrote.
    exec(
        _SCALARS.format(
            numbers=", ".join(each.name for each in s),
            lines="\n    ".join(tape.lines(Traced(tape, name) for name in wanted)) or "pass",
            wanted="".join(f"{name}, " for name in wanted),
        ),
        in_python,
    )
    return TracedFormula(in_python["scalars"], wanted, assignments, [*map(written, results)])


def _compiled(formula: Formula, kinds: str, numbers: int) -> Elementwise:
    from numba import types

    scalars, wanted, assignments, results = traced(formula, len(kinds), numbers)
    if len(assignments) > MOST_ASSIGNMENTS:
        raise ValueError("the formula is too long")
    if len(assignments) == 1 and is_call(assignments[0]):
        raise ValueError("numpy takes a single pass, too")
    loops = written_loops(
        assignments,
        {f"x{k}": f"a{k}[i]" for k in range(len(kinds))},
        "a0.size",
        results={f"r{k}[i]": result for k, result in enumerate(results)},
    )
    array_of = {"d": types.float64[::1], "?": types.boolean[::1]}
    arguments = {
        **dict.fromkeys(wanted, types.float64),
        **{f"a{k}": array_of[kind] for k, kind in enumerate(kinds)},
        **{f"r{k}": array_of["d"] for k in range(len(results))},
    }
    code = _LOOP.format(arguments=", ".join(arguments), code=indent(loops.code, "    ").strip())
    return Elementwise(scalars, compiled(code, tuple(arguments.values()), loops.functions))


def _computes_alike(
    found: Elementwise, formula: Formula, kinds: str, numbers: Sequence[float]
) -> bool:
    """Whether compiled code gives the bits of numpy's, for numbers of every sort."""
    chance = Random(0)
    special = [0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, -1e-310, 1e308, -1e308, 1.0, -1.0]
    arrays = []
    for kind in kinds:
        x = [chance.choice(special) for _ in range(400)]
        x += [chance.gauss(0.0, 1.0) * 10.0 ** chance.randint(-4, 4) for _ in range(411)]
        arrays.append(np.array(x) > 0.0 if kind == "?" else np.array(x))
    with np.errstate(all="ignore"):
        expected = formula(arrays, numbers)
        results = [np.empty(811) for _ in expected]
        found(numbers, arrays, results)
    return all(
        same_bits(ours, np.broadcast_to(theirs, 811))
        for ours, theirs in zip(results, expected, strict=True)
    )


def same_bits(numbers: Array, others: Array) -> bool:
    """Whether arrays hold the same bits; those of a nan do not count."""
    found, expected = (np.where(np.isnan(x), np.nan, x).view(np.int64) for x in (numbers, others))
    return np.array_equal(found, expected)
