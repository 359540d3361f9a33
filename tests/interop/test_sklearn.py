"""``from_sklearn``: a fitted estimator goes on in nntui as it would in scikit-learn."""

from __future__ import annotations

import copy
import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from interop.trained import parameters, parameters_after

import nntui

RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 4))
CLASSES = np.array(["cat", "dog", "fish"])[RNG.integers(0, 3, 60)]


def _fitted(**changed):
    """The attributes of an estimator of two inputs, as scikit-learn 1.9 names them."""
    plain = {
        "hidden_layer_sizes": (3,),
        "coefs_": [np.ones((2, 3)), np.ones((3, 1))],
        "intercepts_": [np.zeros(3), np.zeros(1)],
        "activation": "tanh",
        "out_activation_": "logistic",
        "classes_": np.array([False, True]),
        "n_outputs_": 1,
        "batch_size": "auto",
        "shuffle": True,
        "alpha": 0.5,
        "max_iter": 20,
        "solver": "sgd",
        "learning_rate": "constant",
        "learning_rate_init": 0.1,
        "momentum": 0.0,
        "nesterovs_momentum": True,
    }
    return SimpleNamespace(**plain | changed)


def test_alpha_is_divided_by_the_examples_of_a_batch():
    training = nntui.from_sklearn(_fitted(), [[0, 1], [1, 1]], [False, True]).training
    assert (training.l2, training.epochs, training.loss.name) == (0.25, 20, "bce")
    assert (training.batch_size, training.shuffle) == (None, False)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"solver": "lbfgs"}, 'trained by lbfgs, which nntui does not have: .*optimizer="adam"'),
        ({"learning_rate": "adaptive"}, "sgd with the learning rate adaptive"),
        ({"out_activation_": "exp"}, 'no activation that is scikit-learn’s "exp"'),
        ({"classes_": np.array([0, 2])}, "y: found the class 1, which was not fitted"),
        ({"classes_": np.array([1])}, "fitted to one class only"),
    ],
)
def test_what_differs_from_nntui_is_refused(changed, said):
    with pytest.raises(nntui.ConversionError, match=said):
        nntui.from_sklearn(_fitted(**changed), [[0, 1], [1, 1]], [0, 1])


def test_an_estimator_that_is_not_fitted_is_refused():
    with pytest.raises(nntui.ConversionError, match="SimpleNamespace, which is not fitted"):
        nntui.from_sklearn(SimpleNamespace(hidden_layer_sizes=3), X, CLASSES)
    for around, hint in (("steps", "of a pipeline: from_sklearn"), ("best_estimator_", "its best")):
        with pytest.raises(nntui.ConversionError, match=hint):
            nntui.from_sklearn(SimpleNamespace(**{around: [1]}), X, X)
    with pytest.raises(nntui.ConversionError, match="found int, expected a fitted MLPClassifier"):
        nntui.from_sklearn(3, X, CLASSES)


def test_another_optimizer_can_be_chosen():
    fitted = _fitted(solver="lbfgs")
    experiment = nntui.from_sklearn(fitted, [[0, 1]], [True], optimizer="adam", epochs=5)
    assert (experiment.training.optimizer.name, experiment.training.epochs) == ("adam", 5)


@pytest.mark.interop
@pytest.mark.parametrize(
    ("kind", "y", "options", "tolerance"),
    [
        ("MLPClassifier", CLASSES, {"solver": "sgd", "alpha": 0.1}, 1e-12),
        ("MLPClassifier", CLASSES == "cat", {"solver": "sgd", "learning_rate_init": 0.1}, 1e-12),
        ("MLPClassifier", RNG.integers(0, 2, (60, 3)), {"solver": "sgd", "batch_size": 20}, 1e-12),
        ("MLPClassifier", CLASSES, {"epsilon": 1e-12}, 1e-6),  # epsilon stands elsewhere there
        ("MLPRegressor", X[:, :2], {"solver": "sgd", "alpha": 1.0, "activation": "tanh"}, 1e-12),
        ("MLPRegressor", X[:, 0], {"solver": "sgd", "nesterovs_momentum": False}, 1e-12),
        ("MLPRegressor", X[:, 0], {"solver": "sgd", "activation": "logistic"}, 1e-12),
    ],
)
def test_updates_are_those_of_scikit_learn(neural_network, kind, y, options, tolerance):
    estimator = getattr(neural_network, kind)(
        hidden_layer_sizes=(5, 4), random_state=0, shuffle=False, max_iter=7, **options
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # seven epochs are few
        estimator.fit(X, y)
        further = copy.deepcopy(estimator)
        for _ in range(5):
            further.partial_fit(X, y)
    experiment = nntui.from_sklearn(estimator, X, y, epochs=5)
    updates = 5 * (60 // (experiment.training.batch_size or 60))
    found = parameters_after(experiment, updates)
    expected = parameters(nntui.from_sklearn(further, X, y))
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance)
    assert np.abs(found - parameters(experiment)).max() > 1e-3
