"""The units of a PyTorch module: what it computes from one example, operation by operation.

Every operation of the example's run is seen, in modules and in functions alike. Where a tensor's
numbers come from stands in a tensor of whole numbers of the same shape: a unit's number, or −1 − e
for the parameter at entry e. What only moves numbers about (``view``, ``cat``, …) is run on these.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

from nntui.interop.arrays import array_of
from nntui.interop.torch_activations import ACTIVATIONS, Arguments
from nntui.interop.torch_origins import Normalized, Origins, Unknown, UnrepresentableError
from nntui.interop.units import Integers, Term, Unit, copy_of
from nntui.model.activations import Activation
from nntui.model.names import listed
from nntui.model.numerics import Array

_MOVING: Final = frozenset(
    ("view", "_unsafe_view", "reshape", "_reshape_alias", "flatten", "unflatten", "unsqueeze",
     "squeeze", "slice", "select", "split", "split_with_sizes", "chunk", "unbind", "narrow",
     "transpose", "t", "permute", "movedim", "cat", "stack", "expand", "repeat", "alias", "clone",
     "contiguous", "flip", "roll", "detach", "index", "index_select")
)  # fmt: skip
_JOINING: Final = frozenset(("cat", "stack"))
_SUMS: Final = frozenset(("add", "sub", "rsub", "neg"))
_PRODUCTS: Final = frozenset(("mm", "matmul", "addmm", "linear"))
_NORMS: Final = frozenset(
    ("native_batch_norm", "_native_batch_norm_legit_no_training", "cudnn_batch_norm",
     "miopen_batch_norm", "batch_norm")
)  # fmt: skip
_RANDOM: Final = frozenset(
    ("bernoulli", "rand", "randn", "rand_like", "randn_like", "randint", "randperm", "normal",
     "normal_functional", "uniform", "multinomial", "exponential", "native_dropout")
)  # fmt: skip
_MAKING: Final = frozenset(
    ("new_zeros", "new_ones", "new_full", "new_empty", "zeros_like", "ones_like", "full_like",
     "empty_like")
)  # fmt: skip
SOFTMAX: Final = {
    "_softmax": "Softmax",
    "softmax": "Softmax",
    "_log_softmax": "LogSoftmax",
    "log_softmax": "LogSoftmax",
}
_KNOWN: Final = (
    "Linear", "ReLU", "LeakyReLU", "ELU", "Softplus", "Sigmoid", "Tanh", "Hardtanh", "SiLU",
    "GELU", "SELU", "ReLU6", "LogSigmoid", "Hardswish", "Hardsigmoid", "Mish", "Identity",
    "Flatten", "Dropout", "BatchNorm1d",
)  # fmt: skip
_DO: Final = "sums, means, torch.cat and functions such as F.relu or exp"


class Operations(Origins):
    """Finds the units of a run, operation by operation."""

    def note(self, operation: Any, args: Any, kwargs: Any, result: Any) -> None:
        """Find where the numbers of an operation's result come from."""
        name = operation._schema.name.partition("::")[2]
        name = name.removesuffix("_")  # in place
        given = _bound(operation, args, kwargs)
        if name in _RANDOM:
            self._follow_all(result, Unknown(f"{self._by()} draws random numbers"))
            return
        followed = [self._followed.get(id(t)) for t in _tensors([*given.values()])]
        if name in _MAKING or not any(followed):
            return  # constants
        unknown = (known[1] for known in followed if known and isinstance(known[1], Unknown))
        if first := next(unknown, None):
            self._follow_all(result, first)
            return
        try:
            found = self._computed(name, operation, args, kwargs, given)
        except UnrepresentableError as error:
            found = Unknown(str(error))
        self._follow_all(result, found)

    def _follow_all(self, result: Any, found: Any) -> None:
        for n, tensor in enumerate(_tensors(result)):
            many = isinstance(found, (list, tuple))
            if not many or n < len(found):
                self._follow(tensor, found[n] if many else found)

    def _computed(self, name: str, operation: Any, args: Any, kwargs: Any, given: Arguments) -> Any:
        """Find the origins of a result: a tensor of whole numbers, or several.

        Raises:
            UnrepresentableError: no neurons do it.
        """
        if name in _MOVING:
            return operation(*self._moved(args, joins=name in _JOINING), **kwargs)
        if name == "_to_copy":  # numbers of another type
            return self._origins(given["self"])
        if name in ACTIVATIONS:
            self._require_neurons(given["self"])
            activation = ACTIVATIONS[name](given)
            if activation is None:
                raise UnrepresentableError(
                    f"{self._by()} computes “{name}” with settings that nntui’s does not have"
                )
            return self._each(self._array(given["self"]), lambda i: copy_of(i, activation))
        if name in _SUMS:
            return self._sum(name, given)
        if name in ("mul", "div"):
            return self._scaled(name, given)
        if name in ("sum", "mean"):
            return self._reduced(name, given)
        if name in _PRODUCTS:
            return self._product(name, given)
        if name in _NORMS:
            return [self._norm(given)]
        if name in SOFTMAX:
            return self._softmax(name, given)
        raise self._unknown(name)

    def _sum(self, name: str, given: Arguments) -> Any:
        alpha = float(given.get("alpha") or 1)
        own, other = given["self"], given.get("other", 0)
        factors = {"sub": (1.0, -alpha), "rsub": (-alpha, 1.0), "neg": (-1.0, 0.0)}
        return self._combined([own, other], factors.get(name, (1.0, alpha)))

    def _scaled(self, name: str, given: Arguments) -> Any:
        own, other = given["self"], given["other"]
        if name == "mul" and self._is_constant(own):
            own, other = other, own
        if self._is_constant(own) or given.get("rounding_mode"):
            raise self._unknown(name)
        if self._is_constant(other):
            factor = array_of(other, self._by())
            return self._combined([own], (factor if name == "mul" else 1.0 / factor,))
        a, b = np.broadcast_arrays(self._array(own), self._array(other))
        if name == "mul" and (a == b).all() and (a >= 0).all():
            return self._each(a, lambda i: copy_of(i, Activation.of("square")))
        a, b = (b, a) if (a < 0).all() else (a, b)
        if name == "div" or (a < 0).any() or (b >= 0).any():
            raise self._of_neurons("divides" if name == "div" else "multiplies")
        pairs = zip(a.ravel().tolist(), (-1 - b).ravel().tolist(), strict=True)
        return self._made((self._weighted([i], [entry]) for i, entry in pairs), a.shape)

    def _reduced(self, name: str, given: Arguments) -> Any:
        """Add numbers up along axes, or take their mean."""
        a, axes = self._array(given["self"]), given.get("dim")
        along = sorted({axis % a.ndim for axis in axes}) if axes else [0]
        if 0 in along:
            raise UnrepresentableError(f"{self._by()} takes the {name} of a whole batch")
        rest = [n for n in range(a.ndim) if n not in along]
        rows = a.transpose([*rest, *along]).reshape(*(a.shape[n] for n in rest), -1)
        factor = 1.0 / rows.shape[-1] if name == "mean" else 1.0
        units = (
            self._combination([(i, factor) for i in numbers], 0.0)
            for numbers in rows.reshape(-1, rows.shape[-1]).tolist()
        )
        kept = tuple(1 if n in along else size for n, size in enumerate(a.shape))
        return self._made(units, kept if given.get("keepdim") else rows.shape[:-1])

    def _combined(self, values: Sequence[Any], factors: Sequence[Any]) -> Any:
        """Add values up, each times its factor: neurons, a parameter as bias, constants."""
        shape = np.broadcast_shapes(*map(np.shape, (*values, *factors)))
        bias = np.zeros(shape)
        parts: list[tuple[Integers, Array]] = []
        for value, factor in zip(values, factors, strict=True):
            factor = np.broadcast_to(factor, shape)
            if self._is_constant(value):
                bias = bias + factor * array_of(value, self._by())
            else:
                parts.append((np.broadcast_to(self._array(value), shape), factor))
        units = (
            self._combination([(int(o[at]), float(f[at])) for o, f in parts], float(bias[at]))
            for at in np.ndindex(shape)
        )
        return self._made(units, shape)

    def _combination(self, parts: Sequence[tuple[int, float]], bias: float) -> Unit:
        weights: dict[int, float] = {}
        entries = [-1 - origin for origin, _ in parts if origin < 0]
        for origin, factor in parts:
            if origin >= 0:
                weights[origin] = weights.get(origin, 0.0) + factor
            elif len(entries) > 1 or factor != 1.0 or len(parts) == 1:
                raise self._of_parameters()
        terms = tuple(Term(np.array([i]), np.array([weight])) for i, weight in weights.items())
        if not entries:
            return Unit(terms, bias)
        return Unit(terms, float(self._parameters.numbers[entries[0]]), entries[0])

    def _require_neurons(self, *values: Any) -> None:
        if any((self._array(value) < 0).any() for value in values):
            raise self._of_parameters()

    def _of_parameters(self) -> UnrepresentableError:
        return UnrepresentableError(
            f"{self._by()} computes with parameters before they are weights"
        )

    def _of_neurons(self, does: str) -> UnrepresentableError:
        return UnrepresentableError(
            f"{self._by()} {does} numbers that neurons compute by each other, which no neuron does"
        )

    def _weighted(self, sources: Any, entries: Any, bias: int | None = None) -> Unit:
        """Make a unit of weights, and perhaps a bias, that are the model's parameters."""
        at, numbers = np.array(entries), self._parameters.numbers
        term = Term(np.array(sources), numbers[at], at)
        return Unit((term,), 0.0 if bias is None else float(numbers[bias]), bias)

    def _product(self, name: str, given: Arguments) -> Any:
        """Multiply rows of neurons by a matrix of parameters: ``linear``, ``mm``, ``addmm``."""
        x = given["input"] if name == "linear" else given["mat1" if name == "addmm" else "self"]
        matrix = given.get("weight", given.get("mat2", given.get("other")))
        if self._is_constant(x) or self._is_constant(matrix):
            raise UnrepresentableError(f"{self._by()} multiplies by a matrix that is no parameter")
        a, w = self._array(x), self._array(matrix)
        w = w.T if name == "linear" else w
        added = given["self"] if name == "addmm" else given.get("bias")
        biases = None if added is None else self._array(added)
        if a.ndim != 2 or w.ndim != 2 or any(given.get(k, 1) != 1 for k in ("alpha", "beta")):
            raise self._unknown(name)
        if biases is None and (a < 0).all() and (w >= 0).all():  # W @ x
            return self._rows(w.T, a.T, None).T
        return self._rows(a, w, biases)

    def _rows(self, x: Integers, w: Integers, biases: Integers | None) -> Any:
        """Make the units of rows x (rows, in) behind weights (in, out)."""
        if (x < 0).any() or (biases is not None and (biases >= 0).any()):
            raise self._of_parameters()
        if (w >= 0).any():
            raise self._of_neurons("multiplies")
        shape = (len(x), w.shape[1])
        b = None if biases is None else np.broadcast_to(-1 - biases, shape)
        units = []
        for row, sources in enumerate(map(self._distinct, x)):
            for column, weights in enumerate(-1 - w.T):
                bias = None if b is None else int(b[row, column])
                units.append(self._weighted(sources, weights, bias))
        return self._made(units, shape)

    def _distinct(self, sources: Integers) -> Integers:
        """Copy a neuron that stands among sources again: a connection is one between two."""
        seen: set[int] = set()
        found = []
        for source in sources.tolist():
            found.append(self._new(copy_of(source)) if source in seen else source)
            seen.add(source)
        return np.array(found, np.int64)

    def _norm(self, given: Arguments) -> Any:
        """Follow a batch norm in eval mode: it multiplies each number, and adds to it."""
        mean, variance = given["running_mean"], given["running_var"]
        if given.get("training") or mean is None:
            raise UnrepresentableError(
                f"{self._by()} computes with the batch’s mean and spread, which nntui cannot do"
            )
        x = self._array(given["input"])
        self._require_neurons(given["input"])
        if x.ndim != 2:
            raise self._unknown("batch_norm")
        eps = given.get("eps", given.get("epsilon"))
        scale = 1.0 / np.sqrt(array_of(variance, self._by()) + float(eps))
        shift = -array_of(mean, self._by()) * scale
        weight, bias = given["weight"], given["bias"]
        if weight is not None and not (weight.requires_grad or bias.requires_grad):
            factor = array_of(weight, self._by())
            scale, shift = scale * factor, shift * factor + array_of(bias, self._by())
            weight = bias = None
        columns = zip(
            x.ravel().tolist(), np.tile(scale, len(x)), np.tile(shift, len(x)), strict=True
        )
        normal = self._made(
            (Unit((Term(np.array([i]), np.array([s])),), float(b)) for i, s, b in columns), x.shape
        )
        if weight is None:
            return normal
        entries = (np.broadcast_to(-1 - self._array(p), x.shape).ravel() for p in (weight, bias))
        numbers = normal.cpu().numpy().ravel()
        return self._made(
            (self._weighted([i], [w], int(b)) for i, w, b in zip(numbers, *entries, strict=True)),
            x.shape,
        )

    def _softmax(self, name: str, given: Arguments) -> Any:
        origins = self._origins(given["self"])
        dim = given["dim"]
        if origins.ndim != 2 or dim not in (1, -1):
            raise UnrepresentableError(f"{self._by()} is over dim {dim}, expected dim 1")
        return Normalized(origins, SOFTMAX[name], self._by())

    def _unknown(self, name: str) -> UnrepresentableError:
        by = self._by()
        if type(self._module[1]).__module__.startswith("torch.nn."):
            known = listed(_KNOWN)
            return UnrepresentableError(
                f"nntui has nothing that computes as {by} does: it knows {known}"
            )
        return UnrepresentableError(
            f"{by} computes “{name}”, and nntui has nothing that does: beside modules it knows "
            f"{_DO}"
        )


def _bound(operation: Any, args: Any, kwargs: Any) -> dict[str, Any]:
    """Return an operation's arguments by name, those left out with their defaults."""
    known = operation._schema.arguments
    given: dict[str, Any] = dict(zip((each.name for each in known), args, strict=False)) | kwargs
    defaults = {each.name: each.default_value for each in known if each.has_default_value()}
    return defaults | given


def _tensors(value: Any) -> Iterator[Any]:
    """List the tensors in arguments or results."""
    if hasattr(value, "data_ptr"):
        yield value
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _tensors(each)
