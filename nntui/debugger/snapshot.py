"""A snapshot: everything that is known at one position of a run, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from nntui.debugger.step import Step
from nntui.engine.loss_history import Losses
from nntui.engine.schedule import COUNTERS, Position
from nntui.engine.state import same_number
from nntui.model.names import OF_STEPS, ValueNameError, parse_value_name, value_name
from nntui.model.wiring import Wiring, check_value, parameter_key, value_owners

if TYPE_CHECKING:
    from nntui.debugger.values import ParametersBefore
    from nntui.engine.run import Run
    from nntui.engine.state import State


Edge = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every value after ``position`` steps, the last step, the next one, and the losses so far.

    x, t, z, a, da, delta, b, db are by neuron, w and dw by (source, target); what is blank is
    absent. Single values are also found by name: ``snapshot["w[x1,h1]"]``, None while blank.
    """

    position: int
    total: int
    last: Step | None
    next: Position | None
    next_operation: tuple[str, ...] | None
    losses: Losses
    loss: float | None
    batch_loss: float | None
    x: Mapping[str, float]
    t: Mapping[str, float]
    z: Mapping[str, float]
    a: Mapping[str, float]
    da: Mapping[str, float]
    delta: Mapping[str, float]
    b: Mapping[str, float]
    db: Mapping[str, float]
    w: Mapping[Edge, float]
    dw: Mapping[Edge, float]
    net: Wiring = field(repr=False)

    def __repr__(self) -> str:
        return f"<Snapshot after {self.position:,} of {self.total:,} steps>"

    @property
    def at_start(self) -> bool:
        return self.position == 0

    @property
    def at_end(self) -> bool:
        return self.position == self.total

    def __getitem__(self, name: str) -> float | None:
        """Read a value that steps write or count by its name; None while it is blank.

        Raises:
            ValueNameError: the name names no such value of this network.
        """
        symbol, neurons = parse_value_name(name)
        check_value(self.net, symbol, neurons)
        if symbol not in OF_STEPS:
            raise ValueNameError(f"{name} is no part of a snapshot: ask the debugger for it")
        return self._value(symbol, neurons)

    @property
    def values(self) -> dict[str, float | None]:
        """Every value that steps write or count, by name; None while blank."""
        return {
            value_name(symbol, *neurons): self._value(symbol, neurons)
            for symbol in OF_STEPS
            for neurons in value_owners(self.net, symbol)
        }

    def _value(self, symbol: str, neurons: tuple[str, ...]) -> float | None:
        if symbol in COUNTERS:
            return self.last.position.number(symbol) if self.last else None
        if symbol.endswith("_loss"):
            loss = self.losses.last(symbol.removesuffix("_loss"))
            return self.batch_loss if symbol == "batch_loss" else loss
        found: Any = getattr(self, symbol)
        value: float | None = found.get(parameter_key(neurons)) if neurons else found
        return value


class SnapshotTaker:
    """Takes one snapshot after another, copying only what changed since the one before.

    Most steps leave all parameters and gradients alone: in a large network copying them for every
    snapshot would take longer than everything else that a key does.
    """

    def __init__(self) -> None:
        self._state: State | None = None
        self._latest: Snapshot | None = None

    def take(self, run: Run, last: Step | None) -> Snapshot:
        """Take the snapshot of a run whose last step was ``last``."""
        kept = self._unchanged(run, last)
        state, schedule, experiment = run.state, run.schedule, run.experiment
        net = experiment.network.wiring()
        ahead = run.position < schedule.total
        example = schedule.example_shown(run.position)
        self._state = state
        self._latest = Snapshot(
            position=run.position,
            total=schedule.total,
            last=last,
            next=schedule.position(run.position) if ahead else None,
            next_operation=schedule.operation(run.position) if ahead else None,
            losses=run.losses,
            loss=state.loss,
            batch_loss=run.batch_loss,
            x=dict(zip(net.inputs, experiment.x(example), strict=True)),
            t=dict(zip(net.outputs, experiment.y(example), strict=True)),
            z=state.z.copy(),
            a=state.a.copy(),
            da=state.da.copy(),
            delta=state.delta.copy(),
            net=net,
            **{name: kept.get(name) or getattr(state, name).copy() for name in _LARGE},
        )
        return self._latest

    def _unchanged(self, run: Run, last: Step | None) -> dict[str, Mapping[Any, float]]:
        """The parameters and gradients of the latest snapshot that still hold."""
        latest = self._latest
        if latest is None or run.state is not self._state:
            return {}
        changed: tuple[str, ...] = ()
        if latest.position != run.position:
            edited = run.timeline.edits_at(run.position)  # after the step
            if last is None or latest.position != run.position - 1 or edited:
                return {}
            changed = _CHANGED.get(last.kind, ())
        return {name: getattr(latest, name) for name in _LARGE if name not in changed}


_LARGE: Final = ("b", "db", "w", "dw")
_CHANGED: Final[dict[str, tuple[str, ...]]] = {
    "load": ("db", "dw"),  # a batch may begin: they are 0 again
    "backward_neuron": ("db",),
    "backward_edge": ("dw",),
    "move_up": ("b", "w"),
    "move_down": ("b", "w"),
    "difference": ("b", "db", "w", "dw"),
    "update": ("b", "w"),
}
"""What steps change of the parameters and gradients, by kind; others change nothing."""


# ---- sums under way ------------------------------------------------------------------------------


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


class Products(Struct, frozen=True):
    """The products of a snapshot's passes, with the parameters that the passes used.

    While an update changes the parameters, those are the ones before it: the neurons' values are
    still of the last example. ``before`` is the start of that update.
    """

    snapshot: Snapshot
    before: ParametersBefore | None = None

    @property
    def updating(self) -> bool:
        """Whether the parameters may differ from those that the passes used."""
        last = self.snapshot.last
        return self.before is not None and last is not None and last.kind == "update"

    def b(self, j: str) -> float:
        """The bias that z[j] began with."""
        return self.before[j] if self.updating and self.before else self.snapshot.b[j]

    def w(self, edge: Edge) -> float:
        """The weight that the passes used."""
        return self.before[edge] if self.updating and self.before else self.snapshot.w[edge]

    def incoming(self, j: str) -> IncomingProducts:
        """The products that z[j] is summed up from."""
        s, sources = self.snapshot, self.snapshot.net.sources[j]
        done = products_in(s, j)
        z, a = self.b(j), s.a
        w = self.before.__getitem__ if self.updating and self.before else s.w.__getitem__
        for i in sources[:done]:  # there may be thousands
            z = z + w((i, j)) * a[i]
        return IncomingProducts(self, j, sources, done, same_number(s.z.get(j, z), z))

    def outgoing(self, i: str) -> OutgoingProducts:
        """The products that come back to a neuron over its outgoing connections."""
        s, targets = self.snapshot, self.snapshot.net.targets[i]
        if i in s.net.outputs:  # its sum begins with the loss
            return OutgoingProducts(self, i, targets, True)
        da = 0.0
        for k in reversed(targets):  # the order of the backward pass: the last neuron first
            if is_passed_back(s, i, k):
                da = da + self.w((i, k)) * s.delta[k]
        return OutgoingProducts(self, i, targets, same_number(s.da.get(i, 0.0), da))


class IncomingProducts(Struct, frozen=True):
    """The products w[i,j]·a[i] of a neuron, in the order of its sources; ``done`` are computed.

    ``exact``: with the bias they sum up to the z that there is. Otherwise a value was set since,
    and the products are not known any more.
    """

    products: Products
    j: str
    sources: tuple[str, ...]
    done: int
    exact: bool

    def product(self, n: int) -> float | None:
        """The product of source number n; None when still to come, or not known any more."""
        if n >= self.done or not self.exact:
            return None
        i = self.sources[n]
        return self.products.w((i, self.j)) * self.products.snapshot.a[i]


class OutgoingProducts(Struct, frozen=True):
    """The products w[i,k]·δ[k] that come back to a neuron; ``exact`` as for incoming ones."""

    products: Products
    i: str
    targets: tuple[str, ...]
    exact: bool

    def product(self, k: str) -> float | None:
        """The product of a target; None when still to come, or not known any more."""
        s = self.products.snapshot
        if not self.exact or not is_passed_back(s, self.i, k):
            return None
        return self.products.w((self.i, k)) * s.delta[k]
