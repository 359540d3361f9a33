"""Read single values of a run by name, without a snapshot of everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from nntui.explain.numbers import Number, exact
from nntui.model.names import parse_value_name
from nntui.model.wiring import check_value

if TYPE_CHECKING:
    from nntui.engine.run import Run
    from nntui.model.numerics import Array
    from nntui.model.wiring import Parameter


Value: TypeAlias = float | bool | None
"""The value of an expression: a number, a truth value, or None while it is blank."""


def is_number(value: Value) -> bool:
    """Whether a value is a number: no truth value, and not blank."""
    return value is not None and not isinstance(value, bool)


def value_text(value: Value, number: Number = exact) -> str:
    """Write a value: a number, true, false or blank."""
    if value is None:
        return "blank"
    if isinstance(value, bool):
        return "true" if value else "false"
    return number(value)


def value_of(run: Run, name: str) -> float | None:
    """Read a value of a run by its name; None while it is blank.

    Raises:
        ValueNameError: the name names no value of this network.
    """
    symbol, neurons = parse_value_name(name)
    check_value(run.experiment.network.wiring(), symbol, neurons)
    return _READERS[symbol](run, *neurons)


class RunValues:
    """Reads values by names that were checked before, again and again; None while blank."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._readers: dict[str, Callable[[], float | None]] = {}

    def __call__(self, name: str) -> float | None:
        reader = self._readers.get(name)
        if reader is None:
            symbol, neurons = parse_value_name(name)
            reader = self._readers[name] = partial(_READERS[symbol], self._run, *neurons)
        return reader()


def _x(run: Run, i: str) -> float:
    at = run.experiment.network.wiring().inputs.index(i)
    return run.experiment.x(run.schedule.example_shown(run.position))[at]


def _y(run: Run, k: str) -> float:
    at = run.experiment.network.wiring().outputs.index(k)
    return run.experiment.y(run.schedule.example_shown(run.position))[at]


def _counter(word: str) -> Callable[[Run], float | None]:
    def read(run: Run) -> float | None:
        if not run.position:
            return None
        found: float | None = getattr(run.schedule.position(run.position - 1), word)
        return found

    return read


_READERS: Final[dict[str, Callable[..., float | None]]] = {
    "x": _x,
    "y": _y,
    "z": lambda run, j: run.state.z.get(j),
    "a": lambda run, j: run.state.a.get(j),
    "da": lambda run, j: run.state.da.get(j),
    "delta": lambda run, j: run.state.delta.get(j),
    "b": lambda run, j: run.state.b[j],
    "db": lambda run, j: run.state.db[j],
    "w": lambda run, i, j: run.state.w[i, j],
    "dw": lambda run, i, j: run.state.dw[i, j],
    "loss": lambda run: run.state.loss,
    "batch_loss": lambda run: run.batch_loss,
    "epoch_loss": lambda run: run.losses.last("epoch"),
    "test_loss": lambda run: run.losses.last("test"),
    **{word: _counter(word) for word in ("epoch", "update", "example", "step")},
}


# ---- parameters before an update -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ParametersBefore:
    """Every parameter as it was when update number ``update`` began.

    ``p`` (P,) holds them in canonical order, ``index`` the place of each. ``update`` is the one
    that is changing parameters at this position, or else the one that did so last.
    """

    update: int
    p: Array
    index: Mapping[Parameter, int]

    def __getitem__(self, parameter: Parameter) -> float:
        """Read a bias by its neuron, a weight by (source, target)."""
        return float(self.p[self.index[parameter]])


def before_last_update(run: Run) -> ParametersBefore | None:
    """The parameters before the last update that changed any; None when none did yet."""
    schedule, position = run.schedule, run.position
    update = schedule.updates_before(position)
    offset = position - schedule.update_start(update)
    if offset == 0 or offset <= schedule.batch_length(update) * schedule.steps_per_example:
        update -= 1  # its own update steps are still to come
    if update < 0:
        return None
    return ParametersBefore(update, run.start(update).p, run.timeline.parameter_index.index)
