"""Read single values of a run by name, without a snapshot of everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias
from weakref import WeakKeyDictionary

from msgspec import Struct

from nntui.engine.schedule import COUNTERS, Counter
from nntui.explain.numbers import Number, exact
from nntui.model.losses import softmax
from nntui.model.names import MEMORY, SETTINGS, parse_value_name
from nntui.model.wiring import check_value, parameter_key

if TYPE_CHECKING:
    from nntui.engine.run import Run
    from nntui.engine.state import State
    from nntui.model.experiment import Experiment
    from nntui.model.numerics import Array
    from nntui.model.wiring import Parameter


Value: TypeAlias = float | bool | None
"""The value of an expression: a number, a truth value, or None while it is blank."""


def is_number(value: Value) -> bool:
    """Whether a value is a number: no truth value, and not blank."""
    return value is not None and not isinstance(value, bool)


def value_text(value: Value, number: Number = exact) -> str:
    """Write a value: a number, true, false or blank."""
    if value is None:
        return "blank"
    if isinstance(value, bool):
        return "true" if value else "false"
    return number(value)


def value_of(run: Run, name: str) -> float | None:
    """Read a value of a run by its name; None while it is blank.

    Raises:
        ValueNameError: the name names no value of this network.
    """
    symbol, neurons = parse_value_name(name)
    check_value(run.experiment.network.wiring(), symbol, neurons)
    return _READERS[symbol](run, *neurons)


class RunValues:
    """Reads values by names that were checked before, again and again; None while blank."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._readers: dict[str, Callable[[], float | None]] = {}

    def __call__(self, name: str) -> float | None:
        reader = self._readers.get(name)
        if reader is None:
            symbol, neurons = parse_value_name(name)
            reader = self._readers[name] = partial(_READERS[symbol], self._run, *neurons)
        return reader()


def never_known(experiment: Experiment, name: str) -> str:
    """Say in a sentence why a value has no number at any step of an experiment; "" where it has."""
    from nntui.engine.evaluate import CLASSIFYING, classifies

    symbol, neurons = parse_value_name(name)
    training = experiment.training
    optimizer, row = training.optimizer.name, training.optimizer.row
    if symbol == "p" and not has_softmax(experiment):
        return (
            f"p is the softmax of the outputs under cross_entropy; the loss is {training.loss.name}"
        )
    if symbol == "accuracy" and not classifies(experiment):
        losses = ", ".join(CLASSIFYING)
        return f"accuracy is known where a loss classifies ({losses}); it is {training.loss.name}"
    if symbol in MEMORY and symbol not in row.memory:
        return f"{optimizer} remembers no {symbol}: it remembers {' and '.join(row.memory)}"
    if symbol in ("g", *MEMORY) and parameter_key(neurons) in experiment.network.wiring().frozen:
        return f"{name} is blank: its parameter is frozen, no update touches it"
    if symbol in SETTINGS and symbol not in setting_values(experiment):
        return f"{optimizer} has no {symbol}: it has {', '.join(row.settings)}"
    if symbol == "test_loss" and not experiment.test_examples:
        return "test_loss is known where the data has a test set (test_fraction)"
    return ""


def has_softmax(experiment: Experiment) -> bool:
    """Whether the loss applies a softmax to the outputs."""
    return experiment.training.loss.name == "cross_entropy"


def probability(experiment: Experiment, a: Mapping[str, float], k: str) -> float | None:
    """The softmax of the outputs under cross_entropy, at an output, once all of them are known."""
    outputs = experiment.network.wiring().outputs
    if not has_softmax(experiment) or not all(output in a for output in outputs):
        return None
    return float(softmax([a[output] for output in outputs])[outputs.index(k)])


def setting_values(experiment: Experiment) -> dict[str, float]:
    """The settings of the optimizer and of the penalty, by name."""
    training = experiment.training
    return dict(training.optimizer.settings) | {"l1": training.l1, "l2": training.l2}


def _x(run: Run, i: str) -> float:
    at = run.experiment.network.wiring().inputs.index(i)
    return run.experiment.x(run.schedule.example_shown(run.position))[at]


def _t(run: Run, k: str) -> float:
    at = run.experiment.network.wiring().outputs.index(k)
    return run.experiment.y(run.schedule.example_shown(run.position))[at]


def _g(run: Run, *neurons: str) -> float | None:
    """The gradient that the optimizer gets: from the end of a batch's passes to the next batch.

    Its parameter may have been updated since; the penalty is that of the weight before.
    """
    key, schedule, training = parameter_key(neurons), run.schedule, run.experiment.training
    update = schedule.updates_before(max(run.position - 1, 0))
    known = schedule.gradients_end(update)
    offset = schedule.offsets.update.get(key)
    if run.position < known or offset is None:
        return None
    length, step = schedule.batch_length(update), known + offset
    if isinstance(key, str):
        return float(training.reduced(run.state.db[key], length))
    g, w = training.reduced(run.state.dw[key], length), run.state.w[key]
    if run.position > step:
        training, start = run.timeline.experiment_at(step).training, schedule.update_start(update)
        if training.l1 or training.l2:
            w = float(run.start(update).p[run.timeline.parameter_index[key]])
            for edit in run.timeline.edits:
                if edit.parameter == key and start < edit.position <= step:
                    w = float(edit.value)
    return float(training.regularized(g, w))


def _memory(quantity: str) -> Callable[..., float | None]:
    def read(run: Run, *neurons: str) -> float | None:
        names, memory = run.experiment.training.optimizer.row.memory, run.state.memory
        key = parameter_key(neurons)
        known = quantity in names and key in memory
        return float(memory[key][names.index(quantity)]) if known else None

    return read


def _setting(name: str) -> Callable[[Run], float | None]:
    return lambda run: setting_values(run.experiment).get(name)


_ACCURACIES: Final[WeakKeyDictionary[Run, tuple[tuple[int, int], float]]] = WeakKeyDictionary()
"""The accuracy of each run that was asked last, with the parameters' update and edits."""


def _accuracy(run: Run) -> float | None:
    """The share of the training examples that are classified right with the parameters here.

    While an update changes them one by one: with those before it.
    """
    from nntui.engine.evaluate import classifies, right_ones

    if not classifies(run.experiment):
        return None
    update, position = run.schedule.updates_before(run.position), run.position
    if position < run.schedule.total:
        position = min(position, run.schedule.passes_end(update))
    edits = sum(edit.position <= position for edit in run.timeline.edits)
    known = _ACCURACIES.get(run)
    if known is None or known[0] != (update, edits):
        state: State = run.state
        if position != run.position:
            twin = run.copy()
            twin.seek(position)
            state = twin.state
        experiment = run.timeline.experiment_at(position)
        examples = experiment.train_examples
        right = right_ones(experiment, examples, state.b, state.w)
        known = _ACCURACIES[run] = ((update, edits), right / len(examples))
    return known[1]


def _counter(word: Counter) -> Callable[[Run], float | None]:
    def read(run: Run) -> float | None:
        if not run.position:
            return None
        return run.schedule.position(run.position - 1).number(word)

    return read


_READERS: Final[dict[str, Callable[..., float | None]]] = {
    "x": _x,
    "t": _t,
    "z": lambda run, j: run.state.z.get(j),
    "a": lambda run, j: run.state.a.get(j),
    "da": lambda run, j: run.state.da.get(j),
    "delta": lambda run, j: run.state.delta.get(j),
    "b": lambda run, j: run.state.b[j],
    "db": lambda run, j: run.state.db[j],
    "w": lambda run, i, j: run.state.w[i, j],
    "dw": lambda run, i, j: run.state.dw[i, j],
    "loss": lambda run: run.state.loss,
    "batch_loss": lambda run: run.batch_loss,
    "epoch_loss": lambda run: run.losses.last("epoch"),
    "test_loss": lambda run: run.losses.last("test"),
    **{word: _counter(word) for word in COUNTERS},
    "p": lambda run, k: probability(run.experiment, run.state.a, k),
    "g": _g,
    **{quantity: _memory(quantity) for quantity in MEMORY},
    **{name: _setting(name) for name in SETTINGS},
    "accuracy": _accuracy,
}


class ParametersBefore(Struct, frozen=True):
    """Every parameter as it was when update number ``update`` began.

    ``p`` (P,) holds them in canonical order, ``index`` the place of each. ``update`` is the one
    that is changing parameters at this position, or else the one that did so last.
    """

    update: int
    p: Array
    index: Mapping[Parameter, int]

    def __getitem__(self, parameter: Parameter) -> float:
        """Read a bias by its neuron, a weight by (source, target)."""
        return float(self.p[self.index[parameter]])


def before_last_update(run: Run) -> ParametersBefore | None:
    """The parameters before the last update that changed any; None when none did yet."""
    schedule, position = run.schedule, run.position
    update = schedule.updates_before(position)
    if position == schedule.update_start(update) or position <= schedule.gradients_end(update):
        update -= 1  # its own update steps are still to come
    if update < 0:
        return None
    return ParametersBefore(update, run.start(update).p, run.timeline.parameter_index.index)
