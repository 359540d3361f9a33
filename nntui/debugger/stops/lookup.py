"""A run's values by name, quickly: a condition asks for the same few at very many steps."""

from __future__ import annotations

from collections.abc import Callable

from nntui.debugger.values import value_of
from nntui.engine.run import Run
from nntui.model.names import parse_value_name

_BY_NEURON = frozenset({"z", "a", "da", "delta", "b", "db"})
_BY_EDGE = frozenset({"w", "dw"})


class Lookup:
    """The values of a run where it stands; None while blank. The names were checked before."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._getters: dict[str, Callable[[], float | None]] = {}

    def __call__(self, name: str) -> float | None:
        """The value of that name."""
        getter = self._getters.get(name)
        if getter is None:
            getter = self._getters[name] = self._getter(name)
        return getter()

    def _getter(self, name: str) -> Callable[[], float | None]:
        run = self._run
        symbol, neurons = parse_value_name(name)
        if symbol in _BY_NEURON:
            (j,) = neurons
            return lambda: getattr(run.state, symbol).get(j)
        if symbol in _BY_EDGE:
            return lambda: getattr(run.state, symbol).get(neurons)
        if symbol == "loss":
            return lambda: run.state.loss
        return lambda: value_of(run, name)
