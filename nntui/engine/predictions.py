"""What a network says to examples, beside what it should say: losses, errors, right or wrong."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nntui.engine.evaluate import CLASSIFYING, Right, said_by, tolerance
from nntui.model.experiment import Experiment
from nntui.model.numerics import Array


class Score(NamedTuple):
    """How many examples were answered, how many right, and the mean error in units of targets."""

    examples: int
    right: int
    error: float


class Predictions(Struct, frozen=True, eq=False):
    """What the outputs say to n examples; a row is an example, in the order of the data set.

    ``says`` (n, outputs): probabilities where the outputs are logits, else their activations.
    ``wanted`` (n, outputs): the targets. ``loss`` (n,). ``error`` (n,): 0 where it says what is
    wanted, 1 where it is as far off as the targets are apart; of classes, what the probability of
    the right one lacks. ``right`` (n,): by the accuracy's rule, or within a tenth of the range.
    ``trained`` and ``tested``: the scores of those for training, and of those for testing.
    """

    says: Array
    wanted: Array
    loss: Array
    error: Array
    right: Right
    trained: Score
    tested: Score

    def __len__(self) -> int:
        return len(self.says)

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return 2 * self.says.size + 3 * len(self.says)


class Judge(Struct, frozen=True):
    """Judges outputs; it looks at the data once.

    ``wanted`` (n, outputs): the targets of the first n examples. ``within``: how near an answer
    that is no class must be. ``spread``: how far apart the targets are, at least above 0.
    ``trained``, ``tested``: the indices of those examples that are for training, for testing.
    """

    wanted: Array
    within: float
    spread: float
    trained: NDArray[np.intp]
    tested: NDArray[np.intp]

    @classmethod
    def of(cls, experiment: Experiment, most: int) -> Judge:
        """Look at the first examples of an experiment, ``most`` of them at most."""
        count = min(len(experiment.data), most)
        wanted = np.array([experiment.y(n) for n in range(count)], np.float64)
        spread = float(wanted.max() - wanted.min())
        trained, tested = (
            np.array([n for n in examples if n < count], np.intp)
            for examples in (experiment.train_examples, experiment.test_examples)
        )
        return cls(wanted, tolerance(experiment), spread or 1.0, trained, tested)

    def predictions(self, experiment: Experiment, outputs: Array) -> Predictions:
        """Judge the outputs (n, outputs) for the examples."""
        loss, wanted = experiment.training.loss, self.wanted
        columns, targets = list(outputs.T), list(wanted.T)
        with np.errstate(all="ignore"):
            says = np.stack(said_by(loss.name, columns), axis=1)
            distance = np.abs(says - wanted)
            if loss.row.classes:
                error = 1.0 - says[np.arange(len(says)), wanted.argmax(axis=1)]
            else:
                error = distance.max(axis=1) / self.spread
            judge = CLASSIFYING.get(loss.name)
            near: Right = np.all(np.abs(outputs - wanted) <= self.within, axis=1)
            right = near if judge is None else judge(outputs.T, wanted.T)
            losses = np.broadcast_to(np.asarray(loss.value(columns, targets), float), len(says))
            trained, tested = (
                Score(some.size, int(right[some].sum()), float(distance[some].mean()))
                if some.size
                else Score(0, 0, 0.0)
                for some in (self.trained, self.tested)
            )
        return Predictions(says, wanted, losses, error, right, trained, tested)
