"""``from_arrays``: which way matrices lie, and what is said when they do not fit."""

from __future__ import annotations

import numpy as np
import pytest

import nntui

RNG = np.random.default_rng(0)
W1, b1 = RNG.standard_normal((2, 3)), RNG.standard_normal(3)
W2, b2 = RNG.standard_normal((3, 1)), RNG.standard_normal(1)
X, Y = RNG.standard_normal((5, 2)), RNG.standard_normal((5, 1))
EXPECTED = np.tanh(X @ W1 + b1) @ W2 + b2


def _made(weights, biases, activations="tanh, linear", x=X, y=Y, **options):
    return nntui.from_arrays(weights, biases, activations, x, y, loss="mse", **options)


@pytest.mark.parametrize("turned", [False, True])
def test_matrices_of_either_order_give_the_same_network(turned):
    weights = [W1.T, W2.T] if turned else [W1, W2]
    experiment = _made(weights, [b1, b2])
    found = [experiment.network.predict(row) for row in X.tolist()]
    np.testing.assert_allclose(found, EXPECTED, rtol=1e-12)


def test_lists_and_float32_are_taken_exactly():
    experiment = _made([W1.tolist(), W2.astype(np.float32)], [b1.tolist(), None])
    assert experiment.network.weight(("x1", "h1")) == W1[0, 0]
    assert experiment.network.weight(("h1", "y1")) == float(np.float32(W2[0, 0]))
    assert "y1" in experiment.network.wiring().frozen  # a bias that is not there is not trained


def test_a_single_weight_lies_either_way():
    assert _made([[[2.0]]], [[1.0]], "linear", x=[[1.0]], y=[[0.0]]).network.predict([3]) == [7.0]


def test_square_matrices_need_to_be_told_how_they_lie():
    w = RNG.standard_normal((2, 2))
    with pytest.raises(nntui.ConversionError, match=r"“out, in”.*“in, out”"):
        _made([w, w], None, y=X)
    found = _made([w, w], None, y=X, order="out, in").network.predict(X[0].tolist())
    np.testing.assert_allclose(found, w @ np.tanh(w @ X[0]))


@pytest.mark.parametrize(
    ("weights", "biases", "activations", "said"),
    [
        (
            [W1, W1],
            [b1, b2],
            "tanh, linear",
            r"weights\[1\]: found weights of 2 × 3 behind 3 neurons",
        ),
        (
            [W1, W2],
            [b2, b2],
            "tanh, linear",
            r"weights\[0\]: found weights of 2 × 3 and biases of 1, expected 3",
        ),
        ([W1, W2], [b1], "tanh, linear", "2 weight matrices and 1 biases"),
        ([W1, W2], [b1, b2], "tanh", "activations: found 1 name, expected 2"),
        ([W1, W2], [b1, b2], "tanh, sigmoi", 'did you mean "sigmoid"'),
        ([W1, b1], [b1, b2], "tanh, linear", r"weights\[1\]: found the shape \(3,\)"),
        ([W1, "W2"], [b1, b2], "tanh, linear", r"weights\[1\]: found str"),
        ([W1 * np.nan, W2], [b1, b2], "tanh, linear", '"x1" to "h1" must be a finite number'),
        ([], [], "", "found no weights"),
    ],
)
def test_what_does_not_fit_is_named(weights, biases, activations, said):
    with pytest.raises(nntui.NntuiError, match=said):
        _made(weights, biases, activations)


def test_class_indices_go_with_a_loss_over_classes():
    experiment = nntui.from_arrays(
        [W1], [b1], "linear", X, np.array([0, 1, 2, 1, 0]), loss="cross_entropy"
    )
    assert experiment.data.targets == (0, 1, 2, 1, 0)
    with pytest.raises(nntui.ConversionError, match=r"found 0.5, expected class indices"):
        nntui.from_arrays([W1], [b1], "linear", X, [0, 1, 0.5, 1, 0], loss="cross_entropy")


class Table:
    """What a DataFrame has of pandas' and of polars'."""

    def __init__(self, rows, *columns):
        self._rows, self.columns = rows, list(columns)

    def to_numpy(self):
        return np.array(self._rows)


def test_the_columns_of_a_table_name_neurons():
    experiment = _made(
        [W1, W2], [b1, b2], x=Table(X, "height", "my weight"), y=Table(Y, "height")
    )  # the second name is taken
    assert experiment.network.names == ("height", "my weight", "h1", "h2", "h3", "y1")
    assert experiment.data.inputs == tuple(map(tuple, X.tolist()))


def test_names_of_inputs_that_other_neurons_have_are_replaced():
    experiment = _made([W1, W2], [b1, b2], x=Table(X, "h1", "y1"))
    assert experiment.network.names == ("x1", "x2", "h1", "h2", "h3", "y1")
