"""A snapshot: all that is known at one position of a run, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from nntui.debugger.step import Step
from nntui.engine.loss_history import Losses
from nntui.engine.schedule import Position
from nntui.model.names import SYMBOLS, parse_value_name, value_name
from nntui.model.wiring import Wiring, check_value, value_owners

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nntui.debugger.values import Before
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
        return self._value(symbol, neurons)

    @property
    def values(self) -> dict[str, float | None]:
        """Every value by name, in the order of the symbols; None while blank."""
        return {
            value_name(symbol, *neurons): self._value(symbol, neurons)
            for symbol in SYMBOLS
            for neurons in value_owners(self.net, symbol)
        }

    def _value(self, symbol: str, neurons: tuple[str, ...]) -> float | None:
        found: Any = getattr(self, symbol)
        if neurons:
            found = found.get(neurons if len(neurons) == 2 else neurons[0])
        value: float | None = found
        return value


class SnapshotTaker:
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


# ---- progress ------------------------------------------------------------------------------------


def products_in(snapshot: Snapshot, j: str) -> int:
    """How many of the products w[i,j]·a[i] are in z[j], in the order of j's sources."""
    if j not in snapshot.z:
        return 0
    match snapshot.next_operation:
        case ("forward_edge", i, target) if target == j:
            return snapshot.net.sources[j].index(i)
    return len(snapshot.net.sources[j])


def is_passed_back(snapshot: Snapshot, i: str, j: str) -> bool:
    """Whether δ[j] was taken back over the connection: ∂L/∂w[i,j] and ∂L/∂a[i] have their share."""
    if j not in snapshot.delta:
        return False
    match snapshot.next_operation:
        case ("backward_edge", source, target) if target == j:
            sources = snapshot.net.sources[j]
            return sources.index(i) < sources.index(source)
    return True


# ---- products ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Passed:
    """A snapshot with the parameters that its passes have used.

    While an update changes the parameters, those are the ones of before it: the values of neurons
    are still of the example before. ``before`` is the start of that update.
    """

    snapshot: Snapshot
    before: Before | None = None

    @property
    def updating(self) -> bool:
        """Whether the parameters that there are now may be others than those that were used."""
        last = self.snapshot.last
        return self.before is not None and last is not None and last.kind == "update"

    def b(self, j: str) -> float:
        """The bias that z[j] began with."""
        return self.before[j] if self.updating and self.before else self.snapshot.b[j]

    def w(self, edge: Edge) -> float:
        """The weight that the passes have used."""
        return self.before[edge] if self.updating and self.before else self.snapshot.w[edge]

    def incoming(self, j: str) -> Incoming:
        """What has come into a neuron."""
        s, sources = self.snapshot, self.snapshot.net.sources[j]
        done = products_in(s, j)
        made, a = self.b(j), s.a
        w = self.before.__getitem__ if self.updating and self.before else s.w.__getitem__
        for i in sources[:done]:  # there may be thousands
            made = made + w((i, j)) * a[i]
        return Incoming(self, j, sources, done, _same(s.z.get(j, made), made))

    def outgoing(self, i: str) -> Outgoing:
        """What has come back to a neuron."""
        s, targets = self.snapshot, self.snapshot.net.targets[i]
        if i in s.net.outputs:  # its sum begins with the loss
            return Outgoing(self, i, targets, True)
        passed = [k for k in targets if is_passed_back(s, i, k)]
        return Outgoing(self, i, targets, _same(s.da.get(i, 0.0), self._returned(i, passed)))

    def _returned(self, i: str, targets: Iterable[str]) -> float:
        """The sum of w·δ in the order of the pass: the last neuron first."""
        made = 0.0
        for k in reversed(tuple(targets)):
            made = made + self.w((i, k)) * self.snapshot.delta[k]
        return made


@dataclass(frozen=True, slots=True)
class Incoming:
    """The products w[i,j]·a[i] of a neuron, in the order of its sources; ``done`` of them are made.

    ``exact``: they and the bias sum up to the z that there is. Otherwise one of the values was set
    since, and nobody knows the products any more.
    """

    passed: Passed
    j: str
    sources: tuple[str, ...]
    done: int
    exact: bool

    def product(self, n: int) -> float | None:
        """That of the source number n; None when it is still to come, or not known any more."""
        if n >= self.done or not self.exact:
            return None
        i = self.sources[n]
        return self.passed.w((i, self.j)) * self.passed.snapshot.a[i]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The products w[i,k]·δ[k] that come back to a neuron; ``exact`` as for those that come in."""

    passed: Passed
    i: str
    targets: tuple[str, ...]
    exact: bool

    def product(self, k: str) -> float | None:
        """That of a target; None when it is still to come, or not known any more."""
        s = self.passed.snapshot
        if not self.exact or not is_passed_back(s, self.i, k):
            return None
        return self.passed.w((self.i, k)) * s.delta[k]


def _same(x: float, y: float) -> bool:
    return x == y or (x != x and y != y)
