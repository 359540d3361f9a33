"""Single values by name, at the place where a run stands, without a snapshot of everything."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from nntui.model.names import parse_value_name
from nntui.model.values import check_value

if TYPE_CHECKING:
    from nntui.engine.run import Run


def value_of(run: Run, name: str) -> float | None:
    """The value called ``name`` where the run stands; None while it is blank.

    Raises:
        ValueNameError: the name names no value of this network.
    """
    symbol, neurons = parse_value_name(name)
    check_value(run.experiment.network.wiring(), symbol, neurons)
    return _LOOKUPS[symbol](run, *neurons)


def _x(run: Run, i: str) -> float:
    at = run.experiment.network.wiring().inputs.index(i)
    return run.experiment.x(run.schedule.example_shown(run.position))[at]


def _y(run: Run, k: str) -> float:
    at = run.experiment.network.wiring().outputs.index(k)
    return run.experiment.y(run.schedule.example_shown(run.position))[at]


def _place(word: str) -> Callable[[Run], float | None]:
    def lookup(run: Run) -> float | None:
        if not run.position:
            return None
        found: float | None = getattr(run.schedule.position(run.position - 1), word)
        return found

    return lookup


_LOOKUPS: Final[dict[str, Callable[..., float | None]]] = {
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
    "batch_loss": lambda run: run.losses.last("batch"),
    "epoch_loss": lambda run: run.losses.last("epoch"),
    "test_loss": lambda run: run.losses.last("test"),
    "epoch": _place("epoch"),
    "update": _place("update"),
    "example": _place("example"),
    "step": _place("step"),
}
