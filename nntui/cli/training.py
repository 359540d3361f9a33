"""Train at full speed with a progress bar, to the end, to a condition or to Ctrl-C."""

from __future__ import annotations

import math
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import numpy as np
from msgspec import Struct

from nntui.cli.endings import noticing_interrupts
from nntui.engine.full_speed.runner import FullSpeed
from nntui.engine.loss_history import LossHistory
from nntui.engine.schedule import Schedule
from nntui.engine.training_state import TrainingState
from nntui.explain.numbers import exact, rounded
from nntui.model.experiment import Experiment

if TYPE_CHECKING:
    from nntui.cli.until import Until


_BEYOND: Final = 1e6
"""How many times the first loss (or 1) the last one is when a run has diverged."""
_SECONDS_BETWEEN_DRAWINGS: Final = 0.1
_SECONDS_BETWEEN_LOOKS: Final = 0.05
_STOPPING: Final = "nntui: stopping after this update (Ctrl-C again: at once)"


class Outcome(Struct, frozen=True):
    """The result of a training run.

    ``loss`` and ``test_loss`` (None without a test set) are means with the final parameters;
    ``first_loss`` is the mean training loss before the first update; ``history`` holds the mean
    loss of each finished epoch; ``met``: whether the condition was met (None: there was none);
    ``interrupted``: the exit status of the Ctrl-C or SIGTERM that ended it before, or 0.
    """

    epochs: int
    epochs_planned: int
    updates: int
    updates_planned: int
    first_loss: float
    loss: float
    test_loss: float | None
    history: list[float]
    reached: TrainingState
    met: bool | None = None
    interrupted: int = 0

    @property
    def diverged(self) -> bool:
        """Whether the run ended in a number that is not finite, or in a loss beyond all bounds."""
        finite = bool(np.isfinite(self.reached.p).all())
        return not (finite and self.loss <= _BEYOND * max(self.first_loss, 1.0))


def train(experiment: Experiment, until: Until | None = None) -> Outcome:
    """Train at full speed to the end of the run, until a condition is met, or until Ctrl-C.

    The condition is tested after every update; Ctrl-C stops after the one being computed.

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
                last_update=None if until is None else until.last_update,
            )
            met = until is not None and updates == end and until.met(updates, vectors, history)
            show(updates)
    return Outcome(
        epochs=updates // schedule.updates_per_epoch,
        epochs_planned=schedule.epochs,
        updates=updates,
        updates_planned=schedule.updates,
        first_loss=first_loss,
        loss=engine.mean_loss(vectors, examples),
        test_loss=engine.mean_loss(vectors, test) if test else None,
        history=list(history.epoch),
        reached=vectors,
        met=None if until is None else met,
        interrupted=0 if met or updates == schedule.updates else stopping(),
    )


def divergence(experiment: Experiment, outcome: Outcome, file: Path) -> str:
    """Say where the run of a file got its first value that is not finite, and how to look at it."""
    from nntui.debugger.commands.interpreter import Interpreter
    from nntui.debugger.debugger import Debugger

    see, number = f"nntui exec {shlex.quote(str(file))} -c", rounded(3)
    per_epoch = outcome.updates_planned // outcome.epochs_planned
    epochs = max(-(-outcome.updates // per_epoch), 1)  # no further than the run went
    training = replace(experiment.training, epochs=epochs)
    debugger = Debugger(experiment.altered(training=training))
    Interpreter(debugger).execute("watch nonfinite")
    stop = debugger.resume()
    step = debugger.last
    if stop.kind != "stop" or step is None:
        bound = number(100.0 * max(outcome.first_loss, 0.1))
        return (
            f"the run diverged: the loss went from {number(outcome.first_loss)} to "
            f"{number(outcome.loss)}, though every step wrote finite numbers; "
            f'{see} "break update if not isblank(batch_loss) and batch_loss > {bound}" '
            "-c continue stops where it rises"
        )
    name, value = next((n, v) for n, v in step.writes.items() if not math.isfinite(v))
    at = step.position.number
    return (
        f"the run diverged: the first value that is not finite is {name} = {exact(value)}, written "
        f"by step {at('step')} (epoch {at('epoch')}, update {at('update')}); "
        f'{see} "watch nonfinite" -c continue stops there'
    )


def trained(experiment: Experiment, outcome: Outcome) -> Experiment:
    """Put the trained parameters and the optimizer's memory into the experiment.

    Raises:
        NntuiError: a number that is not finite.
    """
    p, memory = outcome.reached.p.tolist(), outcome.reached.memory.tolist()
    per_epoch = outcome.updates_planned // outcome.epochs_planned
    return experiment.continued(p, memory, outcome.updates, -(-outcome.updates // per_epoch))


@contextmanager
def _progress(updates: int) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on stderr, if that is a terminal; the given function moves it."""
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
