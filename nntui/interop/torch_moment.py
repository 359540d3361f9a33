"""A moment of a PyTorch training loop, noted so that it can be looked at later."""

from __future__ import annotations

from copy import copy
from typing import Any

from nntui.interop.torch import from_torch
from nntui.model.experiment import Experiment


class Moment:
    """A batch, and a model's parameters and its optimizer's memory as they are now, in copies.

    To copy them takes far less time than to make the experiment, which a loop seldom needs.
    """

    def __init__(self, model: Any, X: Any, y: Any, optimizer: Any) -> None:  # noqa: N803
        self._batch = tuple(_copied(each) for each in (X, y))
        self._parameters = [(p, _copied(p)) for p in model.parameters()]
        self._optimizer = optimizer
        if hasattr(optimizer, "param_groups"):
            self._optimizer = copy(optimizer)
            self._optimizer.param_groups = [dict(group) for group in optimizer.param_groups]
            self._optimizer.state = {
                p: {name: _copied(value) for name, value in remembered.items()}
                for p, remembered in optimizer.state.items()
            }

    def experiment(self, model: Any, loss: Any) -> Experiment:
        """Make the experiment of the moment, of one update; the model is then as it was before.

        Raises:
            ConversionError: the model does something that nntui cannot represent exactly.
        """
        now = [(p, p.data) for p, _ in self._parameters]
        try:
            for p, then in self._parameters:
                p.data = then
            return from_torch(model, *self._batch, loss=loss, optimizer=self._optimizer, epochs=1)
        finally:
            for p, data in now:
                p.data = data


def is_finite(model: Any) -> bool:
    """Whether all parameters of a model are finite numbers."""
    return all(bool(p.isfinite().all()) for p in model.parameters())


def _copied(value: Any) -> Any:
    return value.detach().clone() if hasattr(value, "detach") else value
