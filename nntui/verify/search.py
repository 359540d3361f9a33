"""The search for the mistake that makes someone's numbers.

Every mistake is run for real. First each alone is tried. Then several: what is wrong in a layer
shows there and in the layers before it only, so the search walks from the output back, settles the
first place that differs, keeps what settled it, and looks again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Final

import numpy as np

from nntui.model.numerics import Array
from nntui.verify.comparison import Comparison
from nntui.verify.factors import common_factor
from nntui.verify.given import Mask
from nntui.verify.mistakes.table import Candidate
from nntui.verify.updates import RIGHT, Simulation, Variation
from nntui.verify.verdict import Factor

MOST_MISTAKES: Final = 3
"""How many mistakes at once are looked for."""
_BEAM: Final = 6
"""How many ways to explain the first places are followed on."""
_FEWEST: Final = 4
"""How many numbers of a layer must be explained for it to mean something by itself."""
WORK: Final = 5e9
"""How many multiplications the search for several at once may take, about: some seconds.

It is counted, not timed: a verdict is the same on a busy machine.
"""
_WORK_OF_ONE: Final = 2e10
"""How many that for one mistake may take; in a huge network only the first ones are tried."""
_WORK_OF_PAIRS: Final = 6e8
"""How many that for two at one place may take."""
_OVERHEAD: Final = 1.5e5
"""What a pass costs beside its multiplications, counted in these."""
_UPDATE: Final = 100.0
"""What an update costs for each parameter, and to look at it."""


class Budget:
    """The work that a search may still do."""

    def __init__(self, left: float) -> None:
        self.left = left

    def allows(self, work: float) -> bool:
        """Take some of it, if it is not used up."""
        self.left -= work
        return self.left > 0.0


@dataclass(frozen=True, eq=False)
class Explanation:
    """Mistakes that together make numbers: for each place the candidates that are alike there."""

    places: tuple[tuple[Candidate, ...], ...]
    variation: Variation
    expected: Array
    agree: Mask

    @property
    def is_complete(self) -> bool:
        """Whether all numbers are explained."""
        return bool(self.agree.all())

    @property
    def names(self) -> tuple[tuple[str, ...], ...]:
        """The names of the mistakes, for each place."""
        return tuple(tuple(dict.fromkeys(c.name for c in place)) for place in self.places)


class Search:
    """Runs variations and holds what they give against the numbers of a comparison."""

    def __init__(
        self,
        simulation: Simulation,
        comparison: Comparison,
        candidates: Sequence[Candidate],
        budget: Budget,
    ) -> None:
        self._simulation, self._comparison = simulation, comparison
        self._candidates, self._budget = candidates, budget
        self._work_of_pass = _OVERHEAD + 3.0 * simulation.multiplications
        self._work_of_update = _OVERHEAD + _UPDATE * simulation.passes.layout.size
        self._work = simulation.passes_run * self._work_of_pass
        self._first = simulation.first
        self.right = self._explained((), RIGHT)
        self._singles: list[Explanation] = []

    def expected(self, variation: Variation, most: int | None = None) -> Array:
        """Run a variation, over the first updates or all, and gather its numbers."""
        with np.errstate(all="ignore"):
            return self._comparison.expected(self._simulation.run(variation, most), self._first)

    def _explained(
        self, places: tuple[tuple[Candidate, ...], ...], variation: Variation
    ) -> Explanation:
        expected = self.expected(variation)
        return Explanation(places, variation, expected, self._comparison.agrees(expected))

    def one(self) -> Explanation | None:
        """Look for one mistake that explains every number; all that do are named."""
        budget, settles = Budget(_WORK_OF_ONE), self._test(self.right)
        may_settle = self._may_settle(self.right)
        allowed = (c for c in self._candidates if budget.allows(self._work))
        tried = (self._by(c) for c in allowed if may_settle(c.variation))
        # Only these are kept: of a large network each takes some megabytes.
        self._singles = [e for e in tried if e.is_complete or settles(e.agree)]
        found = [e for e in self._singles if e.is_complete]
        return self._together(found) if found else None

    def one_of(self, candidates: Iterable[Candidate]) -> Explanation | None:
        """Look for the first one of other mistakes that explains every number."""
        budget = Budget(_WORK_OF_ONE)
        tried = (self._by(c) for c in candidates if budget.allows(self._work))
        return next((e for e in tried if e.is_complete), None)

    def _by(self, candidate: Candidate) -> Explanation:
        return self._explained(((candidate,),), candidate.variation)

    def up_to_factor(self, known: Mapping[float, str]) -> tuple[Explanation, Factor] | None:
        """Look for one mistake that explains every number, but for a factor of the gradients."""
        budget = Budget(_WORK_OF_ONE)
        for candidate in filter(lambda c: c.variation.changes, self._candidates):
            if not budget.allows(self._work):
                break
            with np.errstate(all="ignore"):
                made = self._simulation.run(candidate.variation)
                assert made.batch is not None
                bare = replace(made, batch=replace(made.batch, g=made.batch.dp))
                expected, without = (
                    self._comparison.expected(each, self._first) for each in (made, bare)
                )
            factor = common_factor(self._comparison, expected, without, known, any_other=False)
            if factor is not None:
                agree = np.ones_like(self.right.agree)
                places = ((candidate,),)
                return Explanation(places, candidate.variation, expected, agree), factor
        return None

    def several(self, *, pairs: bool) -> Explanation:
        """Look for several mistakes; the best explanation found, complete or not.

        With ``pairs``, two at one place are looked for, too, which takes longest.
        """
        states, best = [self.right], self.right
        for depth in range(MOST_MISTAKES):
            following: list[Explanation] = []
            for state in states:
                following += self._settled(state, self._singles if depth == 0 else None)
            if not following and pairs:
                following = self._by_pairs(states)
            following.sort(key=self.rank)
            if following and self.rank(following[0]) < self.rank(best):
                best = following[0]
            if best.is_complete or not following:
                break
            states = following[:_BEAM]
        return best

    def rank(self, explanation: Explanation) -> tuple[int, int, int]:
        """Sort by what is explained: complete ones of few mistakes, then by what is left."""
        wrong = ~explanation.agree
        if not wrong.any():
            return (0, len(explanation.places), 0)
        first = int(self._comparison.place[wrong].min())
        return (1, -first, int(wrong.sum()))

    def first_settled(self) -> Explanation | None:
        """Find the mistake that explains the first place that differs, all of it."""
        wrong, place = ~self.right.agree, self._comparison.place
        first = place[wrong].min()
        if (place == first).sum() < _FEWEST:
            return None
        found = [e for e in self._singles if e.agree[place <= first].all()]
        return self._together(found) if found else None

    def _settled(self, state: Explanation, singles: list[Explanation] | None) -> list[Explanation]:
        """Add each mistake to a state that settles a part of the first place that differs."""
        if singles is not None:
            return self._tied(singles)
        found: list[Explanation] = []
        test, matters = self._test(state), self._mattering(state)
        may_settle = self._may_settle(state)
        for candidate in filter(matters, self._candidates):
            if not self._budget.allows(self._work):
                break
            if not may_settle(state.variation.with_(candidate.variation)):
                continue
            tried = self._with(state, candidate)
            if test(tried.agree):
                found.append(tried)
        return self._tied(found)

    def _with(self, state: Explanation, *more: Candidate) -> Explanation:
        variation = state.variation
        for candidate in more:
            variation = variation.with_(candidate.variation)
        return self._explained((*state.places, *((c,) for c in more)), variation)

    def _by_pairs(self, states: Sequence[Explanation]) -> list[Explanation]:
        """Add two mistakes at once to states, up to one that then is complete."""
        found: list[Explanation] = []
        budget = Budget(min(_WORK_OF_PAIRS, self._budget.left))
        for state in states:
            for explanation in self._pairs(state, budget):
                found.append(explanation)
                if explanation.is_complete:
                    return found
        return found

    def _pairs(self, state: Explanation, budget: Budget) -> Iterator[Explanation]:
        """Add two mistakes at once that settle the first place that differs.

        They are of different kinds, and neither shows before; of those of a kind that are alike
        there, one is tried first. Only as many updates are run as show it, and all of them, for
        each of those that are alike, where it is settled.
        """
        test, matters = self._test(state), self._mattering(state)
        place = self._comparison.place
        first = place[~state.agree].min() if not state.agree.all() else 0
        here, before = place == first, place < first
        most = self._comparison.updates_to(place <= first) - self._first
        passes = max(1, most)
        shown: list[tuple[list[Candidate], frozenset[str], Array]] = []
        usual = (c for c in self._candidates if not c.mistake.rare)
        for candidate in filter(matters, usual):
            if not budget.allows(self._work_of_pass * passes):
                break
            made = self.expected(state.variation.with_(candidate.variation), most)
            if not self._comparison.agrees(made)[before].all():
                continue
            expected = made[here]
            hooks = candidate.way.hooks
            kinds = frozenset(name for name in hooks.__struct_fields__ if getattr(hooks, name))
            if self._same(expected, state.expected[here]):
                continue
            alike = (group for group, k, e in shown if k == kinds and self._same(expected, e))
            if (group := next(alike, None)) is not None:
                group.append(candidate)
            else:
                shown.append(([candidate], kinds, expected))
        for (ones, kinds, _), (others, more_kinds, _) in combinations(shown, 2):
            if kinds & more_kinds:
                continue
            # The pass of the one before serves for another that is of the update alone.
            run = passes if others[0].variation.changes else passes - 1
            if not budget.allows(max(self._work_of_update, self._work_of_pass * run)):
                return
            both = state.variation.with_(ones[0].variation).with_(others[0].variation)
            if test(self._comparison.agrees(self.expected(both, most))):
                for one, other in product(ones, others):
                    if budget.allows(self._work):
                        yield self._with(state, one, other)

    def _mattering(self, state: Explanation) -> Callable[[Candidate], bool]:
        """Make the test whether a mistake may change anything at the first place that differs."""
        place, depth = self._comparison.place, len(self._simulation.passes.blocks)
        first = int(place[~state.agree].min()) if not state.agree.all() else 0
        row, behind = divmod(first - (2 + depth), 1 + depth)
        layer = depth - (behind if row >= 0 else first - 1)

        def matters(candidate: Candidate) -> bool:
            if candidate.variation.updates:
                return row >= 0
            if candidate.layers is None or row > 0:
                return True
            goes_back = any(change.goes_back for change in candidate.variation.changes)
            return layer in candidate.layers or (goes_back and max(candidate.layers) > layer)

        return matters

    def _test(self, state: Explanation) -> Callable[[Mask], bool]:
        """Make the test whether something settles a part of the first place that differs."""
        place, part = self._comparison.place, self._comparison.part
        first = place[~state.agree].min() if not state.agree.all() else 0
        before, here = place < first, place == first
        count = len(np.unique(part[here & ~state.agree]))

        def test(agree: Mask) -> bool:
            if not agree[before].all():
                return False
            return len(np.unique(part[here & ~agree])) < count

        return test

    def _may_settle(self, state: Explanation) -> Callable[[Variation], bool]:
        """Make the same test of a variation, from as many updates as show that place.

        Few settle anything, so most need not be run over all updates. Where all are needed, it is
        left to the run of them.
        """
        test, wrong, place = self._test(state), ~state.agree, self._comparison.place
        if wrong.any():
            most = self._comparison.updates_to(place <= place[wrong].min()) - self._first
            if most < self._simulation.end - self._first:
                return lambda tried: test(self._comparison.agrees(self.expected(tried, most)))
        return lambda tried: True

    def _tied(self, found: list[Explanation]) -> list[Explanation]:
        """Put those together that give the same numbers."""
        groups: list[list[Explanation]] = []
        for explanation in found:
            for group in groups:
                if self._same(group[0].expected, explanation.expected):
                    group.append(explanation)
                    break
            else:
                groups.append([explanation])
        return [self._together(group) for group in groups]

    def _together(self, found: Sequence[Explanation]) -> Explanation:
        """Put explanations by one more mistake together, in the order of the table.

        Of the places at which a mistake may have been made, the narrowest comes first.
        """
        first = {c.name: n for n, c in reversed(list(enumerate(self._candidates)))}
        depth = 1 + len(self._simulation.passes.blocks)

        def order(explanation: Explanation) -> tuple[int, int]:
            layers = explanation.places[-1][0].layers
            name = explanation.places[-1][0].name
            return first[name], depth if layers is None else len(layers)

        ordered = sorted(found, key=order)
        alike = tuple(e.places[-1][0] for e in ordered)
        return replace(ordered[0], places=(*ordered[0].places[:-1], alike))

    @staticmethod
    def _same(one: Array, other: Array) -> bool:
        size = np.abs(one[np.isfinite(one)]).max(initial=0.0)
        return bool(np.allclose(one, other, rtol=1e-9, atol=1e-12 * size, equal_nan=True))
