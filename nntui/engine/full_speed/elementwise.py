"""Formulas that numba compiles: applied to whole arrays in few passes, with the same bits.

numpy takes a pass over memory for each operation of a formula, and an optimizer's rule has up to
fifteen. The code is a trace of the formula itself, as straight-line code is one of the algorithm.
Only operations that IEEE 754 rounds in one way (+ − · / √, comparisons) are compiled; elementary
functions (e^z, tanh) stay numpy's, called between two passes.
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from random import Random
from typing import Any, Final, NamedTuple

import numpy as np

from nntui.engine.full_speed.straight_line import FUNCTIONS, Assignment, Tape, Traced, written
from nntui.model.numerics import Array

Formula = Callable[[Sequence[Any], Sequence[Any]], Sequence[Any]]
"""Gets arrays, or stand-ins for their elements, and single numbers; returns the results."""

CHUNK: Final = 8192
"""About how many numbers are computed at a time, so that temporary arrays fit into the cache."""
MOST_ASSIGNMENTS: Final = 600
"""Longer code would take too long to compile."""

_COMPILED: Final = {"sqrt": np.sqrt, "divide": np.true_divide}
"""The functions that are compiled; to numba they are the processor's."""
_CALL: Final = re.compile(rf"({'|'.join(FUNCTIONS.keys() - _COMPILED.keys())})\((\w+)\)")

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


_NOTHING: Final = np.empty((0, 0))


class _Pass(NamedTuple):
    """A loop over all elements, and the functions that are then applied to rows between passes."""

    loop: Callable[..., None]
    calls: list[tuple[Callable[[Array], Array], slice]]


class Elementwise(NamedTuple):
    """A compiled formula.

    ``scalars`` computes in Python what depends on single numbers alone. ``rows``: of the matrix
    that holds what one pass leaves for the next.
    """

    scalars: Callable[..., tuple[float, ...]]
    passes: list[_Pass]
    rows: int

    def __call__(
        self, numbers: Sequence[Any], arrays: Sequence[Any], results: Sequence[Array]
    ) -> None:
        """Write the results for the elements of arrays (n,), all C-contiguous."""
        known, n = self.scalars(*numbers), arrays[0].size
        if not self.rows:
            self.passes[0].loop(*known, *arrays, _NOTHING, *results)
            return
        for start in range(0, n, CHUNK):
            s = slice(start, min(start + CHUNK, n))
            between = np.empty((self.rows, s.stop - start))
            places = [*(x[s] for x in arrays), between, *(result[s] for result in results)]
            for each in self.passes:
                each.loop(*known, *places)
                for function, rows in each.calls:
                    between[rows] = function(between[rows])


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
    except Exception:  # a number that cannot be written down; numba does not fit, …
        logging.getLogger(__name__).debug("%s is not compiled", key, exc_info=True)
        return
    if _computes_alike(found, formula, kinds, numbers):
        _ready[key] = found


def _compiled(formula: Formula, kinds: str, numbers: int) -> Elementwise:
    tape = Tape()
    x = [Traced(tape, f"x{k}") for k in range(len(kinds))]
    s = [Traced(tape, f"s{k}") for k in range(numbers)]
    results = formula(x, s)
    scalars = tape.made_of(each.name for each in s)
    assignments = tape.needed(results, scalars)
    if len(assignments) > MOST_ASSIGNMENTS:
        raise ValueError("the formula is too long")
    if len(assignments) == 1 and _CALL.fullmatch(assignments[0].expression):
        raise ValueError("numpy takes a single pass, too")
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
    passes, rows = _passes(assignments, wanted, results, kinds)
    return Elementwise(in_python["scalars"], passes, rows)


def _passes(
    assignments: list[Assignment], scalars: list[str], results: Sequence[Any], kinds: str
) -> tuple[list[_Pass], int]:
    """Cut a formula into passes wherever it calls a function; also how many rows lie between."""
    made_in: dict[str, int] = {}
    of_pass: dict[int, list[Assignment]] = defaultdict(list)
    for each in assignments:
        number = max((made_in.get(name, 0) for name in each.read), default=0)
        of_pass[number].append(each)
        made_in[each.name] = number + bool(_CALL.fullmatch(each.expression))
    rows: dict[str, int] = {}
    passes = []
    for number in range(max(made_in.values(), default=0) + 1):
        read_later = {
            name
            for n, later in of_pass.items()
            if n > number
            for each in later
            for name in each.read
        }
        lines, left, called = [], [], defaultdict(list)
        for each in of_pass[number]:
            lines += [f"{name} = between[{rows[name]}, k]" for name in each.read if name in rows]
            if call := _CALL.fullmatch(each.expression):
                called[call[1]].append((each.name, call[2]))
                continue
            lines.append(f"{each.name} = {each.expression}")
            if each.name in read_later:
                left.append((each.name, each.name))
        calls = []
        for function, pairs in called.items():
            first = len(rows) + len(left)
            calls.append((FUNCTIONS[function], slice(first, first + len(pairs))))
            left += pairs
        for k, result in enumerate(results):
            if made_in.get(name := written(result), 0) == number:
                lines += [f"{name} = between[{rows[name]}, k]"] if name in rows else []
                lines.append(f"r{k}[k] = {name}")
        for name, value in left:
            lines.append(f"between[{len(rows)}, k] = {value}")
            rows[name] = len(rows)
        passes.append(_Pass(_loop(lines, scalars, kinds, len(results)), calls))
    return passes, len(rows)


def _loop(lines: list[str], scalars: list[str], kinds: str, results: int) -> Callable[..., None]:
    from numba import njit, types

    arrays = [f"a{k}" for k in range(len(kinds))]
    names = [*scalars, *arrays, "between", *(f"r{k}" for k in range(results))]
    read = [f"x{k} = {array}[k]" for k, array in enumerate(arrays)]
    code = _LOOP.format(arguments=", ".join(names), lines="\n        ".join([*read, *lines]))
    inside: dict[str, Any] = dict(_COMPILED)
    exec(code, inside)  # safe, see above
    array_of = {"d": types.float64[::1], "?": types.boolean[::1]}
    signature = types.void(
        *[types.float64] * len(scalars),
        *(array_of[kind] for kind in kinds),
        types.float64[:, ::1],
        *[array_of["d"]] * results,
    )
    compiled: Any = njit(signature, error_model="numpy")
    return compiled(inside["loop"])  # type: ignore[no-any-return]


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
