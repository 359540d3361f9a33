"""Whatever the network, activation, loss, optimizer and batches: full speed equals stepping."""

import inspect
import math
from dataclasses import replace
from itertools import cycle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import stepped
from support.experiments import OPTIMIZERS_WITH_OPTIONS, activations, experiments, layered
from support.stepped import check_training

from nntui.engine import algorithm
from nntui.model.activations import ACTIVATIONS, Activation
from nntui.model.dataset import Dataset
from nntui.model.experiment import Experiment, Training
from nntui.model.losses import LOSSES, Loss
from nntui.model.network import Network
from nntui.model.optimizers import Optimizer

relaxed = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@relaxed
@given(experiment=experiments(most_epochs=3, most_examples=6))
def test_random_experiments(full_speed, experiment) -> None:
    check_training(experiment, full_speed(experiment))


STEEP = [
    Optimizer.of("sgd", learning_rate=1e9),
    Optimizer.of("sgd", learning_rate=1e200, momentum=0.9, nesterov=True),
    Optimizer.of("adam", learning_rate=1e160, eps=0.0),
    Optimizer.of("adamw", learning_rate=3.0, weight_decay=0.7),
    Optimizer.of("adamw", learning_rate=3.0, weight_decay=0.7, decay_biases=False),
    Optimizer.of("sgd", learning_rate=3.0, weight_decay=0.7),
    Optimizer.of("rmsprop", learning_rate=1e200, momentum=0.5, eps=0.0),
    Optimizer.of("adagrad", learning_rate=1e300, eps=0.0),
]


@relaxed
@given(
    experiment=experiments(
        most_epochs=3,
        activation=st.one_of(
            activations, st.sampled_from([Activation.of(name) for name in ("square", "linear")])
        ),
        optimizer=st.sampled_from(STEEP),
    ),
    scale=st.sampled_from([1.0, 1e100, 1e160, -1e300]),
)
def test_runs_that_overflow(full_speed, experiment, scale) -> None:
    network = experiment.network.copy()
    for n, (i, j) in enumerate(network.weights):
        if n % 3 == 0 and math.isfinite(scale * network.weights[i, j]):
            network.set_weight(i, j, scale * network.weights[i, j])
    experiment = replace(experiment, network=network)
    check_training(experiment, full_speed(experiment))


@relaxed
@given(experiment=experiments(activation=st.just(Activation.of("linear"))), data=st.data())
def test_networks_full_of_zeros_of_both_signs(full_speed, experiment, data) -> None:
    zeros = st.sampled_from([0.0, -0.0, -0.0, 1.0])
    network = experiment.network.copy()
    for j in network.biases:
        network.set_bias(j, data.draw(zeros))
    for i, j in network.weights:
        network.set_weight(i, j, data.draw(zeros))
    rows = [[data.draw(zeros) for _ in row] for row in experiment.data.inputs]
    examples = Dataset.of(rows, experiment.data.targets, experiment.data.test_fraction)
    experiment = replace(experiment, network=network, data=examples)
    check_training(experiment, full_speed(experiment))


@pytest.mark.parametrize(
    ("name", "loss"),
    [
        *zip(ACTIVATIONS, cycle(LOSSES), strict=False),
        *zip(cycle(["tanh", "relu", "silu"]), LOSSES, strict=False),
    ],
)
def test_every_activation_and_every_loss(full_speed, name, loss) -> None:
    output = "sigmoid" if loss == "bce" else name
    experiment = layered(
        3, 5, 4, 2, activation=name, output=output, examples=7, batch_size=4, epochs=2,
        loss=Loss.of(loss if loss != "cross_entropy" else "mse"), shuffle=True,
    )  # fmt: skip
    if loss == "cross_entropy":
        data = Dataset.of(experiment.data.inputs, [n % 2 for n in range(7)])
        training = replace(experiment.training, loss=Loss.of(loss))
        experiment = replace(experiment, data=data, training=training)
    check_training(experiment, full_speed(experiment))


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS_WITH_OPTIONS, ids=str)
def test_every_optimizer_with_penalties(full_speed, optimizer, reduction) -> None:
    experiment = layered(
        2, 4, 3, examples=5, batch_size=2, epochs=3, optimizer=optimizer,
        reduction=reduction, l1=0.01, l2=0.1, shuffle=True, numbers=3,
    )  # fmt: skip
    check_training(experiment, full_speed(experiment))


SIZES = [
    (1, 1),
    (1, 1, 1),
    (5, 1, 6),
    (1, 9, 1, 9, 1),
    (2, 17, 2),
    (13, 5, 7, 3),
    (3, 33, 31, 2),
]


@pytest.mark.parametrize("batch_size", [1, 2, 5, None])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_narrow_and_wide_layers_at_every_batch_size(full_speed, sizes, batch_size) -> None:
    experiment = layered(*sizes, examples=11, batch_size=batch_size, epochs=1)
    check_training(experiment, full_speed(experiment), updates=4)


def irregular(examples: int, activations: list[str]) -> Experiment:
    """Skips over layers, an output that feeds outputs, dead ends, and ones that nothing reaches."""
    net = Network("xavier_normal", seed=5)
    for n in range(4):
        net.add_neuron(f"x{n}", role="input")
    names = [f"h{n}" for n in range(12)]
    for n, name in enumerate(names):
        role = "output" if n in (4, 7, 11) else "hidden"
        net.add_neuron(name, role=role, activation=activations[n % len(activations)])
        sources = [f"x{m}" for m in range(4) if (n + m) % 3] if n not in (2, 9) else []
        sources += [names[m] for m in range(n) if (n * m + m) % 4 == 0 and n != 2]
        for source in sources:
            net.connect(source, name, trainable=(n + len(source)) % 5 != 0)
    rows = [[((7 * n + m) % 11) / 5 - 1 for m in range(4)] for n in range(examples)]
    targets = [[(n % 3) / 2, (n % 5) / 4, 0.5] for n in range(examples)]
    data = Dataset.of(rows, targets, test_fraction=0.2)
    training = Training(optimizer=Optimizer.of("adam"), batch_size=examples // 2, epochs=2)
    return Experiment(net, data, training)


@pytest.mark.parametrize("examples", [3, 8, 60])
@pytest.mark.parametrize(
    "activations", [["tanh"], ["relu", "sigmoid", "square", "linear"]], ids=str
)
def test_an_irregular_network(full_speed, activations, examples) -> None:
    experiment = irregular(examples, activations)
    check_training(experiment, full_speed(experiment))


def test_an_infinite_activation_beside_missing_connections(full_speed) -> None:
    """0·inf is nan: what is not connected must not be taken for a weight of 0."""
    net = Network()
    net.add_neuron("x", role="input")
    net.add_neuron("h", activation="square", bias=1e200)
    net.add_neuron("k", activation="relu", bias=0.5)
    net.add_neuron("y", role="output", bias=0.25)
    net.add_neuron("q", role="output", activation="tanh", bias=0.25)
    for pair in ("x h", "x k", "h y", "k y", "k q"):
        net.connect(*pair.split(), 0.5)
    data = Dataset.of([[0.5], [-0.25], [2.0]], [[0.0, 1.0]] * 3)
    experiment = Experiment(net, data, Training(epochs=3))
    full = full_speed(experiment)
    values = full.batch_values(full.first(), range(3))
    assert [math.isinf(a) for a in values.a[values.row["h"]]] == [True] * 3
    assert [math.isfinite(a) for a in values.a[values.row["q"]]] == [True] * 3
    check_training(experiment, full)


MUTANTS = {
    "the bare weight is passed back": ("w[i, j] * delta[j]", "w[i, j]"),
    "da is passed back instead of delta": ("w[i, j] * delta[j]", "w[i, j] * da[j]"),
    "the factors’ sum": ("delta[j] * a[i]", "(delta[j] + a[i])"),
    "f′ of a": ("f_prime[j](z[j], a[j])", "f_prime[j](a[j], a[j])"),
    "a sum that starts at the end": (
        "in model.sources[j]:\n            z",
        "in model.sources[j][::-1]:\n            z",
    ),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_an_algorithm_with_another_product_is_noticed(full_speed, monkeypatch, mutant) -> None:
    text, (old, new) = inspect.getsource(algorithm), MUTANTS[mutant]
    assert text.count(old) == 1
    room = {"__name__": "a mutant"}
    exec(compile(text.replace(old, new), "a mutant", "exec"), room)
    experiment = layered(3, 8, 2, activation="softplus", examples=5, epochs=1)
    full = full_speed(experiment)
    check_training(experiment, full)
    monkeypatch.setattr(stepped, "train", room["train"])
    with pytest.raises(AssertionError):
        check_training(experiment, full)
