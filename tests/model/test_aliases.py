"""Names from other libraries lead to what nntui calls the same thing, in its place."""

import re

import pytest

from nntui.model.activations import ACTIVATIONS
from nntui.model.aliases import _ALSO_CALLED, belongs
from nntui.model.initializers import INITIALIZERS
from nntui.model.losses import LOSSES
from nntui.model.names import did_you_mean
from nntui.model.optimizers import OPTIMIZERS


@pytest.mark.parametrize(
    ("table", "name", "right"),
    [
        (LOSSES, "mean_squared_error", "mse"),
        (LOSSES, "MSE", "mse"),
        (LOSSES, "MSELoss", "mse"),
        (LOSSES, "SSE", "squared_error"),
        (LOSSES, "binary_crossentropy", "bce"),
        (LOSSES, "BCELoss", "bce"),
        (LOSSES, "BCEWithLogitsLoss", "bce_with_logits"),
        (LOSSES, "categorical_crossentropy", "cross_entropy"),
        (LOSSES, "sparse_categorical_crossentropy", "cross_entropy"),
        (LOSSES, "NLLLoss", "cross_entropy"),
        (LOSSES, "L1Loss", "mae"),
        (LOSSES, "SmoothL1Loss", "huber"),
        (ACTIVATIONS, "logistic", "sigmoid"),
        (ACTIVATIONS, "identity", "linear"),
        (ACTIVATIONS, "swish", "silu"),
        (ACTIVATIONS, "LeakyReLU", "leaky_relu"),
        (ACTIVATIONS, "Hardtanh", "hard_tanh"),
        (ACTIVATIONS, "heaviside", "step"),
        (OPTIMIZERS, "SGD", "sgd"),
        (OPTIMIZERS, "RMSProp", "rmsprop"),
        (OPTIMIZERS, "gradient descent", "sgd"),
        (INITIALIZERS, "glorot_uniform", "xavier_uniform"),
        (INITIALIZERS, "kaiming_normal_", "he_normal"),
        (("learning_rate", "momentum"), "lr", "learning_rate"),
        (("learning_rate", "eps"), "epsilon", "eps"),
        (("beta1", "beta2"), "beta_1", "beta1"),
        (("slope",), "negative_slope", "slope"),
    ],
)
def test_a_name_from_another_library_is_known(table, name, right):
    assert did_you_mean(name, table) == f'did you mean "{right}"?'


def test_a_name_with_two_meanings_gives_both():
    assert did_you_mean("log_loss", LOSSES) == 'did you mean "bce" or "cross_entropy"?'


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "Softmax"])
def test_softmax_is_said_to_be_in_the_loss(name):
    assert "part of the loss cross_entropy" in did_you_mean(name, ACTIVATIONS)


def test_a_key_in_the_wrong_place_is_sent_to_the_right_one():
    training = ("loss", "optimizer", "epochs")
    assert belongs("lr", training) == '"learning_rate" belongs in "training.optimizer"'
    assert belongs("l2", training) == '"l2" belongs in "training.regularization"'
    assert belongs("epochs", ("network", "training")) == '"epochs" belongs in "training"'
    assert belongs("wieght", ("source", "target")) == ""


def test_no_alias_hides_a_name_of_the_same_table():
    for table in (LOSSES, ACTIVATIONS, OPTIMIZERS, INITIALIZERS):
        for name in table:
            assert did_you_mean(name, table) == f'did you mean "{name}"?'


def test_the_rows_are_words():
    for right, others in _ALSO_CALLED.items():
        assert re.fullmatch(r"[\w. ]+", f"{right} {others}")
