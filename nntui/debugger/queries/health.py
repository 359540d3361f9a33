"""Say why a loss stands still or jumps, from what is recorded and from a few examples."""

from __future__ import annotations

from itertools import pairwise
from math import ceil, isfinite, log10
from typing import TYPE_CHECKING, Final

import numpy as np
from msgspec import Struct

from nntui.engine.evaluate import CLASSIFYING
from nntui.engine.parameter_index import flat_parameters
from nntui.engine.training_state import TrainingState
from nntui.explain.numbers import rounded
from nntui.model.errors import counted
from nntui.model.names import escaped

if TYPE_CHECKING:
    from nntui.debugger.stepper import Stepper
    from nntui.engine.full_speed.batch_layout import BatchValues
    from nntui.engine.full_speed.runner import FullSpeed
    from nntui.engine.loss_history import Losses
    from nntui.model.numerics import Array

WINDOW: Final = 20
"""Epochs for which a loss must not move until that is said."""
MOVES: Final = 0.005
"""A loss moves when it changes by more than this part of itself."""
GONE: Final = 0.01
"""The part of the first epoch’s loss below which the error is nearly gone."""
FLAT_SLOPE: Final = 0.01
FLAT_SHARE: Final = 0.95
"""A neuron is flat where its slope is below ``FLAT_SLOPE`` for this share of the examples."""
SMALL: Final = 1e-5
"""Of a gradient, and of what an update adds to a parameter."""
CANCEL: Final = 1e-3
"""Gradients cancel when their mean is below this part of their mean size."""
RISE: Final = 1.1
"""A loss jumps when it becomes so many times as large from one epoch to the next."""

MOST_EXAMPLES: Final = 64
MOST_WORK: Final = 2_000_000
"""Parameters times examples that are looked at, at most."""
_MOST_EPOCHS: Final = 1_000
_MOST_REASONS: Final = 2


class Health(Struct, frozen=True):
    """How the loss has moved of late.

    ``still``: for how many epochs it has not moved (0: it does, or there are fewer than
    ``WINDOW``). ``reasons``: why, and why it jumps, most telling first.
    """

    still: int
    reasons: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """One line for the user; empty when there is nothing to say."""
        why = "; ".join(self.reasons[:_MOST_REASONS])
        if not self.still:
            return f"{why}." if why else ""
        begun = f"The loss has not moved for {self.still:,} epochs"
        return f"{begun}{'' if why.startswith('because') or not why else ':'} {why}".rstrip() + "."

    @property
    def brief(self) -> str:
        """The same for a narrow place."""
        why = self.reasons[0] if self.reasons else ""
        return f"Still for {self.still:,} epochs: {why}." if self.still else self.sentence


def health(stepper: Stepper) -> Health:
    """Look at the losses until here, and at the network of here."""
    run, snapshot = stepper.training_run, stepper.snapshot()
    p = flat_parameters(snapshot.net, snapshot.b, snapshot.w)
    return health_of(run.timeline.engine(stepper.position), p, run.losses)


def health_of(engine: FullSpeed, p: Array, losses: Losses) -> Health:
    """Look at the losses of a run and, where they stand still, at its network with parameters p.

    At most ``MOST_EXAMPLES`` of the training examples are computed. Any thread may.
    """
    epochs = losses.entries("epoch", max(losses.epochs - _MOST_EPOCHS, 0), losses.epochs)
    if not epochs:
        return Health(0, ())
    first = losses.entries("epoch", 0, 1)[0]
    if trouble := _trouble(epochs, first, losses.epochs):
        return Health(0, (trouble,))
    still = _still(epochs)
    if still < WINDOW:
        return Health(0, ())
    if epochs[-1] <= GONE * first:
        return Health(still, ("because the error is nearly gone",))
    return Health(still, _reasons(engine, p))


def _still(epochs: list[float]) -> int:
    """Count the last epochs in which the loss did not move."""
    low = high = epochs[-1]
    for count, loss in enumerate(reversed(epochs)):
        low, high = min(low, loss), max(high, loss)
        if not isfinite(loss) or high - low > MOVES * abs(high):
            return count - 1
    return len(epochs) - 1


def _trouble(epochs: list[float], first: float, count: int) -> str | None:
    """Say that the loss is no number, grows or jumps; None when it does not."""
    number = rounded(2)
    if not isfinite(epochs[-1]):
        begun = next(n for n, loss in enumerate(epochs) if not isfinite(loss))
        at = count - len(epochs) + begun + 1
        return f"The loss is no number any more since epoch {at:,}: η is too large"
    last = epochs[-WINDOW:]
    if len(last) > 3 and all(isfinite(loss) for loss in last):
        if all(b > a for a, b in pairwise(last[-4:])) and last[-1] > 1.5 * last[-4] > 0:
            return f"η is too large: the loss grows ({number(last[-4])} → {number(last[-1])})"
        rises = [(a, b) for a, b in pairwise(last) if b > RISE * a > 0]
        improves = last[-1] < last[0] / 2 or last[-1] <= GONE * first
        if len(rises) >= max(2, len(last) // 5) and not improves:
            a, b = max(rises, key=lambda pair: pair[1] - pair[0])
            return f"η is too large: the loss jumps ({number(a)} → {number(b)})"
    return None


def _reasons(engine: FullSpeed, p: Array) -> tuple[str, ...]:
    """Say what of the network keeps the loss where it is."""
    experiment = engine.experiment
    examples = experiment.train_examples
    most = max(min(MOST_EXAMPLES, MOST_WORK // max(len(p), 1)), 1)
    values = engine.batch_values(
        TrainingState(p, np.empty((0, 0))), examples[:: -(-len(examples) // most)]
    )
    found = _flat_neurons(engine, values)
    net = experiment.network.wiring()
    trained = [n for n, key in enumerate(engine.parameters) if key not in net.frozen]
    if not trained:
        return ("no parameter is trained",)
    with np.errstate(all="ignore"):
        largest = float(np.abs(values.dp[trained]).max()) / values.n
    rate = dict(experiment.training.optimizer.settings).get("learning_rate", 0.0)
    if _cancel(values, trained, largest):
        found.append("the examples pull against one another: their gradients cancel")
    elif largest == 0:
        found.append("every gradient is 0")
    elif largest < SMALL:
        found.append(f"all gradients below 1e{ceil(log10(largest))}")
    elif rate == 0:
        found.append("no update changes anything, because η is 0")
    elif experiment.training.optimizer.name == "sgd" and rate * largest < SMALL:
        found.append(f"η is small: an update moves no weight by more than {rate * largest:.0e}")
    if not found:
        found.append(f"the largest gradient is {rounded(2)(largest)}")
    return tuple(found)


def _flat_neurons(engine: FullSpeed, values: BatchValues) -> list[str]:
    """Say which neurons have no slope to learn with."""
    experiment = engine.experiment
    net = experiment.network.wiring()
    hidden = [j for j in net.neurons if j not in net.outputs]
    looked_at = list(hidden)
    if experiment.training.loss.name not in CLASSIFYING:  # those make up for a flat output
        looked_at += net.outputs
    flat, dead = [], []
    for j in looked_at:
        row, activation = values.row[j], net.activation[j]
        with np.errstate(all="ignore"):
            slope = np.abs(activation.derivative(values.z[row], values.a[row]))
        low = np.broadcast_to(slope, values.n) < FLAT_SLOPE
        if activation.name == "relu" and not slope.any():
            dead.append(j)
        elif low.mean() >= FLAT_SHARE:
            flat.append(j)
    found = []
    if dead:
        are = "relu is" if len(dead) == 1 else "relus are"
        found.append(f"{len(dead)} {are} dead (0 for every example)")
    if of_hidden := [j for j in flat if j not in net.outputs]:
        of = counted(len(hidden), "hidden neuron")
        are = "is" if len(of_hidden) == 1 else "are"
        found.append(f"{len(of_hidden)} of {of} {are} flat (slope < {FLAT_SLOPE:g})")
    found += [
        f"the output {escaped(k)} is flat (slope < {FLAT_SLOPE:g})"
        for k in net.outputs
        if k in flat
    ]
    return found


def _cancel(values: BatchValues, trained: list[int], largest: float) -> bool:
    """Whether the gradients of the examples are large, and their mean is next to nothing."""
    if len(trained) * values.n > MOST_WORK or values.n < 2:
        return False
    sums = values.dp_after_each(trained)
    with np.errstate(all="ignore"):
        sizes = np.abs(np.diff(sums, axis=1, prepend=0.0)).mean(axis=1)
    return largest < CANCEL * float(sizes.max())
