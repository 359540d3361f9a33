"""The connections of a network as rows: each is made when it is looked at."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import overload

from nntui.model.network import Connection, Network


class ConnectionRows(Sequence[Connection]):
    """Every connection in canonical order: a large network has too many to make them all."""

    def __init__(self, network: Network) -> None:
        self._network = network
        net = network.wiring()
        self._into = [(j, sources) for j in net.neurons if (sources := net.sources[j])]
        self._ends = list(accumulate(len(sources) for _, sources in self._into))

    def __len__(self) -> int:
        """How many there are."""
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, n: int) -> Connection: ...
    @overload
    def __getitem__(self, n: slice) -> Sequence[Connection]: ...
    def __getitem__(self, n: int | slice) -> Connection | Sequence[Connection]:
        """The connection with index ``n``, or several."""
        if isinstance(n, slice):
            return [self[each] for each in range(len(self))[n]]
        at = range(len(self))[n]
        row = bisect_right(self._ends, at)
        target, sources = self._into[row]
        return self._network.connection(sources[at - self._ends[row]], target)
