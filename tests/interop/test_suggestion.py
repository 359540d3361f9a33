"""What is offered where a file of weights does not say all: by the data, if there are any."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import nntui
from nntui.interop.files import open_model
from nntui.interop.sketch import Given, IncompleteError
from nntui.interop.suggestion import completing, suggested_data

RNG = np.random.default_rng(0)


@pytest.fixture
def incomplete(tmp_path):
    """Opens weights between layers of these sizes, with arrays beside them in the file."""

    def opened(*sizes, given=None, **arrays):
        for n, shape in enumerate(pairwise(sizes), 1):
            arrays[f"W{n}"] = RNG.standard_normal(shape)
        np.savez(tmp_path / "w.npz", **arrays)
        with pytest.raises(IncompleteError) as caught:
            open_model(tmp_path / "w.npz", given)
        return caught.value

    return opened


@pytest.mark.parametrize(
    ("outputs", "targets", "loss", "activations"),
    [
        (1, [[0.0], [1.0]], "bce", "relu, sigmoid"),
        (3, [0, 2], "cross_entropy", "relu, linear"),
        (2, [[0.0, 1.0], [1.0, 0.0]], "cross_entropy", "relu, linear"),
        (2, [[0.0, 1.0], [1.0, 1.0]], "bce", "relu, sigmoid"),
        (1, [[0.5], [7.0]], "mse", "relu, linear"),
        (1, [[-1.0], [1.0]], "mse", "relu, tanh"),
    ],
)
def test_the_targets_say_which_loss_and_outputs_fit(
    incomplete, outputs, targets, loss, activations
):
    error = incomplete(4, 3, outputs, X=np.eye(4)[:2], Y=np.array(targets))
    assert error.lacking == ("activations", "loss")
    found = completing(error, Given())
    assert (found.loss, found.activations) == (loss, activations)
    assert error.complete(found).network.wiring().columns[-1]


def test_what_the_user_says_stays_and_the_rest_fits_it(incomplete):
    examples = {"X": np.eye(2), "Y": np.array([[0.0], [1.0]])}
    error = incomplete(2, 3, 1, **examples)
    assert completing(error, Given(activations="tanh, linear")).loss == "bce_with_logits"
    assert completing(error, Given(loss="mse")).activations == "relu, sigmoid"
    error = incomplete(2, 3, 1, given=Given(loss="bce_with_logits"), **examples)
    assert error.lacking == ("activations",)
    assert completing(error, Given()).activations == "relu, linear"


def test_without_data_nothing_is_chosen(incomplete):
    assert completing(incomplete(3, 2, 1), Given()) == Given()


def test_data_beside_the_weights_are_offered_where_they_fit(incomplete, tmp_path):
    error = incomplete(3, 2, 1)
    assert suggested_data(error) == ""
    assert suggested_data(incomplete(2, 2, 1)) == "xor"
    (tmp_path / "a.csv").write_text("1,2\n3,4\n")
    (tmp_path / "b.csv").write_text("not\na table")
    np.savez(tmp_path / "my points.npz", X=np.eye(3), Y=np.ones((3, 1)))
    assert suggested_data(error) == str(tmp_path / "my points.npz")
    (tmp_path / "my data.csv").write_text("1,2,3,4\n3,4,5,6\n")
    assert suggested_data(error) == f"'{tmp_path / 'my data.csv'}'"
    (tmp_path / "w_data.csv").write_text("1,2,3,4\n3,4,5,6\n")  # called like the weights
    assert suggested_data(error) == str(tmp_path / "w_data.csv")
    given = completing(error, Given(data=suggested_data(error)))
    assert isinstance(error.complete(given), nntui.Experiment)


def test_the_place_of_an_error_is_the_option_that_is_wrong(incomplete):
    error = incomplete(2, 3, 1)
    right = {"activations": "tanh, linear", "loss": "mse", "data": "0 1 > 1", "optimizer": "adam"}
    for wrong in right:
        with pytest.raises(nntui.SettingError) as caught:
            error.complete(Given(**{**right, wrong: "adamm"}))
        assert caught.value.place == wrong
