"""Why a loss stands still or jumps: networks where each reason holds, and where it does not."""

from __future__ import annotations

from nntui.debugger.debugger import Debugger
from nntui.debugger.queries.health import Health, health
from nntui.model.dataset import Dataset
from nntui.model.experiment import Experiment, Training
from nntui.model.losses import Loss
from nntui.model.network import Network
from nntui.model.optimizers import Optimizer

XOR = Dataset.of([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [[0.0], [1.0], [1.0], [0.0]])
LINE = Dataset.of([[-1.0], [-0.5], [0.5], [1.0]], [[-0.8], [-0.4], [0.4], [0.8]])


def network(*hidden: str, inputs=1, bias=0.0, weight=0.5, out=0.5, output="linear") -> Network:
    """Make a network with a hidden neuron for each activation function."""
    net = Network()
    for n in range(inputs):
        net.add_neuron(f"x{n + 1}", role="input")
    for n, activation in enumerate(hidden):
        net.add_neuron(f"h{n + 1}", activation=activation, bias=bias)
    net.add_neuron("out", role="output", activation=output, bias=0.0)
    for n, _ in enumerate(hidden):
        for i in range(inputs):
            net.connect(f"x{i + 1}", f"h{n + 1}", weight)
        net.connect(f"h{n + 1}", "out", out)
    if not hidden:
        for i in range(inputs):
            net.connect(f"x{i + 1}", "out", weight)
    return net


def after(net, data, *, rate=0.1, epochs=60, optimizer="sgd", loss="mse", **training) -> Health:
    """Look at a run when it is over."""
    optimizer = Optimizer.of(optimizer, learning_rate=rate)
    training = Training(loss=Loss.of(loss), optimizer=optimizer, epochs=epochs, **training)
    debugger = Debugger(Experiment(net, data, training))
    debugger.seek(debugger.total)
    return health(debugger)


def test_while_the_loss_falls_there_is_nothing_to_say() -> None:
    assert after(network("tanh"), LINE, rate=0.05, epochs=40) == Health(0, ())
    assert Health(0, ()).sentence == ""


def test_before_twenty_epochs_nothing_is_said() -> None:
    assert after(network("tanh"), LINE, rate=0.0, epochs=20) == Health(0, ())
    assert after(network("tanh"), LINE, rate=0.0, epochs=21).still == 20


def test_a_loss_that_is_nearly_gone_stands_still_for_that_reason() -> None:
    found = after(network(), LINE, rate=0.5, epochs=300)
    assert found.still >= 20
    assert found.sentence == (
        f"The loss has not moved for {found.still} epochs because the error is nearly gone."
    )


def test_flat_neurons_are_counted() -> None:
    found = after(network("tanh", "tanh", "tanh", bias=30.0, out=0.0), LINE, epochs=40)
    assert found.reasons[0] == "3 of 3 hidden neurons are flat (slope < 0.01)"
    assert found.sentence.startswith("The loss has not moved for 39 epochs: 3 of 3 hidden")
    net = network("tanh", "linear", "linear", bias=30.0, out=0.0)
    flat = after(net, LINE, rate=0.0, epochs=40)
    assert flat.reasons[0] == "1 of 3 hidden neurons is flat (slope < 0.01)"


def test_dead_relus_are_named_and_others_are_not() -> None:
    found = after(network("relu", "relu", bias=-5.0), LINE, epochs=40)
    assert found.reasons[0] == "2 relus are dead (0 for every example)"
    one = network("relu", "linear", bias=-5.0)
    one.set_bias("h2", 0.0)
    assert (
        after(one, LINE, rate=0.0, epochs=40).reasons[0] == "1 relu is dead (0 for every example)"
    )
    alive = after(network("relu"), LINE, rate=0.0, epochs=40)
    assert not any("dead" in reason for reason in alive.reasons)


def test_a_flat_output_is_said_where_the_loss_does_not_make_up_for_it() -> None:
    net = network(inputs=2, weight=40.0, output="sigmoid")
    data = Dataset.of([[1.0, 0.0], [0.0, 1.0]], [[0.0], [0.0]])
    assert after(net, data, epochs=40).reasons[0] == "the output out is flat (slope < 0.01)"
    found = after(net, data, loss="bce", rate=0.0, epochs=40)
    assert not any("flat" in reason for reason in found.reasons)


def test_small_gradients_are_said_and_large_ones_are_not() -> None:
    data = Dataset.of([[1.0], [1.0]], [[1.0], [1.0]])
    net = Network()
    net.add_neuron("x", role="input")
    net.add_neuron("out", role="output", activation="linear", bias=0.0, trainable=False)
    net.connect("x", "out", 0.0)
    assert after(net, data, rate=0.0, epochs=40).reasons == (
        "no update changes anything, because η is 0",
    )
    tiny = Dataset.of([[1e-6], [1e-6]], [[1.0], [1.0]])
    assert after(net, tiny, rate=0.0, epochs=40).reasons == ("all gradients below 1e-5",)
    large = after(net, data, rate=1e-9, epochs=40, optimizer="adam")
    assert large.reasons == ("the largest gradient is 2",)
    none = Dataset.of([[0.0], [0.0]], [[1.0], [1.0]])
    assert after(net, none, epochs=40).reasons == ("every gradient is 0",)


def test_examples_that_pull_against_one_another_cancel() -> None:
    net = network(inputs=2, weight=0.0)
    found = after(net, XOR, rate=0.3, epochs=200)
    assert "the examples pull against one another: their gradients cancel" in found.reasons


def test_a_small_learning_rate_is_said() -> None:
    found = after(network("tanh"), LINE, rate=1e-6, epochs=40)
    assert any(reason.startswith("η is small: an update moves") for reason in found.reasons)
    found = after(network("tanh"), LINE, rate=1e-9, epochs=40, optimizer="adam")
    assert not any("η is small" in reason for reason in found.reasons)


def test_a_learning_rate_that_is_too_large_is_said() -> None:
    grows = after(network(), LINE, rate=3.3, epochs=20)
    assert grows.still == 0
    assert grows.sentence.startswith("η is too large: the loss grows (")
    nan = after(network("linear", "linear"), LINE, rate=50.0, epochs=60)
    assert nan.sentence.startswith("The loss is no number any more since epoch ")
    point = Dataset.of([[1.0]], [[0.8]])
    jumps = after(network(), point, rate=0.7, epochs=60, loss="mae")
    assert jumps.sentence.startswith("η is too large: the loss jumps (")
    assert after(network(), point, rate=0.0, epochs=60, loss="mae").still


def test_where_nothing_is_trained_that_is_the_reason() -> None:
    net = Network()
    net.add_neuron("x", role="input")
    net.add_neuron("out", role="output", activation="linear", bias=0.0, trainable=False)
    net.connect("x", "out", 0.5, trainable=False)
    assert after(net, LINE, epochs=30).reasons == ("no parameter is trained",)
