"""The products of both passes as they were made: w·a on the way forward, w·δ on the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nntui.debugger.progress import is_passed_back, products_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nntui.debugger.before import Before
    from nntui.debugger.snapshot import Edge, Snapshot


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
