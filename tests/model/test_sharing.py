"""Copies of a network share what neither has changed; each is as if it had been built alone."""

from __future__ import annotations

from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from nntui.model.errors import NetworkError, NntuiError
from nntui.model.network import Network

NAMES = ("x1", "x2", "h1", "h2", "h3", "y1", "y2")
ROLES = {"x": "input", "h": "hidden", "y": "output"}
NAME, NUMBER = st.sampled_from(NAMES), st.integers(-5, 5)
HIDDEN = st.sampled_from(["h1", "h2", "h3"])

CHANGES = st.one_of(
    st.tuples(st.just("copy")),
    st.tuples(st.just("add"), NAME, NUMBER),
    st.tuples(st.just("remove"), NAME),
    st.tuples(st.just("rename"), NAME, st.sampled_from([*NAMES, "h4", "h5"])),
    st.tuples(st.just("connect"), NAME, NAME, NUMBER),
    st.tuples(st.just("connect"), HIDDEN, HIDDEN, NUMBER),
    st.tuples(st.just("connect"), NAME, HIDDEN, NUMBER),
    st.tuples(st.just("disconnect"), HIDDEN, HIDDEN),
    st.tuples(st.just("disconnect"), NAME, NAME),
    st.tuples(st.just("bias"), NAME, NUMBER),
    st.tuples(st.just("weight"), NAME, NAME, NUMBER),
    st.tuples(st.just("activation"), NAME, st.sampled_from(["tanh", "sin"])),
    st.tuples(st.just("train"), NAME, st.booleans()),
    st.tuples(st.just("train edge"), NAME, NAME, st.booleans()),
)


class Told:
    """A network told to a notebook: what every neuron and connection is, in the order of adding."""

    def __init__(self):
        self.nodes, self.edges = {}, {}

    def built(self) -> Network:
        network = Network()
        for name, facts in self.nodes.items():
            network.add_neuron(name, **facts)
        for pair, facts in self.edges.items():
            network.connect(*pair, **facts)
        return network

    def add(self, name, bias):
        role = ROLES[name[0]]
        given = {} if role == "input" else {"bias": float(bias)}
        self.nodes[name] = {"role": role, **given}

    def remove(self, name):
        del self.nodes[name]
        self.edges = {pair: facts for pair, facts in self.edges.items() if name not in pair}

    def rename(self, name, new):
        def now(each):
            return new if each == name else each

        self.nodes = {now(each): facts for each, facts in self.nodes.items()}
        self.edges = {(now(i), now(j)): facts for (i, j), facts in self.edges.items()}

    def connect(self, i, j, weight):
        self.edges[i, j] = {"weight": float(weight)}


DOERS = {
    "add": (
        lambda n, name, b: n.add_neuron(
            name, role=ROLES[name[0]], bias=None if name[0] == "x" else b
        ),
        Told.add,
    ),
    "remove": (Network.remove_neuron, Told.remove),
    "rename": (Network.rename_neuron, Told.rename),
    "connect": (Network.connect, Told.connect),
    "disconnect": (Network.disconnect, lambda told, i, j: told.edges.pop((i, j))),
    "bias": (Network.set_bias, lambda told, j, b: told.nodes[j].update(bias=float(b))),
    "weight": (Network.set_weight, lambda told, i, j, w: told.edges[i, j].update(weight=float(w))),
    "activation": (
        Network.set_activation, lambda told, j, f: told.nodes[j].update(activation=f),
    ),
    "train": (Network.set_trainable, lambda told, j, t: told.nodes[j].update(trainable=t)),
    "train edge": (
        lambda n, i, j, t: n.set_trainable((i, j), t),
        lambda told, i, j, t: told.edges[i, j].update(trainable=t),
    ),
}  # fmt: skip


def wiring_or_fault(network: Network):
    try:
        return network.wiring()
    except NetworkError:
        return None


@given(st.lists(st.tuples(st.integers(0, 3), CHANGES), max_size=30), st.booleans())
def test_each_of_the_copies_is_as_if_it_had_been_built_alone(changes, always):
    told = Told()
    for name in ("x1", "h1", "h2", "h3", "y1"):
        told.add(name, 1)
    for pair in (("x1", "h1"), ("x1", "h2"), ("h1", "y1"), ("h2", "y1"), ("h3", "h1")):
        told.connect(*pair, 2)
    pairs = [(told.built(), told)]
    for which, (what, *arguments) in changes:
        network, told = pairs[which % len(pairs)]
        if what == "copy":
            pairs.append((network.copy(), deepcopy(told)))
            continue
        do, tell = DOERS[what]
        try:
            do(network, *arguments)
        except NntuiError:
            continue
        tell(told, *arguments)
        if always:  # else it is wired when many things have changed since the last time
            assert wiring_or_fault(network) == wiring_or_fault(told.built())
    for network, told in pairs:
        built = told.built()
        assert network.names == built.names
        wiring = wiring_or_fault(network)
        assert wiring == wiring_or_fault(built)
        if wiring is not None:
            assert network == built
            assert list(network.weights) == list(built.weights)
            assert network.wiring().parameters == built.wiring().parameters
