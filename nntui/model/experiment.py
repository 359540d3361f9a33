"""An experiment: everything that a training run needs, frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import repeat
from math import inf, isfinite
from typing import Any, Final, Literal, SupportsFloat, SupportsIndex, TypeVar

from nntui.model.coercion import described, is_finite, real, truth, whole
from nntui.model.dataset import Dataset, Target
from nntui.model.errors import NntuiError, SettingError, counted
from nntui.model.initializers import checked_seed
from nntui.model.losses import Loss
from nntui.model.names import did_you_mean, escaped, parameter_name
from nntui.model.network import Network
from nntui.model.numerics import ordered_sum, sign, stream
from nntui.model.optimizers import OPTIMIZERS, Memory, Optimizer, OptimizerState
from nntui.model.settings import Choice, TableFunction

Reduction = Literal["mean", "sum"]
REDUCTIONS: Final = ("mean", "sum")
Gradient = Literal["backpropagation", "central_differences"]
GRADIENTS: Final = ("backpropagation", "central_differences")
MAX_EPOCHS: Final = 1_000_000_000
MAX_EDGES: Final = 1_000_000_000
"""Connection steps of an update by central differences, at most: some seconds."""


Function = TypeVar("Function", bound=TableFunction[Any])


@dataclass(frozen=True, slots=True, init=False)
class Training:
    """The settings of a training run.

    ``loss`` and ``optimizer`` are given as a name, or as a name and settings:
    ``("adam", {"learning_rate": 0.01})``. ``batch_size`` None means the whole training set. ``l1``
    and ``l2`` regularise weights, not biases. ``seed`` decides the order of the examples (when
    shuffled) and the test set. ``gradient``: how the gradient is found.

    Raises:
        SettingError: names the setting that is out of its range.
    """

    loss: Loss
    optimizer: Optimizer
    batch_size: int | None
    shuffle: bool
    reduction: Reduction
    l1: float
    l2: float
    epochs: int
    seed: int
    gradient: Gradient

    def __init__(
        self,
        loss: Loss | Choice = "mse",
        optimizer: Optimizer | Choice = "sgd",
        batch_size: SupportsIndex | None = None,
        shuffle: bool = False,
        reduction: Reduction = "mean",
        l1: SupportsFloat = 0.0,
        l2: SupportsFloat = 0.0,
        epochs: SupportsIndex = 100,
        seed: SupportsIndex = 0,
        gradient: Gradient = "backpropagation",
    ) -> None:
        words = (("reduction", reduction, REDUCTIONS), ("gradient", gradient, GRADIENTS))
        for key, given, names in words:
            if given not in names:
                hint = did_you_mean(str(given), names)
                raise SettingError(f'"{escaped(str(given))}"', " or ".join(names), key, hint)
        checked = {
            "loss": replace(_chosen(Loss, loss, "loss"), summed=reduction == "sum"),
            "optimizer": _chosen(Optimizer, optimizer, "optimizer"),
            "batch_size": None if batch_size is None else _count(batch_size, "batch_size"),
            "shuffle": truth(shuffle),
            "reduction": reduction,
            "l1": _penalty(l1, "l1"),
            "l2": _penalty(l2, "l2"),
            "epochs": _count(epochs, "epochs", MAX_EPOCHS),
            "seed": checked_seed(seed),
            "gradient": gradient,
        }
        if checked["shuffle"] is None:
            raise SettingError(described(shuffle), "true or false", "shuffle")
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        usual = Training()
        settings = ((each.name, getattr(self, each.name)) for each in fields(self))
        shown = (f"{key}={value!r}" for key, value in settings if value != getattr(usual, key))
        return f"Training({', '.join(shown)})"

    def order(self, examples: Sequence[int], epoch: int) -> tuple[int, ...]:
        """Order the examples of an epoch; the order depends on (seed, epoch) alone."""
        if not self.shuffle:
            return tuple(examples)
        shuffled = stream("shuffle", self.seed, epoch).permutation(len(examples))
        return tuple(examples[n] for n in shuffled)

    def reduced(self, total: Any, batch_length: Any) -> Any:
        """Reduce a batch's summed gradient or loss: to its mean, or to the sum itself."""
        return total / batch_length if self.reduction == "mean" else total

    def regularized(self, g: Any, w: Any) -> Any:
        """Add the penalty's gradient to a weight's: g + l2·w + l1·sign(w)."""
        if self.l2:
            g = g + self.l2 * w
        if self.l1:
            g = g + self.l1 * sign(w)
        return g

    def penalty(self, weights: Iterable[Any]) -> Any:
        """Compute the penalty that ``regularized`` follows: ½·l2·Σw² + l1·Σ|w|."""
        if not (self.l1 or self.l2):
            return 0.0
        terms = (0.5 * self.l2 * (w * w) + self.l1 * abs(w) for w in weights)
        return ordered_sum(terms)


def _chosen(table: type[Function], choice: Function | Choice, place: str) -> Function:
    try:
        return table.of(choice)
    except SettingError as error:
        raise error.below(place) from None


def _count(value: object, place: str, most: float = inf) -> int:
    number = whole(value)
    if number is None or not 1 <= number <= most:
        to = "of at least 1" if most == inf else f"from 1 to {most}"
        raise SettingError(described(value), f"a whole number {to}", place)
    return number


def _penalty(value: object, name: str) -> float:
    number = real(value)
    if number is None or not 0.0 <= number < inf:
        expected = "a finite number of at least 0"
        raise SettingError(described(value), expected, f"regularization.{name}")
    return number


@dataclass(frozen=True, init=False)
class Experiment:
    """A network, its data and how it is trained: the contents of a document.

    ``data`` are a ``Dataset`` or a pair (inputs, targets) of rows; the settings of ``training`` may
    be given one by one in its place:

    >>> Experiment(net, (X, y), loss="bce", optimizer=("adam", {"learning_rate": 0.01}), epochs=10)

    ``debugger`` is the document's section of that name (breakpoints, displays, position), and
    ``schema`` where a text editor finds the document's JSON schema. The
    network is copied, so that later edits of the one given change nothing here.

    Raises:
        NetworkError: a network that cannot be computed.
        SettingError: rows that do not fit the network or the loss; ``place`` says which.
    """

    network: Network
    data: Dataset
    training: Training
    name: str
    description: str
    debugger: Mapping[str, Any] | None
    schema: str
    optimizer_state: OptimizerState | None

    def __init__(
        self,
        network: Network,
        data: Dataset | tuple[Any, Any],
        training: Training | None = None,
        name: str = "",
        description: str = "",
        debugger: Mapping[str, Any] | None = None,
        schema: str = "",
        optimizer_state: OptimizerState | None = None,
        **settings: Any,
    ) -> None:
        if not isinstance(network, Network):
            hint = "Network.layered([2, 3, 1]) makes one"
            raise SettingError(described(network), "a Network", "network", hint)
        for place, text in (("name", name), ("description", description), ("schema", schema)):
            if not isinstance(text, str):
                raise SettingError(described(text), "text", place)
        training = _training(training, settings)
        network.wiring()
        parts = {
            "network": network.copy(),
            "data": _data(data, training, len(network.wiring().outputs)),
            "training": training,
            "name": name,
            "description": description,
            "debugger": debugger,
            "schema": schema,
            "optimizer_state": optimizer_state,
        }
        for key, part in parts.items():
            object.__setattr__(self, key, part)
        self.network.initialize()
        self._check_rows()

    def __repr__(self) -> str:
        title = f" “{escaped(self.name)}”" if self.name else ""
        return f"<Experiment{title}: {self.network!r}, {self.data!r}, {self.training!r}>"

    @property
    def resumed(self) -> OptimizerState:
        """The state that the run goes on from: a fresh one if there is none that fits.

        It fits the optimizer of its name, and a network of as many parameters.
        """
        state = self.optimizer_state
        if state is None or state.optimizer != self.training.optimizer.name:
            return OptimizerState()
        size = self.network.wiring().parameter_count
        return state if all(len(row) == size for row in state.memory) else OptimizerState()

    def memory(self) -> Iterable[Memory]:
        """What the optimizer remembers of each parameter before the run's first update."""
        rows = self.resumed.memory
        if rows:
            return zip(*rows, strict=True)
        first_memory = self.training.optimizer.first_memory()
        return repeat(first_memory, self.network.wiring().parameter_count)

    def continued(
        self, p: Sequence[float], memory: Iterable[Sequence[float]], updates: int, epochs: int
    ) -> Experiment:
        """Put parameters and memory in that a run has reached after so many updates and epochs.

        Both are in canonical order: p (P), memory (K × P).

        Raises:
            NntuiError: a number that is not finite, which a document cannot hold.
        """
        names = self.network.wiring().parameters
        rows = tuple(map(tuple, memory))
        for of, numbers in (("", p), *(("the optimizer’s memory of ", row) for row in rows)):
            for parameter, value in zip(names, numbers, strict=True):
                if not isfinite(value):
                    raise NntuiError(
                        f"nothing was saved: the run diverged ({of}{parameter_name(parameter)} is "
                        f"{value}), and a document holds only finite numbers"
                    )
        values: Any = dict(zip(names, p, strict=True))
        network = self.network.with_parameters(values, values)
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
        by_backpropagation = self.training.gradient == "backpropagation"
        if not by_backpropagation:
            batch = min(self.training.batch_size or MAX_EDGES, len(self.train_examples))
            edges = (1 + 2 * net.trainable_count) * batch * net.connection_count
            if edges > MAX_EDGES:
                found = f"central differences with {edges:,} connection steps an update"
                expected = f"at most {MAX_EDGES:,}: a smaller network or batch, or backpropagation"
                raise SettingError(found, expected, "training.gradient")
        for j, activation in net.activation.items():
            if by_backpropagation and not activation.is_differentiable:
                found = f'the activation of "{escaped(j)}" without its derivative'
                raise SettingError(found, _DERIVATIVE, "network")
        try:
            loss.check_outputs(outputs)
        except SettingError as error:
            place = f"training.loss.{error.place}"
            raise SettingError(error.found, error.expected, place) from None
        if set(map(len, self.data.inputs)) != {inputs}:
            n, row = next((n, r) for n, r in enumerate(self.data.inputs) if len(r) != inputs)
            expected = f"{inputs}, one for each input neuron"
            raise SettingError(counted(len(row), "number"), expected, f"data.inputs[{n}]")
        classes = loss.row.classes
        targets: Any = self.data.targets
        vectors = set(map(type, targets)) == {tuple}
        if vectors and not classes and set(map(len, targets)) == {outputs}:
            return  # nearly always
        for target in dict.fromkeys(targets):  # a class stands in many rows
            try:
                _check_target(target, outputs, classes=classes)
            except SettingError as error:
                raise error.below(f"data.targets[{targets.index(target)}]") from None


_DERIVATIVE: Final = (
    '"derivative" beside "expression", as backpropagation needs it: an expression of z and a, or '
    '"numeric" (or "gradient": "central_differences" in "training")'
)


def _training(training: object, settings: Mapping[str, Any]) -> Training:
    """Return the training given as a whole, or make it of its settings."""
    known = [each.name for each in fields(Training)]
    for key in settings:
        if key not in known:
            hint = did_you_mean(key, known)
            if any(key in row.settings for row in OPTIMIZERS.values()):
                hint = f'it is a setting of the optimizer: optimizer=("sgd", {{"{key}": …}})'
            found = f'the unknown key "{escaped(key)}"'
            raise SettingError(found, f"one of {', '.join(known)}", "", hint)
    if training is None:
        return Training(**settings)
    if not isinstance(training, Training):
        raise SettingError(described(training), "a Training", "training")
    if settings:
        found = f"a Training and {', '.join(settings)} beside it"
        raise SettingError(found, "one of them", "training")
    return training


def _data(data: object, training: Training, outputs: int) -> Dataset:
    """Return a data set as it is; of a pair make one, in which y may have one axis."""
    if isinstance(data, Dataset):
        return data
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        raise SettingError(described(data), "a Dataset, or a pair (inputs, targets)", "data")
    try:
        made = Dataset.of(*data)
    except SettingError as error:
        raise error.below("data") from None
    if training.loss.row.classes or outputs != 1:
        return made
    targets: list[Target] = []
    for y in made.targets:
        targets.append((float(y),) if isinstance(y, int) and is_finite(y) else y)
    return made.with_rows(targets=tuple(targets))


def _check_target(target: Target, outputs: int, *, classes: bool) -> None:
    index = _class_index(target, outputs) if classes else None
    if index is not None:
        if not (index == int(index) and 0 <= index < outputs):
            found = str(index) if isinstance(index, int) else f"{index:g}"
            raise SettingError(escaped(found, 40), f"a class index from 0 to {outputs - 1}")
    elif isinstance(target, int):
        numbers = counted(outputs, "number")
        expected = f"a list of {numbers} (a class index goes with cross_entropy)"
        raise SettingError(f"the number {target}", expected)
    elif len(target) != outputs:
        expected = f"{outputs}, one for each output neuron"
        raise SettingError(counted(len(target), "number"), expected)
    elif classes and (min(target) < 0.0 or abs(sum(target) - 1.0) > 1e-6):
        raise SettingError(
            "weights that are no probabilities",
            "numbers of at least 0 that add up to 1, or a class index",
        )


def _class_index(target: int | tuple[float, ...], outputs: int) -> float | None:
    """Return the class index that a target stands for; None for a vector of probabilities."""
    if isinstance(target, int):
        return target
    return target[0] if len(target) == 1 and outputs > 1 else None
