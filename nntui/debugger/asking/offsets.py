"""Where each operation stands among the steps of an example."""

from __future__ import annotations

from itertools import accumulate

from nntui.model.wiring import Wiring


class Offsets:
    """Offsets from the first step of an example (its load), by arithmetic on the wiring.

    >>> offsets = Offsets(network.wiring())
    >>> offsets.forward_edge("x1", "h1")
    1
    """

    def __init__(self, net: Wiring) -> None:
        self._net = net
        sizes = [1 + len(net.sources[j]) for j in net.neurons]
        ends = [1 + end for end in accumulate(sizes)]
        self.loss = ends[-1]
        self._forward_end = dict(zip(net.neurons, ends, strict=True))
        back = [self.loss + 1 + end for end in accumulate(reversed(sizes))]
        self._backward_end = dict(zip(reversed(net.neurons), back, strict=True))

    def forward_edge(self, i: str, j: str) -> int:
        """The step that adds w[i,j]·a[i] to z[j]."""
        return self.forward_edges(j).start + self._net.sources[j].index(i)

    def forward_edges(self, j: str) -> range:
        """The steps that make z[j], in the order of its sources."""
        end = self.forward_neuron(j)
        return range(end - len(self._net.sources[j]), end)

    def forward_neuron(self, j: str) -> int:
        """The step that makes a[j]."""
        return self._forward_end[j] - 1

    def backward_neuron(self, j: str) -> int:
        """The step that makes delta[j]."""
        return self._backward_end[j] - 1 - len(self._net.sources[j])

    def backward_edge(self, i: str, j: str) -> int:
        """The step that takes delta[j] back over w[i,j]."""
        return self.backward_neuron(j) + 1 + self._net.sources[j].index(i)

    def backward_edges_to(self, i: str) -> list[int]:
        """The steps that add to da[i], one a target of i, in the order of the backward pass."""
        return sorted(self.backward_edge(i, j) for j in self._net.targets[i])
