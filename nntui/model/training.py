"""How a network is trained: loss, optimizer, batches, their order, regularisation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from nntui.model.elementary import sign
from nntui.model.errors import SettingError
from nntui.model.initializers import checked_seed
from nntui.model.losses import Loss
from nntui.model.names import did_you_mean, escaped
from nntui.model.optimizers import Optimizer
from nntui.model.randomness import stream
from nntui.model.settings import is_finite

Reduction = Literal["mean", "sum"]
REDUCTIONS: Final = ("mean", "sum")
MAX_EPOCHS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Training:
    """The settings of a training run.

    ``batch_size`` None means the whole training set. ``l1`` and ``l2`` regularise weights, not
    biases. ``seed`` decides the order of the examples (when shuffled) and the test set.
    """

    loss: Loss = field(default_factory=lambda: Loss.of("mse"))
    optimizer: Optimizer = field(default_factory=lambda: Optimizer.of("sgd"))
    batch_size: int | None = None
    shuffle: bool = False
    reduction: Reduction = "mean"
    l1: float = 0.0
    l2: float = 0.0
    epochs: int = 100
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse settings that mean nothing.

        Raises:
            SettingError: names the setting.
        """
        if self.batch_size is not None and (not _is_whole(self.batch_size) or self.batch_size < 1):
            raise SettingError(
                _shown(self.batch_size), "a whole number of at least 1", "batch_size"
            )
        if self.reduction not in REDUCTIONS:
            found = f'"{escaped(str(self.reduction))}"'
            hint = did_you_mean(str(self.reduction), REDUCTIONS)
            raise SettingError(found, "mean or sum", "reduction", hint)
        for name, value in (("l1", self.l1), ("l2", self.l2)):
            if not is_finite(value) or value < 0.0:
                place = f"regularization.{name}"
                raise SettingError(_shown(value), "a finite number of at least 0", place)
        if not _is_whole(self.epochs) or not 1 <= self.epochs <= MAX_EPOCHS:
            expected = f"a whole number from 1 to {MAX_EPOCHS}"
            raise SettingError(_shown(self.epochs), expected, "epochs")
        checked_seed(self.seed)

    def order(self, examples: Sequence[int], epoch: int) -> tuple[int, ...]:
        """The order in which an epoch meets the examples: a function of (seed, epoch) alone."""
        if not self.shuffle:
            return tuple(examples)
        shuffled = stream("shuffle", self.seed, epoch).permutation(len(examples))
        return tuple(examples[n] for n in shuffled)

    def batches(self, order: Sequence[int]) -> Iterator[tuple[int, ...]]:
        """The batches of an epoch whose examples stand in ``order``; the last may be smaller."""
        size = self.batch_size or len(order)
        for start in range(0, len(order), size):
            yield tuple(order[start : start + size])

    def gradient(self, dp: Any, batch_length: int) -> Any:
        """What a batch's summed gradient dp counts for: its mean, or the sum itself."""
        return dp / batch_length if self.reduction == "mean" else dp

    def regularized(self, g: Any, w: Any) -> Any:
        """A weight's gradient with the penalty's: g + l2·w + l1·sign(w)."""
        if self.l2:
            g = g + self.l2 * w
        if self.l1:
            g = g + self.l1 * sign(w)
        return g


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _shown(value: object) -> str:
    return escaped(repr(value), 40)
