"""The condition of ``nntui run --until``."""

from __future__ import annotations

from typing import Any, Final

from nntui.debugger.breakpoints.breakpoint import Place
from nntui.debugger.breakpoints.reachability import Reachability
from nntui.debugger.expressions import ExpressionError, condition
from nntui.debugger.queries.past import ArrayView
from nntui.debugger.values import never_known, setting_values
from nntui.engine.evaluate import right_ones
from nntui.engine.full_speed.batch_layout import BATCH_SYMBOLS
from nntui.engine.full_speed.runner import LastUpdate
from nntui.engine.loss_history import LossHistory
from nntui.engine.schedule import Schedule
from nntui.engine.training_state import TrainingState
from nntui.model.errors import NntuiError
from nntui.model.experiment import Experiment
from nntui.model.losses import softmax
from nntui.model.names import (
    MEMORY,
    OF_STEPS,
    SETTINGS,
    parameter_name,
    parse_value_name,
    value_name,
)
from nntui.model.wiring import parameter_key

_ONCE_AN_EPOCH: Final = frozenset({"epoch_loss", "test_loss"})


def _read(experiment: Experiment, name: str) -> list[str]:
    """The values of steps that a value is computed from, or itself.

    Raises:
        NntuiError: it is not known at an update's end.
    """
    symbol, neurons = parse_value_name(name)
    if symbol == "p":
        return [value_name("a", output) for output in experiment.network.wiring().outputs]
    if symbol != "g":
        return [name]
    if len(neurons) == 2 and (experiment.training.l1 or experiment.training.l2):
        raise NntuiError(
            f"--until cannot read {name} where there is a penalty: take dw, or nntui exec"
        )
    return [parameter_name(parameter_key(neurons), "d")]


class Until:
    """A condition over the values of a run at the end of an update.

    The values of a pass (``z[h1]``, ``loss``) are those of the batch's last example.
    """

    def __init__(self, text: str, experiment: Experiment) -> None:
        """Read the condition.

        Raises:
            NntuiError: it cannot be read, or is a number; the sentence says where.
        """
        try:
            self._expression = condition(text, experiment.network)
            for name in sorted(self._expression.names):
                computed = parse_value_name(name)[0] not in OF_STEPS
                if computed and (reason := never_known(experiment, name)):
                    raise NntuiError(f"--until cannot read {name}: {reason}")
        except ExpressionError as error:
            where = f" (at character {error.position + 1} of --until)"
            raise NntuiError(f"{error}{where}") from None
        self.text = self._expression.text
        self._experiment = experiment
        self._schedule = Schedule(experiment)
        end = Place("update", end=True)
        try:
            Reachability(experiment, self._schedule).check_condition(self._expression, end)
        except NntuiError as error:  # not with the place that break would take instead
            raise NntuiError(f"--until: {str(error).partition(': write break')[0]}") from None
        net = experiment.network.wiring()
        names = self._expression.names
        read = {each for name in names for each in _read(experiment, name)}
        of_passes = tuple(n for n in sorted(read) if parse_value_name(n)[0] in BATCH_SYMBOLS)
        self.last_update = LastUpdate(of_passes) if of_passes else None
        """Receives the values of a pass that the condition reads; None when it reads none."""
        self._index = {parameter: n for n, parameter in enumerate(net.parameters)}
        self._every = self._schedule.updates_per_epoch if names and names <= _ONCE_AN_EPOCH else 1

    def next_look(self, updates: int) -> int:
        """Return after how many updates to test it next, when so many are done."""
        if not updates:
            return 1  # epoch_loss and test_loss are blank then, and a condition may ask for that
        return min((updates // self._every + 1) * self._every, self._schedule.updates)

    def met(self, updates: int, vectors: TrainingState, history: LossHistory) -> bool:
        """Whether it is true after so many updates; with a blank value it is not."""
        position = self._schedule.position(self._schedule.update_start(updates) - 1)
        losses = history.losses(updates, updates // self._schedule.updates_per_epoch)

        def lookup(name: str) -> float | None:
            symbol, neurons = parse_value_name(name)
            if symbol in BATCH_SYMBOLS:
                return self.last_update.values[name] if self.last_update else None
            if symbol in MEMORY:
                row = self._experiment.training.optimizer.row.memory.index(symbol)
                return float(vectors.memory[row, self._index[parameter_key(neurons)]])
            if symbol in SETTINGS:
                return setting_values(self._experiment)[symbol]
            match symbol, neurons:
                case "accuracy", ():
                    p: Any = ArrayView(vectors.p, self._index)
                    examples = self._experiment.train_examples
                    return right_ones(self._experiment, examples, p, p) / len(examples)
                case "p", (k,):
                    outputs = self._experiment.network.wiring().outputs
                    a: list[Any] = [lookup(value_name("a", output)) for output in outputs]
                    return float(softmax(a)[outputs.index(k)])
                case "g", _:
                    length = self._schedule.batch_length(updates - 1)
                    dp = lookup(parameter_name(parameter_key(neurons), "d"))
                    return float(self._experiment.training.reduced(dp, length))
                case "b", (j,):
                    return float(vectors.p[self._index[j]])
                case "w", (i, j):
                    return float(vectors.p[self._index[i, j]])
                case (("batch_loss" | "epoch_loss" | "test_loss"), ()):
                    return losses.last(symbol.removesuffix("_loss"))
                case (("x" | "t"), (j,)):
                    example = self._schedule.batch(updates - 1)[-1]
                    net, given = self._experiment.network.wiring(), self._experiment
                    if symbol == "x":
                        return given.x(example)[net.inputs.index(j)]
                    return given.y(example)[net.outputs.index(j)]
                case ((("epoch" | "update" | "example" | "step") as counter), ()):
                    return position.number(counter)
            raise KeyError(name)

        return self._expression.value(lookup) is True
