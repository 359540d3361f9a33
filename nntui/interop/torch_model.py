"""A PyTorch model as units: found in a run on one example, and held against the model."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from msgspec import Struct
from msgspec.structs import replace

from nntui.interop.arrays import array_of, compare_answers, normalized, rows_of, shape_text
from nntui.interop.errors import ConversionError, said_by
from nntui.interop.torch_operations import Operations
from nntui.interop.torch_origins import Parameters, module_text
from nntui.interop.units import Integers, Units
from nntui.model.names import escaped
from nntui.model.network import Network
from nntui.model.numerics import Array

_PROBES: Final = 16
"""Examples, and as many rows of random numbers, on which the units must answer as the model."""

_TOLERANCES: Final = {"float64": 1e-9, "float32": 1e-4}
"""By the type of the weights; coarser for all others."""


class Traced(Struct, frozen=True):
    """What a model computes.

    ``frozen``: for each entry of the parameters, whether updates leave it alone. ``ends_in``:
    "Softmax" or "LogSoftmax", where the model ends in one. ``shape``: that of its answer to the one
    example.
    """

    units: Units
    parameters: Parameters
    frozen: npt.NDArray[np.bool_]
    ends_in: str
    shape: tuple[int, ...]

    def network(self, X: Any, y: Any) -> tuple[Network, Integers]:  # noqa: N803
        """Build the network, whose neurons the columns of DataFrames name.

        Returns also the entry of each of its parameters; −1: it is a constant.
        """
        columns = [[*getattr(rows, "columns", ())] for rows in (X, y)]
        return self.units.network(self.frozen, *columns)

    @property
    def biases(self) -> set[int]:
        """The entries that are biases of neurons."""
        return {unit.entry for unit in self.units.units.values() if unit.entry is not None}

    @property
    def used(self) -> list[Any]:
        """The model's parameters that its answer depends on."""
        entries = {entry for unit in self.units.units.values() for entry in unit.entries}
        starts, ends = self.parameters.starts, self.parameters.starts[1:]
        return [
            tensor
            for tensor, start, end in zip(self.parameters.tensors, starts, ends, strict=False)
            if not entries.isdisjoint(range(start, end))
        ]


def trace(model: Any, X: Any) -> Traced:  # noqa: N803 (the field's name)
    """Find the units of a model.

    Raises:
        ConversionError: it does something that no neurons do; the sentence names the module.
    """
    if not hasattr(model, "named_modules") or "torch" not in sys.modules:
        kind = escaped(type(model).__name__)
        hint = ": load_state_dict puts it into one" * isinstance(model, Mapping)
        raise ConversionError(f"found {kind}, expected a PyTorch module (torch.nn.Module){hint}")
    model = getattr(model, "_orig_mod", model)  # of torch.compile
    _check_modes(model)
    example = _tensor(model, X, 1)
    parameters = Parameters.of(model)
    operations = Operations(model, example, parameters)
    with _following(operations.note), _named_modules(model, operations.modules):
        result = _run(model, example)
    units, ends_in = operations.found(result)
    frozen = parameters.mask(lambda p: not p.requires_grad)
    traced = Traced(units, parameters, frozen, ends_in, tuple(map(int, result.shape)))
    _check_answers(model, X, traced)
    return _without_cut_off(model, example, traced)


def _following(note: Callable[..., None]) -> Any:
    """Make a mode of PyTorch in which every operation is noted when it was done."""
    dispatch = import_module("torch.utils._python_dispatch")  # the model's own PyTorch has it

    class Following(dispatch.TorchDispatchMode):  # type: ignore[misc, name-defined]
        def __torch_dispatch__(
            self, operation: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            result = operation(*args, **(kwargs or {}))
            note(operation, args, kwargs or {}, result)
            return result

    return Following()


@contextmanager
def _named_modules(model: Any, stack: list[tuple[str, Any]]) -> Iterator[None]:
    """Keep the modules that are being run on a stack, each with its name in the model."""
    hooks = []
    for name, module in model.named_modules():
        if hasattr(module, "original_name"):  # of torch.jit, which takes no hooks
            continue
        enter = partial(_enter, stack, name)
        hooks.append(module.register_forward_pre_hook(enter))
        hooks.append(module.register_forward_hook(partial(_leave, stack)))
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _enter(stack: list[tuple[str, Any]], name: str, module: Any, args: Any) -> None:
    stack.append((name, module))


def _leave(stack: list[tuple[str, Any]], module: Any, args: Any, result: Any) -> None:
    stack.pop()


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
            f"{module_text(name, module)} {why}, which nntui cannot do: call model.eval() before"
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


def _check_answers(model: Any, X: Any, traced: Traced) -> None:  # noqa: N803
    """Make sure that the units compute what the model does, also with other numbers.

    Raises:
        ConversionError: says where they differ most.
    """
    examples = _tensor(model, X, _PROBES)
    random = np.random.RandomState(0).standard_normal(tuple(examples.shape))
    for x in (examples, examples.new_tensor(random)):
        expected = rows_of(_run(model, x))
        found = traced.units.answers(rows_of(x))
        if traced.ends_in:
            found = normalized(found, log=traced.ends_in == "LogSoftmax")
        compare_answers(found, expected, _tolerance(x))


def _tolerance(x: Any) -> float:
    return _TOLERANCES.get(str(x.dtype).removeprefix("torch."), 0.05)


def _without_cut_off(model: Any, example: Any, traced: Traced) -> Traced:
    """Freeze the parameters that no gradient reaches in PyTorch (``detach``, ``no_grad``).

    The gradients of all others must be those of the units: at one of two random examples at least,
    since the first may lie where a function's slope jumps.

    Raises:
        ConversionError: they are not; a part of the gradient is cut off, or made by other rules.
    """
    random, learning = np.random.RandomState(1), [p for p in traced.used if p.requires_grad]
    own = traced.parameters
    for _ in range(2 if learning else 0):
        x = example.new_tensor(random.standard_normal(tuple(example.shape)))
        factors = random.standard_normal(traced.shape)
        gradients = _gradients(model, x, factors, learning)
        expected, reached = own.by_tensor(gradients)
        of = _through_end(traced, x, factors)
        found = traced.units.gradient(rows_of(x)[0], of, len(reached))
        bound = _tolerance(x) * max(float(np.abs(found).max(initial=0.0)), 1.0)
        with np.errstate(invalid="ignore"):  # ∞ − ∞
            wrong = reached & (np.abs(found - expected) > bound)
        if not wrong.any() or not np.isfinite(expected).all():  # as where a run diverges
            return replace(traced, frozen=traced.frozen | ~reached)
    if not learning:
        return traced
    name, _ = own[int(np.argmax(wrong))]
    raise ConversionError(
        f"the gradient of “{escaped(name)}” is not that of the model’s operations: a part of it is "
        "cut off (detach, torch.no_grad), or has a rule of its own"
    )


def _gradients(model: Any, x: Any, factors: Array, parameters: Sequence[Any]) -> dict[int, Any]:
    """Let PyTorch differentiate the answers' sum, each times its factor, by the id of parameters.

    Raises:
        ConversionError: it cannot.
    """
    torch: Any = sys.modules["torch"]
    try:
        with torch.enable_grad():
            answer = model(x)
            if not answer.requires_grad:
                return {}
            total = (answer * answer.new_tensor(factors)).sum()
            found = torch.autograd.grad(total, parameters, allow_unused=True)
    except Exception as error:
        raise ConversionError(
            f"PyTorch cannot compute the model’s gradient: {said_by(error)}"
        ) from None
    return {id(p): g for p, g in zip(parameters, found, strict=True) if g is not None}


def _through_end(traced: Traced, x: Any, factors: Array) -> Array:
    """Turn factors of the answers into those of the outputs: before softmax, or its logarithm."""
    factors = factors.ravel()
    if not traced.ends_in:
        return factors
    p = normalized(traced.units.answers(rows_of(x)))[0]
    if traced.ends_in == "LogSoftmax":
        return np.asarray(factors - p * factors.sum())
    return np.asarray(p * (factors - p @ factors))


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
    if not free:
        raise ConversionError("no parameter of the model requires a gradient")
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
