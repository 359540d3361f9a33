"""An experiment: everything that a training run needs, frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import repeat
from math import isfinite
from typing import Any, Final, Literal

from nntui.model.dataset import Dataset
from nntui.model.errors import NntuiError, SettingError, counted
from nntui.model.initializers import checked_seed
from nntui.model.losses import Loss
from nntui.model.names import did_you_mean, escaped, parameter_name
from nntui.model.network import Network
from nntui.model.numerics import ordered_sum, sign, stream
from nntui.model.optimizers import Memory, Optimizer, OptimizerState
from nntui.model.settings import is_finite, is_whole

Reduction = Literal["mean", "sum"]
REDUCTIONS: Final = ("mean", "sum")
MAX_EPOCHS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Training:
    """The settings of a training run.

    ``batch_size`` None means the whole training set. ``l1`` and ``l2`` regularise weights, not
    biases. ``seed`` decides the order of the examples (when shuffled) and the test set.

    Raises:
        SettingError: names the setting that is out of its range.
    """

    loss: Loss = field(default_factory=lambda: Loss.of("mse"))
    optimizer: Optimizer = field(default_factory=lambda: Optimizer.of("sgd"))
    batch_size: int | None = None
    shuffle: bool = False
    reduction: Reduction = "mean"
    l1: float = 0.0
    l2: float = 0.0
    epochs: int = 100
    seed: int = 0

    def __post_init__(self) -> None:
        batch = self.batch_size
        if batch is not None and (not is_whole(batch) or batch < 1):
            raise SettingError(_shown(batch), "a whole number of at least 1", "batch_size")
        if self.reduction not in REDUCTIONS:
            found = f'"{escaped(str(self.reduction))}"'
            hint = did_you_mean(str(self.reduction), REDUCTIONS)
            raise SettingError(found, "mean or sum", "reduction", hint)
        for name, value in (("l1", self.l1), ("l2", self.l2)):
            if not is_finite(value) or value < 0.0:
                place = f"regularization.{name}"
                raise SettingError(_shown(value), "a finite number of at least 0", place)
        if not is_whole(self.epochs) or not 1 <= self.epochs <= MAX_EPOCHS:
            expected = f"a whole number from 1 to {MAX_EPOCHS}"
            raise SettingError(_shown(self.epochs), expected, "epochs")
        checked_seed(self.seed)
        object.__setattr__(self, "loss", replace(self.loss, summed=self.reduction == "sum"))

    def order(self, examples: Sequence[int], epoch: int) -> tuple[int, ...]:
        """Order the examples of an epoch; the order depends on (seed, epoch) alone."""
        if not self.shuffle:
            return tuple(examples)
        shuffled = stream("shuffle", self.seed, epoch).permutation(len(examples))
        return tuple(examples[n] for n in shuffled)

    def reduced(self, total: Any, batch_length: int) -> Any:
        """Reduce a batch's summed gradient or loss: to its mean, or to the sum itself."""
        return total / batch_length if self.reduction == "mean" else total

    def regularized(self, g: Any, w: Any) -> Any:
        """Add the penalty's gradient to a weight's: g + l2·w + l1·sign(w)."""
        if self.l2:
            g = g + self.l2 * w
        if self.l1:
            g = g + self.l1 * sign(w)
        return g

    def penalty(self, weights: Iterable[float]) -> float:
        """Compute the penalty that ``regularized`` follows: ½·l2·Σw² + l1·Σ|w|."""
        if not (self.l1 or self.l2):
            return 0.0
        terms = (0.5 * self.l2 * (w * w) + self.l1 * abs(w) for w in weights)
        return float(ordered_sum(terms))


def _shown(value: object) -> str:
    return escaped(repr(value), 40)


@dataclass(frozen=True)
class Experiment:
    """A network, its data and how it is trained: the contents of a document.

    ``debugger`` is the document's section of that name (breakpoints, displays, position), and
    ``schema`` where a text editor finds the document's JSON schema. The
    network is copied, so that later edits of the one given change nothing here.

    Raises:
        NetworkError: a network that cannot be computed.
        SettingError: rows that do not fit the network or the loss; ``place`` says which.
    """

    network: Network
    data: Dataset
    training: Training = field(default_factory=Training)
    name: str = ""
    description: str = ""
    debugger: Mapping[str, Any] | None = None
    schema: str = ""
    optimizer_state: OptimizerState | None = None

    def __post_init__(self) -> None:
        self.network.wiring()
        object.__setattr__(self, "network", self.network.copy())
        self.network.initialize()
        self._check_rows()

    @property
    def resumed(self) -> OptimizerState:
        """The state that the run goes on from: a fresh one if there is none that fits.

        It fits the optimizer of its name, and a network of as many parameters.
        """
        state = self.optimizer_state
        if state is None or state.optimizer != self.training.optimizer.name:
            return OptimizerState()
        size = len(self.network.wiring().parameters)
        return state if all(len(row) == size for row in state.memory) else OptimizerState()

    def memory(self) -> Iterable[Memory]:
        """What the optimizer remembers of each parameter before the run's first update."""
        rows = self.resumed.memory
        if rows:
            return zip(*rows, strict=True)
        return repeat(self.training.optimizer.first_memory(), len(self.network.wiring().parameters))

    def continued(
        self, p: Sequence[float], memory: Iterable[Sequence[float]], updates: int, epochs: int
    ) -> Experiment:
        """Put parameters and memory in that a run has reached after so many updates and epochs.

        Both are in canonical order: p (P), memory (K × P).

        Raises:
            NntuiError: a number that is not finite, which a document cannot hold.
        """
        network, names = self.network.copy(), self.network.wiring().parameters
        rows = tuple(map(tuple, memory))
        for of, numbers in (("", p), *(("the optimizer’s memory of ", row) for row in rows)):
            for parameter, value in zip(names, numbers, strict=True):
                if not isfinite(value):
                    raise NntuiError(
                        f"nothing was saved: the run diverged ({of}{parameter_name(parameter)} is "
                        f"{value}), and a document holds only finite numbers"
                    )
        for parameter, value in zip(names, p, strict=True):
            if isinstance(parameter, str):
                network.set_bias(parameter, value)
            else:
                network.set_weight(*parameter, value)
        before = self.resumed
        state = OptimizerState(
            self.training.optimizer.name, before.updates + updates, before.epochs + epochs, rows
        )
        return replace(self, network=network, optimizer_state=state)

    @cached_property
    def _split(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        return self.data.split(self.training.seed)

    @property
    def train_examples(self) -> tuple[int, ...]:
        """The indices, in the data set, of the examples trained on."""
        return self._split[0]

    @property
    def test_examples(self) -> tuple[int, ...]:
        """The indices, in the data set, of the examples kept for testing."""
        return self._split[1]

    def x(self, example: int) -> tuple[float, ...]:
        """Return the input vector of an example."""
        return self.data.inputs[example]

    def y(self, example: int) -> tuple[float, ...]:
        """Return the target vector of an example: of a class index, a vector of 0s and one 1."""
        target = self.data.targets[example]
        classes = len(self.network.wiring().outputs)
        index = _class_index(target, classes) if self.training.loss.row.classes else None
        if index is None:
            assert isinstance(target, tuple)
            return target
        return tuple(1.0 if k == index else 0.0 for k in range(classes))

    def altered(
        self,
        *,
        network: Network | None = None,
        data: Dataset | None = None,
        training: Training | None = None,
    ) -> Experiment:
        """Replace parts of the experiment. They are not copied, so they must not change any more.

        With another loss, the labels of a generator's data become those that it takes.

        Raises:
            SettingError: rows that do not fit the network or the loss; ``place`` says which.
        """
        other = copy(self)
        other.__dict__.pop("_split", None)
        for name, part in (("network", network), ("data", data), ("training", training)):
            if part is not None:
                object.__setattr__(other, name, part)
        if other.training.loss.name != self.training.loss.name:
            object.__setattr__(other, "data", other.data.labelled(other.training.loss))
        other._check_rows()
        return other

    def _check_rows(self) -> None:
        net, loss = self.network.wiring(), self.training.loss
        inputs, outputs = len(net.inputs), len(net.outputs)
        for j, activation in net.activation.items():
            if not activation.is_differentiable:
                found = f'the activation of "{escaped(j)}" without its derivative'
                raise SettingError(found, _DERIVATIVE, "network")
        try:
            loss.check_outputs(outputs)
        except SettingError as error:
            place = f"training.loss.{error.place}"
            raise SettingError(error.found, error.expected, place) from None
        for n, row in enumerate(self.data.inputs):
            if len(row) != inputs:
                expected = f"{inputs}, one for each input neuron"
                raise SettingError(counted(len(row), "number"), expected, f"data.inputs[{n}]")
        for n, target in enumerate(self.data.targets):
            place = f"data.targets[{n}]"
            index = _class_index(target, outputs) if loss.row.classes else None
            if index is not None:
                if not (index == int(index) and 0 <= index < outputs):
                    expected = f"a class index from 0 to {outputs - 1}"
                    found = str(index) if isinstance(index, int) else f"{index:g}"
                    raise SettingError(escaped(found, 40), expected, place)
            elif isinstance(target, int):
                numbers = counted(outputs, "number")
                expected = f"a list of {numbers} (a class index goes with cross_entropy)"
                raise SettingError(f"the number {target}", expected, place)
            elif len(target) != outputs:
                expected = f"{outputs}, one for each output neuron"
                raise SettingError(counted(len(target), "number"), expected, place)
            elif loss.row.classes and (min(target) < 0.0 or abs(sum(target) - 1.0) > 1e-6):
                raise SettingError(
                    "weights that are no probabilities",
                    "numbers of at least 0 that add up to 1, or a class index",
                    place,
                )


_DERIVATIVE: Final = (
    '"derivative" beside "expression", as backpropagation needs it: an expression of z and a, or '
    '"numeric"'
)


def _class_index(target: int | tuple[float, ...], outputs: int) -> float | None:
    """Return the class index that a target stands for; None for a vector of probabilities."""
    if isinstance(target, int):
        return target
    return target[0] if len(target) == 1 and outputs > 1 else None
