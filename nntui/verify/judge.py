"""The verdict on someone's numbers: right, right up to a factor, a kink, a mistake, or unknown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

import numpy as np

from nntui.model.numerics import Array
from nntui.verify.comparison import BIAS, Comparison
from nntui.verify.factors import FEWEST, common_factor, known_factors, scaled_variations
from nntui.verify.given import FLOAT64, Given
from nntui.verify.kinks import MEAN, kink_variations, kinks_in
from nntui.verify.measured import measured
from nntui.verify.mistakes.table import candidates
from nntui.verify.order import ORDERED, example_order, in_order
from nntui.verify.passes import Passes
from nntui.verify.right_run import RightRun
from nntui.verify.rounding import parameters_off, rounding_sizes
from nntui.verify.search import WORK, Budget, Explanation, Search
from nntui.verify.updates import Simulated, Simulation
from nntui.verify.verdict import Factor, Outcome, Verdict
from nntui.verify.wording import Wording

_FROM_START = 64
"""Up to so many updates, what was done in the updates before is run again from the start."""


def judge(run: RightRun, given: Given, *, part: bool = False) -> Verdict:
    """Hold someone's numbers against the run, and name what was done if they differ.

    ``part``: they are a part of what was given; the lines then say of which updates.
    """
    return _Case(run, given, part=part).verdict()


class _Case:
    """An experiment and someone's numbers of it."""

    def __init__(self, run: RightRun, given: Given, *, part: bool) -> None:
        self.passes = Passes(run.experiment, saliency="da" in given.of_batch)
        self.run, self.given, self.part = run, given, part
        self.schedule, self.rows = self.run.schedule, given.rows
        arrays = (given.after, *given.memory, *given.of_batch.values())
        self.epsilon = max((n.epsilon for n in arrays if n is not None), default=FLOAT64)
        self.budget = Budget(WORK)

    def verdict(self) -> Verdict:
        """Try one judgement of the numbers after the other."""
        with np.errstate(all="ignore"):
            numbers = self.run.simulated(self.passes, self.given)
            comparisons = [self._comparison(numbers, with_penalty=True)]
            training = self.passes.training
            if (training.l1 or training.l2) and "dp" in self.given.of_batch:
                comparisons.append(self._comparison(numbers, with_penalty=False))
            judgements = [_Judgement(self, c, numbers) for c in comparisons]
            for judgement in judgements:
                if judgement.agree.all():
                    return judgement.right()
            for judgement in judgements:
                if found := judgement.factor():
                    return found
            for judgement in judgements:
                if hint := judgement.untold():
                    return hint
            for judgement in judgements:
                if found := judgement.kink():
                    return found
            if self.given.of_batch and (ordered := self._other_order()):
                return ordered
            if judgements[0].comparison.is_forward(judgements[0].agree):
                return self._other_network(judgements)
            return self._explained(judgements)

    def _other_order(self) -> Verdict | None:
        """Judge them in the order of the batch, if they were given in another; else None."""
        order = example_order(self.given, self.run.simulated(self.passes, self.given))
        if order is None:
            return None
        given = in_order(self.given, order)
        found = _Case(self.run, given, part=self.part).verdict()
        return replace(
            found,
            verdict="mistake" if found.right else found.verdict,
            mistakes=(("other_order",), *found.mistakes),
            formulas=((ORDERED, "the examples in the order of the batch"), *found.formulas),
            lines=(f"{ORDERED}.", *found.lines)[:3],
        )

    def _other_network(self, judgements: list[_Judgement]) -> Verdict:
        """Name another network that makes them; without one the verdict is unknown."""
        networks = [c for c in candidates(self.passes) if c.variation.networks]
        for judgement in judgements:
            search = Search(self.simulation(), judgement.comparison, networks, self.budget)
            if one := search.one():
                return judgement.mistaken(one)
        return judgements[0].unknown(None)

    def _explained(self, judgements: list[_Judgement]) -> Verdict:
        for simulation in self._simulations():
            searches: list[tuple[_Judgement, Search]] = []
            for judgement in judgements:
                search = Search(
                    simulation, judgement.comparison, list(candidates(self.passes)), self.budget
                )
                if one := search.one():
                    return judgement.mistaken(one)
                searches.append((judgement, search))
            for judgement, search in searches:
                if one := search.one_of(measured(simulation, self.given, judgement.comparison)):
                    return judgement.mistaken(one)
            for judgement, _ in searches:
                if between := judgement.between_kinks():
                    return between
            most = max(int(judgement.agree.sum()) for judgement in judgements)
            for judgement, search in searches:
                found = search.several(pairs=judgement.agree.sum() == most)
                if found.is_complete:
                    return judgement.mistaken(found)
            if not self.rows:
                for judgement, search in searches:
                    if with_factor := search.up_to_factor(judgement.known_factors):
                        return judgement.mistaken(*with_factor)
        return searches[0][0].unknown(searches[0][1].first_settled())

    def _comparison(self, numbers: Simulated, *, with_penalty: bool) -> Comparison:
        comparison = Comparison(self.passes, self.schedule, self.given, with_penalty=with_penalty)
        sizes = {} if numbers.batch is None else rounding_sizes(numbers.batch, self.epsilon)
        comparison.set_rounding(sizes, self._after_off() if self.rows else None)
        return comparison

    @property
    def _is_single(self) -> bool:
        """Whether parameters after one update only were given."""
        after = self.given.after
        return after is None or int(after.given.any(axis=1).sum()) < 2

    def _after_off(self) -> Array:
        """Find how far rounding may take the parameters after updates from the run's, (U, P)."""
        first, end = self.given.first_after, self.given.first_after + self.rows
        if self._is_single and end <= _FROM_START:
            first = 0
        # A series is held against the run all along: what an update adds to it counts.
        runs = Simulation(self.passes, self.schedule, self.run.start(first), first, end)
        return parameters_off(runs, self.epsilon)[-self.rows :]

    def simulation(self) -> Simulation:
        """Make the simulation that begins as the run does."""
        return next(self._simulations())

    def _simulations(self) -> Iterator[Simulation]:
        """Yield from where someone's program may have begun: from most to least likely."""
        given, run = self.given, self.run
        end = given.first_after + self.rows if self.rows else 0
        batch = given.update if given.of_batch else None
        first = 0 if end <= _FROM_START else given.first_after
        start = run.start(first)
        batch_start = None if batch is None else run.start(batch)
        yield Simulation(self.passes, self.schedule, start, first, end, batch, batch_start)
        if batch and max(end, batch + 1) <= _FROM_START:  # with the mistake from the start
            yield Simulation(
                self.passes, self.schedule, run.start(0), 0, max(end, batch + 1), batch
            )


class _Judgement:
    """Someone's numbers judged in one way: with the penalty in the gradients, or without."""

    def __init__(self, case: _Case, comparison: Comparison, numbers: Simulated) -> None:
        self.case, self.comparison, self.numbers = case, comparison, numbers
        self.expected = comparison.expected(numbers, case.given.first_after)
        self.agree = comparison.agrees(self.expected)
        self.words = Wording(case.passes, comparison, self.agree, self.expected, part=case.part)

    def right(self) -> Verdict:
        """Say that all numbers agree with the run."""
        lines = self.words.right()
        if self.comparison.with_penalty:
            return self._verdict("right", lines)
        no_penalty = tuple(
            name
            for name, there in (
                ("no_l2", self.case.passes.training.l2),
                ("no_l1", self.case.passes.training.l1),
            )
            if there
        )
        return replace(
            self._verdict("right", self.words.right_without_penalty()), mistakes=(no_penalty,)
        )

    def factor(self) -> Verdict | None:
        """Say by which factor they differ, if all do by one; else None."""
        case, comparison = self.case, self.comparison
        passes, given, known = case.passes, case.given, self.known_factors
        factor: Factor | None = None
        if given.of_batch:
            factor = common_factor(comparison, self.expected, self._without_penalty(), known)
        after = comparison.is_after()
        if after.any() and not self.agree[after].all():
            if given.of_batch:
                tried = {} if factor is None else {factor.value: factor.meaning}
            else:
                tried = self._measured(known)
            factor = self._factor_of_updates(tried)
        elif given.of_batch and factor is None:
            return None
        if factor is None:
            return None
        search = Search(case.simulation(), comparison, list(candidates(passes)), case.budget)
        one = search.one()
        verdict = self._verdict("factor", self.words.factor(factor, one), one)
        return replace(verdict, factor=factor)

    @cached_property
    def known_factors(self) -> dict[float, str]:
        """The factors that mistakes make here, with what they are."""
        passes = self.case.passes
        rate = passes.training.optimizer.learning_rate
        return known_factors(self.comparison.examples, len(passes.net.outputs), rate)

    def _without_penalty(self) -> Array:
        batch = self.numbers.batch
        if batch is None:
            return self.expected
        bare = replace(self.numbers, batch=replace(batch, g=batch.dp))
        return self.comparison.expected(bare, self.case.given.first_after)

    def _measured(self, known: dict[float, str]) -> dict[float, str]:
        """Choose the factors by which the first step may be too long: by that of a bias."""
        comparison, first = self.comparison, self.case.given.first_after
        of_first = np.flatnonzero(
            comparison.place <= len(self.case.passes.blocks) + comparison.place.min()
        )
        before = comparison.before(self.case.run.start(first).p)
        right, found = self.expected - before, comparison.found - before
        wrong = of_first[~self.agree[of_first] & np.isfinite(found[of_first])]
        has_penalty = self.case.passes.training.l1 or self.case.passes.training.l2
        chosen = wrong[comparison.part[wrong] == BIAS] if has_penalty else wrong
        if not len(chosen):
            return known if has_penalty and len(wrong) else {}
        largest = chosen[np.argmax(np.abs(right[chosen]))]
        measured = found[largest] / right[largest]
        # The step is a small part of the parameter, and as inexact as that.
        tried = {v: m for v, m in known.items() if abs(v - measured) <= 0.05 * abs(v)}
        rate = self.case.passes.training.optimizer.learning_rate
        if np.isfinite(measured) and rate and len(wrong) >= FEWEST:
            other = float(f"{measured * rate:.4g}")
            written = f"{other / rate:.6g}"
            if written != "1":
                tried.setdefault(other / rate, f"{written}, as a learning rate of {other:g} has")
        return tried

    def _factor_of_updates(self, tried: dict[float, str]) -> Factor | None:
        """Find the factor of the gradient or the step that makes the parameters after updates."""
        after, comparison = self.comparison.is_after(), self.comparison
        simulation = self.case.simulation()
        for value, meaning in tried.items():
            for variation in scaled_variations(value):
                expected = comparison.expected(simulation.run(variation), simulation.first)
                if comparison.agrees(expected)[after].all():
                    return Factor(value, meaning)
        return None

    def kink(self) -> Verdict | None:
        """Say which other derivative at a kink makes them, if one does; else None."""
        for word, expected in self._at_kinks.items():
            if self.comparison.agrees(expected).all():
                return self._verdict("kink", self.words.kink(self._kinks, word))
        return None

    def between_kinks(self) -> Verdict | None:
        """Say that they lie between the derivatives from both sides of a kink, if so; else None.

        Difference quotients do.
        """
        if not self._at_kinks:
            return None
        sides = np.array(list(self._at_kinks.values()))
        middle, found = self._at_kinks[MEAN], self.comparison.found
        reach = 0.5 * np.ptp(sides, axis=0) * (1.0 + 1e-3)
        inside = (reach > 0.0) & (np.abs(found - middle) <= reach)
        if (self.comparison.agrees(middle) | inside).all():
            return self._verdict("kink", self.words.kink(self._kinks, "one between both sides"))
        return None

    @cached_property
    def _kinks(self) -> list[tuple[int, str]]:
        return [] if self.numbers.batch is None else kinks_in(self.numbers.batch.forward)

    @cached_property
    def _at_kinks(self) -> dict[str, Array]:
        """What other derivatives at the kinks make, if there are any."""
        if not self._kinks:
            return {}
        simulation = self.case.simulation()
        return {
            word: self.comparison.expected(simulation.run(variation), simulation.first)
            for word, variation in kink_variations()
        }

    def untold(self) -> Verdict | None:
        """Say that they tell nothing, if all are 0 or have too few digits; else None."""
        found = self.comparison.found
        if len(found) > 1 and not found.any():
            return self._verdict("unknown", self.words.zeros())
        for digits in range(2, 6):
            if (found == np.round(found, digits)).all():
                close = np.abs(found - self.expected) <= 0.501 * 10.0**-digits
                rounded = (self.agree | close).all()
                return self._verdict("unknown", self.words.rounded(digits)) if rounded else None
        return None

    def mistaken(self, explanation: Explanation, factor: Factor | None = None) -> Verdict:
        """Name the mistakes that explain them, and a factor beside."""
        lines = self.words.mistaken(explanation, factor)
        return replace(self._verdict("mistake", lines, explanation), factor=factor)

    def unknown(self, partly: Explanation | None) -> Verdict:
        """Say that nothing explains them all, or what explains a part."""
        batch = self.numbers.batch
        greatest = 0.0 if batch is None else float(np.abs(batch.forward.z).max())
        return self._verdict("unknown", self.words.unknown(partly, greatest))

    def _verdict(
        self, kind: Outcome, lines: tuple[str, ...], explanation: Explanation | None = None
    ) -> Verdict:
        comparison = self.comparison
        return Verdict(
            kind,
            lines,
            comparison.counts(self.agree),
            self.words.differences,
            explanation.names if explanation else (),
            self.words.formulas(explanation) if explanation else (),
            update=comparison.first_update(self.agree),
        )
