"""Exported programs train as nntui does; graphs can be read; nothing in a name is a command."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise
from random import Random

import networkx as nx
import numpy as np
import pytest
from interop.trained import parameters_after

import nntui
from nntui.interop.export_graph import dot_graph, graphml
from nntui.interop.export_keras import keras_program
from nntui.interop.export_latex import latex_formulas
from nntui.interop.export_numpy import numpy_program
from nntui.interop.export_torch import torch_program
from nntui.model.activations import ACTIVATIONS
from nntui.model.losses import LOSSES
from nntui.model.optimizers import OPTIMIZERS, OptimizerState
from nntui.samples import samples

OPTIMIZER_KINDS = [
    *(nntui.Optimizer.of(name, learning_rate=0.05) for name in OPTIMIZERS),
    nntui.Optimizer.of("sgd", learning_rate=0.05, momentum=0.9),
    nntui.Optimizer.of("sgd", learning_rate=0.05, momentum=0.9, nesterov=True),
    nntui.Optimizer.of("rmsprop", learning_rate=0.05, momentum=0.3),
    *(nntui.Optimizer.of(name, learning_rate=0.05, weight_decay=0.2) for name in OPTIMIZERS),
    nntui.Optimizer.of("adamw", learning_rate=0.05, weight_decay=0.2, decay_biases=False),
]
LOSS_KINDS = [
    *map(nntui.Loss.of, LOSSES),
    nntui.Loss.of("bce", weight=(0.5, 2.0)),
    nntui.Loss.of("bce_with_logits", pos_weight=3.0),
    nntui.Loss.of("cross_entropy", weight=(0.5, 2.0), label_smoothing=0.2),
    nntui.Loss.of("huber", delta=0.3),
]


def _experiment(seed):
    """A chain of two or three layers, with everything that a training can have."""
    random = Random(seed)
    names = list(ACTIVATIONS)
    sizes = [2, *(random.randint(1, 4) for _ in range(random.randint(1, 2))), 2]
    loss = LOSS_KINDS[seed % len(LOSS_KINDS)]
    numbers = np.random.default_rng(seed)
    layers = []
    for n, (before, size) in enumerate(pairwise(sizes), 1):
        activation = names[(seed + n) % len(names)]
        if n == len(sizes) - 1:
            activation = "sigmoid" if loss.name == "bce" else "linear"
        biases = None if random.random() < 0.2 else numbers.uniform(-1, 1, size)
        layers.append((numbers.uniform(-1, 1, (size, before)), biases, activation))
    network = nntui.Network.from_arrays(layers, order="out, in")
    if random.random() < 0.2:
        inputs, first = network.layer(0), network.layer(1)
        for j in first:
            for i in inputs:
                network.set_trainable((i.name, j.name), False)
    y = numbers.integers(0, 2, (7, 2)).astype(float)
    targets = [int(row[0]) for row in y] if loss.row.classes else y
    optimizer = OPTIMIZER_KINDS[seed % len(OPTIMIZER_KINDS)]
    training = nntui.Training(
        loss,
        optimizer,
        batch_size=random.choice([None, 3]),
        shuffle=random.random() < 0.5,
        reduction=random.choice(["mean", "sum"]),
        l1=random.choice([0.0, 0.01]),
        l2=random.choice([0.0, 0.1]),
        epochs=4,
        seed=seed,
    )
    state = None
    if random.random() < 0.4:
        size = len(network.wiring().parameters)
        rows = tuple(tuple(numbers.uniform(0, 0.1, size).tolist()) for _ in optimizer.row.memory)
        state = OptimizerState(optimizer.name, 5, 2, rows)
    data = nntui.Dataset.of(numbers.uniform(-1, 1, (7, 2)), targets)
    return nntui.Experiment(network, data, training, f"number {seed}", optimizer_state=state)


def _run(program):
    """Run a program (of ours), and return its names."""
    names = {"__name__": "__main__"}
    exec(compile(program, "exported", "exec"), names)
    return names


def _ended(experiment):
    """The parameters at the end of the run by nntui."""
    updates = nntui.Debugger(experiment).training_run.schedule.updates
    return parameters_after(experiment, updates)


def _of_numpy(names):
    blocks, n = [], 1
    while f"W{n}" in names:
        w = names[f"W{n}"].T
        blocks.append(np.column_stack([names.get(f"b{n}", np.zeros(len(w))), w]).ravel())
        n += 1
    return np.concatenate(blocks)


def _of_keras(names):
    found = {}
    for n, layer in enumerate(names["model"].layers, 1):
        arrays = [np.asarray(each) for each in layer.get_weights()]
        found |= dict(zip((f"W{n}", f"b{n}"), arrays, strict=False))
    return found


def _of_torch(names):
    blocks = []
    for module in names["model"]:
        if hasattr(module, "weight"):
            w = module.weight.detach().numpy()
            b = np.zeros(len(w)) if module.bias is None else module.bias.detach().numpy()
            blocks.append(np.column_stack([b, w]).ravel())
    return np.concatenate(blocks)


@pytest.mark.parametrize("seed", range(24))
def test_the_program_of_numpy_trains_as_nntui_does(seed, capsys):
    experiment = _experiment(seed)
    found = _of_numpy(_run(numpy_program(experiment)))
    np.testing.assert_allclose(found, _ended(experiment), rtol=1e-12, atol=1e-12)
    assert "epoch 4: loss" in capsys.readouterr().out


@pytest.mark.interop
@pytest.mark.parametrize("seed", range(48))
def test_the_program_of_pytorch_trains_as_nntui_does(torch, seed):
    experiment = _experiment(seed)
    try:
        found = _of_torch(_run(torch_program(experiment)))
    finally:
        torch.set_default_dtype(torch.float32)
    np.testing.assert_allclose(found, _ended(experiment), rtol=1e-9, atol=1e-9)


@pytest.mark.interop
@pytest.mark.parametrize("seed", range(36))
def test_the_program_of_keras_trains_as_nntui_does(keras, seed):
    experiment = _experiment(seed)
    optimizer = experiment.training.optimizer
    gentle = nntui.Optimizer.of(
        optimizer.name, **{**dict(optimizer.settings), "learning_rate": 0.005}
    )
    experiment = experiment.altered(training=replace(experiment.training, optimizer=gentle))
    try:
        found = _of_numpy(_of_keras(_run(keras_program(experiment))))
    finally:
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")
    # Keras keeps learning rates in float32, and ε elsewhere in optimizers that divide by a root.
    tolerance = 1e-7 if optimizer.name == "sgd" else 1e-4
    np.testing.assert_allclose(found, _ended(experiment), rtol=0, atol=tolerance)


@pytest.mark.parametrize("name", ["xor", "mazur", "classifier", "sample"])
def test_the_samples_are_programs(name, capsys):
    experiment = nntui.load(samples()[name])
    experiment = replace(experiment, training=replace(experiment.training, epochs=10))
    found = _of_numpy(_run(numpy_program(experiment)))
    np.testing.assert_allclose(found, _ended(experiment), rtol=1e-12, atol=1e-12)
    compile(torch_program(experiment), "exported", "exec")
    compile(keras_program(experiment), "exported", "exec")
    assert latex_formulas(experiment).count("{") == latex_formulas(experiment).count("}")


def test_weight_decay_stands_in_the_formulas():
    experiment = _experiment(0)
    training = replace(experiment.training, optimizer=("adam", {"weight_decay": 0.25}))
    formulas = latex_formulas(experiment.altered(training=training))
    assert r"g &\leftarrow g + 0.25\, p" in formulas


def test_nothing_in_a_name_becomes_a_program():
    name = '""" + __import__("os").abort() + """ \\ ' + "{x} \\input{/etc/passwd} %"
    experiment = replace(_experiment(0), name=name)
    _run(numpy_program(experiment))
    compile(torch_program(experiment), "exported", "exec")
    compile(keras_program(experiment), "exported", "exec")
    assert "\\input" not in latex_formulas(experiment)
    assert '"""' not in dot_graph(experiment)


@pytest.mark.parametrize("name", ["skip", "notebook-diamond"])
@pytest.mark.parametrize("loss", ["mse", "huber", "bce_with_logits"])
def test_networks_that_are_no_chain_go_neuron_by_neuron(name, loss, capsys):
    experiment = nntui.load(samples()[name])
    training = nntui.Training(
        loss, ("adam", {"learning_rate": 0.01}), batch_size=2, shuffle=True, epochs=5, l2=0.1
    )
    experiment = experiment.altered(training=training)
    names = _run(numpy_program(experiment))
    wiring = experiment.network.wiring()
    found = [names["b"][p] if isinstance(p, str) else names["w"][p] for p in wiring.parameters]
    np.testing.assert_allclose(found, _ended(experiment), rtol=1e-12, atol=1e-12)
    assert "epoch 5: loss" in capsys.readouterr().out


@pytest.mark.parametrize("written", [torch_program, keras_program, latex_formulas])
def test_networks_that_are_no_chain_are_no_other_programs(written):
    with pytest.raises(nntui.ConversionError, match="it is no chain of layers"):
        written(nntui.load(samples()["skip"]))


OWN = [
    ("floor(z) if 0.1 < z and z < 0.4 or not z < 2 else 0.1*z**2/2 - min(z, 2, 0.3)", "numeric"),
    ("erf(z) * 2 / sigmoid(-z) - (z - (1 - z))", "1 - a*a/2 if isfinite(z) else max(z, 0)"),
    ("z if z >= 0 else exp(abs(z))**-0.5 - 1", "1 if z > 0 else -0.5*exp(z)**0.5"),
    ("1 if z > 0 else 0", "1"),
    ("z*pi/4 - sqrt(2)", "numeric"),
]


def _with_expressions(function, slope, name="xor", **changes):
    experiment = nntui.load(samples()[name])
    network = experiment.network.copy()
    for neuron in network.neurons:
        if neuron.role == "hidden":
            network.set_activation(neuron.name, nntui.Activation.of_expression(function, slope))
    training = replace(experiment.training, epochs=5, **changes)
    return experiment.altered(network=network, training=training)


@pytest.mark.parametrize(("function", "slope"), OWN)
@pytest.mark.parametrize("name", ["xor", "skip"])
def test_activations_that_are_expressions_are_functions_of_the_program(function, slope, name):
    experiment = _with_expressions(function, slope, name)
    names = _run(numpy_program(experiment))
    if name == "xor":
        found = _of_numpy(names)
        formulas = latex_formulas(experiment)
        assert formulas.count("{") == formulas.count("}")
    else:
        parameters = experiment.network.wiring().parameters
        found = [names["b" if isinstance(p, str) else "w"][p] for p in parameters]
    np.testing.assert_allclose(found, _ended(experiment), rtol=1e-8, atol=1e-8)


@pytest.mark.interop
@pytest.mark.parametrize(("function", "slope"), OWN)
def test_libraries_use_the_derivative_that_an_expression_has(torch, keras, function, slope):
    experiment = _with_expressions(function, slope, loss="mse", optimizer="sgd")
    expected = _ended(experiment)
    try:
        of_torch = _of_torch(_run(torch_program(experiment)))
        of_keras = _of_numpy(_of_keras(_run(keras_program(experiment))))
    finally:
        torch.set_default_dtype(torch.float32)
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")
    np.testing.assert_allclose(of_torch, expected, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(of_keras, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", ["xor", "skip"])
def test_the_program_of_numpy_measures_slopes_where_nntui_does(name):
    experiment = _with_expressions(
        "z if z > 0 else 0.1*z", None, name, gradient="central_differences"
    )
    names = _run(numpy_program(experiment))
    parameters = experiment.network.wiring().parameters
    found = (
        _of_numpy(names)
        if name == "xor"
        else [names["b" if isinstance(p, str) else "w"][p] for p in parameters]
    )
    np.testing.assert_allclose(found, _ended(experiment), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("written", [torch_program, keras_program])
def test_libraries_do_not_measure_slopes(written):
    experiment = _with_expressions("z*z", None, gradient="central_differences")
    with pytest.raises(nntui.ConversionError, match=r"central differences.*: --numpy writes"):
        written(experiment)
    assert "(p + h)" in latex_formulas(experiment)


def test_what_is_too_large_to_be_read_is_no_program():
    network = nntui.Network.layered([300, 200, 2])
    experiment = nntui.Experiment(network, ([[0.0] * 300], [[0.0, 1.0]]))
    with pytest.raises(nntui.ConversionError, match="at most 50,000 in a program: nntui convert"):
        numpy_program(experiment)


def test_any_network_is_a_graph():
    skip = nntui.load(samples()["skip"])
    graph = nx.read_graphml(io.BytesIO(graphml(skip).encode()))
    assert nntui.Network.from_graph(graph) == skip.network
    dot = dot_graph(skip)
    assert dot.startswith(f'digraph "{skip.name}" {{')
    assert dot.count("->") == len(skip.network.connections)
    odd = nntui.Network()
    odd.add_neuron('a "b"\\', role="input")
    odd.add_neuron("y", role="output")
    odd.connect('a "b"\\', "y", 1.0)
    assert r'"a \"b\"\\" -> "y"' in dot_graph(nntui.Experiment(odd, nntui.Dataset.of([[0]], [[0]])))
