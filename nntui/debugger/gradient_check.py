"""The gradient check: backpropagation's gradient against central differences of the loss.

The loss is the one that updates go down: the mean of the examples' losses (or their sum, as the
training's ``reduction`` says) with the penalties l1 and l2. The analytic gradient comes from the
listing itself, the very code that is stepped through. The numeric one knows nothing of derivatives:
(L(p + h) − L(p − h)) / 2h, with the loss computed by the forward pass alone. Source of the method
and of the relative error: Stanford CS231n, "Gradient checks"; h ≈ ε^⅓ balances the error of cutting
the series off against rounding.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain, islice
from typing import Any, Final, Literal

import numpy as np
from msgspec import Struct

from nntui.engine.algorithm import train
from nntui.engine.evaluate import Biases, Weights
from nntui.engine.run import Run
from nntui.engine.state import ActiveExperiment, State
from nntui.explain.numbers import evenly_spread
from nntui.model.activations import EXPRESSION
from nntui.model.dataset import Dataset
from nntui.model.experiment import Experiment
from nntui.model.names import parameter_name, quoted
from nntui.model.numerics import difference_step, ordered_sum
from nntui.model.optimizers import Memory
from nntui.model.wiring import Parameter, forward_by_rows

Rows = Mapping[str, Sequence[float]]
"""The weights into each neuron, in the order of its sources."""

Moves = Sequence[tuple[Parameter, float]]
"""Parameters, each with a number that it has instead of its own while the others stay."""

Verdict = Literal["ok", "kink", "clamped", "noise", "not finite", "wrong"]

RELATIVE_TOLERANCE: Final = 1e-6
"""How much the two may differ, relative to the greater one, and still be the same number."""

# When they differ, h itself may be at fault: too long for a sharp bend, or too short for the noise.
_FACTORS: Final = (1.0, 0.1, 10.0, 0.01, 100.0, 1e-3, 1e-4, 1e-5, 1e-6)
_ALWAYS_TRIED: Final = 0.01  # an h shorter than this counts only where the noise stays small:
_NOISE_AT_MOST: Final = 1e-3  # as a part of the derivative
_NOISE_ALLOWED: Final = 0.01  # with more noise, to agree up to the noise says nothing
_BEYOND: Final = 1e3  # by so many times itself no loss changes within the shortest h
_BENT: Final = 1e-2  # by so much of itself an expression's slope changes only at a corner
_EPSILON: Final = 2.0**-52
_ROUNDINGS: Final = 8.0

MANY: Final = 20_000
"""Connections from which it takes a minute to check every parameter, and hours for more."""

_EDGES: Final = 5_000_000  # calculated to check some parameters of a large network: a few seconds
_EDGES_THERE_AND_BACK: Final = 5  # the listing's pass takes as long as so many forward ones
_FEW: Final = 3  # examples at most, and parameters at least, that are then checked

_NUMBERS: Final = 2**21  # in the arrays of a forward pass, with many parameters moved: 16 MB
EXAMPLES: Final = 1024
"""Examples in the arrays of a forward pass, at most."""
FEWEST: Final = 16
"""Losses that are computed faster as arrays than one by one."""

MEANING: Final[dict[Verdict, str]] = {
    "kink": "the loss has a corner right here, so the slopes on its two sides differ.",
    "clamped": "an output is so close to its limit that the loss's gradient is held finite.",
    "noise": "rounding hides what the parameter does to the loss: it cannot be told.",
    "not finite": "the loss or the derivative overflows here, so there is nothing to compare.",
}
"""What the verdicts mean that are no mistake, and that of numbers which are none."""

# What adds 1 on the way is off by about ε even where its result is tiny.
_ADDING_1: Final = frozenset({"bce", "bce_with_logits", "cross_entropy", "gelu"})


class ParameterCheck(Struct, frozen=True):
    """One parameter's derivative of the training loss, computed in both ways.

    ``relative_error`` is |analytic − numeric| / (|analytic| + |numeric|), 0 when they are equal.
    ``ok``: the same number, up to a rounding that is small beside it. Else: ``kink``: the loss has
    a kink between p − h and p + h, where central differences mean nothing. ``noise``: they differ
    by no more than what rounding does to the loss, or the loss would have to change within less
    than the distance of two floats: it cannot be told. ``clamped``: the
    loss's own gradient is held finite by a clamp at some example, so that it is no slope.
    ``not finite``: a derivative, or the loss at every distance tried, is no finite number.
    ``wrong``: none of these. ``corner``: the first kink there, such as ``relu of h1, example 2``.
    """

    name: str
    analytic: float
    numeric: float
    relative_error: float
    verdict: Verdict
    corner: str = ""

    @property
    def numbers(self) -> tuple[float, float]:
        """The derivative by backpropagation, and by central differences."""
        return self.analytic, self.numeric


Comparison = Generator[Moves, Any, ParameterCheck]
"""Asks for the losses of two moves, again and again, and comes to a check."""


class GradientCheck(Struct, frozen=True):
    """The check of every parameter, frozen ones too, in canonical order; or of some of them.

    ``loss`` is the training loss over ``examples`` of the training examples (all, unless only some
    parameters were checked); the two counts say how many edges each way has computed.
    """

    loss: float
    examples: int
    parameters: tuple[ParameterCheck, ...]
    backpropagation: int
    central_differences: int

    @property
    def ok(self) -> bool:
        """Whether no parameter's derivative is wrong, or no finite number."""
        return not {"wrong", "not finite"} & {parameter.verdict for parameter in self.parameters}


class TrainingLoss:
    """The training loss over some examples as a function of the parameters, at b and w.

    ``examples`` are indices of the data set; ``parameters`` are those that are checked: all of
    them unless some are given. Without ``penalized`` the penalties l1 and l2 are left out.
    """

    def __init__(
        self,
        experiment: Experiment,
        b: Biases,
        w: Weights,
        examples: Sequence[int],
        parameters: Sequence[Parameter] | None = None,
        *,
        penalized: bool = True,
    ) -> None:
        data, training = experiment.data, experiment.training
        if not penalized:
            training = replace(training, l1=0.0, l2=0.0)
        rows = Dataset(
            tuple(data.inputs[n] for n in examples), tuple(data.targets[n] for n in examples)
        )
        self._experiment = experiment.altered(data=rows, training=training)
        net = experiment.network.wiring()
        self._b, self._w = dict(b), dict(w)
        self._rows = {j: [self._w[i, j] for i in net.sources[j]] for j in net.neurons}
        self._numbers = [n + 1 for n in examples]
        self.parameters = net.parameters if parameters is None else tuple(parameters)

    @classmethod
    def at(cls, experiment: Experiment, position: int = 0, *, some: bool = False) -> TrainingLoss:
        """Return that of all training examples after so many steps of the run.

        Of a large network ``some`` checks a few parameters, evenly spread, over a few examples.

        Raises:
            IndexError: the run has no such position.
        """
        network = experiment.network
        b, w = network.biases, network.weights
        if position != 0:  # the run of a large network takes a moment to begin
            run = Run(experiment)
            run.seek(position)
            b, w = run.state.b, run.state.w
        net, examples = network.wiring(), experiment.train_examples
        parameters = net.parameters
        if some and (edges := net.connection_count) >= MANY:
            examples = examples[: min(max(_EDGES // (_EDGES_THERE_AND_BACK * edges), 1), _FEW)]
            count = max(_EDGES // (2 * edges * len(examples)), _FEW)
            places = evenly_spread(0, len(parameters) - 1, count)
            parameters = tuple(parameters[place] for place in places)
        return cls(experiment, b, w, examples, parameters)

    def parameter_checks(self) -> Iterator[ParameterCheck]:
        """Check some parameters after others, in canonical order: many take a while."""
        derivatives, rounding = self._gradient()
        rest = iter(derivatives.items())
        while some := list(islice(rest, self._at_a_time)):
            yield from self._compared([self._compare(p, g, rounding) for p, g in some])

    def _compared(self, comparisons: Sequence[Comparison]) -> list[ParameterCheck]:
        """Run comparisons beside each other: what they ask for is computed for all at once."""
        found: dict[Comparison, ParameterCheck] = {}
        answers: dict[Comparison, tuple[float, float] | None] = dict.fromkeys(comparisons)
        while answers:
            asked: dict[Comparison, Moves] = {}
            for comparison, answer in answers.items():
                try:
                    asked[comparison] = comparison.send(answer)
                except StopIteration as end:
                    found[comparison] = end.value
            losses = iter(self._losses([*chain.from_iterable(asked.values())]))
            answers = {comparison: (next(losses), next(losses)) for comparison in asked}
        return [found[comparison] for comparison in comparisons]

    @property
    def _at_a_time(self) -> int:
        """The parameters of which the losses at p + h and p − h are computed as one array."""
        examples = min(len(self._experiment.train_examples), EXAMPLES)
        return max(_NUMBERS // (2 * examples * len(self._experiment.network)), 1)

    def check(self, parameters: Iterable[ParameterCheck] | None = None) -> GradientCheck:
        """Check the parameters; where some are given, they are the checks."""
        parameters = self.parameter_checks() if parameters is None else parameters
        net, examples = self._experiment.network.wiring(), len(self._experiment.train_examples)
        edges = net.connection_count
        return GradientCheck(
            loss=self._of(self._b, self._rows),
            examples=examples,
            parameters=tuple(parameters),
            backpropagation=examples * (edges + edges),
            central_differences=examples * 2 * len(self.parameters) * edges,
        )

    def _of(self, b: Biases, rows: Rows) -> float:
        training, examples = self._experiment.training, self._experiment.train_examples
        total = ordered_sum(self._example_loss(n, b, rows) for n in examples)
        penalty = training.penalty(chain.from_iterable(rows.values()))
        return float(training.reduced(total, len(examples)) + penalty)

    def _losses(self, moves: Moves) -> list[float]:
        """Compute the loss with each parameter moved by itself: the same bits as ``_of``.

        What only some of the moves change is an array (moves, examples), all else (examples,).
        """
        experiment = self._experiment
        training, examples = experiment.training, experiment.train_examples
        if len(moves) * len(examples) < FEWEST:
            return [self._of(*self._moved(*move)) for move in moves]
        net = experiment.network.wiring()
        b: dict[str, Any] = dict(self._b)
        rows: dict[str, Any] = dict(self._rows)
        numbers: Any
        key: Any
        for n, (parameter, p) in enumerate(moves):
            numbers, key = b, parameter
            if not isinstance(parameter, str):
                i, j = parameter
                if rows[j] is self._rows[j]:
                    rows[j] = list(rows[j])
                numbers, key = rows[j], net.sources[j].index(i)
            if not isinstance(numbers[key], np.ndarray):
                numbers[key] = np.full((len(moves), 1), numbers[key])
            numbers[key][n] = p
        total: Any = 0.0
        with np.errstate(all="ignore"):
            for first in range(0, len(examples), EXAMPLES):
                some = examples[first : first + EXAMPLES]
                x, y = ([*np.array([*map(of, some)]).T] for of in (experiment.x, experiment.y))
                _, a = forward_by_rows(net, b, rows.__getitem__, x)
                losses = training.loss.value([a[k] for k in net.outputs], y)
                for loss in np.broadcast_to(losses, (len(moves), len(some))).T:
                    total = total + loss
            penalty = training.penalty(chain.from_iterable(rows.values()))
            losses = training.reduced(total, len(examples)) + np.ravel(penalty)
        return list(map(float, losses))

    def _example_loss(self, n: int, b: Biases, rows: Rows) -> float:
        net = self._experiment.network.wiring()
        _, a = forward_by_rows(net, b, rows.__getitem__, self._experiment.x(n))
        loss = self._experiment.training.loss
        return float(loss.value([a[k] for k in net.outputs], self._experiment.y(n)))

    def _gradient(self) -> tuple[dict[Parameter, float], float]:
        """Compute the gradient by the listing, and how far the loss is off by rounding.

        The latter is ε·Σ|∂L/∂v|·|v| over every number v on the way to the loss, itself included,
        reduced over the examples as the loss is. (A nearly saturated sigmoid under a logarithm
        makes this far more than ε·|loss|.)
        """
        experiment = self._experiment
        net, examples = experiment.network.wiring(), len(experiment.train_examples)
        training, one_batch = experiment.training, [(1, experiment.train_examples)]
        db, dw = dict.fromkeys(self._b, 0.0), dict.fromkeys(self._w, 0.0)
        memory: dict[Parameter, Memory] = defaultdict(
            training.optimizer.first_memory
        )  # for the one update below
        state = State(dict(self._b), dict(self._w), db, dw, memory)
        loss_name = experiment.training.loss.name
        total = 0.0
        for kind, *neurons in train(ActiveExperiment(experiment), state, one_batch):
            if kind == "update":
                break  # every example has been there and back
            if kind == "loss":
                assert state.loss is not None
                total += max(abs(state.loss), 1.0 if loss_name in _ADDING_1 else 0.0)
            if kind == "backward_neuron":
                (j,) = neurons
                w, a, sources = state.w, state.a, net.sources[j]
                terms = abs(state.b[j])
                terms += sum([abs(w[i, j] * a[i]) for i in sources])
                size = abs(state.z[j] if net.activation[j].name in _ADDING_1 else state.a[j])
                total += abs(state.delta[j]) * terms + abs(state.da.get(j, 0.0)) * size
        g: dict[Parameter, float] = {}
        for p in self.parameters:
            g[p] = training.reduced(state.db[p] if isinstance(p, str) else state.dw[p], examples)
            if not isinstance(p, str):
                g[p] = float(training.regularized(g[p], self._w[p]))
        penalty = training.penalty(self._w.values())
        return g, _EPSILON * (training.reduced(total, examples) + penalty)

    def _sides(self, b: Biases, rows: Rows) -> list[tuple[tuple[int, str], bool | None]]:
        """For every kink: whose it is, and on which side of it the loss is (None: right on it).

        They are those of each example's neurons and loss: (its index, the neuron or "").
        """
        experiment = self._experiment
        net, loss = experiment.network.wiring(), experiment.training.loss
        distances: list[tuple[tuple[int, str], float]] = []
        for example in experiment.train_examples:
            z, a = forward_by_rows(net, b, rows.__getitem__, experiment.x(example))
            distances.extend(((example, j), z[j] - kink) for j, kink in self._kinks)
            outputs = [a[k] for k in net.outputs]
            kinks = loss.row.kinks(outputs, experiment.y(example))
            distances.extend(((example, ""), distance) for distance in kinks)
        return [(kink, _side(distance)) for kink, distance in distances]

    @cached_property
    def _kinks(self) -> list[tuple[str, float]]:
        net = self._experiment.network.wiring()
        return [(j, kink) for j in net.neurons for kink in net.activation[j].kinks]

    @cached_property
    def _sides_here(self) -> list[tuple[tuple[int, str], bool | None]]:
        return self._sides(self._b, self._rows)

    def _corner(self, parameter: Parameter, p: float, h: float) -> str:
        """Name the first kink of the loss between p − h and p + h; "" when there is none."""
        here = self._sides_here
        penalized = self._experiment.training.l1 and not isinstance(parameter, str)
        for aside in (p - h, p + h):
            there = self._sides(*self._moved(parameter, aside)) if here else []
            for (kink, side), (_, other) in zip(here, there, strict=True):
                if side != other:
                    return self._named(*kink)
            if penalized and _side(p) != _side(aside):
                return "l1 at 0"
        return ""

    def _corner_of_expression(self, parameter: Parameter, p: float, h: float) -> str:
        """Name the first expression that jumps or bends between p − h and p + h; "" without one.

        That of ``floor(z)`` has kinks which are not known beforehand.
        """
        experiment, net = self._experiment, self._experiment.network.wiring()
        expressions = [j for j in net.neurons if net.activation[j].name == EXPRESSION]
        moved = [self._moved(parameter, p + d) for d in (-h, 0.0, h)] if expressions else []
        for example in experiment.train_examples if expressions else ():
            x = experiment.x(example)
            passes = [forward_by_rows(net, b, rows.__getitem__, x) for b, rows in moved]
            for j in expressions:
                below, here, above = ((z[j], a[j]) for z, a in passes)
                left, right = _slope(below, here), _slope(here, above)
                if abs(right - left) > _BENT * (1.0 + abs(left) + abs(right)):
                    return self._named(example, j)
        return ""

    def _named(self, example: int, j: str) -> str:
        activation = self._experiment.network.wiring().activation
        what = f"{activation[j].called} of {quoted(j)}" if j else "the loss itself"
        return f"{what}, example {self._numbers[example]}"

    @cached_property
    def _clamped(self) -> bool:
        """Whether a clamp holds the loss's gradient at some example."""
        experiment = self._experiment
        net, loss = experiment.network.wiring(), experiment.training.loss
        for example in experiment.train_examples:
            _, a = forward_by_rows(net, self._b, self._rows.__getitem__, experiment.x(example))
            if loss.row.clamped([a[k] for k in net.outputs], experiment.y(example)):
                return True
        return False

    def _moved(self, parameter: Parameter, p: float) -> tuple[Biases, Rows]:
        if isinstance(parameter, str):
            return {**self._b, parameter: p}, self._rows
        i, j = parameter
        row = list(self._rows[j])
        row[self._experiment.network.wiring().sources[j].index(i)] = p
        return self._b, {**self._rows, j: row}

    def _compare(self, parameter: Parameter, analytic: float, rounding: float) -> Comparison:
        """Compare a derivative with central differences; ask for the losses at p + h and p − h."""
        p = self._b[parameter] if isinstance(parameter, str) else self._w[parameter]
        unit = difference_step(p)
        shown: float | None = None
        shortest, within_noise, reach = math.inf, False, 0.0
        for factor in _FACTORS if math.isfinite(analytic) and math.isfinite(unit) else ():
            h = factor * unit
            above, below = yield [(parameter, p + h), (parameter, p - h)]
            numeric = (above - below) / ((p + h) - (p - h))
            noise = _ROUNDINGS * rounding / h
            if not math.isfinite(numeric) or not math.isfinite(noise):
                continue
            shown = numeric if shown is None else shown
            size, difference = max(abs(analytic), abs(numeric)), abs(analytic - numeric)
            if factor < _ALWAYS_TRIED and not noise <= _NOISE_AT_MOST * size:
                break
            if h < shortest:
                shortest, reach = h, _BEYOND * max(abs(above), abs(below))
            exact, quiet = RELATIVE_TOLERANCE * size, noise <= _NOISE_ALLOWED * size
            # Under noise, one of several h may give the same number by chance: not the first.
            if difference <= exact + noise * quiet and (quiet or factor == _FACTORS[0]):
                return _verdict(parameter, analytic, numeric, "ok")
            within_noise = within_noise or difference <= exact + noise
        if shown is None:
            return _verdict(parameter, analytic, math.nan, "not finite")
        # Had only a longer h crossed the kink, the shortest would have agreed.
        if corner := self._corner(parameter, p, shortest):
            return _verdict(parameter, analytic, shown, "kink", corner)
        # A sine of 1e20 turns over within less than the distance of two floats.
        if within_noise or abs(analytic) * shortest > reach:
            return _verdict(parameter, analytic, shown, "noise")
        if self._clamped:
            return _verdict(parameter, analytic, shown, "clamped")
        corner = self._corner_of_expression(parameter, p, unit)
        return _verdict(parameter, analytic, shown, "kink" if corner else "wrong", corner)


def _side(distance: float) -> bool | None:
    return distance > 0 if distance else None


def _slope(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Compute how steep a function is between two of its points (z, a); 0 where z is the same."""
    return (other[1] - one[1]) / (other[0] - one[0]) if other[0] != one[0] else 0.0


def _verdict(
    parameter: Parameter, analytic: float, numeric: float, verdict: Verdict, corner: str = ""
) -> ParameterCheck:
    size = abs(analytic) + abs(numeric)
    error = abs(analytic - numeric) / size if size else 0.0
    return ParameterCheck(parameter_name(parameter), analytic, numeric, error, verdict, corner)
