"""Networks of layers: from sizes, from arrays, and back to arrays."""

from __future__ import annotations

import math

import numpy as np
import pytest

import nntui
from nntui.model.errors import NetworkError, SettingError
from nntui.model.layers import arrays_of, columns_of
from nntui.model.network import Network

W1, B1 = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([0.1, 0.2, 0.3])
W2, B2 = np.array([[1.0, -1.0, 2.0]], np.float32), np.array([[0.5]])
ARRAYS = [(W1, B1, "relu"), (W2, B2, "linear")]
TURNED = [(W1.T, B1, "relu"), (W2.T, B2)]


def test_a_layered_network_has_sizes_functions_and_names() -> None:
    net = Network.layered([2, 3, 1], activation="tanh", output="sigmoid", seed=0)
    assert net.names == ("x1", "x2", "h1", "h2", "h3", "y1")
    assert [str(n.activation) for n in net.neurons[2:]] == ["tanh"] * 3 + ["sigmoid"]
    assert len(net.connections) == 9
    assert net == Network.layered((2, 3, 1), "tanh", "sigmoid")
    assert net != Network.layered([2, 3, 1], "tanh", "sigmoid", seed=1)


def test_several_hidden_layers_have_a_function_each_and_are_numbered() -> None:
    leaky = ("leaky_relu", {"slope": 0.2})
    net = Network.layered(np.array([1, 2, 2, 1]), ["relu", leaky], initializer="he_normal")
    assert net.names == ("x1", "h1_1", "h1_2", "h2_1", "h2_2", "y1")
    assert str(net.neuron("h2_1").activation) == "leaky_relu(slope 0.2)"


@pytest.mark.parametrize(
    ("sizes", "activation", "sentence"),
    [
        (3, "tanh", "sizes: found 1 layer, expected at least two"),
        ([2, 0, 1], "tanh", r"sizes\[1\]: found 0, expected a whole number"),
        ([2, 2.5], "tanh", r"sizes\[1\]: found 2.5"),
        ("232", "tanh", r"sizes\[0\]: found '232'"),
        ([2, 3, 1], "tahn", 'did you mean "tanh"'),
        ([2, 3, 1], ["tanh", "relu"], "activation: found 2 activations, expected 1"),
    ],
)
def test_layers_that_cannot_be_are_refused(sizes, activation, sentence) -> None:
    with pytest.raises(SettingError, match=sentence):
        Network.layered(sizes, activation)


@pytest.mark.parametrize(
    "layers", [ARRAYS, TURNED, [(w.tolist(), b.tolist(), *f) for w, b, *f in ARRAYS]]
)
def test_arrays_make_a_network_whichever_axis_comes_first(layers) -> None:
    net = Network.from_arrays(layers)
    assert net.weights["x2", "h3"] == 6.0
    assert net.biases["h2"] == 0.2
    assert net.predict([1, 1]) == pytest.approx([W2[0] @ np.maximum(W1 @ [1, 1] + B1, 0) + 0.5])


def test_a_layer_may_have_no_biases() -> None:
    net = Network.from_arrays([(W1, None)], order="out, in")
    assert net.neuron("y1").bias == 0.0
    assert not net.neuron("y1").trainable


def test_where_the_shapes_do_not_say_it_one_must_tell_which_axis_is_which() -> None:
    square = [(np.array([[1.0, 2.0], [3.0, 4.0]]), [0.0, 0.0])]
    with pytest.raises(NetworkError, match="say the order, “out, in”"):
        Network.from_arrays(square)
    assert Network.from_arrays(square, order="out, in").weights["x2", "y1"] == 2.0
    assert Network.from_arrays(square, order="in, out").weights["x2", "y1"] == 3.0
    # One layer that is not square decides for all.
    assert Network.from_arrays([*square, ([[1.0, 2.0]], [0.0])]).weights["x2", "h1"] == 2.0
    assert Network.from_arrays([([[2.0]], [1.0])]).predict([3]) == [7.0]


@pytest.mark.parametrize(
    ("layers", "sentence"),
    [
        ([], "expected a list of"),
        ([W1], "layer 1: found an array of 3 × 2, expected"),
        ([(B1, B1)], "layer 1: found weights of 3, expected neurons × sources"),
        ([(W1, B2)], "layer 1: found weights of 3 × 2 and biases of 1, expected 3"),
        ([(W1, B1), (W1, B1)], "layer 2: found weights of 3 × 2 behind 3 neurons"),
        ([(W1 * math.nan, B1)], "layer 1: the weights hold a number that is not finite"),
        ([([["a"]], [1])], "layer 1: the weights: found .*, expected an array of numbers"),
        ([([[1], [1, 2]], [1])], "layer 1: the weights: found"),
    ],
)
def test_arrays_that_do_not_fit_are_refused_in_a_sentence(layers, sentence) -> None:
    with pytest.raises(NetworkError, match=sentence):
        Network.from_arrays(layers)


def test_a_matrix_is_predicted_row_by_row_with_the_same_bits() -> None:
    net = Network.layered([2, 5, 4, 2], "tanh", "sigmoid", seed=3)
    x = np.random.default_rng(0).normal(size=(40, 2))
    answers = net.predict(x)
    assert answers.shape == (40, 2)
    assert [net.predict(row) for row in x] == answers.tolist()
    assert (net.predict(x.tolist()) == answers).all()
    with pytest.raises(NetworkError, match="holds 3 numbers, the network has 2 inputs"):
        net.predict(np.zeros((4, 3)))
    with pytest.raises(SettingError, match=r"x\[1\]\[0\]: found nan"):
        net.predict([[0, 0], [math.nan, 0]])


def test_parameters_are_arrays_by_layer_or_else_numbers_by_name() -> None:
    net = Network.from_arrays(ARRAYS)
    p = np.concatenate([np.column_stack([b.ravel(), w]).ravel() for w, b, _ in ARRAYS])
    found = arrays_of(net.wiring(), p)
    assert list(found) == ["layer1.weight", "layer1.bias", "layer2.weight", "layer2.bias"]
    assert np.array_equal(found["layer1.weight"], W1)
    assert np.array_equal(found["layer2.bias"], [0.5])
    skip = nntui.load("skip").network.wiring()
    assert columns_of(skip) is None
    assert next(iter(arrays_of(skip, np.zeros(len(skip.parameters))))).startswith("b[")


def test_weights_of_another_shape_are_refused() -> None:
    net = Network.layered([2, 1])
    net.add_neuron("z", role="output")
    with pytest.raises(NetworkError, match="another shape, expected 1 row of 2 numbers"):
        net.connect_all(["x1", "x2"], ["z"], np.zeros((2, 1)))


def test_other_numbers_may_be_put_in_even_those_of_a_diverged_run() -> None:
    net = Network.layered([1, 1])
    other = net.with_parameters({"y1": math.nan}, {("x1", "y1"): 2.0})
    assert other.weights == {("x1", "y1"): 2.0}
    assert math.isnan(other.predict([1.0])[0])
    assert net == Network.layered([1, 1])
