"""How far a sum has come: which of its terms are in already."""

from __future__ import annotations

from dataclasses import dataclass

from nntui.explain.formulas import dressed
from nntui.model.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Sum:
    """A value that is summed up over several steps.

    ``start`` is what it begins with (``b``, the bias; ``L``, the loss; or nothing). ``terms`` are
    named by the neurons they come from, in the order of summing; the first ``done`` of them are
    in, the last of these by the step itself.
    """

    target: str
    start: str
    terms: tuple[str, ...]
    done: int


def sum_of(operation: tuple[str, ...], net: Wiring) -> Sum | None:
    """The sum that a step adds a term to, within its example; None when it adds none."""
    kind, *neurons = operation
    if kind == "forward_edge":
        i, j = neurons
        sources = net.sources[j]
        return Sum(dressed("z", j), "b", sources, sources.index(i) + 1)
    if kind == "backward_edge":
        i, j = neurons
        targets = tuple(reversed(net.targets[i]))  # as the backward pass meets them
        start = "L" if i in net.outputs else ""
        return Sum(dressed("da", i), start, targets, targets.index(j) + 1)
    return None
