"""Training from start to end, with a progress bar, until it is done or someone says stop."""

from __future__ import annotations

import math
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import click

from nntui.cli.endings import noticing_interrupts
from nntui.debugger.expressions import ExpressionError, condition
from nntui.engine.full_speed import BATCH_SYMBOLS, FullSpeed, LastUpdate, TrainingState
from nntui.engine.loss_history import LossHistory
from nntui.engine.schedule import Schedule
from nntui.model.errors import NntuiError
from nntui.model.experiment import Experiment
from nntui.model.names import parameter_name, parse_value_name
from nntui.model.network import Network

if TYPE_CHECKING:
    from nntui.engine.full_speed import TrainingState


_SECONDS_BETWEEN_DRAWINGS: Final = 0.1
_SECONDS_BETWEEN_LOOKS: Final = 0.05
_STOPPING: Final = "nntui: stopping after this update (Ctrl-C again: at once)"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run has come to. ``history`` holds, per finished epoch, the mean of its losses.

    ``loss`` and ``test_loss`` (None without a test set) are means with the final parameters b, w;
    ``first_loss`` is the mean training loss before the first update; ``met`` says whether the
    condition to train until was met (None: there was none).
    """

    epochs: int
    epochs_planned: int
    updates: int
    updates_planned: int
    first_loss: float
    loss: float
    test_loss: float | None
    history: list[float]
    b: Mapping[str, float]
    w: Mapping[tuple[str, str], float]
    met: bool | None = None

    @property
    def interrupted(self) -> bool:
        """Whether somebody stopped the run before its end."""
        return self.updates < self.updates_planned and not self.met


def train(experiment: Experiment, until: Until | None = None) -> Outcome:
    """Train at full speed to the end of the run, until a condition is met, or until Ctrl-C.

    The condition is looked at after every update; Ctrl-C stops after the one being computed.

    Raises:
        KeyboardInterrupt: a second Ctrl-C.
    """
    engine, schedule, history = FullSpeed(experiment), Schedule(experiment), LossHistory()
    examples, test = experiment.train_examples, experiment.test_examples
    vectors = engine.first()
    first_loss = engine.mean_loss(vectors, examples)
    updates, met = 0, False
    with noticing_interrupts(_STOPPING) as stopping, _progress(schedule.updates) as show:
        while updates < schedule.updates and not met and not stopping():
            end = schedule.updates if until is None else until.next_look(updates)
            vectors, updates = engine.run(
                vectors,
                updates,
                end,
                history,
                deadline=time.perf_counter() + _SECONDS_BETWEEN_LOOKS,
                last_update=None if until is None else until.left,
            )
            met = until is not None and updates == end and until.met(updates, vectors, history)
            show(updates)
    b, w = _parameters(engine, vectors)
    return Outcome(
        epochs=updates // schedule.updates_per_epoch,
        epochs_planned=schedule.epochs,
        updates=updates,
        updates_planned=schedule.updates,
        first_loss=first_loss,
        loss=engine.mean_loss(vectors, examples),
        test_loss=engine.mean_loss(vectors, test) if test else None,
        history=list(history.epoch),
        b=b,
        w=w,
        met=None if until is None else met,
    )


def _parameters(
    engine: FullSpeed, vectors: TrainingState
) -> tuple[dict[str, float], dict[tuple[str, str], float]]:
    """The biases and the weights."""
    b: dict[str, float] = {}
    w: dict[tuple[str, str], float] = {}
    for parameter, p in zip(engine.parameters, vectors.p.tolist(), strict=True):
        if isinstance(parameter, str):
            b[parameter] = p
        else:
            w[parameter] = p
    return b, w


def trained(experiment: Experiment, outcome: Outcome) -> Experiment:
    """The experiment with the parameters that the run came to, everything else as it was.

    Raises:
        NntuiError: a parameter that is no finite number.
    """
    network = experiment.network.copy()
    for parameter in network.wiring().parameters:
        value = outcome.b[parameter] if isinstance(parameter, str) else outcome.w[parameter]
        if not math.isfinite(value):
            raise NntuiError(
                f"nothing was saved: the run diverged ({parameter_name(parameter)} is {value}), "
                "and a document holds only finite numbers"
            )
    for j, bias in outcome.b.items():
        network.set_bias(j, bias)
    for (i, j), weight in outcome.w.items():
        network.set_weight(i, j, weight)
    return replace(experiment, network=network)


@contextmanager
def _progress(updates: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr, if that is a terminal; the function given moves it."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    with click.progressbar(length=updates, label="training", file=sys.stderr) as bar:
        drawn_at = 0.0

        def show(done: int) -> None:
            nonlocal drawn_at
            now = time.monotonic()
            if done == updates or now - drawn_at > _SECONDS_BETWEEN_DRAWINGS:
                drawn_at = now
                bar.update(done - bar.pos)

        yield show


# ---- until ---------------------------------------------------------------------------------------


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
            self._expression = condition(text, experiment.network)
        except ExpressionError as error:
            where = f" (at character {error.position + 1} of --until)"
            raise NntuiError(f"{error}{where}") from None
        self.text = self._expression.text
        self._experiment = experiment
        self._schedule = Schedule(experiment)
        net = experiment.network.wiring()
        names = self._expression.names
        of_passes = tuple(
            name for name in sorted(names) if parse_value_name(name)[0] in BATCH_SYMBOLS
        )
        self.left = LastUpdate(of_passes) if of_passes else None
        """Takes the values of the passes that it reads; None when it reads none."""
        self._index = {parameter: n for n, parameter in enumerate(net.parameters)}
        self._every = self._schedule.updates_per_epoch if names and names <= _ONCE_AN_EPOCH else 1

    def next_look(self, updates: int) -> int:
        """After how many updates it is to be looked at next, when so many are done."""
        if not updates:
            return 1  # until the first epoch has ended its loss is blank, which may be asked for
        return min((updates // self._every + 1) * self._every, self._schedule.updates)

    def met(self, updates: int, vectors: TrainingState, history: LossHistory) -> bool:
        """Whether it is true at the end of so many updates; a blank value makes it untrue."""
        position = self._schedule.position(self._schedule.update_start(updates) - 1)
        losses = history.losses(updates, updates // self._schedule.updates_per_epoch)

        def lookup(name: str) -> float | None:
            symbol, neurons = parse_value_name(name)
            if symbol in BATCH_SYMBOLS:
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


# ---- words ---------------------------------------------------------------------------------------


def sizes(network: Network) -> str:
    """The number of neurons in each layer, such as 2-4-1."""
    counts = Counter(network.wiring().layer.values())
    return "-".join(str(counts[layer]) for layer in sorted(counts))
