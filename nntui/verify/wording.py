"""A verdict in words: what is wrong, how sure that is, where to look and what to change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

import numpy as np

from nntui.explain.numbers import DEFAULT_PRECISION, told_apart
from nntui.model.activations import ACTIVATIONS
from nntui.model.names import quoted
from nntui.model.numerics import Array
from nntui.verify.comparison import Comparison
from nntui.verify.given import Mask
from nntui.verify.mistakes.table import Candidate
from nntui.verify.passes import Passes
from nntui.verify.search import Explanation
from nntui.verify.verdict import Difference, Factor

_MOST_NAMED: Final = 6
_MOST_SENTENCES: Final = 2
_LOOKED_AT: Final = 1000
_OVERFLOWS: Final = 709
"""Above this, e to it is no finite number."""


class Wording:
    """Writes the lines of a verdict. ``agree``: which numbers agree with the run's ``expected``.

    ``part``: whether these are a part of what was given, of which the verdict has another count.
    """

    def __init__(
        self, passes: Passes, comparison: Comparison, agree: Mask, expected: Array, *, part: bool
    ) -> None:
        self._passes, self._comparison, self._agree = passes, comparison, agree
        self._expected, self._part = expected, part

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """The numbers that differ, in order of execution."""
        return self._comparison.differences(self._agree, self._expected)

    def right(self) -> tuple[str, ...]:
        """Say that all agree."""
        return (f"Right: {self._all_agree('with the run')}",)

    def right_without_penalty(self) -> tuple[str, ...]:
        """Say that all agree, with no penalty in the gradients."""
        adds = (
            "The gradients hold no penalty λ·w: right if the optimizer adds it, as PyTorch’s does."
        )
        return (*self.right(), adds)

    def factor(self, factor: Factor, explanation: Explanation | None) -> tuple[str, ...]:
        """Say that all agree up to a factor, and what makes it if that is known."""
        hint = "look for what multiplies or divides"
        if explanation is not None:
            places = {c.name: c for place in explanation.places for c in reversed(place)}
            shown = list(places.values())[:_MOST_SENTENCES]
            hint = "perhaps " + "; or ".join(self._filled(c.mistake.done, c) for c in shown)
        return (
            f"Right up to a factor, {factor.meaning}: {self._which()}.",
            _sentence(self._all_agree("with that")),
            f"The chain rule is right: {hint}. {self._look()}",
        )

    def kink(self, kinks: Sequence[tuple[int, str]], word: str) -> tuple[str, ...]:
        """Say that another derivative at a kink makes them."""
        row, what = kinks[0]
        where = f"{what} in {self._comparison.neuron(row)}" if row else what
        return (
            f"A kink: {self._which()}: {where} has no derivative; these numbers have {word}.",
            _sentence(self._all_agree("with that")),
            f"Nothing needs to be changed. {self._look()}",
        )

    def mistaken(self, explanation: Explanation, factor: Factor | None) -> tuple[str, ...]:
        """Say what was done, and what is right."""
        firsts = [place[0] for place in explanation.places]
        what = "; and ".join(dict.fromkeys(self._filled(c.mistake.done, c) for c in firsts))
        if factor is not None:
            what += f"; and the gradients have the factor {factor.meaning}"
        right = "; ".join(dict.fromkeys(self._filled(c.mistake.right, c) for c in firsts))
        sure = _sentence(self._all_agree("with that"))
        others = {c.name: c for place in explanation.places for c in reversed(place)}
        for first in firsts:
            others.pop(first.name, None)
        if 0 < len(others) <= _MOST_SENTENCES:
            same = "; or ".join(self._filled(c.mistake.done, c) for c in others.values())
            sure += f" The same numbers here: {same}."
        elif others:
            sure += f" The same numbers here: {_listed(others)}."
        return (
            f"{_sentence(self._which())}: {what}.",
            sure,
            f"Right: {right}. {self._look()}",
        )

    def zeros(self) -> tuple[str, ...]:
        """Say that nothing but zeros were given."""
        return (f"All {len(self._agree)} numbers are 0: has your code run?", self._look())

    def rounded(self, digits: int) -> tuple[str, ...]:
        """Say that they have too few digits to tell anything."""
        return (
            f"{_sentence(self._which())}, but all agree when rounded to {digits} decimals.",
            "That is too coarse to tell a mistake: write more digits, or compare with --rtol 1e-2.",
            self._look(),
        )

    def unknown(self, partly: Explanation | None, greatest: float) -> tuple[str, ...]:
        """Say what differs first where nothing explains them all.

        ``partly``: what explains the first layer that differs. ``greatest``: the greatest z.
        """
        first = self.differences[0]
        which = _sentence(self._which())
        found, expected = told_apart(first.found, first.expected, DEFAULT_PRECISION)
        start = f"First, in order of execution: {first.name} is {found}, expected {expected}."
        if self._comparison.is_forward(self._agree):
            known = f"{which}: the forward pass differs already, from {first.name} on."
        elif partly is not None:
            place = partly.places[0][0]
            what = self._filled(place.mistake.done, place)
            known = f"{which}. In part: {what}; the rest is not explained."
        elif np.isfinite(first.expected) and not np.isfinite(first.found):
            known = f"{which}: there is no finite number where the run has one."
            if greatest > _OVERFLOWS:
                start += f" z goes up to {greatest:.6g}, and e^z is infinite above {_OVERFLOWS}."
        else:
            known = f"{which}: no mistake that is known makes these numbers."
            if not self._comparison.has_delta and not self._comparison.is_update(self._agree):
                start += " With z, a and delta, too, more can be told."
        return (known, start, self._look())

    def formulas(self, explanation: Explanation) -> tuple[tuple[str, str], ...]:
        """Write the mistaken formula and the right one, for each place."""
        return tuple(
            (
                self._filled(place[0].mistake.formulas[0], place[0]),
                self._filled(place[0].mistake.formulas[1], place[0]),
            )
            for place in explanation.places
        )

    def _look(self) -> str:
        return f"Look: nntui FILE --at {self.differences[0].step}"

    def _all_agree(self, with_what: str) -> str:
        count, digits = len(self._agree), self._comparison.digits
        all_ = f"all {count} numbers agree" if count > 1 else "the one number agrees"
        if self._part:
            first, last = self._comparison.updates
            of = f"update {first + 1}" if first == last else f"updates {first + 1} to {last + 1}"
            all_ = f"all numbers of {of} agree"
        return f"{all_} {with_what} to {digits} digits."

    def _which(self) -> str:
        """``dW1 and db1 differ, dW2 agrees``."""
        counts = self._comparison.counts(self._agree)
        wrong = [c.kind for c in counts if c.agree < c.compared]
        right = [c.kind for c in counts if c.agree == c.compared]
        text = f"{_listed(wrong)} {'differs' if len(wrong) == 1 else 'differ'}"
        if right:
            text += f", {_listed(right)} {'agrees' if len(right) == 1 else 'agree'}"
        first = self._comparison.first_update(self._agree)
        several = len(set(self._comparison.updates)) > 1
        return f"from update {first + 1} on, {text}" if several else text

    def _filled(self, text: str, candidate: Candidate) -> str:
        source, target = self._neurons(candidate)
        activations = dict.fromkeys(
            f.called
            for block in self._passes.blocks
            if candidate.layers is None or block.layer in candidate.layers
            for f, _ in block.activations
        )
        f = next(iter(activations)) if len(activations) == 1 else "f"
        slope = ACTIVATIONS[f].derivative_formula if f in ACTIVATIONS else "f′ in a"
        words = {
            "layer": candidate.where, "f": f,
            "j": quoted(target), "i": quoted(source),
            "dl": f"({self._passes.training.loss.formulas[1]})",
            "reduced": "1/N · Σ " if self._passes.training.reduction == "mean" else "Σ ",
            "f_in_a": f"({slope})", "f_on_z": f"({slope})".replace("a", "z"),
            "N": str(self._comparison.examples), "K": str(len(self._passes.net.outputs)),
        }  # fmt: skip
        text = text.replace("{word}", candidate.way.word)
        return re.sub(r"\{(\w+)\}", lambda match: words[match[1]], text)

    def _neurons(self, candidate: Candidate) -> tuple[str, str]:
        """Choose a connection of a candidate's layer: that of the first number that is off."""
        blocks, comparison = self._passes.blocks, self._comparison
        block = blocks[(max(candidate.layers) if candidate.layers else len(blocks)) - 1]
        target = block.rows.start
        for cell in np.flatnonzero(~self._agree)[:_LOOKED_AT].tolist():
            source, row = comparison.ends(cell)
            if block.rows.start <= row < block.rows.stop:
                target = row
                if source:
                    return comparison.neuron(source), comparison.neuron(row)
        sources = np.arange(self._passes.layout.height)[block.sources]
        source = int(sources[0]) if len(sources) else target  # a neuron may have none
        return comparison.neuron(source), comparison.neuron(target)


def _sentence(text: str) -> str:
    """Begin with a capital letter, unless it begins with a name such as dW1."""
    word = text.split(maxsplit=1)[0]
    return text[0].upper() + text[1:] if word in ("all", "from", "the") else text


def _listed(names: Iterable[str]) -> str:
    """``a, b and c``; of many the first ones."""
    all_ = list(names)
    shown = all_[:_MOST_NAMED]
    if len(all_) > len(shown):
        return f"{', '.join(shown)} and {len(all_) - len(shown)} more"
    *before, last = shown
    return f"{', '.join(before)} and {last}" if before else last
