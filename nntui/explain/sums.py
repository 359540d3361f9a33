"""Values that several steps add terms to: which term a step adds, and what comes before it."""

from __future__ import annotations

from msgspec import Struct

from nntui.explain.symbols import math_name
from nntui.model.wiring import Wiring


class RunningSum(Struct, frozen=True):
    """A value that several steps add terms to.

    ``start`` is what it begins with (``b``, the bias; ``L``, the loss; or nothing). ``terms`` are
    named by the neurons they come from, in the order of summing; ``done`` of them are added, the
    last of these by the step itself.
    """

    target: str
    start: str
    terms: tuple[str, ...]
    done: int


def running_sum(operation: tuple[str, ...], net: Wiring) -> RunningSum | None:
    """Return the sum that a step adds a term to, within its example; None when it adds none."""
    kind, *neurons = operation
    if kind == "forward_edge":
        i, j = neurons
        sources = net.sources[j]
        return RunningSum(math_name("z", j), "b", sources, sources.index(i) + 1)
    if kind == "backward_edge":
        i, j = neurons
        targets = tuple(reversed(net.targets[i]))  # as the backward pass meets them
        start = "L" if i in net.outputs else ""
        return RunningSum(math_name("da", i), start, targets, targets.index(j) + 1)
    return None
