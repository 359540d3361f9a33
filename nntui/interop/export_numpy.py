"""``nntui export --numpy``: a program of numpy alone that trains as nntui does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from nntui.interop.chain import dense_layers_of
from nntui.interop.errors import ConversionError
from nntui.interop.export_neurons import neurons_program
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
    Program,
    array_text,
    batch_length,
    docstring,
    function_names,
    joined,
    order_function,
    program_of,
)
from nntui.model.activations import Activation
from nntui.model.experiment import Experiment, Training
from nntui.model.numerics import DIFFERENCE_STEP
from nntui.model.optimizers import Optimizer

_SLOPE: Final = '''

def slope_of(p, a0, y):
    """How far each number of p moves the batch's loss: measured, by moving it up and down."""
    slope = np.zeros_like(p)
    for at in np.ndindex(p.shape):
        origin = p[at]
        h = {step} * max(1.0, abs(origin))
        p[at] = origin + h
        up = losses_of(a0, y).sum()
        p[at] = origin - h
        down = losses_of(a0, y).sum()
        p[at] = origin
        slope[at] = (up - down) / (2 * h)
    return slope
'''


def numpy_program(experiment: Experiment) -> str:
    """Write a program of numpy that trains the network as the experiment says.

    It ends with the trained W1, b1, …; its sums are numpy's, so that numbers may differ from
    nntui's in the last digits. A network that is no chain of layers goes neuron by neuron.

    Raises:
        ConversionError: it is too large to be read.
    """
    try:
        dense_layers_of(experiment.network)
    except ConversionError:
        return neurons_program(experiment)
    program = program_of(experiment)
    training = experiment.training
    names = function_names(layer.activation for layer in program.layers)
    return joined(
        [
            docstring(experiment, f"layers {program.sizes}", "numpy"),
            "",
            *imports(names),
            "",
            f"X = {array_text(program.X)}",
            f"Y = {array_text(program.Y)}",
            "",
            "# W (in, out): a batch of rows times W, plus b, goes to the next layer.",
            *(
                f"{p.name} = {array_text(p.value.T if p.is_weight else p.value)}"
                for p in program.parameters
            ),
            *functions(names, slopes=not _measures(training)),
            loss_function(training.loss),
            _memory(program),
            update_function(training.optimizer, 'name[0] == "W"'),
            order_function(experiment),
            *(_measured(program, names) if _measures(training) else ()),
            "",
            *_loop(program, names),
        ]
    )


def _measures(training: Training) -> bool:
    return training.gradient == "central_differences"


def _measured(program: Program, names: dict[Activation, str]) -> Iterator[str]:
    """Write the functions that measure slopes."""
    yield "\n\ndef losses_of(a0, y):"
    yield '    """The loss of each example, with the parameters as they are."""'
    yield from (f"    {line}" for line in _forward(program, names))
    yield f"    return loss(a{len(program.layers)}, y)[0]"
    yield _SLOPE.format(step=DIFFERENCE_STEP)


def _memory(program: Program) -> str:
    optimizer = program.experiment.training.optimizer
    if rule_of(optimizer) == "sgd":
        return ""
    parts = ["\n\n# What the optimizer remembers of each parameter.\nmemory = {"]
    for p in program.parameters:
        if not p.frozen:
            parts.append(f'    "{p.name}": {_remembered(p.memory, p.is_weight, optimizer)},')
    return "\n".join([*parts, "}"])


def _remembered(memory: Any, is_weight: bool, optimizer: Optimizer) -> str:
    """Write what is remembered at the start: zeros, or arrays."""
    names = optimizer.row.memory
    if not memory:
        return f"({', '.join(['0.0'] * len(names))}{',' * (len(names) == 1)})"
    arrays = (memory[name].T if is_weight else memory[name] for name in names)
    texts = [array_text(array, indent="        ") for array in arrays]
    return "(\n" + "".join(f"        {text},\n" for text in texts) + "    )"


def _loop(program: Program, names: dict[Activation, str]) -> Iterator[str]:
    training, size = program.experiment.training, batch_length(program.experiment)
    yield f"\nt = {program.resumed.updates}"
    yield f"for epoch in range({training.epochs}):"
    yield "    losses = []"
    yield f"    order = {'shuffled(epoch)' if training.shuffle else 'np.arange(len(X))'}"
    yield f"    for start in range(0, len(X), {size}):"
    for line in _update(program, names, f"start : start + {size}"):
        yield f"        {line}" if line else ""
    yield report(training)


def _update(program: Program, names: dict[Activation, str], part: str) -> Iterator[str]:
    """Write the lines of one update, forward and backward layer by layer."""
    training, layers = program.experiment.training, program.layers
    yield f"batch = order[{part}]"
    yield "a0, y = X[batch], Y[batch]"
    yield ""
    over = " / len(batch)" if training.reduction == "mean" else ""
    if _measures(training):
        yield "losses.extend(losses_of(a0, y))"
        for p in program.parameters:
            if not p.frozen:
                yield f"d{p.name} = slope_of({p.name}, a0, y){over}"
    else:
        yield "# forward"
        yield from _forward(program, names)
        yield ""
        yield f"each, da{len(layers)} = loss(a{len(layers)}, y)"
        yield "losses.extend(each)"
        yield ""
        yield from _backward(program, names, over)
    yield ""
    yield "# update"
    yield "t += 1"
    for p in program.parameters:
        if p.frozen:
            continue
        gradient = f"d{p.name}" + (penalty(training, p.name) if p.is_weight else "")
        yield f'{p.name} = updated("{p.name}", {p.name}, {gradient}, t)'


def _forward(program: Program, names: dict[Activation, str]) -> Iterator[str]:
    for n, layer in enumerate(program.layers, 1):
        bias = "" if layer.biases is None else f" + b{n}"
        yield f"z{n} = a{n - 1} @ W{n}{bias}"
        yield f"a{n} = {_applied(names, layer.activation, n)}"


def _backward(program: Program, names: dict[Activation, str], over: str) -> Iterator[str]:
    """Write the lines of the backward pass; ``over`` divides by the examples."""
    layers = program.layers
    yield "# backward"
    for n in range(len(layers), 0, -1):
        layer = layers[n - 1]
        slope = names.get(layer.activation)
        yield f"delta{n} = da{n}" + (f" * {slope}_slope(z{n}, a{n})" if slope else "")
        if not layer.frozen_weights:
            yield f"dW{n} = a{n - 1}.T @ delta{n}{over}"
        if layer.biases is not None and not layer.frozen_biases:
            yield f"db{n} = delta{n}.sum(axis=0){over}"
        if n > 1:
            yield f"da{n - 1} = delta{n} @ W{n}.T"


def _applied(names: dict[Activation, str], activation: Activation, n: int) -> str:
    return f"{names[activation]}(z{n})" if activation in names else f"z{n}"
