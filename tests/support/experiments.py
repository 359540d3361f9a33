"""Random experiments: small graphs of every shape that the model allows."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import strategies as st

from nntui.model.activations import ACTIVATIONS, Activation
from nntui.model.dataset import Dataset
from nntui.model.experiment import Experiment, Training
from nntui.model.losses import LOSSES, Loss
from nntui.model.network import Network
from nntui.model.optimizers import OPTIMIZERS, Optimizer

PLAIN_NAMES = ["p", "q", "r", "s", "t", "u", "v", "h1", "h2"]
ODD_NAMES = ["my input", 'say "hi"', "a]b", "[", "x,y", "ключ", "back\\slash", "1st", "z"]
FIELD_NAMES = ["x", "y", "w", "slopes", "loss", "epoch", "update", "example", "step"]
"""Words that mean something else in expressions and commands, and inside the program."""
VALUE_NAMES = ["g", "m", "p", "t", "accuracy", "norm", "learning_rate", "dw", "layer", "batch_loss"]
KEYWORDS = [
    "if",
    "and",
    "not",
    "None",
    "True",
    "lambda",
    "class",
    "is",
    "in",
    "end",
    "start",
    "nan",
]
NAMES = [PLAIN_NAMES, FIELD_NAMES, ODD_NAMES, VALUE_NAMES, KEYWORDS]
NAMES += [["δ", "键", "é1", "_", *(names[n] for n, names in enumerate(NAMES))]]
"""What neurons are called in every property test; the last kind mixes the others."""

table_activations: st.SearchStrategy[Activation] = st.one_of(
    *(
        st.builds(Activation.of, st.just(name), **{s: st.sampled_from([0.05, 0.7, 1.3])})
        if (s := next(iter(row.settings), None))
        else st.just(Activation.of(name))
        for name, row in ACTIVATIONS.items()
    ),
    st.sampled_from([Activation.of(name) for name in ACTIVATIONS]),
)
activations = table_activations | st.sampled_from(
    [
        Activation.of_expression("floor(z) if z > 0 else 0.1*z", "numeric"),
        Activation.of_expression("z**3 / 4 - min(z, 1)", "z**2 * 0.75 - (1 if z < 1 else 0)"),
        Activation.of_expression("tanh(z) / (1 + exp(-abs(z)))", "numeric"),
    ]
)

losses: st.SearchStrategy[Loss] = st.sampled_from(
    [*(Loss.of(name) for name in LOSSES), Loss.of("huber", delta=0.3)]
)

OPTIMIZERS_WITH_OPTIONS: list[Optimizer] = [
    *(Optimizer.of(name) for name in OPTIMIZERS),
    Optimizer.of("sgd", learning_rate=0.3),
    Optimizer.of("sgd", learning_rate=0.1, momentum=0.9),
    Optimizer.of("sgd", learning_rate=0.1, momentum=0.8, nesterov=True),
    Optimizer.of("adam", learning_rate=0.1, beta1=0.7, beta2=0.95, eps=1e-3),
    Optimizer.of("adam", learning_rate=0.1, beta1=0.0, beta2=0.0),
    Optimizer.of("adamw", learning_rate=0.05, weight_decay=0.3, beta1=0.5),
    Optimizer.of("rmsprop", learning_rate=0.05, alpha=0.5, eps=1e-2),
    Optimizer.of("rmsprop", learning_rate=0.05, momentum=0.9),
    Optimizer.of("adagrad", learning_rate=0.2, lr_decay=0.3, eps=1e-2),
    *(Optimizer.of(name, learning_rate=0.1, weight_decay=0.3) for name in OPTIMIZERS),
    Optimizer.of("sgd", learning_rate=0.1, momentum=0.8, nesterov=True, weight_decay=0.2),
    Optimizer.of("rmsprop", learning_rate=0.05, momentum=0.9, weight_decay=0.2),
    Optimizer.of("adamw", learning_rate=0.05, weight_decay=0.3, decay_biases=False),
]
optimizers = st.sampled_from(OPTIMIZERS_WITH_OPTIONS)


@st.composite
def experiments(
    draw: st.DrawFn,
    *,
    most_neurons: int = 6,
    most_examples: int = 5,
    most_epochs: int = 2,
    activation: st.SearchStrategy[Activation] = activations,
    loss: st.SearchStrategy[Loss] = losses,
    optimizer: st.SearchStrategy[Optimizer] = optimizers,
    loss_settings: bool = True,
    odd_names: bool = True,
) -> Experiment:
    """An experiment whose graph has skip connections, dead ends, neurons that no input reaches.

    The document's order has nothing to do with the graph's. Output neurons may feed others.
    """
    chosen_loss = draw(loss)
    inputs = draw(st.integers(1, 3))
    computing = draw(_sizes(most_neurons))
    outputs = draw(st.integers(1, min(4, computing)))
    density = draw(st.sampled_from([0.3, 0.6, 1.0]))
    chance = Random(draw(st.integers(0, 2**32)))

    kinds = NAMES if odd_names else [PLAIN_NAMES]
    names = chance.sample(draw(st.sampled_from(kinds)), 9)
    names = names[: inputs + computing]
    output_names = set(chance.sample(names[inputs:], outputs))
    network = Network()
    for name in chance.sample(names, len(names)):
        if name in names[:inputs]:
            network.add_neuron(name, role="input")
            continue
        role: Any = "output" if name in output_names else "hidden"
        f = draw(activation)
        if role == "output" and chosen_loss.name == "bce":
            f = Activation.of("sigmoid")
        frozen = chance.random() < 0.15
        network.add_neuron(
            name, role=role, activation=f, bias=_number(chance), trainable=not frozen
        )
    pairs = [
        (i, j)
        for n, j in enumerate(names)
        for i in names[:n]
        if n >= inputs and chance.random() < density
    ]
    for i, j in chance.sample(pairs, len(pairs)):
        network.connect(i, j, _number(chance), trainable=chance.random() >= 0.15)

    examples = draw(_sizes(most_examples))
    data = Dataset.of(
        [[_number(chance) for _ in range(inputs)] for _ in range(examples)],
        [_target(chosen_loss.name, outputs, chance) for _ in range(examples)],
        test_fraction=draw(st.sampled_from([0.0, 0.0, 0.4])),
    )
    weights = [chance.choice([0.0, 0.5, 1.0, 3.0]) for _ in range(outputs)]
    if loss_settings and draw(st.booleans()):
        chosen_loss = _with_settings(chosen_loss, weights, chance)
    training = Training(
        loss=chosen_loss,
        optimizer=draw(optimizer),
        batch_size=draw(st.sampled_from([None, 1, 2, 3])),
        shuffle=draw(st.booleans()),
        reduction=draw(st.sampled_from(["mean", "sum"])),
        l1=draw(st.sampled_from([0.0, 0.01])),
        l2=draw(st.sampled_from([0.0, 0.1])),
        epochs=draw(_sizes(most_epochs)),
        seed=draw(st.integers(0, 3)),
    )
    return Experiment(network, data, training)


def measured(experiment: Experiment) -> Experiment:
    """The experiment, trained by central differences."""
    training = replace(experiment.training, gradient="central_differences")
    return replace(experiment, training=training)


def in_both_ways(backpropagation: st.SearchStrategy[Experiment]) -> st.SearchStrategy[Experiment]:
    """Experiments, and now and then one by central differences (which takes many more steps)."""
    smaller = experiments(most_neurons=2, most_examples=2, loss_settings=False).map(measured)
    # one_of would take what is listed more than once as listed once.
    ways = [backpropagation, backpropagation, backpropagation, smaller]
    return st.sampled_from(range(len(ways))).flatmap(ways.__getitem__)


def _sizes(most: int) -> st.SearchStrategy[int]:
    """From 1 to most, the upper half twice as often."""
    return st.sampled_from([*range(1, most + 1), *range(most // 2 + 1, most + 1)])


def _number(chance: Random) -> float:
    """Mostly any number, now and then one that lands on a kink."""
    if chance.random() < 0.15:
        return chance.choice([0.0, -0.0, 0.5, 1.0, -1.0])
    return chance.uniform(-1.5, 1.5)


def _with_settings(loss: Loss, weights: list[float], chance: Random) -> Loss:
    """The loss with settings, if it has any but huber's: a list, or one number for all outputs."""
    weight = chance.choice([weights, 2.5])
    match loss.name:
        case "bce":
            return Loss.of("bce", weight=weight)
        case "bce_with_logits":
            return Loss.of("bce_with_logits", pos_weight=weight)
        case "cross_entropy":
            smoothing = chance.choice([0.0, 0.1, 1.0])
            return Loss.of("cross_entropy", label_smoothing=smoothing, weight=weight)
    return loss


def _target(loss: str, outputs: int, chance: Random) -> Any:
    if loss == "cross_entropy":
        kind = chance.choice(["index", "listed index", "probabilities"])
        index = chance.randrange(outputs)
        if kind == "index":
            return index
        if kind == "listed index" and outputs > 1:
            return [float(index)]
        parts = [chance.random() for _ in range(outputs)]
        return [part / sum(parts) for part in parts]
    if loss.startswith("bce"):
        return [chance.choice([0.0, 1.0, chance.random()]) for _ in range(outputs)]
    return [_number(chance) for _ in range(outputs)]


def layered(
    *sizes: int,
    activation: str = "tanh",
    output: str = "sigmoid",
    examples: int = 4,
    numbers: int = 0,
    **training: Any,
) -> Experiment:
    """A fully connected network with random numbers, for tests that need no surprise."""
    chance = Random(numbers)
    network = Network()
    layers = []
    for layer, size in enumerate(sizes):
        last = layer == len(sizes) - 1
        letter = "x" if layer == 0 else "y" if last else f"h{layer}_"
        layers.append([f"{letter}{n + 1}" for n in range(size)])
        for name in layers[-1]:
            if layer == 0:
                network.add_neuron(name, role="input")
            else:
                network.add_neuron(
                    name,
                    role="output" if last else "hidden",
                    activation=output if last else activation,
                    bias=chance.uniform(-1, 1),
                )
                for source in layers[-2]:
                    network.connect(source, name, chance.uniform(-1, 1))
    data = Dataset.of(
        [[chance.uniform(-1, 1) for _ in range(sizes[0])] for _ in range(examples)],
        [[chance.random() for _ in range(sizes[-1])] for _ in range(examples)],
    )
    return Experiment(network, data, Training(**training))


def network_of(
    inputs: list[str], hidden: list[str], outputs: list[str], connections: list[tuple[str, str]]
) -> Network:
    """A network by its names alone."""
    network = Network()
    for role, names in (("input", inputs), ("hidden", hidden), ("output", outputs)):
        for name in names:
            network.add_neuron(name, role=role)
    for source, target in connections:
        network.connect(source, target, 0.5)
    return network
