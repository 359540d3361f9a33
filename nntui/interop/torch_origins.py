"""Where the numbers of a PyTorch run come from: inputs, units, parameters, constants."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from nntui.interop.arrays import array_of
from nntui.interop.errors import ConversionError
from nntui.interop.units import Integers, Unit, Units
from nntui.model.names import escaped
from nntui.model.numerics import Array


class UnrepresentableError(Exception):
    """An operation that no neurons do; its text is a sentence."""


class Unknown(Struct, frozen=True):
    """What is known of a tensor that no neurons compute: why not."""

    why: str


class Normalized(Struct, frozen=True):
    """A tensor of the outputs behind softmax, or its logarithm; ``kind`` as the module's name."""

    origins: Any
    kind: str
    by: str


class Parameters(Struct, frozen=True):
    """The parameters of a model in one vector: their names, themselves, and where each begins."""

    names: Sequence[str]
    tensors: Sequence[Any]
    starts: Sequence[int]
    numbers: Array

    @classmethod
    def of(cls, model: Any) -> Parameters:
        """Collect those of a module, each once."""
        own = list(model.named_parameters())
        lazy = next((name for name, p in own if hasattr(p, "materialize")), None)
        if lazy is not None:
            raise ConversionError(
                f"the parameter “{escaped(lazy)}” has no numbers yet: run the model once before"
            )
        arrays = [array_of(parameter, escaped(name)).ravel() for name, parameter in own]
        starts = np.cumsum([0, *map(len, arrays)]).tolist()
        return cls([name for name, _ in own], [p for _, p in own], starts, np.concatenate(arrays))

    def flat(self, values: Callable[[Any], Array | None]) -> Array:
        """Lay out in the vector what there is for each tensor (as many numbers); None: zeros."""
        found = np.zeros(len(self.numbers))
        for tensor, start in zip(self.tensors, self.starts, strict=False):
            value = values(tensor)
            if value is not None:
                found[start : start + tensor.numel()] = np.ravel(value)
        return found

    def by_tensor(self, values: Mapping[int, Any]) -> tuple[Array, npt.NDArray[np.bool_]]:
        """Lay out tensors by the id of their parameter, and which entries have one."""
        numbers = self.flat(lambda p: array_of(values[id(p)], "") if id(p) in values else None)
        return numbers, self.mask(lambda p: id(p) in values)

    def mask(self, holds: Callable[[Any], bool]) -> npt.NDArray[np.bool_]:
        """Lay out whether something holds for each tensor."""
        return self.flat(lambda p: np.full(p.numel(), float(holds(p)))) > 0.0

    def start(self, tensor: Any) -> int:
        """Return the first entry of a parameter."""
        return next(s for t, s in zip(self.tensors, self.starts, strict=False) if t is tensor)

    def __getitem__(self, entry: int) -> tuple[str, Any]:
        """Return the name and the tensor that an entry belongs to."""
        at = int(np.searchsorted(self.starts, entry, "right")) - 1
        return self.names[at], self.tensors[at]


class Origins:
    """What is known of the tensors of a run.

    The origins of a tensor are whole numbers of the same shape: a unit's number, or −1 − e for the
    parameter at entry e. Constants have none.
    """

    def __init__(self, model: Any, example: Any, parameters: Parameters) -> None:
        self._model, self._parameters = model, parameters
        self._torch: Any = sys.modules["torch"]
        self._device = example.device
        self._inputs = example.numel()
        self._units: dict[int, Unit] = {}
        self._made_in: dict[int, str] = {}
        self.modules: list[tuple[str, Any]] = []  # being run, with their names in the model
        # By id, each with the tensor itself, so that the id is not used again.
        self._followed: dict[int, tuple[Any, Any]] = {}
        self._follow(example, self._whole(np.arange(self._inputs), example.shape))
        for tensor, start in zip(parameters.tensors, parameters.starts, strict=False):
            entries = -1 - start - np.arange(tensor.numel())
            self._follow(tensor, self._whole(entries, tensor.shape))

    def _whole(self, numbers: Integers, shape: Any) -> Any:
        """Make a tensor of whole numbers on the example's device."""
        of = self._torch.as_tensor(np.ascontiguousarray(numbers), dtype=self._torch.int64)
        return of.reshape(tuple(shape)).to(self._device)

    def _follow(self, tensor: Any, origins: Any) -> None:
        self._followed[id(tensor)] = (tensor, origins)

    def _by(self) -> str:
        """Name the module that is being run."""
        return module_text(*self._module)

    @property
    def _module(self) -> tuple[str, Any]:
        """The module that is being run, with its name in the model."""
        return self.modules[-1] if self.modules else ("", self._model)

    def _origins(self, tensor: Any) -> Any:
        """Return the origins of a tensor's numbers; those of constants are units of their own.

        Raises:
            UnrepresentableError: it has none.
        """
        if id(tensor) not in self._followed:
            numbers = array_of(tensor, self._by())
            return self._each(numbers, lambda number: Unit((), bias=float(number)))
        origins = self._followed[id(tensor)][1]
        if isinstance(origins, Unknown):
            raise UnrepresentableError(origins.why)
        if isinstance(origins, Normalized):
            raise UnrepresentableError(
                f"{origins.by} is not the last module: nntui has softmax in the loss only"
            )
        return origins

    def _moved(self, args: Any, *, joins: bool) -> list[Any]:
        """Put origins in the place of tensors; an index is left as it is."""

        def moved(value: Any) -> Any:
            if isinstance(value, (list, tuple)):
                return [moved(each) for each in value]
            if not hasattr(value, "data_ptr"):
                return value
            return self._origins(value) if joins or id(value) in self._followed else value

        return [moved(value) for value in args]

    def _array(self, value: Any) -> Integers:
        found: Integers = self._origins(value).cpu().numpy()
        return found

    def _is_constant(self, value: Any) -> bool:
        return not hasattr(value, "data_ptr") or id(value) not in self._followed

    def _each(self, numbers: Any, unit: Callable[[Any], Unit]) -> Any:
        """Make a unit of each number of an array."""
        return self._made(map(unit, np.ravel(numbers).tolist()), np.shape(numbers))

    def _made(self, units: Iterable[Unit], shape: tuple[int, ...]) -> Any:
        """Number units that fill a shape."""
        return self._whole(np.array([self._new(unit) for unit in units], np.int64), shape)

    def _new(self, unit: Unit) -> int:
        number: int = self._inputs + len(self._units)
        self._units[number] = unit
        self._made_in[number] = self._by()
        return number

    def found(self, result: Any) -> tuple[Units, str]:
        """Return the units of the model's answer, and what it ends in.

        Raises:
            ConversionError: it has none.
        """
        if not hasattr(result, "data_ptr"):
            kind = escaped(type(result).__name__)
            hint = " (torch.cat(…, dim=1) makes one of several)" * isinstance(result, (list, tuple))
            raise ConversionError(f"the model answers with {kind}, expected one tensor{hint}")
        origins = self._followed.get(id(result), (None, Unknown("the answer is not made of X")))[1]
        ends_in = ""
        if isinstance(origins, Normalized):
            origins, ends_in = origins.origins, origins.kind
        if isinstance(origins, Unknown):
            raise ConversionError(origins.why)
        numbers = origins.cpu().numpy().ravel().tolist()
        if min(numbers, default=0) < 0:
            raise ConversionError("the model answers with its parameters, which are no neurons")
        units = Units(self._inputs, self._units, numbers).needed()
        self._check_shared(units)
        return units.simplified(), ends_in

    def _check_shared(self, units: Units) -> None:
        """Make sure that no parameter is used twice.

        Raises:
            ConversionError: names it, and the modules that use it.
        """
        used: dict[int, int] = {}
        for number, unit in units.units.items():
            for entry in unit.entries:
                if (other := used.setdefault(entry, number)) != number:
                    name, _ = self._parameters[entry]
                    first, second = self._made_in[other], self._made_in[number]
                    by = f"{first} twice" if first == second else f"{first} and {second}"
                    raise ConversionError(
                        f"the parameter “{escaped(name)}” is used by {by}: in nntui each "
                        "connection has a weight of its own"
                    )


def module_text(name: str, module: Any) -> str:
    """Name a module: its kind, and what the model calls it."""
    kind = escaped(type(module).__name__)
    return f"{kind} “{escaped(name)}”" if name else kind
