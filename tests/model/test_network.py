"""The network: building, looking, checking, computing by hand."""

import math

import pytest
from hypothesis import given
from support.experiments import experiments

from nntui.model.activations import Activation
from nntui.model.errors import NetworkError, SettingError
from nntui.model.network import Network


@pytest.fixture
def chain() -> Network:
    """The notebook's chain In → x → Out."""
    net = Network()
    net.add_neuron("In", role="input")
    net.add_neuron("x", activation="relu", bias=1.0)
    net.add_neuron("Out", role="output", bias=0.0)
    net.connect("In", "x", 0.5)
    net.connect("x", "Out", 2.0)
    return net


def wired(*pairs: str, inputs: str = "x", outputs: str = "y", weight: float | None = 1.0):
    """A network of one-letter neurons in the order in which the pairs name them."""
    net = Network()
    for name in dict.fromkeys("".join(pairs)):
        role = "input" if name in inputs else "output" if name in outputs else "hidden"
        net.add_neuron(name, role=role)
    for i, j in pairs:
        net.connect(i, j, weight)
    return net


def test_a_network_is_built_in_a_few_lines(chain) -> None:
    assert chain.predict([10]) == [12.0]
    assert chain.predict([-10]) == [0.0]
    assert chain.neuron("x").activation == Activation.of("relu")
    assert [n.name for n in chain.layer(1)] == ["x"]
    assert chain.connection("x", "Out").weight == 2.0
    assert "x" in chain
    assert "q" not in chain
    assert len(chain) == 3
    assert list(chain) == list(chain.names) == ["In", "x", "Out"]


def test_an_input_has_neither_bias_nor_activation(chain) -> None:
    neuron = chain.neuron("In")
    assert (neuron.bias, neuron.activation, neuron.layer) == (None, None, 0)
    assert list(chain.biases) == ["x", "Out"]


def test_layers_are_longest_paths() -> None:
    net = wired("xa", "ab", "xb", "by", "xy")
    assert [(n.name, n.layer) for n in net.neurons] == [("x", 0), ("a", 1), ("b", 2), ("y", 3)]


def test_a_neuron_that_no_input_reaches_is_in_layer_1() -> None:
    net = wired("xy", "by", "cb")
    layers = {n.name: n.layer for n in net.neurons}
    assert layers == {"x": 0, "c": 1, "b": 2, "y": 3}


def test_the_canonical_order_is_by_layer_then_by_document() -> None:
    net = wired("dy", "xb", "ba", "ay", "cy", "xd", "xc")
    assert [n.name for n in net.neurons] == ["x", "d", "b", "c", "a", "y"]
    assert [(c.source, c.target) for c in net.connections] == [
        ("x", "d"), ("x", "b"), ("x", "c"), ("b", "a"), ("d", "y"), ("c", "y"), ("a", "y"),
    ]  # fmt: skip
    assert net.wiring().parameters == (
        "d", ("x", "d"), "b", ("x", "b"), "c", ("x", "c"), "a", ("b", "a"),
        "y", ("d", "y"), ("c", "y"), ("a", "y"),
    )  # fmt: skip


def test_inputs_and_outputs_keep_the_documents_order() -> None:
    net = Network()
    for name, role in [("y2", "output"), ("x2", "input"), ("y1", "output"), ("x1", "input")]:
        net.add_neuron(name, role=role, **({} if role == "input" else {"bias": 0.0}))
    net.connect("x2", "y2", 1.0)
    net.connect("x1", "y1", 1.0)
    net.connect("y2", "y1", 1.0)
    assert net.wiring().inputs == ("x2", "x1")
    assert net.wiring().outputs == ("y2", "y1")
    assert net.predict([5, 7]) == [5.0, 12.0]


def test_a_cycle_is_named_by_its_neurons() -> None:
    net = wired("xa", "ab", "bc", "ca", "cy")
    with pytest.raises(NetworkError, match="form a cycle: ") as caught:
        net.check()
    path = str(caught.value).split(": ")[1].split(" → ")
    assert path[0] == path[-1]
    assert set(path) == set("abc")
    assert caught.value.culprit in {("a", "b"), ("b", "c"), ("c", "a")}


def test_a_long_cycle_is_cut_short() -> None:
    net = Network()
    net.add_neuron("x", role="input")
    for n in range(100):
        net.add_neuron(f"h{n}", role="output")
    for n in range(100):
        net.connect(f"h{n}", f"h{(n + 1) % 100}")
    with pytest.raises(NetworkError, match="…"):
        net.wiring()


@pytest.mark.parametrize(("role", "words"), [("input", "an output"), ("output", "an input")])
def test_a_network_needs_inputs_and_outputs(role, words) -> None:
    net = Network()
    net.add_neuron("n", role=role)
    with pytest.raises(NetworkError, match=words):
        net.check()


def test_a_neuron_that_reaches_no_output_is_a_warning() -> None:
    assert wired("xy", "xa", "ab").check() == [
        'no output can be reached from "a"',
        'no output can be reached from "b"',
    ]
    assert wired("xy").check() == []


def test_an_output_that_feeds_another_neuron_is_no_warning() -> None:
    assert wired("xk", "ky", outputs="ky").check() == []


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        (("In", "X"), 'no neuron called “X”; did you mean "x"'),
        (("q", "x"), "no neuron called “q”"),
        (("x", "x"), "connected to itself"),
        (("In", "x"), "already connected"),
        (("x", "In"), "is an input"),
    ],
)
def test_a_connection_that_cannot_be_is_refused_in_words(chain, ends, words) -> None:
    with pytest.raises(NetworkError, match=words):
        chain.connect(*ends, 1.0)


@pytest.mark.parametrize(
    ("name", "facts", "words"),
    [
        ("x", {}, "already a neuron called"),
        ("", {}, "empty name"),
        ("a\x1b[2Jb", {}, r"\\u001b"),
        ("i", {"role": "input", "bias": 1.0}, "cannot have a bias"),
        ("i", {"role": "input", "activation": "relu"}, "cannot have an activation"),
        ("i", {"bias": math.nan}, "finite"),
        ("i", {"bias": 10**400}, "finite"),
        ("i", {"bias": "1"}, "must be a number"),
        ("i", {"bias": True}, "must be a number"),
    ],
)
def test_a_neuron_that_cannot_be_is_refused_in_words(chain, name, facts, words) -> None:
    with pytest.raises(NetworkError, match=words):
        chain.add_neuron(name, **facts)
    assert len(chain) == 3


@pytest.mark.parametrize(
    ("facts", "words"),
    [({"role": "inptu"}, '"input"'), ({"activation": "rleu"}, '"relu"')],
)
def test_an_unknown_role_or_activation_is_refused_with_the_nearest(chain, facts, words) -> None:
    with pytest.raises(SettingError, match=words):
        chain.add_neuron("i", **facts)
    assert len(chain) == 3


@pytest.mark.parametrize("weight", [math.inf, math.nan, 10**400, "1", True])
def test_a_weight_that_is_no_finite_number_is_refused(chain, weight) -> None:
    chain.add_neuron("n")
    for change in (
        lambda: chain.connect("In", "n", weight),
        lambda: chain.set_weight("In", "x", weight),
        lambda: chain.set_bias("x", weight),
    ):
        with pytest.raises(NetworkError, match="number"):
            change()
    assert chain.predict([10]) == [12.0]


def test_removing_a_neuron_removes_its_connections(chain) -> None:
    chain.connect("In", "Out", 3.0)
    chain.remove_neuron("x")
    assert chain.names == ("In", "Out")
    assert chain.predict([10]) == [30.0]
    with pytest.raises(NetworkError, match="no neuron called “x”"):
        chain.remove_neuron("x")


def test_disconnecting(chain) -> None:
    chain.disconnect("In", "x")
    assert chain.predict([10]) == [2.0]
    with pytest.raises(NetworkError, match="is not connected"):
        chain.disconnect("In", "x")


def test_changing_numbers(chain) -> None:
    chain.set_weight("In", "x", 1.0)
    chain.set_bias("Out", 0.5)
    assert chain.predict([10]) == [22.5]
    with pytest.raises(NetworkError, match="cannot have a bias"):
        chain.set_bias("In", 1.0)
    with pytest.raises(NetworkError, match="is not connected"):
        chain.set_weight("In", "Out", 1.0)


def test_a_copy_is_independent(chain) -> None:
    copy = chain.copy()
    assert copy == chain
    copy.set_weight("In", "x", 9.0)
    copy.add_neuron("more")
    assert copy != chain
    assert chain.predict([10]) == [12.0]


def test_predicting_wants_one_number_for_each_input(chain) -> None:
    with pytest.raises(NetworkError, match="holds 2 numbers, the network has 1 input"):
        chain.predict([1, 2])


@given(experiment=experiments())
def test_what_was_left_out_is_drawn_whatever_the_order_of_building(experiment) -> None:
    model = experiment.network

    def blank(connections) -> Network:
        net = Network("torch_linear", seed=5)
        for name in model.names:
            neuron = model.neuron(name)
            net.add_neuron(name, role=neuron.role, activation=neuron.activation)
        for c in connections:
            net.connect(c.source, c.target)
        return net

    first, second = blank(model.connections), blank(reversed(model.connections))
    assert first.weights == second.weights
    assert first.biases == second.biases
    assert first == first.copy()


def test_writing_one_number_down_does_not_move_the_others() -> None:
    free, fixed = wired("xa", "xb", "ay", "by", weight=None), Network()
    for name in free.names:
        fixed.add_neuron(name, role=free.neuron(name).role)
    for c in free.connections:
        fixed.connect(c.source, c.target, 9.0 if c.source == c.target == "x" else None)
    fixed.set_weight("x", "a", 9.0)
    assert fixed.weights == free.weights | {("x", "a"): 9.0}
