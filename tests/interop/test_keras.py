"""``from_keras``: a compiled model goes on in nntui as it would in Keras."""

from __future__ import annotations

import numpy as np
import pytest
from interop.trained import parameters, parameters_after

import nntui

pytestmark = pytest.mark.interop

RNG = np.random.default_rng(0)
X = RNG.standard_normal((6, 3)).astype(np.float32)
Y = RNG.random((6, 2)).astype(np.float32)
CLASSES = np.array([0, 1, 2, 0, 1, 2])


def _model(keras, *layers, **compiled):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Input((3,)), *layers])
    model.compile(**compiled)
    return model


def _fit(model, x, y, epochs):
    model.fit(x, y, epochs=epochs, batch_size=len(x), shuffle=False, verbose=0)


@pytest.mark.parametrize(
    ("optimizer", "settings"),
    [
        ("SGD", {"learning_rate": 0.1}),
        ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}),
        ("Adam", {"learning_rate": 0.01, "epsilon": 1e-10}),  # it stands elsewhere there
        ("AdamW", {"learning_rate": 0.01, "epsilon": 1e-10, "weight_decay": 0.3}),
        ("Adam", {"learning_rate": 0.01, "epsilon": 1e-10, "weight_decay": 0.3}),
    ],
)
def test_updates_are_those_of_keras(keras, optimizer, settings):
    dense, l2 = keras.layers.Dense, keras.regularizers.L2(0.01)
    model = _model(
        keras,
        dense(4, activation="tanh", kernel_regularizer=l2),
        dense(5, use_bias=False, kernel_regularizer=l2),
        keras.layers.LeakyReLU(negative_slope=0.1),
        dense(3, activation="softmax", kernel_regularizer=l2),
        loss="sparse_categorical_crossentropy",
        optimizer=getattr(keras.optimizers, optimizer)(**settings),
    )
    _fit(model, X, CLASSES, 2)
    experiment = nntui.from_keras(model, X, CLASSES)
    _fit(model, X, CLASSES, 5)
    found, expected = (
        parameters_after(experiment, 5),
        parameters(nntui.from_keras(model, X, CLASSES)),
    )
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-5)
    assert np.abs(found - parameters(experiment)).max() > 1e-2


def test_a_weight_decay_may_exclude_the_biases(keras):
    adamw = keras.optimizers.AdamW(0.01, weight_decay=0.3, epsilon=1e-10)
    adamw.exclude_from_weight_decay(var_names=["bias"])
    dense = keras.layers.Dense
    model = _model(keras, dense(4, "tanh"), dense(2), loss="mse", optimizer=adamw)
    _fit(model, X, Y, 2)
    experiment = nntui.from_keras(model, X, Y)
    assert experiment.training.optimizer.text.endswith("decay_biases no")
    _fit(model, X, Y, 3)
    after = parameters(nntui.from_keras(model, X, Y))
    np.testing.assert_allclose(parameters_after(experiment, 3), after, rtol=0, atol=2e-5)


@pytest.mark.parametrize(
    "activation",
    [
        "selu",
        "relu6",
        "hard_sigmoid",
        "hard_silu",
        "mish",
        "log_sigmoid",
        "softsign",
        "exponential",
    ],
)
def test_activations_that_are_expressions_train_as_in_keras(keras, activation):
    dense, sgd = keras.layers.Dense, keras.optimizers.SGD(0.1)
    model = _model(keras, dense(4, activation=activation), dense(2), loss="mse", optimizer=sgd)
    experiment = nntui.from_keras(model, X, Y)
    _fit(model, X, Y, 3)
    after = parameters(nntui.from_keras(model, X, Y))
    np.testing.assert_allclose(parameters_after(experiment, 3), after, rtol=0, atol=2e-5)


def test_layers_that_do_not_train_are_frozen(keras):
    fixed = keras.layers.Dense(4, activation="relu", trainable=False)
    model = _model(keras, fixed, keras.layers.Dense(2), loss="mse", optimizer="sgd")
    network = nntui.from_keras(model, X, Y).network
    assert ("x1", "h1") in network.wiring().frozen
    assert ("h1", "y1") not in network.wiring().frozen


def test_what_nntui_does_not_have_is_refused(keras):
    layers = keras.layers

    def refused(said, *modules, loss="mse", optimizer="sgd", y=Y, **options):
        model = _model(keras, *modules, loss=loss, optimizer=optimizer)
        with pytest.raises(nntui.NntuiError, match=said):
            nntui.from_keras(model, X, y, **options)

    dense = layers.Dense
    refused("is random while it trains", dense(2), layers.Dropout(0.1))
    refused("as BatchNormalization “", dense(2), layers.BatchNormalization())
    refused("has the activation sparse_plus", dense(2, activation="sparse_plus"))
    refused("has an activation of its own: nntui knows", dense(2, activation=lambda z: z * z))
    refused("has a kernel constraint", dense(2, kernel_constraint="non_neg"))
    refused("has an activity regularizer", dense(2, activity_regularizer="l2"))
    refused("different penalties", dense(2), dense(2, kernel_regularizer="l2"))
    decaying = keras.optimizers.SGD(0.1, weight_decay=0.1)
    refused("SGD with weight_decay, expected SGD, Adam or AdamW", dense(2), optimizer=decaying)
    excluding = keras.optimizers.AdamW(0.1)
    excluding.exclude_from_weight_decay(var_names=["kernel"])
    refused("weight_decay excludes some variables", dense(2), optimizer=excluding)
    refused("the optimizer is Nadam", dense(2), optimizer="nadam")
    refused("no loss that is Keras’s poisson", dense(2), loss="poisson")
    refused("softmax, which is in the loss", dense(2, activation="softmax"))
    never = "sparse_categorical_crossentropy"
    refused("twice, or never", dense(3), loss=never, y=CLASSES)
    with pytest.raises(nntui.ConversionError, match="X: found 2 numbers an example, expected 3"):
        nntui.from_keras(_model(keras, dense(2), loss="mse", optimizer="sgd"), X[:, :2], Y)
    with pytest.raises(nntui.ConversionError, match="has no weights yet: call the model once"):
        nntui.from_keras(keras.Sequential([dense(2)]), X, Y)
    with pytest.raises(nntui.ConversionError, match="found int, expected a Keras model"):
        nntui.from_keras(3, X, Y)


def test_models_that_are_no_chain_are_refused(keras):
    layers = keras.layers
    given = layers.Input((3,))
    around = layers.Dense(3)(given)
    model = keras.Model(given, layers.Dense(2)(layers.Add()([given, around])))
    model.compile(loss="mse", optimizer="sgd")
    with pytest.raises(nntui.ConversionError, match="as Add “"):
        nntui.from_keras(model, X, Y)
