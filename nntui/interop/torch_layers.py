"""The layers of a PyTorch module, found by running it on one example with hooks on its modules."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from nntui.interop.arrays import array_of, rows_of, shape_text
from nntui.interop.errors import ConversionError, said_by
from nntui.interop.layers import Layer, answers, copying
from nntui.model.activations import Activation
from nntui.model.names import escaped, listed
from nntui.model.numerics import Array

_PROBES: Final = 16
"""Examples, and as many rows of random numbers, on which the layers must answer as the module."""

_TOLERANCES: Final = {"float64": 1e-9, "float32": 1e-4}
"""By the type of the weights; coarser for all others."""


# The modules that only change each number, by name: the activation, from the module's settings.
_Choice = Callable[[Any], Activation | None]


def _plain(name: str) -> _Choice:
    return lambda module: Activation.of(name)


def _with_setting(name: str, setting: str, attribute: str) -> _Choice:
    return lambda module: Activation.of(name, **{setting: float(getattr(module, attribute))})


def _only_if(name: str, **expected: Any) -> _Choice:
    """Choose an activation for a module whose settings are these; None for others."""
    return lambda module: (
        Activation.of(name)
        if all(getattr(module, key) == value for key, value in expected.items())
        else None
    )


ACTIVATIONS: Final[Mapping[str, _Choice]] = {
    "ReLU": _plain("relu"),
    "LeakyReLU": _with_setting("leaky_relu", "slope", "negative_slope"),
    "ELU": _with_setting("elu", "alpha", "alpha"),
    "CELU": _only_if("elu", alpha=1.0),
    "Softplus": _only_if("softplus", beta=1, threshold=20),
    "Sigmoid": _plain("sigmoid"),
    "Tanh": _plain("tanh"),
    "Hardtanh": _only_if("hard_tanh", min_val=-1.0, max_val=1.0),
    "SiLU": _plain("silu"),
    "GELU": _only_if("gelu", approximate="none"),
}
_PASSING: Final = ("Identity", "Dropout", "Flatten", "AlphaDropout")
_LAST: Final = ("Softmax", "LogSoftmax")
_KNOWN: Final = ("Linear", *ACTIVATIONS, "Identity", "Flatten", "Dropout", "BatchNorm1d")


@dataclass(frozen=True, slots=True)
class Traced:
    """What a module computes, layer by layer.

    ``parameters``: the module's weights and biases (or None) of each layer; of layers without
    parameters of their own, None twice. ``log_softmax``: whether it ends in one; ``ends_in``: the
    last module's kind. ``shape``: that of its answer to the one example.
    """

    layers: list[Layer]
    parameters: list[tuple[Any, Any]]
    log_softmax: bool
    ends_in: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Call:
    """A module at the bottom that was run: with what, and what it gave."""

    name: str
    module: Any
    given: Any
    result: Any

    @property
    def kind(self) -> str:
        return type(self.module).__name__

    def __str__(self) -> str:
        return f"{self.kind} “{escaped(self.name)}”" if self.name else self.kind


def trace(model: Any, X: Any) -> Traced:  # noqa: N803
    """Find the layers of a module, in the order in which it runs them.

    Raises:
        ConversionError: it is no chain of layers that nntui knows; the sentence names the place.
    """
    if not hasattr(model, "named_modules") or "torch" not in sys.modules:
        kind = escaped(type(model).__name__)
        raise ConversionError(f"found {kind}, expected a PyTorch module (torch.nn.Module)")
    _check_modes(model)
    example = _tensor(model, X, 1)
    calls, result = _calls(model, example)
    _check_chain(calls, example, result)
    layers, parameters, ends_in = _layers(calls)
    traced = Traced(
        layers, parameters, ends_in == "LogSoftmax", ends_in, tuple(map(int, result.shape))
    )
    _check_answers(model, X, traced)
    return traced


def _check_modes(model: Any) -> None:
    """Refuse what is random or changes with each batch, before anything is run."""
    for name, module in model.named_modules():
        kind = type(module).__name__
        if not module.training:
            continue
        if "Dropout" in kind and module.p > 0:
            why = "is random while it trains"
        elif "BatchNorm" in kind:
            why = "computes with the batch’s mean and spread while it trains"
        else:
            continue
        raise ConversionError(
            f"{kind} “{escaped(name)}” {why}, which nntui cannot do: call model.eval() before"
        )


def _tensor(model: Any, X: Any, count: int) -> Any:  # noqa: N803
    """Make a tensor of the first examples, of the type of the module's parameters."""
    parameter = next(iter(model.parameters()), None)
    if parameter is None:
        raise ConversionError("the model has no parameters: there is nothing to train")
    if hasattr(X, "detach"):
        return X[:count].detach().to(parameter)
    array = array_of(X, "X")
    if not array.ndim or not len(array):
        raise ConversionError("X: found no rows, expected at least one example")
    return parameter.new_tensor(array[:count])


def _run(model: Any, x: Any) -> Any:
    """Run the module without noting anything for gradients."""
    torch: Any = sys.modules["torch"]
    try:
        with torch.no_grad():
            return model(x)
    except Exception as error:
        shape = shape_text(tuple(x.shape))
        raise ConversionError(
            f"the model cannot compute X of the shape {shape}: {said_by(error)}"
        ) from None


def _calls(model: Any, example: Any) -> tuple[list[_Call], Any]:
    """Run one example, and note each module at the bottom that is run."""
    calls: list[_Call] = []

    def noting(name: str) -> Callable[[Any, Any, Any], None]:
        return lambda module, args, result: calls.append(
            _Call(name, module, args[0] if args else None, result)
        )

    hooks = [
        module.register_forward_hook(noting(name))
        for name, module in model.named_modules()
        if not any(True for _ in module.children())
    ]
    try:
        return calls, _run(model, example)
    finally:
        for hook in hooks:
            hook.remove()


def _check_chain(calls: Sequence[_Call], example: Any, result: Any) -> None:
    """Make sure that each module was given just what the one before it made."""
    if not calls:
        raise ConversionError("the model runs no module: layers must be nn.Linear and activations")
    if not hasattr(result, "data_ptr"):
        kind = escaped(type(result).__name__)
        raise ConversionError(f"the model answers with {kind}, expected one tensor")
    seen: dict[int, _Call] = {}
    value, before = example, "its input"
    for call in calls:
        if id(call.module) in seen:
            raise ConversionError(
                f"{call} is run twice: in nntui each connection has a weight of its own"
            )
        seen[id(call.module)] = call
        if not _is_same(call.given, value):
            raise ConversionError(
                f"between {before} and {call} the model computes something that is no module of "
                "its own (a function such as F.relu, or a sum): make it a module, such as "
                "nn.ReLU(), in one chain"
            )
        value, before = call.result, str(call)
    if not _is_same(result, value):
        raise ConversionError(
            f"after {before} the model computes something that is no module of its own (a function "
            "such as torch.sigmoid): make it a module, such as nn.Sigmoid()"
        )


def _is_same(tensor: Any, other: Any) -> bool:
    """Whether two tensors are one, or the same numbers in another shape."""
    if tensor is other:
        return True
    if not hasattr(tensor, "data_ptr"):
        return False
    same_place: bool = tensor.data_ptr() == other.data_ptr()
    return same_place and tensor.numel() == other.numel() and tensor.dtype == other.dtype


def _layers(calls: Sequence[_Call]) -> tuple[list[Layer], list[tuple[Any, Any]], str]:
    """Convert the modules that were run: an activation belongs to the layer before it."""
    layers: list[Layer] = []
    parameters: list[tuple[Any, Any]] = []
    tensors: dict[int, _Call] = {}
    open_end = False  # whether the last layer has no activation yet
    ends_in = ""
    for call in calls:
        kind, last = call.kind, call is calls[-1]
        if not type(call.module).__module__.startswith("torch.nn."):
            raise _unknown(call)
        if kind in _PASSING:
            continue
        ends_in = kind
        if kind == "Linear":
            layer, own = _linear(call, tensors)
        elif kind == "BatchNorm1d":
            layer, own = _normalizing(call)
        elif kind in ACTIVATIONS:
            activation = ACTIVATIONS[kind](call.module)
            if activation is None:
                raise ConversionError(f"{call} has settings that nntui’s does not: {call.module}")
            if open_end:
                layers[-1] = replace(layers[-1], activation=activation)
                open_end = False
                continue
            layer, own = copying(call.result[0].numel(), activation), (None, None)
        elif kind in _LAST and last:
            if call.module.dim not in (1, -1):
                raise ConversionError(f"{call} is over dim {call.module.dim}, expected dim 1")
            continue
        else:
            raise _unknown(call)
        layers.append(layer)
        parameters.append(own)
        open_end = layer.activation.name == "linear"
    return layers, parameters, ends_in


def _unknown(call: _Call) -> ConversionError:
    if call.kind in _LAST:
        return ConversionError(f"{call} is not the last module: nntui has softmax in the loss only")
    return ConversionError(
        f"nntui has nothing that computes as {call} does: it knows {listed(_KNOWN)}"
    )


def _linear(call: _Call, seen: dict[int, _Call]) -> tuple[Layer, tuple[Any, Any]]:
    module = call.module
    for name, parameter in module.named_parameters(recurse=False):
        if name not in ("weight", "bias"):
            raise ConversionError(
                f"{call} has a parameter “{escaped(name)}” beside weight and bias"
            )
        if id(parameter) in seen:
            raise ConversionError(
                f"{call} shares its {name} with {seen[id(parameter)]}: in nntui each connection "
                "has a weight of its own"
            )
        seen[id(parameter)] = call
    weight, bias = module.weight, module.bias
    layer = Layer(
        array_of(weight, f"{call}.weight"),
        None if bias is None else array_of(bias, f"{call}.bias"),
        frozen_weights=not weight.requires_grad,
        frozen_biases=bias is not None and not bias.requires_grad,
    )
    return layer, (weight, bias)


def _normalizing(call: _Call) -> tuple[Layer, tuple[Any, Any]]:
    """Convert a batch norm in eval mode: it multiplies each number, and adds to it.

    Raises:
        ConversionError: it is trained; its parameters are not the weights that nntui would train.
    """
    module = call.module
    if any(parameter.requires_grad for parameter in module.parameters()):
        raise ConversionError(
            f"{call} has parameters that are trained, and nntui has no batch norm: freeze them "
            "(requires_grad_(False)), or leave it out"
        )
    if module.running_mean is None:
        raise ConversionError(f"{call} keeps no running mean, so it depends on the batch")
    mean, variance = (array_of(x, str(call)) for x in (module.running_mean, module.running_var))
    scale = 1.0 / np.sqrt(variance + float(module.eps))
    shift = np.zeros_like(mean)
    if module.affine:
        scale = scale * array_of(module.weight, str(call))
        shift = array_of(module.bias, str(call))
    layer = Layer(scale, shift - mean * scale, frozen_weights=True, frozen_biases=True)
    return layer, (None, None)


def _check_answers(model: Any, X: Any, traced: Traced) -> None:  # noqa: N803
    """Make sure that the layers compute what the model computes: it may do more than its modules.

    Raises:
        ConversionError: says where they differ most.
    """
    examples = _tensor(model, X, _PROBES)
    random = np.random.RandomState(0).standard_normal(tuple(examples.shape))
    for x in (examples, examples.new_tensor(random)):
        rows = rows_of(x)
        if rows.shape[1] != traced.layers[0].inputs:
            raise ConversionError(
                f"X: found {rows.shape[1]} numbers an example, expected {traced.layers[0].inputs}"
            )
        expected = rows_of(_run(model, x))
        found = answers(traced.layers, rows)
        if traced.ends_in in _LAST:
            found = normalized(found, log=traced.log_softmax)
        tolerance = _TOLERANCES.get(str(x.dtype).removeprefix("torch."), 0.05)
        compare_answers(found, expected, tolerance)


def normalized(a: Array, *, log: bool = False) -> Array:
    """Apply softmax, or its logarithm, to rows."""
    a = a - a.max(axis=1, keepdims=True)
    logs: Array = a - np.log(np.exp(a).sum(axis=1, keepdims=True))
    return logs if log else np.exp(logs)


def compare_answers(found: Array, expected: Array, tolerance: float) -> None:
    """Make sure that layers (found) compute what a model does (expected).

    Raises:
        ConversionError: says where they differ most.
    """
    if found.shape != expected.shape:
        raise ConversionError(
            f"the model answers with the shape {shape_text(expected.shape)}, its layers one after "
            f"the other with {shape_text(found.shape)}"
        )
    finite = np.isfinite(expected) & np.isfinite(found)
    if not finite.any():
        return  # a weight that is no number is named where the network is built
    bound = tolerance * max(float(np.abs(expected[finite]).max()), 1.0)
    with np.errstate(invalid="ignore"):  # ∞ − ∞
        wrong = np.argwhere(finite & (np.abs(found - expected) > bound))
    if len(wrong):
        n, k = wrong[0]
        raise ConversionError(
            f"the model answers {expected[n, k]:.6g} where its layers one after the other give "
            f"{found[n, k]:.6g}: it computes something that is no module of its own"
        )


def gradients_of(
    model: Any,
    X: Any,  # noqa: N803
    y: Any,
    loss_fn: Any,
    parameters: Sequence[Any],
) -> dict[int, Any]:
    """Let PyTorch compute the gradients of a batch, by the id of the parameter; no .grad changes.

    Raises:
        ConversionError: the loss cannot be computed, or is no single number.
    """
    torch: Any = sys.modules["torch"]
    x = _tensor(model, X, len(rows_of(X)))
    if not hasattr(y, "detach"):
        wanted = array_of(y, "y")
        y = x.new_tensor(wanted)
        if wanted.ndim == 1 and (wanted == wanted.round()).all():  # perhaps class indices
            y = _as_indices(loss_fn, y)
    free = [p for p in parameters if p.requires_grad]
    try:
        with torch.enable_grad():
            value = loss_fn(model(x), y)
            found = torch.autograd.grad(value, free, allow_unused=True)
    except Exception as error:
        raise ConversionError(
            f"PyTorch cannot compute the gradient of the loss: {said_by(error)}"
        ) from None
    return {id(p): g for p, g in zip(free, found, strict=True) if g is not None}


def _as_indices(loss_fn: Any, y: Any) -> Any:
    """Make class indices of whole numbers, for the losses that take them."""
    name = getattr(loss_fn, "__name__", type(loss_fn).__name__)
    return y.long() if name in ("CrossEntropyLoss", "NLLLoss", "cross_entropy", "nll_loss") else y


def numpy_of(tensor: Any) -> Any:
    """Return a tensor's numbers in their own precision."""
    tensor = tensor.detach().cpu()
    return (tensor if str(tensor.dtype) == "torch.float64" else tensor.float()).numpy()
