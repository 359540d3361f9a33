"""The verdict on someone's numbers: right, right up to a factor, a kink, a mistake, or unknown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter

import numpy as np

from nntui.engine.full_speed import TrainingState
from nntui.model.experiment import Experiment
from nntui.model.numerics import Array
from nntui.verify.comparison import Comparison
from nntui.verify.factors import (
    common_factor,
    kink_variations,
    kinks_in,
    known_factors,
    scaled_variations,
)
from nntui.verify.given import Given, GivenArray
from nntui.verify.mistakes import candidates
from nntui.verify.passes import Passes
from nntui.verify.reference import Reference, rounding_sizes
from nntui.verify.search import SECONDS, Explanation, Search
from nntui.verify.updates import RIGHT, Simulated, Simulation
from nntui.verify.verdict import Factor, Kind, Verdict
from nntui.verify.wording import Wording

_FROM_START = 64
"""Up to so many updates, what was done in the updates before is run again from the start."""


def judge(experiment: Experiment, given: Given) -> Verdict:
    """Hold someone's numbers against the run, and name what was done if they differ."""
    return _Case(experiment, given).verdict()


class _Case:
    """An experiment and someone's numbers of it."""

    def __init__(self, experiment: Experiment, given: Given) -> None:
        self.passes = Passes(experiment)
        self.given = given
        self.reference = Reference(experiment)
        self.schedule = self.reference.schedule
        self.rows = max(
            (len(n.values) for n in (given.after, *given.memory) if n is not None), default=0
        )
        self.deadline = perf_counter() + SECONDS

    def verdict(self) -> Verdict:
        """Try one reading of the numbers after the other."""
        with np.errstate(all="ignore"):
            numbers = self.reference.numbers(self.passes, self.given)
            comparisons = [self._comparison(numbers, with_penalty=True)]
            training = self.passes.training
            if (training.l1 or training.l2) and "dp" in self.given.of_batch:
                comparisons.append(self._comparison(numbers, with_penalty=False))
            readings = [_Reading(self, c, numbers) for c in comparisons]
            for reading in readings:
                if reading.agree.all():
                    return reading.right()
            for reading in readings:
                if found := reading.factor():
                    return found
            for reading in readings:
                if found := reading.kink():
                    return found
            return self._explained(readings)

    def _explained(self, readings: list[_Reading]) -> Verdict:
        best: tuple[tuple[int, ...], _Reading, Explanation] | None = None
        for simulation in self._simulations():
            searches = []
            for reading in readings:
                search = Search(
                    simulation, reading.comparison, list(candidates(self.passes)), self.deadline
                )
                if one := search.one():
                    return reading.mistaken(one)
                searches.append((reading, search))
            for reading, search in searches:
                found = search.several()
                rank = search.rank(found)
                if best is None or rank < best[0]:
                    best = rank, reading, found
            if best is not None and best[2].is_complete:
                return best[1].mistaken(best[2])
        assert best is not None
        return best[1].unknown(best[2])

    def _comparison(self, numbers: Simulated, *, with_penalty: bool) -> Comparison:
        comparison = Comparison(
            self.passes, self.schedule, self.given, with_penalty=with_penalty
        )
        sizes = {} if numbers.batch is None else rounding_sizes(numbers.batch)
        comparison.set_rounding(sizes, self._after_sizes() if self.rows else None)
        return comparison

    def _after_sizes(self) -> Array:
        """What rounding does to the parameters after each update that was given, (U, P)."""
        optimizer, first = self.passes.training.optimizer, self.given.first_after
        off: list[Array] = []
        total = np.zeros(self.passes.layout.size)
        for update in range(first, first + self.rows):
            state = self.reference.state(update)
            batch = self.passes.backward(
                self.passes.forward(state.p, self.schedule.batch(update))
            )
            bump = 1e-6 * rounding_sizes(batch)["g"]
            above, below = (
                optimizer.update(state.p, g, tuple(state.memory), self.schedule.t(update))[0]
                for g in (batch.g + bump, batch.g - bump)
            )
            total = total + np.abs(above - below) / 2e-6 + np.abs(state.p)
            off.append(total)
        return np.array(off)

    def simulation(self) -> Simulation:
        """Make the simulation that begins as the run does."""
        return next(self._simulations())

    def _simulations(self) -> Iterator[Simulation]:
        """Yield from where someone's program may have begun: from most to least likely."""
        given, reference = self.given, self.reference
        end = given.first_after + self.rows if self.rows else 0
        batch = given.update if given.of_batch else None
        first = 0 if end <= _FROM_START else given.first_after
        start = reference.state(first)
        batch_start = None if batch is None else reference.state(batch)
        yield Simulation(
            self.passes, self.schedule, start, first, end, batch, batch_start
        )
        if batch and max(end, batch + 1) <= _FROM_START:  # with the mistake from the start
            yield Simulation(
                self.passes, self.schedule, reference.state(0), 0, max(end, batch + 1), batch
            )


class _Reading:
    """Someone's numbers in one reading: with the penalty in the gradients, or without."""

    def __init__(self, case: _Case, comparison: Comparison, numbers: Simulated) -> None:
        self.case, self.comparison, self.numbers = case, comparison, numbers
        self.expected = comparison.expected(numbers, case.given.first_after)
        self.agree = comparison.agrees(self.expected)
        self.words = Wording(case.passes, comparison, self.agree, self.expected)

    def right(self) -> Verdict:
        """All numbers agree with the run."""
        lines = self.words.right()
        if self.comparison.with_penalty:
            return self._verdict("right", lines)
        no_penalty = tuple(
            name
            for name, there in (("no_l2", self.case.passes.training.l2),
                                ("no_l1", self.case.passes.training.l1))
            if there
        )
        return replace(
            self._verdict("right", self.words.right_without_penalty()), mistakes=(no_penalty,)
        )

    def factor(self) -> Verdict | None:
        """Whether they agree up to one factor."""
        case, comparison = self.case, self.comparison
        passes, given = case.passes, case.given
        n = case.schedule.batch_length(given.update if given.of_batch else given.first_after)
        known = known_factors(
            n, len(passes.net.outputs), passes.training.optimizer.learning_rate
        )
        factor: Factor | None = None
        if given.of_batch:
            factor = common_factor(comparison, self.expected, self._without_penalty(), known)
        after = comparison.is_after()
        if after.any() and not self.agree[after].all():
            tried = known if not given.of_batch else {} if factor is None else {factor.value: factor.meaning}
            factor = self._factor_of_updates(tried)
        elif given.of_batch and factor is None:
            return None
        if factor is None:
            return None
        search = Search(case.simulation(), comparison, list(candidates(passes)), case.deadline)
        one = search.one()
        verdict = self._verdict("factor", self.words.factor(factor), one)
        return replace(verdict, factor=factor)

    def _without_penalty(self) -> Array:
        batch = self.numbers.batch
        if batch is None:
            return self.expected
        bare = replace(self.numbers, batch=replace(batch, g=batch.dp))
        return self.comparison.expected(bare, self.case.given.first_after)

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
        """Whether another derivative at a kink makes them."""
        if self.numbers.batch is None:
            return None
        kinks = kinks_in(self.numbers.batch.forward)
        if not kinks:
            return None
        simulation = self.case.simulation()
        for word, variation in kink_variations(self.case.passes):
            expected = self.comparison.expected(simulation.run(variation), simulation.first)
            if self.comparison.agrees(expected).all():
                return self._verdict("kink", self.words.kink(kinks, word))
        return None

    def mistaken(self, explanation: Explanation) -> Verdict:
        """One or more mistakes explain them."""
        return self._verdict("mistake", self.words.mistaken(explanation), explanation)

    def unknown(self, partly: Explanation) -> Verdict:
        """Nothing explains them all."""
        return self._verdict("unknown", self.words.unknown(partly))

    def _verdict(
        self, kind: Kind, lines: tuple[str, ...], explanation: Explanation | None = None
    ) -> Verdict:
        comparison = self.comparison
        return Verdict(
            kind,
            lines,
            comparison.counts(self.agree),
            self.words.differences,
            explanation.names if explanation else (),
            self.words.formulas(explanation) if explanation else (),
            update=self.case.given.update if self.case.given.of_batch else self.case.given.first_after,
        )
