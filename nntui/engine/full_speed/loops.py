"""Straight-line code over many elements, compiled by numba: a few loops with the same bits.

Only operations that IEEE 754 rounds in one way (+ − · / √, comparisons) are compiled; elementary
functions (e^z, tanh) stay numpy's, called on whole rows between two loops.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np

from nntui.engine.full_speed.straight_line import Assignment
from nntui.engine.full_speed.ufuncs import compiled_ufunc

_COMPILED: Final = {"np": np, "sqrt": np.sqrt, "divide": np.true_divide}
"""What the code may call; to numba they are the processor's."""
_CALL: Final = re.compile(r"(exp|expm1|log|log1p|tanh|sin|cos)\((\w+)\)")
KEPT: Final = 64
"""How many functions are kept: an edit of a setting, or more epochs, leave most as they are."""
_NUMBERS_BETWEEN: Final = 1 << 15
"""How many numbers are kept between two loops, so that they fit into the cache."""

_ELEMENT: Final = "i = np.uint64(start + k)"
"""Its index: without a sign, so that numba does not ask whether it counts from the array's end."""
_CHUNKS: Final = """\
buffer, frame = np.empty({rows} * min({chunk}, {length})), np.empty(5, np.intp)
for start in range(0, {length}, {chunk}):
    m = min({chunk}, {length} - start)
    between = buffer[: {rows} * m].reshape({rows}, m)
    {loops}
"""


class Loops(NamedTuple):
    """Code, and the functions that it calls."""

    code: str
    functions: frozenset[str]


def is_call(assignment: Assignment) -> bool:
    """Whether it calls a function that is not compiled."""
    return _CALL.fullmatch(assignment.expression) is not None


def written_loops(
    assignments: Sequence[Assignment],
    found: Mapping[str, str],
    length: str,
    *,
    results: Mapping[str, str] | None = None,
    sums: Container[str] = (),
) -> Loops:
    """Write assignments as loops over ``length`` elements, cut wherever a function is called.

    ``found``: where the element ``i`` of each variable is found. ``results``: place by place, the
    variable or number that is left there. An assignment that reads one of the ``sums`` adds to it.
    """
    made_in: dict[str, int] = {}
    of_loop: dict[int, list[Assignment]] = defaultdict(list)
    for each in assignments:
        number = max((made_in.get(name, 0) for name in each.read), default=0)
        of_loop[number].append(each)
        made_in[each.name] = number + is_call(each)
    for place, name in (results or {}).items():
        of_loop[made_in.get(name, 0)].append(Assignment(place, name, (name,)))
    rows: dict[str, int] = {}
    lines_of_loops: list[str] = []
    functions: set[str] = set()
    for number in sorted(of_loop):
        read = _read(of_loop[number])
        read_later = _read(each for n in of_loop if n > number for each in of_loop[n])
        lines = [_ELEMENT]
        lines += [f"{name} = {place}" for name, place in found.items() if name in read]
        lines += [f"{name} = between[{rows[name]}, k]" for name in sorted(read & rows.keys())]
        left, called = [], defaultdict(list)
        for each in of_loop[number]:
            if call := _CALL.fullmatch(each.expression):
                called[call[1]].append((each.name, call[2]))
                continue
            name = next((name for name in each.read if name in sums), each.name)
            lines.append(f"{name} = {each.expression}")
            if each.name in read_later:
                left.append((each.name, each.name))
        calls = []
        for function, pairs in called.items():
            first = len(rows) + len(left)
            calls.append(f"{function}(buffer[{first} * m : {first + len(pairs)} * m], frame)")
            left += pairs
        for name, value in left:
            lines.append(f"between[{len(rows)}, k] = {value}")
            rows[name] = len(rows)
        lines_of_loops += ["for k in range(m):", *(f"    {line}" for line in lines), *calls]
        functions |= called.keys()
    code = _CHUNKS.format(
        length=length,
        chunk=_NUMBERS_BETWEEN // max(1, len(rows)),
        rows=len(rows),
        loops="\n    ".join(lines_of_loops),
    )
    return Loops(code.strip(), frozenset(functions))


def _read(assignments: Iterable[Assignment]) -> set[str]:
    return {name for each in assignments for name in each.read}


@lru_cache(KEPT)
def compiled(
    code: str, types: tuple[Any, ...], functions: frozenset[str] = frozenset()
) -> Callable[..., None]:
    """Compile a function called ``loop`` for arguments of some types."""
    import numba

    inside: dict[str, Any] = {**_COMPILED, **{name: compiled_ufunc(name) for name in functions}}
    # Safe to execute: its words are those of templates, letters with counters and operators; its
    # numbers are digits that Python itself wrote. No name from a document gets in.
    exec(code, inside)
    jit: Any = numba.njit(numba.types.void(*types), error_model="numpy")
    return jit(inside["loop"])  # type: ignore[no-any-return]
