"""The mistakes that people make in backpropagation and in updates: one table, a row each.

Each is a variation of the right algorithm: hooks of ``passes`` or ``updates``, and the places at
which it may have been made. What they are known from: the issues and questions of people whose
network learned badly, or well and still wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from nntui.verify.mistakes.batches import BATCH_MISTAKES
from nntui.verify.mistakes.derivative import DERIVATIVE_MISTAKES
from nntui.verify.mistakes.gradient import GRADIENT_MISTAKES
from nntui.verify.mistakes.loss import LOSS_MISTAKES
from nntui.verify.mistakes.mistake import Mistake, Scope, Way
from nntui.verify.mistakes.network import NETWORK_MISTAKES
from nntui.verify.mistakes.optimizer import OPTIMIZER_MISTAKES
from nntui.verify.mistakes.passing_back import PASSING_MISTAKES
from nntui.verify.mistakes.penalty import PENALTY_MISTAKES
from nntui.verify.passes import Change, NetworkHooks, Part, Passes
from nntui.verify.updates import UpdateHooks, Variation

MISTAKES: Final[tuple[Mistake, ...]] = (
    *DERIVATIVE_MISTAKES,
    *LOSS_MISTAKES,
    *PASSING_MISTAKES,
    *GRADIENT_MISTAKES,
    *PENALTY_MISTAKES,
    *BATCH_MISTAKES,
    *OPTIMIZER_MISTAKES,
    *NETWORK_MISTAKES,
)
"""Every mistake; where several explain the numbers, the first ones are named first."""


class Candidate(Struct, frozen=True):
    """A mistake made in one way at one place. ``layers``: where (None: no layer's or any's)."""

    mistake: Mistake
    way: Way
    variation: Variation
    layers: tuple[int, ...] | None
    where: str

    @property
    def name(self) -> str:
        """The mistake's name."""
        return self.mistake.name


def candidates(passes: Passes) -> Iterator[Candidate]:
    """List every mistake that can be made in an experiment, in every way, at every place."""
    for mistake in MISTAKES:
        if not mistake.when(passes):
            continue
        ways = mistake.ways if isinstance(mistake.ways, tuple) else tuple(mistake.ways(passes))
        for way in ways:
            if isinstance(way.hooks, UpdateHooks):
                variation = Variation(updates=(way.hooks,))
                yield Candidate(mistake, way, variation, None, "the update")
                continue
            if isinstance(way.hooks, NetworkHooks):
                variation = Variation(networks=(way.hooks,))
                yield Candidate(mistake, way, variation, None, "the network")
                continue
            for layers, part, where in _places(passes, way.scope):
                change = Change(way.hooks, None if layers is None else frozenset(layers), part)
                yield Candidate(mistake, way, Variation((change,)), layers, where)


def _places(passes: Passes, scope: Scope) -> Iterator[tuple[tuple[int, ...] | None, Part, str]]:
    blocks = passes.blocks
    outputs = tuple(b.layer for b in blocks if b.is_output.any())
    hidden = tuple(b.layer for b in blocks if not b.is_output.all())
    if scope == "everywhere":
        yield None, "all", "every layer"
    elif scope == "outputs":
        yield outputs, "outputs", "the output layer"
    elif scope == "behind":
        behind = tuple(b.layer for b in blocks if not b.source_is_input.all())
        if len(behind) > 1:
            yield behind, "all", "every layer"
        for layer in reversed(behind):
            yield (layer,), "all", f"layer {layer}"
    else:
        if scope == "layers":
            yield tuple(b.layer for b in blocks), "all", "every layer"
            if len(blocks) > 1 and outputs != tuple(b.layer for b in blocks):
                yield outputs, "outputs", "the output layer"
        if len(hidden) > 1:
            yield hidden, "hidden", "all hidden layers"
        for layer in reversed(hidden):
            yield (layer,), "hidden", f"layer {layer}"
