"""The warnings about a loss, outputs and targets that do not fit each other."""

from __future__ import annotations

import re

import pytest

import nntui
from nntui.document.load import load
from nntui.model.fit import warnings
from nntui.model.losses import LOSSES
from nntui.samples import samples


def experiment(loss, activation, targets, outputs=2):
    net = nntui.Network()
    net.add_neuron("x", role="input")
    for k in range(outputs):
        net.add_neuron(f"y{k + 1}", role="output", activation=activation)
        net.connect("x", f"y{k + 1}")
    data = nntui.Dataset.of([[1.0]] * len(targets), targets)
    return nntui.Experiment(net, data, nntui.Training(loss=nntui.Loss.of(loss)))


@pytest.mark.parametrize(
    ("loss", "activation", "target", "words"),
    [
        ("bce", "linear", [0.0, 1.0], r"the output y1 \(linear\) may leave that: make it sigmoid"),
        ("bce", "tanh", [0.0, 1.0], r"take bce_with_logits with a linear output"),
        ("bce", "sigmoid", [0.0, -1.0], r"example 1 wants -1 of the output y2, .*write 0 and 1"),
        ("bce", "sigmoid", [0.0, 2.0], r"the targets of bce are from 0 to 1"),
        ("bce_with_logits", "sigmoid", [0.0, 1.0], r"applies sigmoid itself.* or take bce"),
        ("bce_with_logits", "tanh", [0.0, 1.0], r"stays between -1 and 1: make the output linear"),
        ("bce_with_logits", "linear", [-1.0, 1.0], r"the targets of bce_with_logits are from 0"),
        ("cross_entropy", "sigmoid", 0, r"applies softmax .*stays between 0 and 1: make"),
        ("cross_entropy", "relu", 1, r"y1 \(relu\) stays at 0 or above: make the output linear"),
        ("mse", "sigmoid", [0.0, 7.0], r"example 1 wants 7 of the output y2, but sigmoid stays"),
        ("mae", "relu", [-0.5, 7.0], r"example 1 wants -0.5 of the output y1, but relu stays"),
    ],
)
def test_what_does_not_fit_is_said_once_with_what_fits(loss, activation, target, words):
    found = warnings(experiment(loss, activation, [target]))
    assert len(found) == 1
    assert re.search(words, found[0])


@pytest.mark.parametrize(
    ("loss", "activation", "target"),
    [
        ("bce", "sigmoid", [0.0, 1.0]),
        ("bce", "step", [0.0, 1.0]),
        ("bce_with_logits", "linear", [0.25, 1.0]),
        ("cross_entropy", "linear", 1),
        ("cross_entropy", "leaky_relu", [0.5, 0.5]),
        ("mse", "tanh", [-1.0, 1.0]),
        ("huber", "linear", [-100.0, 1e9]),
        ("squared_error", "relu", [0.0, 1e9]),
    ],
)
def test_what_fits_gives_no_warning(loss, activation, target):
    assert warnings(experiment(loss, activation, [target])) == []


@pytest.mark.parametrize("loss", LOSSES)
def test_the_loss_of_one_output(loss):
    subject = experiment(loss, "sigmoid", [[1.0]], outputs=1)
    found = warnings(subject)
    assert len(found) == (loss in ("cross_entropy", "bce_with_logits"))
    if loss == "cross_entropy":
        assert "always 0" in found[0]


def test_an_output_that_no_input_reaches_is_named():
    net = nntui.Network()
    net.add_neuron("x", role="input")
    net.add_neuron("alone")
    for name, source in (("y", "x"), ("k", "alone"), ("m", "k"), ("n", None)):
        net.add_neuron(name, role="output")
        if source:
            net.connect(source, name)
    assert set(net.check()) == {
        f'no input reaches the output "{name}": it is the same for every example'
        for name in ("k", "m", "n")
    }


@pytest.mark.parametrize("name", samples())
def test_the_bundled_samples_fit(name):
    assert warnings(load(samples()[name])) == []
