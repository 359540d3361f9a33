"""A snapshot: all that is known at one position of a run, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from nntui.debugger.step import Step
from nntui.engine.history import Losses
from nntui.engine.schedule import Position
from nntui.model.names import SYMBOLS, parse_value_name, value_name
from nntui.model.values import check_value
from nntui.model.wiring import Wiring

if TYPE_CHECKING:
    from nntui.engine.run import Run
    from nntui.engine.state import State

Edge = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every value after ``position`` steps, the last step, the next one, and the losses so far.

    x, y, z, a, da, delta, b, db are by neuron, w and dw by (source, target); what is blank is
    absent. Single values are also found by name: ``snapshot["w[x1,h1]"]``, None while blank.
    """

    position: int
    total: int
    last: Step | None
    next: Position | None
    next_operation: tuple[str, ...] | None
    losses: Losses
    loss: float | None
    x: Mapping[str, float]
    y: Mapping[str, float]
    z: Mapping[str, float]
    a: Mapping[str, float]
    da: Mapping[str, float]
    delta: Mapping[str, float]
    b: Mapping[str, float]
    db: Mapping[str, float]
    w: Mapping[Edge, float]
    dw: Mapping[Edge, float]
    net: Wiring = field(repr=False)

    @property
    def at_start(self) -> bool:
        """Whether no step was executed."""
        return self.position == 0

    @property
    def at_end(self) -> bool:
        """Whether no step is left."""
        return self.position == self.total

    @property
    def batch_loss(self) -> float | None:
        """The mean loss over the last finished batch."""
        return self.losses.last("batch")

    @property
    def epoch_loss(self) -> float | None:
        """The mean of the training losses met during the last finished epoch."""
        return self.losses.last("epoch")

    @property
    def test_loss(self) -> float | None:
        """The mean loss over the test set after the last finished epoch."""
        return self.losses.last("test")

    @property
    def epoch(self) -> int | None:
        """The epoch of the last step."""
        return self.last.position.epoch if self.last else None

    @property
    def update(self) -> int | None:
        """The update of the last step."""
        return self.last.position.update if self.last else None

    @property
    def example(self) -> int | None:
        """The example of the last step; None when that was an update."""
        return self.last.position.example if self.last else None

    @property
    def step(self) -> int | None:
        """The number of the last step."""
        return self.last.position.step if self.last else None

    def __getitem__(self, name: str) -> float | None:
        """A value by its name; None while it is blank.

        Raises:
            ValueNameError: the name names no value of this network.
        """
        symbol, neurons = parse_value_name(name)
        check_value(self.net, symbol, neurons)
        found: Any = getattr(self, symbol)
        if not neurons:
            value: float | None = found
            return value
        number: float | None = found.get(neurons if len(neurons) == 2 else neurons[0])
        return number

    @property
    def values(self) -> dict[str, float | None]:
        """Every value by name, in the order of the symbols; None while blank."""
        named: dict[str, float | None] = {}
        inputs, outputs = set(self.x), set(self.y)
        computing = set(self.b)
        owners = {
            "x": inputs, "y": outputs, "z": computing, "delta": computing, "b": computing,
            "db": computing, "a": self.net.layer, "da": self.net.layer,
        }  # fmt: skip
        for symbol, neurons in SYMBOLS.items():
            found: Any = getattr(self, symbol)
            if neurons == 0:
                named[symbol] = found
            elif neurons == 1:
                order = [*self.x, *self.b]
                named |= {value_name(symbol, j): found.get(j) for j in order if j in owners[symbol]}
            else:
                named |= {value_name(symbol, *edge): found.get(edge) for edge in self.w}
        return named


class Camera:
    """Takes one snapshot after another, copying only what was changed since the one before.

    A step forwards leaves all parameters and gradients alone: in a large network copying them for
    every snapshot would take longer than everything else that a key does.
    """

    def __init__(self) -> None:
        self._state: State | None = None
        self._latest: Snapshot | None = None

    def take(self, run: Run, last: Step | None) -> Snapshot:
        """The snapshot of a run whose last step was ``last``."""
        self._latest = _snapshot(run, last, self._kept(run, last))
        self._state = run.state
        return self._latest

    def _kept(self, run: Run, last: Step | None) -> dict[str, Mapping[Any, float]]:
        """The parameters and gradients that are still those of the latest snapshot."""
        latest = self._latest
        if latest is None or run.state is not self._state:
            return {}
        changed: tuple[str, ...] = ()
        if latest.position != run.position:
            if last is None or latest.position != run.position - 1:
                return {}
            if run.timeline.edits_at(run.position):  # they come in behind the step
                return {}
            changed = _CHANGED[last.kind]
        return {name: getattr(latest, name) for name in _LARGE if name not in changed}


_LARGE: Final = ("b", "db", "w", "dw")
_CHANGED: Final[dict[str, tuple[str, ...]]] = {
    "load": ("db", "dw"),  # a batch may begin: they are 0 again
    "forward_edge": (),
    "forward_neuron": (),
    "loss": (),
    "backward_neuron": ("db",),
    "backward_edge": ("dw",),
    "update": ("b", "w"),
}
"""What each kind of step changes of the parameters and gradients."""


def snapshot_of(run: Run, last: Step | None) -> Snapshot:
    """The snapshot of a run whose last step was ``last``."""
    return _snapshot(run, last, {})


def _snapshot(run: Run, last: Step | None, kept: Mapping[str, Mapping[Any, float]]) -> Snapshot:
    """The snapshot, with those of its large parts that are at hand already."""
    state, schedule, experiment = run.state, run.schedule, run.experiment
    net = experiment.network.wiring()
    ahead = run.position < schedule.total
    upcoming = schedule.position(run.position) if ahead else None
    example = schedule.example_shown(run.position)
    return Snapshot(
        position=run.position,
        total=schedule.total,
        last=last,
        next=upcoming,
        next_operation=schedule.operation(run.position) if ahead else None,
        losses=run.losses,
        loss=state.loss,
        x=dict(zip(net.inputs, experiment.x(example), strict=True)),
        y=dict(zip(net.outputs, experiment.y(example), strict=True)),
        z=state.z.copy(),
        a=state.a.copy(),
        da=state.da.copy(),
        delta=state.delta.copy(),
        net=net,
        **{name: kept.get(name) or getattr(state, name).copy() for name in _LARGE},
    )
