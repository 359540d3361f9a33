"""A program of numpy for a network that is no chain of layers: neuron by neuron, edge by edge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nntui.interop.numpy_functions import (
    functions,
    imports,
    loss_function,
    penalty,
    report,
    rule_of,
    update_function,
)
from nntui.interop.program import (
    array_text,
    batch_length,
    docstring,
    examples_of,
    function_names,
    joined,
    order_function,
)
from nntui.model.activations import Activation
from nntui.model.experiment import Experiment
from nntui.model.numerics import DIFFERENCE_STEP
from nntui.model.wiring import Wiring

_FORWARD: Final = '''

def forward(x):
    """Each neuron j sums what flows in, then applies its function f."""
    z, a = {}, dict(zip(inputs, x))
    for j in neurons:
        z[j] = np.float64(b[j])  # a number of Python would not divide by 0
        for i in sources[j]:
            z[j] = z[j] + w[i, j] * a[i]
        a[j] = f[j](z[j])
    return z, a
'''
_BACKWARD: Final = '''

def backward(z, a, y, db, dw):
    """The chain rule, from the outputs to the inputs; returns the loss of the example."""
    each, gradient = loss(np.array([[a[k] for k in outputs]]), y[np.newaxis])
    da = dict.fromkeys([*inputs, *neurons], 0.0) | dict(zip(outputs, gradient[0].tolist()))
    for j in reversed(neurons):
        delta = da[j] * slope[j](z[j], a[j])
        db[j] += delta
        for i in sources[j]:
            dw[i, j] += delta * a[i]
            da[i] += w[i, j] * delta
    return each[0]
'''


_MEASURED: Final = '''

def loss_of(example):
    _, a = forward(X[example].tolist())
    return loss(np.array([[a[k] for k in outputs]]), Y[example][np.newaxis])[0][0]


def measure(values, slopes, batch):
    """How far each of the values moves the batch's loss: each is moved up and down."""
    for name, origin in list(values.items()):
        h = {step} * max(1.0, abs(origin))
        values[name] = origin + h
        up = sum(map(loss_of, batch))
        values[name] = origin - h
        down = sum(map(loss_of, batch))
        values[name] = origin
        slopes[name] = (up - down) / (2 * h)
'''


def neurons_program(experiment: Experiment) -> str:
    """Write a program that goes through neurons and connections as the debugger does.

    It ends with the trained b and w by name.

    Raises:
        ConversionError: it is too large to be read.
    """
    x, y = examples_of(experiment)
    measures = experiment.training.gradient == "central_differences"
    net, training = experiment.network.wiring(), experiment.training
    names = function_names(net.activation.values())
    neurons = f"{len(net.neurons)} neurons"
    return joined(
        [
            docstring(experiment, neurons, "numpy"),
            "",
            *imports(names),
            "",
            f"X = {array_text(x)}",
            f"Y = {array_text(y)}",
            "",
            *_network(experiment, net),
            *functions(names, slopes=not measures),
            *_tables(net, names, slopes=not measures),
            loss_function(training.loss),
            *_memory(experiment, net),
            update_function(training.optimizer, "isinstance(name, tuple)"),
            order_function(experiment),
            _FORWARD,
            _MEASURED.format(step=DIFFERENCE_STEP) if measures else _BACKWARD,
            "",
            *_loop(experiment, measures),
        ]
    )


def _network(experiment: Experiment, net: Wiring) -> Iterator[str]:
    network = experiment.network
    yield f"inputs, outputs = {list(net.inputs)!r}, {list(net.outputs)!r}"
    yield "# Neurons in the order of computing, each with where its connections come from."
    yield "sources = {"
    yield from (f"    {j!r}: {list(net.sources[j])!r}," for j in net.neurons)
    yield "}"
    yield "neurons = list(sources)"
    yield f"b = {network.biases!r}"
    yield "w = {"
    yield from (f"    {edge!r}: {weight!r}," for edge, weight in network.weights.items())
    yield "}"
    frozen = [p for p in net.parameters if p in net.frozen]
    yield f"frozen = {frozen!r}  # parameters that no update touches"


_PASSING: Final = """\
        for example in batch:
            z, a = forward(X[example].tolist())
            losses.append(backward(z, a, Y[example], db, dw))"""
_MEASURING: Final = """\
        losses.extend(map(loss_of, batch))
        measure(b, db, batch)
        measure(w, dw, batch)"""


def _tables(net: Wiring, names: dict[Activation, str], *, slopes: bool) -> Iterator[str]:
    """Write which function each neuron has, and which slope if those are wanted."""
    known = {j: names.get(net.activation[j], "") for j in net.neurons}
    yield "\n\nf = {"
    yield from (f"    {j!r}: {name or '(lambda z: z)'}," for j, name in known.items())
    yield "}"
    if not slopes:
        return
    yield "slope = {"
    for j, name in known.items():
        yield f"    {j!r}: {name + '_slope' if name else '(lambda z, a: 1.0)'},"
    yield "}"


def _memory(experiment: Experiment, net: Wiring) -> Iterator[str]:
    optimizer = experiment.training.optimizer
    if rule_of(optimizer) == "sgd":
        return
    yield "\n\n# What the optimizer remembers of each parameter."
    yield "memory = {"
    for parameter, remembered in zip(net.parameters, experiment.memory(), strict=True):
        yield f"    {parameter!r}: {tuple(map(float, remembered))!r},"
    yield "}"


def _loop(experiment: Experiment, measures: bool) -> Iterator[str]:
    training, size = experiment.training, batch_length(experiment)
    n = "len(batch)" if training.reduction == "mean" else "1"
    yield f"""
t = {experiment.resumed.updates}
for epoch in range({training.epochs}):
    losses = []
    order = {"shuffled(epoch)" if training.shuffle else "np.arange(len(X))"}
    for start in range(0, len(X), {size}):
        batch = order[start : start + {size}]
        db, dw = dict.fromkeys(b, 0.0), dict.fromkeys(w, 0.0)
{_MEASURING if measures else _PASSING}
        t += 1
        for j in neurons:
            if j not in frozen:
                b[j] = updated(j, b[j], db[j] / {n}, t)
        for edge in w:
            if edge not in frozen:
                w[edge] = updated(edge, w[edge], dw[edge] / {n}{penalty(training, "w[edge]")}, t)
{report(training)}"""
