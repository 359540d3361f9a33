"""The screen of ``watch nonfinite``: steps that write a NaN or an infinity from finite numbers.

A sum that has once met an infinity or a NaN is never finite again. So as long as every last number
is finite every number on the way was, and nothing need be looked at closely.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from nntui.debugger.stops.counts import Counts, add
from nntui.debugger.stops.film import Film, example_reader
from nntui.model.names import value_name


def count_wrecks(film: Film) -> Counts:
    """The matches in an update."""
    counts = Counts.none(film.length)
    passes = film.passes
    arrays = (passes.z, passes.a, passes.da, passes.delta, passes.loss, passes.dp(), film.after.p)
    if all(np.isfinite(array).all() for array in arrays):
        return counts
    with np.errstate(all="ignore"):
        for find in (_forward, _loss, _backward):
            for match in find(film):
                add(counts, match)
        add(counts, np.array(list(_update(film)), np.int64).sum(), update=True)
    return counts


def _forward(film: Film) -> Iterator[Any]:
    net = film.layout.net
    for j in net.neurons:
        z: Any = film.parameter(j)
        if np.isfinite(z) and not np.isfinite(film.of("z", j)).all():
            for i in net.sources[j]:
                w, a = film.parameter((i, j)), film.of("a", i)
                summed = z + w * a
                yield _finite(z, w, a) & ~np.isfinite(summed)
                z = summed
        yield np.isfinite(film.of("z", j)) & ~np.isfinite(film.of("a", j))


def _loss(film: Film) -> Iterator[Any]:
    outputs = film.layout.net.outputs
    read = _finite(*(film.of("a", k) for k in outputs), *(film.target(k) for k in outputs))
    yield read & ~_finite(film.passes.loss, *film.slopes.values())


def _backward(film: Film) -> Iterator[Any]:
    layout, net = film.layout, film.layout.net
    for j in net.neurons:
        delta, alive = film.of("delta", j), j in net.outputs or net.targets[j]
        before, after = film.sums(j)
        da = film.of("da", j) if alive else 0.0
        yield _finite(da, film.of("z", j), before) & ~_finite(delta, after)
        for i in net.sources[j]:
            w, a = film.parameter((i, j)), film.of("a", i)
            read = _finite(delta, a, w)
            before, after = film.sums((i, j))
            if not np.any(read) or np.all(_finite(after, film.of("da", i))):
                continue
            step = layout.offsets.backward_edge(i, j)
            old, new = (
                example_reader(layout, value_name("da", i), o)(film) for o in (step - 1, step)
            )
            yield read & _finite(before, 0.0 if old is None else old) & ~_finite(after, new)


def _update(film: Film) -> Iterator[Any]:
    dp = film.passes.dp()
    for parameter in film.layout.updated:
        old, new = film.parameter(parameter), film.parameter(parameter, updated=True)
        yield _finite(old, dp[film.layout.index[parameter]]) & ~np.isfinite(new)


def _finite(*numbers: Any) -> Any:
    """Where all of them are finite."""
    found: Any = True
    for number in numbers:
        found = np.logical_and(found, np.isfinite(number))
    return found
