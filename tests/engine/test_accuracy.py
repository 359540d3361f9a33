"""How many examples are classified right."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.experiments import experiments

from nntui.engine.evaluate import classifies, right_ones
from nntui.model.dataset import Dataset
from nntui.model.experiment import Experiment, Training
from nntui.model.losses import Loss
from nntui.model.network import Network
from nntui.model.wiring import forward


def passing(rows, targets, loss, outputs=None) -> Experiment:
    """A network whose outputs are its inputs."""
    net = Network()
    size = len(rows[0])
    for n in range(size):
        net.add_neuron(f"x{n}", role="input")
    for n in range(size):
        net.add_neuron(f"y{n}", role="output", bias=0.0)
        net.connect(f"x{n}", f"y{n}", 1.0)
    return Experiment(net, Dataset.of(rows, targets), Training(loss=Loss.of(loss)))


def right(experiment: Experiment) -> int:
    network = experiment.network
    return right_ones(experiment, experiment.train_examples, network.biases, network.weights)


def test_of_classes_the_greatest_output_counts() -> None:
    rows = [[0.1, 0.7, 0.2], [3.0, 1.0, 2.0], [0.0, 0.0, 5.0]]
    assert right(passing(rows, [1, 0, 1], "cross_entropy")) == 2
    assert right(passing(rows, [[0, 1, 0], [0, 0, 1], [0, 0, 1]], "cross_entropy")) == 2


@pytest.mark.parametrize(("loss", "middle"), [("bce", 0.5), ("bce_with_logits", 0.0)])
def test_of_yes_and_no_every_output_lies_on_its_side_of_the_middle(loss, middle) -> None:
    rows = [[middle + 0.1, middle - 0.1], [middle + 0.1, middle + 0.1]]
    assert right(passing(rows, [[1, 0], [1, 0]], loss)) == 1


@pytest.mark.parametrize("loss", ["cross_entropy", "bce_with_logits"])
def test_what_is_no_number_is_not_right(loss) -> None:
    experiment = passing([[1.0, 0.0]], [[1, 0]], loss)
    network = experiment.network
    biases = {**network.biases, "y1": math.nan}
    assert right(experiment) == 1
    assert right_ones(experiment, (0,), biases, network.weights) == 0


def test_other_losses_do_not_classify() -> None:
    assert not classifies(passing([[1.0]], [[1]], "mse"))
    assert classifies(passing([[1.0, 2.0]], [[1, 0]], "bce"))


@given(experiment=experiments(), data=st.data())
def test_it_counts_what_the_forward_pass_finds(experiment, data) -> None:
    if not classifies(experiment):
        return
    network, net = experiment.network, experiment.network.wiring()
    name = experiment.training.loss.name
    expected = 0
    for example in experiment.train_examples:
        _, a = forward(net, network.biases, network.weights, experiment.x(example))
        outputs, y = [a[k] for k in net.outputs], experiment.y(example)
        if name == "cross_entropy":
            expected += outputs.index(max(outputs)) == list(y).index(max(y))
        else:
            middle = 0.5 if name == "bce" else 0.0
            expected += all((o > middle) == (t > 0.5) for o, t in zip(outputs, y, strict=True))
    assert right(experiment) == expected
