"""The condition of ``nntui run --until``, looked at after every update."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nntui.debugger.expressions import ExpressionError, Names, condition
from nntui.engine.full_speed import OF_THE_PASSES, Left
from nntui.engine.schedule import Schedule
from nntui.model.errors import NntuiError
from nntui.model.experiment import Experiment
from nntui.model.names import parse_value_name

if TYPE_CHECKING:
    from nntui.engine.full_speed import Vectors
    from nntui.engine.history import History

_ONCE_AN_EPOCH: Final = frozenset({"epoch_loss", "test_loss"})


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
        names = self._expression.names
        of_passes = tuple(
            name for name in sorted(names) if parse_value_name(name)[0] in OF_THE_PASSES
        )
        self.left = Left(of_passes) if of_passes else None
        """Takes the values of the passes that it reads; None when it reads none."""
        self._index = {parameter: n for n, parameter in enumerate(net.parameters)}
        self._every = self._schedule.updates_per_epoch if names and names <= _ONCE_AN_EPOCH else 1

    def next_look(self, updates: int) -> int:
        """After how many updates it is to be looked at next, when so many are done."""
        if not updates:
            return 1  # until the first epoch has ended its loss is blank, which may be asked for
        return min((updates // self._every + 1) * self._every, self._schedule.updates)

    def met(self, updates: int, vectors: Vectors, history: History) -> bool:
        """Whether it is true at the end of so many updates; a blank value makes it untrue."""
        position = self._schedule.position(self._schedule.update_start(updates) - 1)
        losses = history.losses(updates, updates // self._schedule.updates_per_epoch)

        def lookup(name: str) -> float | None:
            symbol, neurons = parse_value_name(name)
            if symbol in OF_THE_PASSES:
                return self.left.values[name] if self.left else None
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
