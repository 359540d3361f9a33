"""A verdict in words: what is wrong, how sure that is, where to look and what to change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

from nntui.model.names import quoted
from nntui.model.numerics import Array
from nntui.verify.comparison import Comparison
from nntui.verify.mistakes import Candidate
from nntui.verify.passes import Mask, Passes
from nntui.verify.search import Explanation
from nntui.verify.verdict import Difference, Factor

_MOST_NAMED = 6


class Wording:
    """Writes the lines of a verdict. ``agree``: which numbers agree with the run."""

    def __init__(self, passes: Passes, comparison: Comparison, agree: Mask, expected: Array) -> None:
        self._passes, self._comparison, self._agree = passes, comparison, agree
        self._expected = expected

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """The numbers that differ, in order of execution."""
        return self._comparison.differences(self._agree, self._expected)

    def right(self) -> tuple[str, ...]:
        """All agree."""
        return (f"Right: {self._all(self._agree)} with the run.",)

    def right_without_penalty(self) -> tuple[str, ...]:
        """All agree, with no penalty in the gradients."""
        return (
            f"Right: {self._all(self._agree)} with the run.",
            "The gradients hold no penalty λ·w: right where the optimizer adds it, as PyTorch’s does; "
            "wrong if nothing adds it.",
        )

    def factor(self, factor: Factor) -> tuple[str, ...]:
        """All agree up to a factor."""
        return (
            f"Right up to a factor: {self._which()}, by the factor {factor.meaning}.",
            f"{self._all(np.ones_like(self._agree))} with that.",
            f"The chain rule is right; look for where it is multiplied or divided. {self._look()}",
        )

    def kink(self, kinks: Sequence[tuple[int, str]], word: str) -> tuple[str, ...]:
        """Another derivative at a kink makes them."""
        row, what = kinks[0]
        where = f"{what}, in {self._comparison.neuron(row)}" if row else what
        return (
            f"A kink: {self._which()}. {where[0].upper()}{where[1:]} has no derivative; "
            f"these numbers have {word} there.",
            f"{self._all(np.ones_like(self._agree))} with that.",
            f"Both are usual: nothing needs to be changed. {self._look()}",
        )

    def mistaken(self, explanation: Explanation) -> tuple[str, ...]:
        """Mistakes explain them."""
        firsts = [place[0] for place in explanation.places]
        others = [
            name for place in explanation.names for name in place[1:]
        ]
        what = "; and ".join(self._filled(c.mistake.done, c) for c in firsts)
        sure = f"{self._all(np.ones_like(self._agree))} with that."
        if others:
            sure += f" Here the same: {_listed(others)}."
        right = "; ".join(self._filled(c.mistake.right, c) for c in firsts)
        return (
            f"{self._which()}: {what}.",
            sure,
            f"Right: {right}. {self._look()}",
        )

    def unknown(self, partly: Explanation) -> tuple[str, ...]:
        """Nothing explains them all."""
        first = self.differences[0]
        found = f"{first.found:.6g}"
        lines = [
            f"{self._which()}: no mistake that is known makes these numbers.",
            f"The first that differs, in order of execution: {first.name} is {found}, "
            f"expected {first.expected:.6g}.",
        ]
        if partly.places:
            what = "; and ".join(self._filled(p[0].mistake.done, p[0]) for p in partly.places)
            lines[0] = f"{self._which()}: in part because {what}; the rest is not explained."
        return (*lines, self._look())

    def formulas(self, explanation: Explanation) -> tuple[tuple[str, str], ...]:
        """The mistaken formula and the right one, for each place."""
        return tuple(
            (
                self._filled(place[0].mistake.formulas[0], place[0]),
                self._filled(place[0].mistake.formulas[1], place[0]),
            )
            for place in explanation.places
        )

    def _look(self) -> str:
        return f"Look: nntui FILE --at {self.differences[0].step}"

    def _all(self, agree: Mask) -> str:
        count = len(agree)
        if count == 1:
            return "the one number agrees"
        return f"All {count} numbers agree" if agree.all() else f"{int(agree.sum())} of {count}"

    def _which(self) -> str:
        """``dW1 and db1 differ, dW2 agrees``."""
        counts = self._comparison.counts(self._agree)
        wrong = [c.kind for c in counts if c.agree < c.compared]
        right = [c.kind for c in counts if c.agree == c.compared]
        text = f"{_listed(wrong)} {'differs' if len(wrong) == 1 else 'differ'}"
        if right:
            text += f", {_listed(right)} {'agrees' if len(right) == 1 else 'agree'}"
        return text

    def _filled(self, text: str, candidate: Candidate) -> str:
        source, target = self._neurons(candidate)
        layer = self._layer(candidate)
        activations = dict.fromkeys(
            f.called for block in self._passes.blocks
            if layer is None or block.layer in (candidate.layers or (layer,))
            for f, _ in block.activations
        )
        words = {
            "layer": candidate.where, "word": candidate.way.word,
            "f": next(iter(activations)) if len(activations) == 1 else "f",
            "j": quoted(target), "i": quoted(source),
            "N": str(self._n), "K": str(len(self._passes.net.outputs)),
        }  # fmt: skip
        filled = re.sub(r"\{(\w+)\}", lambda m: words[m[1]], text)
        return filled

    @property
    def _n(self) -> int:
        return self._comparison.examples

    def _layer(self, candidate: Candidate) -> int | None:
        return None if candidate.layers is None else max(candidate.layers)

    def _neurons(self, candidate: Candidate) -> tuple[str, str]:
        """A connection of the layer in question: that of the first number there that differs."""
        layer = self._layer(candidate)
        blocks = self._passes.blocks
        block = blocks[(layer or len(blocks)) - 1]
        for difference in np.flatnonzero(~self._agree)[:1000].tolist():
            rows = self._comparison.parameter_rows(difference)
            if rows and block.rows.start <= rows[1] < block.rows.stop and rows[0]:
                return self._comparison.neuron(rows[0]), self._comparison.neuron(rows[1])
        sources = block.sources
        source = sources.start if isinstance(sources, slice) else int(sources[0])
        return self._comparison.neuron(source), self._comparison.neuron(block.rows.start)


def _listed(names: Iterable[str]) -> str:
    """``a, b and c``; of many the first ones."""
    all_ = list(names)
    shown = all_[:_MOST_NAMED]
    if len(all_) > len(shown):
        return f"{', '.join(shown)} and {len(all_) - len(shown)} more"
    *before, last = shown
    return f"{', '.join(before)} and {last}" if before else last
