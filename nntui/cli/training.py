"""Training from start to end, with a progress bar, until it is done or someone says stop."""

from __future__ import annotations

import math
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Final

import click

from nntui.engine.evaluate import mean_loss
from nntui.engine.run import Run
from nntui.model.errors import NntuiError
from nntui.model.experiment import Experiment
from nntui.model.names import escaped, parameter_name

_SECONDS_BETWEEN_DRAWINGS: Final = 0.1
_STOPPING: Final = b"\nnntui: stopping after this update (Ctrl-C again: at once)\n"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run has come to. ``history`` holds, per finished epoch, the mean of its losses.

    ``loss`` and ``test_loss`` (None without a test set) are means with the final parameters b, w;
    ``first_loss`` is the mean training loss before the first update.
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

    @property
    def interrupted(self) -> bool:
        """Whether the run was stopped before its end."""
        return self.updates < self.updates_planned


def train(experiment: Experiment) -> Outcome:
    """Train to the end of the run, or until Ctrl-C: then to the end of the update being computed.

    Raises:
        KeyboardInterrupt: a second Ctrl-C.
    """
    run = Run(experiment)
    schedule = run.schedule
    examples, test = experiment.train_examples, experiment.test_examples
    first_loss = mean_loss(experiment, examples, run.state.b, run.state.w)
    updates = 0
    with _stop_on_interrupt() as stopping, _progress(schedule.updates) as show:
        while updates < schedule.updates and not stopping():
            updates += 1
            run.advance(schedule.update_start(updates) - run.position)
            show(updates)
    b, w = run.state.b, run.state.w
    return Outcome(
        epochs=updates // schedule.updates_per_epoch,
        epochs_planned=schedule.epochs,
        updates=updates,
        updates_planned=schedule.updates,
        first_loss=first_loss,
        loss=mean_loss(experiment, examples, b, w),
        test_loss=mean_loss(experiment, test, b, w) if test else None,
        history=list(run.losses.epoch),
        b=b,
        w=w,
    )


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


def check_can_save(path: Path) -> None:
    """Find out before the training what would keep its result from being saved.

    Raises:
        NntuiError: a folder that is not there or takes no files, or a path that is a folder.
    """
    folder = path.parent
    faults = {
        "is a folder, expected a file that can be written": path.is_dir(),
        f"there is no folder {folder}": not folder.is_dir(),
        f"no permission to write in {folder}": folder.is_dir() and not os.access(folder, os.W_OK),
    }
    for fault, found in faults.items():
        if found:
            raise NntuiError(f"{escaped(str(path), 1000)}: {escaped(fault, 1000)}")


@contextmanager
def _stop_on_interrupt() -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C only be noticed, and the next one raise.

    The function given says whether there was one.
    """
    noticed = threading.Event()

    def notice(number: int, frame: FrameType | None) -> None:
        if noticed.is_set():
            raise KeyboardInterrupt
        noticed.set()
        # The stream's own buffer may be in use right now; its file takes the words at any time.
        with suppress(OSError, ValueError):
            os.write(sys.stderr.fileno(), _STOPPING)

    if threading.current_thread() is not threading.main_thread():
        yield noticed.is_set  # signals reach the main thread only
        return
    before = signal.signal(signal.SIGINT, notice)
    try:
        yield noticed.is_set
    finally:
        signal.signal(signal.SIGINT, before)


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
