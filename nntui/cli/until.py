"""The condition of ``nntui run --until``, looked at after every update."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from nntui.debugger.expressions import ExpressionError, Names, condition
from nntui.debugger.values import parsed
from nntui.engine.schedule import Schedule
from nntui.model.errors import NntuiError
from nntui.model.experiment import Experiment
from nntui.model.names import value_name

if TYPE_CHECKING:
    from nntui.engine.full_speed import Passes, Vectors
    from nntui.engine.history import History

_ONCE_AN_EPOCH: Final = frozenset({"epoch_loss", "test_loss"})
_OF_THE_PASSES: Final = frozenset({"z", "a", "da", "delta", "loss", "db", "dw"})


class Until:
    """A condition over a run's values as they are at the end of an update.

    The values of a pass (``z[h1]``, ``loss``) are then those of the batch's last example.
    """

    def __init__(self, text: str, experiment: Experiment) -> None:
        """Read the condition.

        Raises:
            NntuiError: it cannot be read, or is a number; the sentence says where.
        """
        try:
            self._expression = condition(text, Names.of(experiment))
        except ExpressionError as error:
            where = f" (at character {error.position + 1} of --until)"
            raise NntuiError(f"{error}{where}") from None
        self.text = self._expression.text
        self._experiment = experiment
        self._schedule = Schedule(experiment)
        net = experiment.network.wiring()
        ends = {j for j in net.layer if not net.targets[j]}.difference(net.outputs)
        never = {value_name("da", j) for j in ends}  # nothing is passed back to them
        names = self._expression.names
        self._of_passes = [name for name in names - never if parsed(name)[0] in _OF_THE_PASSES]
        self._index = {parameter: n for n, parameter in enumerate(net.parameters)}
        self._seen: dict[str, float] = {}
        self._every = self._schedule.updates_per_epoch if names and names <= _ONCE_AN_EPOCH else 1

    def next_look(self, updates: int) -> int:
        """After how many updates it is to be looked at next, when so many are done."""
        if not updates:
            return 1  # until the first epoch has ended its loss is blank, which may be asked for
        return min((updates // self._every + 1) * self._every, self._schedule.updates)

    @property
    def watch(self) -> Callable[[int, Passes, Vectors, Vectors], bool] | None:
        """What full speed is to show every update to; None when the condition reads no pass."""
        return self._watch if self._of_passes else None

    def met(self, updates: int, vectors: Vectors, history: History) -> bool:
        """Whether it is true at the end of so many updates; a blank value makes it untrue."""
        position = self._schedule.position(self._schedule.update_start(updates) - 1)
        losses = history.losses(updates, updates // self._schedule.updates_per_epoch)

        def lookup(name: str) -> float | None:
            symbol, neurons = parsed(name)
            if symbol in _OF_THE_PASSES:
                return self._seen.get(name)
            match symbol, neurons:
                case "b", (j,):
                    return float(vectors.p[self._index[j]])
                case "w", (i, j):
                    return float(vectors.p[self._index[i, j]])
                case (("batch_loss" | "epoch_loss" | "test_loss"), ()):
                    return losses.last(symbol.removesuffix("_loss"))
                case (("x" | "y"), (j,)):
                    return self._datum(updates, symbol, j)
            found: float | None = getattr(position, symbol)
            return found

        return self._expression.value(lookup) is True

    def _datum(self, updates: int, symbol: str, neuron: str) -> float:
        net = self._experiment.network.wiring()
        example = self._schedule.batch(updates - 1)[-1]
        if symbol == "x":
            return self._experiment.x(example)[net.inputs.index(neuron)]
        return self._experiment.y(example)[net.outputs.index(neuron)]

    def _watch(self, update: int, passes: Passes, before: Vectors, after: Vectors) -> bool:
        """Note what the condition reads of an update's passes; never stop in front of it."""
        for name in self._of_passes:
            symbol, neurons = parsed(name)
            if symbol in ("db", "dw"):
                parameter = neurons[0] if len(neurons) == 1 else (neurons[0], neurons[1])
                value = passes.dp()[self._index[parameter]]
            elif symbol == "loss":
                value = passes.loss[-1]
            else:
                value = getattr(passes, symbol)[passes.row[neurons[0]], -1]
            self._seen[name] = float(value)
        return False
