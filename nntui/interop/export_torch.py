"""``nntui export --torch``: a program of PyTorch that trains as nntui does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from nntui.interop.chain import Layer
from nntui.interop.expression_text import TORCH, expressions_of
from nntui.interop.program import (
    Parameter,
    Program,
    array_text,
    batch_length,
    between_reports,
    check_backpropagation,
    docstring,
    joined,
    number,
    order_function,
    program_of,
    remembered,
)
from nntui.interop.saving import module_names
from nntui.model.activations import EXPRESSION, Activation
from nntui.model.experiment import Experiment, Training
from nntui.model.losses import Loss

_MODULES: Final = {
    "relu": "nn.ReLU()",
    "leaky_relu": "nn.LeakyReLU({slope})",
    "elu": "nn.ELU({alpha})",
    "softplus": "nn.Softplus()",
    "sigmoid": "nn.Sigmoid()",
    "tanh": "nn.Tanh()",
    "hard_tanh": "nn.Hardtanh()",
    "silu": "nn.SiLU()",
    "gelu": "nn.GELU()",
}
# Those that PyTorch has no module of.
_OWN: Final = {
    "sin": ("Sin", "torch.sin(z)"),
    "abs": ("Abs", "torch.abs(z)"),
    "square": ("Square", "z * z"),
    "step": ("Step", "(z > 0).to(z.dtype) + 0.0 * z  # with the slope 0"),
}
_WITHIN: Final = " " * 8
"""What a line in a method begins with."""
_FUNCTION: Final = '''

class {kind}Function(torch.autograd.Function):
    """An activation with a derivative of its own."""

    @staticmethod
    def forward(ctx, z):
        a = {f}
        ctx.save_for_backward(z, a)
        return a

    @staticmethod
    def backward(ctx, da):
        z, a = ctx.saved_tensors
        return da * ({slope})
'''
_LOSSES: Final = {
    "mse": "nn.MSELoss({settings})",
    "mae": "nn.L1Loss({settings})",
    "huber": "nn.HuberLoss({settings})",
    "bce": "nn.BCELoss({settings})",
    "bce_with_logits": "nn.BCEWithLogitsLoss({settings})",
    "cross_entropy": "nn.CrossEntropyLoss({settings})",
}
_WRITTEN_OUT: Final = {
    "squared_error": ("((a - y) ** 2).sum(dim=1).{reduce}()",),
    "half_squared_error": ("0.5 * ((a - y) ** 2).sum(dim=1).{reduce}()",),
    "cross_entropy": (
        "q = {weight} * ((1.0 - {label_smoothing}) * y + {label_smoothing} / y.shape[1])",
        "-(q * torch.log_softmax(a, dim=1)).sum(dim=1).{reduce}()",
    ),
}
_OPTIMIZERS: Final = {
    "sgd": "SGD(parameters, lr={learning_rate}{momentum}{decay})",
    "adam": "Adam(parameters, lr={learning_rate}, betas=({beta1}, {beta2}), eps={eps}{decay})",
    "adamw": (
        "AdamW(\n    {parameters}, lr={learning_rate}, betas=({beta1}, {beta2}), eps={eps}, "
        "weight_decay={weight_decay}\n)"
    ),
    "rmsprop": (
        "RMSprop(\n    parameters, lr={learning_rate}, alpha={alpha}, eps={eps}, "
        "momentum={momentum}{decay}\n)"
    ),
    "adagrad": "Adagrad(parameters, lr={learning_rate}, lr_decay={lr_decay}, eps={eps}{decay})",
}
_MEMORY: Final[Mapping[str, Mapping[str, str]]] = {
    "sgd": {"v": "momentum_buffer"},
    "adam": {"m": "exp_avg", "v": "exp_avg_sq"},
    "adamw": {"m": "exp_avg", "v": "exp_avg_sq"},
    "rmsprop": {"s": "square_avg", "v": "momentum_buffer"},
    "adagrad": {"s": "sum"},
}
_CALL: Final = "torch.tensor"


def torch_program(experiment: Experiment) -> str:
    """Write a program of PyTorch that trains the network as the experiment says, in float64.

    Raises:
        ConversionError: a network that is no chain of layers, is too large, or measures its slopes.
    """
    check_backpropagation(experiment)
    program = program_of(experiment)
    training = experiment.training
    return joined(
        [
            docstring(experiment, f"layers {program.sizes}", "PyTorch"),
            "",
            *(["import numpy as np"] if training.shuffle else []),
            "import torch",
            "from torch import nn",
            "",
            "torch.set_default_dtype(torch.float64)",
            "",
            f"X = {array_text(program.X, _CALL)}",
            f"Y = {_targets(program)}",
            *_own_modules(program),
            "",
            *_model(program),
            "",
            *_optimizer(program),
            *_loss(program),
            order_function(experiment),
            "",
            *_loop(program),
        ]
    )


def _has_indices(program: Program) -> bool:
    """Whether the loss is PyTorch's cross entropy over class indices."""
    data = program.experiment.data
    whole = all(isinstance(data.targets[n], int) for n in program.experiment.train_examples)
    return whole and program.experiment.training.loss.row.classes and not _is_written_out(program)


def _is_written_out(program: Program) -> bool:
    """Whether the loss is written as a function, as PyTorch has none that is the same."""
    loss = program.experiment.training.loss
    weighted = loss.name == "cross_entropy" and dict(loss.settings)["weight"] != 1.0
    return weighted or loss.name in ("squared_error", "half_squared_error")


def _targets(program: Program) -> str:
    if _has_indices(program):
        return f"{_CALL}({np.argmax(program.Y, axis=1).tolist()})"
    return array_text(program.Y, _CALL)


def _own_modules(program: Program) -> Iterator[str]:
    for activation, kind in _own_names(program.layers).items():
        found = expressions_of(activation)
        if found is None:
            body = _OWN[activation.name][1]
        elif found[1] is None:
            yield "\n\n# nntui measures its slope; PyTorch computes it."
            body = TORCH.array(found[0], _WITHIN)
            body += " + 0.0 * z" if "torch.where" in body else ""  # also where it is constant
        else:
            f, slope = (TORCH.array(tree, _WITHIN) for tree in filter(None, found))
            yield _FUNCTION.format(kind=kind, f=f, slope=slope)
            body = f"{kind}Function.apply(z)"
        lines = "" if found and found[1] is None else "\n\n"
        yield f"{lines}class {kind}(nn.Module):\n    def forward(self, z):\n        return {body}"


def _own_names(layers: Sequence[Layer]) -> dict[Activation, str]:
    """Name the modules of activations that PyTorch has none of; Own and Own2 are expressions."""
    names: dict[Activation, str] = {}
    for layer in layers:
        activation = layer.activation
        if activation.name in _OWN:
            names[activation] = _OWN[activation.name][0]
        elif activation.name == EXPRESSION and activation not in names:
            count = sum(known.name == EXPRESSION for known in names)
            names[activation] = f"Own{count + 1 if count else ''}"
    return names


def _model(program: Program) -> Iterator[str]:
    own = _own_names(program.layers)
    yield "model = nn.Sequential("
    for layer in program.layers:
        bias = ", bias=False" if layer.biases is None else ""
        yield f"    nn.Linear({layer.inputs}, {layer.outputs}{bias}),"
        if layer.activation.name != "linear":
            yield f"    {_module(layer.activation, own)},"
    yield ")"
    yield "with torch.no_grad():"
    for p, called in _called(program):
        yield f"    {called}.copy_({array_text(p.value, _CALL, indent='    ')})"
    for p, called in _called(program):
        if p.frozen:
            yield f"{called}.requires_grad_(False)"


def _module(activation: Activation, own: Mapping[Activation, str]) -> str:
    if activation in own:
        return f"{own[activation]}()"
    return _MODULES[activation.name].format(**dict(activation.settings))


def _called(program: Program) -> Iterator[tuple[Parameter, str]]:
    """Yield each parameter with its name in the program: ``model[0].weight``."""
    places = module_names(program.layers)
    for p in program.parameters:
        yield p, f"model[{places[p.layer]}].{'weight' if p.is_weight else 'bias'}"


def _optimizer(program: Program) -> Iterator[str]:
    training = program.experiment.training
    optimizer = training.optimizer
    yield "parameters = [p for p in model.parameters() if p.requires_grad]"
    settings = {key: repr(value) for key, value in optimizer.settings}
    if optimizer.name == "sgd":
        momentum = f", momentum={settings['momentum']}, nesterov={settings['nesterov']}"
        settings["momentum"] = momentum if settings["momentum"] != "0.0" else ""
    decay = settings["weight_decay"]
    settings["decay"] = f", weight_decay={decay}" if decay != "0.0" else ""
    settings["parameters"] = "parameters"
    if settings.get("decay_biases") == "False":
        settings["parameters"] = "groups"
        yield "groups = ["
        yield '    {"params": [p for p in parameters if p.ndim == 2]},'
        yield '    {"params": [p for p in parameters if p.ndim == 1], "weight_decay": 0.0},'
        yield "]"
    yield f"optimizer = torch.optim.{_OPTIMIZERS[optimizer.name].format(**settings)}"
    if not program.resumed.memory:
        return
    yield "# It goes on from what it remembers of the updates before."
    for p, called in _called(program):
        if not p.frozen:
            yield f"optimizer.state[{called}] = {{"
            if optimizer.name != "sgd":
                yield f'    "step": torch.tensor({float(program.resumed.updates)}),'
            for name in remembered(program.experiment):
                key = _MEMORY[optimizer.name][name]
                yield f'    "{key}": {array_text(p.memory[name], _CALL, indent="    ")},'
            yield "}"


def _loss(program: Program) -> Iterator[str]:
    training = program.experiment.training
    loss, summed = training.loss, training.reduction == "sum"
    settings = {key: number(value, _CALL) for key, value in loss.settings}
    if _is_written_out(program):
        *before, last = (
            line.format(**settings, reduce=training.reduction) for line in _WRITTEN_OUT[loss.name]
        )
        lines = "".join(f"    {line}\n" for line in before)
        yield f"\n\ndef loss_of(a, y):\n{lines}    return {last}"
        return
    yield f"loss_of = {_loss_object(loss, summed=summed)}"


def _loss_object(loss: Loss, *, summed: bool) -> str:
    """Write a loss of PyTorch with the settings that are no defaults."""
    defaults, words = loss.row.settings, []
    for key, value in loss.settings:
        if value != defaults[key]:
            several = (value,) if "weight" in key and not isinstance(value, tuple) else value
            words.append(f"{key}={number(several, _CALL)}")
    if summed:
        words.append('reduction="sum"')
    return _LOSSES[loss.name].format(settings=", ".join(words))


def _loop(program: Program) -> Iterator[str]:
    training = program.experiment.training
    size = batch_length(program.experiment)
    yield f"\nfor epoch in range({training.epochs}):"
    order = "torch.from_numpy(shuffled(epoch))" if training.shuffle else "torch.arange(len(X))"
    yield f"    order = {order}"
    yield "    total = 0.0"
    yield f"    for batch in order.split({size}):"
    yield "        optimizer.zero_grad()"
    yield "        loss = loss_of(model(X[batch]), Y[batch])"
    penalty = _penalty(training, program)
    yield f"        {penalty}.backward()"
    yield "        optimizer.step()"
    mean = training.reduction == "mean"
    yield f"        total += loss.item(){' * len(batch)' if mean else ''}"
    every = between_reports(training)
    yield f"    if epoch % {every} == {every - 1}:"
    yield f'        print(f"epoch {{epoch + 1}}: loss {{total{" / len(X)" if mean else ""}:.6g}}")'


def _penalty(training: Training, program: Program) -> str:
    """Write the loss with the penalties on the weights, which are no part of what is printed."""
    weights = ", ".join(called for p, called in _called(program) if p.is_weight and not p.frozen)
    terms = []
    if training.l2:
        terms.append(f" + 0.5 * {training.l2!r} * sum((w * w).sum() for w in [{weights}])")
    if training.l1:
        terms.append(f" + {training.l1!r} * sum(w.abs().sum() for w in [{weights}])")
    return f"(loss{''.join(terms)})" if terms and weights else "loss"
