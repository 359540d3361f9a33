"""Every gradient of the algorithm against independent automatic differentiation."""

from collections import deque
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.check import worst_error
from support.experiments import experiments, layered, table_activations
from support.oracle import ACTIVATIONS as ORACLE_ACTIVATIONS
from support.oracle import LOSSES as ORACLE_LOSSES
from support.oracle import Oracle
from support.stepped import steps_of

from nntui.engine.evaluate import example_loss, mean_loss
from nntui.engine.schedule import Schedule
from nntui.engine.state import State
from nntui.model.activations import ACTIVATIONS, Activation
from nntui.model.losses import LOSSES, Loss
from nntui.model.network import Network

TIGHT = 1e-10


def test_the_oracle_knows_every_activation_and_loss() -> None:
    assert set(ORACLE_ACTIVATIONS) == set(ACTIVATIONS)
    assert set(ORACLE_LOSSES) == set(LOSSES)


@given(experiment=experiments(activation=table_activations))
def test_gradients_of_random_networks_equal_automatic_differentiation(experiment) -> None:
    assert worst_error(experiment) <= TIGHT


@pytest.mark.parametrize("name", ACTIVATIONS)
@settings(max_examples=6)
@given(data=st.data())
def test_gradients_through_each_activation(name, data) -> None:
    settings_of_row = ACTIVATIONS[name].settings
    chosen = st.sampled_from(
        [Activation.of(name), Activation.of(name, **dict.fromkeys(settings_of_row, 0.3))]
    )
    without_bce = st.sampled_from([Loss.of(n) for n in LOSSES if n != "bce"])
    experiment = data.draw(experiments(activation=chosen, loss=without_bce, most_neurons=4))
    assert worst_error(experiment) <= TIGHT


@pytest.mark.parametrize("name", LOSSES)
@settings(max_examples=8)
@given(data=st.data())
def test_gradients_of_each_loss(name, data) -> None:
    tame = st.sampled_from([Activation.of(n) for n in ("tanh", "linear", "gelu", "relu")])
    experiment = data.draw(experiments(activation=tame, loss=st.just(Loss.of(name))))
    assert worst_error(experiment) <= TIGHT


@pytest.mark.parametrize("batch_size", [1, 2, 3, None])
def test_gradients_of_a_batch_are_summed_over_its_examples(batch_size) -> None:
    experiment = layered(3, 4, 3, 2, examples=7, batch_size=batch_size, shuffle=True, epochs=2)
    assert worst_error(experiment) <= 1e-13


@given(experiment=experiments(activation=table_activations))
def test_losses_equal_the_oracles(experiment) -> None:
    oracle, network = Oracle(experiment), experiment.network
    b, w = network.biases, network.weights
    for example in range(len(experiment.data)):
        expected, _ = oracle.gradient({**b, **w}, example)
        assert example_loss(experiment, example, b, w) == pytest.approx(expected, 1e-12, 1e-13)


@given(experiment=experiments())
def test_the_mean_loss_is_the_mean_of_the_examples_losses(experiment) -> None:
    b, w = experiment.network.biases, experiment.network.weights
    examples = range(len(experiment.data))
    total = 0.0
    for example in examples:
        total += example_loss(experiment, example, b, w)
    assert mean_loss(experiment, examples, b, w) == total / len(examples)


@given(experiment=experiments(most_epochs=1))
def test_the_forward_pass_of_stepping_and_of_predicting_give_the_same_bits(experiment) -> None:
    state = State.first(experiment)
    outputs = experiment.network.wiring().outputs
    example = next(Schedule(experiment).batches())[1][0]
    for operation in steps_of(experiment, state):
        if operation == ("loss",):
            break
    found = [state.a[k].hex() for k in outputs]
    assert found == [a.hex() for a in experiment.network.predict(experiment.x(example))]


def test_the_gradient_of_a_frozen_parameter_is_computed_all_the_same() -> None:
    free = layered(2, 3, 1)
    frozen = Network()
    for neuron in free.network.neurons:
        if neuron.role == "input":
            frozen.add_neuron(neuron.name, role="input")
        else:
            frozen.add_neuron(
                neuron.name,
                role=neuron.role,
                activation=neuron.activation,
                bias=neuron.bias,
                trainable=False,
            )
    for c in free.network.connections:
        frozen.connect(c.source, c.target, c.weight, trainable=False)
    frozen_experiment = type(free)(frozen, free.data, free.training)
    first, second = State.first(free), State.first(frozen_experiment)
    one_batch = 4 * (2 + 2 * (4 + 9))
    deque(islice(steps_of(free, first), one_batch), maxlen=0)
    deque(islice(steps_of(frozen_experiment, second), one_batch), maxlen=0)
    assert (first.db, first.dw) == (second.db, second.dw)
    assert any(first.dw.values())
