"""Formulas that numba compiles: applied to whole arrays in one pass, with the same bits.

numpy takes a pass over memory for each operation of a formula, and an optimizer's rule has up to
fifteen. The code is a trace of the formula itself, as straight-line code is one of the algorithm.
Only a formula of operations that IEEE 754 rounds in one way (+ − · / √, comparisons) is compiled;
one with another function (e^z, tanh) stays numpy's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Sequence
from random import Random
from typing import Any, Final, NamedTuple

import numpy as np

from nntui.engine.full_speed.straight_line import FUNCTIONS, Tape, Traced, written
from nntui.model.numerics import Array

Formula = Callable[[Sequence[Any], Sequence[Any]], Sequence[Any]]
"""Gets arrays, or stand-ins for their elements, and single numbers; returns the results."""

_COMPILED: Final = frozenset({"sqrt", "divide"})
"""The functions that may be compiled."""

_LOOP: Final = """\
def loop({arguments}):
    for k in range(a0.size):
        {lines}
"""
_SCALARS: Final = """\
def scalars({numbers}):
    {lines}
    return ({wanted})
"""


class Elementwise(NamedTuple):
    """A compiled formula.

    ``scalars`` computes in Python what depends on single numbers alone; ``loop`` gets that, the
    arrays, and the arrays for the results.
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
    except Exception:  # another function, a number that cannot be written; numba does not fit, …
        logging.getLogger(__name__).debug("%s is not compiled", key, exc_info=True)
        return
    if _computes_alike(found, formula, kinds, numbers):
        _ready[key] = found


def _compiled(formula: Formula, kinds: str, numbers: int) -> Elementwise:
    from numba import njit, types

    tape = Tape()
    x = [Traced(tape, f"x{k}") for k in range(len(kinds))]
    s = [Traced(tape, f"s{k}") for k in range(numbers)]
    results = formula(x, s)
    lines, wanted = tape.needed(results, tape.made_of(each.name for each in s))
    if any(f"{name}(" in line for name in FUNCTIONS.keys() - _COMPILED for line in lines):
        raise TypeError("this function is numpy's")
    scalars = _SCALARS.format(
        numbers=", ".join(each.name for each in s),
        lines="\n    ".join(tape.needed(Traced(tape, name) for name in wanted)[0]) or "pass",
        wanted="".join(f"{name}, " for name in wanted),
    )
    arrays, places = (
        [f"{letter}{k}" for k in range(n)] for letter, n in (("a", len(x)), ("r", len(results)))
    )
    read = [f"x{k} = {array}[k]" for k, array in enumerate(arrays)]
    put = [f"{place}[k] = {written(x)}" for place, x in zip(places, results, strict=True)]
    loop = _LOOP.format(
        arguments=", ".join([*wanted, *arrays, *places]),
        lines="\n        ".join([*read, *lines, *put]),
    )
    # Safe to execute: letters with counters, operators, and digits that Python itself wrote.
    in_python: dict[str, Any] = dict(FUNCTIONS)
    exec(scalars, in_python)
    inside: dict[str, Any] = {"sqrt": np.sqrt, "divide": np.true_divide}
    exec(loop, inside)
    array_of = {"d": types.float64[::1], "?": types.boolean[::1]}
    signature = types.void(
        *[types.float64] * len(wanted),
        *(array_of[kind] for kind in kinds),
        *[array_of["d"]] * len(results),
    )
    return Elementwise(in_python["scalars"], njit(signature, error_model="numpy")(inside["loop"]))


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
        np.array_equal(_bits(ours), _bits(np.broadcast_to(theirs, 811)))
        for ours, theirs in zip(results, expected, strict=True)
    )


def _bits(numbers: Array) -> Any:
    """The bits of numbers; those of a nan do not count."""
    return np.where(np.isnan(numbers), np.nan, numbers).view(np.int64)
