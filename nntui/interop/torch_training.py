"""Losses and optimizers of PyTorch → nntui's, with their settings and what they remember."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from nntui.interop.arrays import array_of
from nntui.interop.errors import ConversionError
from nntui.interop.torch_model import Traced
from nntui.interop.units import Integers
from nntui.model.experiment import Reduction
from nntui.model.losses import Loss
from nntui.model.names import escaped, listed
from nntui.model.numerics import Array
from nntui.model.optimizers import Optimizer, OptimizerState


class LossOfTorch(Struct, frozen=True):
    """A loss, and how a batch's losses become one."""

    loss: Loss
    reduction: Reduction = "mean"


def _numbers(value: Any) -> float | tuple[float, ...]:
    """Convert a weight: one number, or one for each output.

    Raises:
        ConversionError: it has numbers for each example.
    """
    array = array_of(value, "the loss’s weight")
    if array.ndim and array.shape[-1] != array.size:
        raise ConversionError("the loss has a weight for each example, and nntui’s for each output")
    return float(array.item()) if array.size == 1 else tuple(array.ravel().tolist())


def _bce(module: Any) -> Loss:
    return Loss.of("bce", **({} if module.weight is None else {"weight": _numbers(module.weight)}))


def _bce_with_logits(module: Any) -> Loss:
    if module.weight is not None:
        raise ConversionError("BCEWithLogitsLoss has a weight, and nntui’s takes pos_weight only")
    weight = module.pos_weight
    return Loss.of(
        "bce_with_logits", **({} if weight is None else {"pos_weight": _numbers(weight)})
    )


def _cross_entropy(module: Any) -> Loss:
    settings = {"label_smoothing": float(getattr(module, "label_smoothing", 0.0))}
    if module.weight is not None:
        settings["weight"] = _numbers(module.weight)  # type: ignore[assignment]
    return Loss.of("cross_entropy", **settings)


def _smooth_l1(module: Any) -> Loss:
    if module.beta != 1.0:
        raise ConversionError(
            f"SmoothL1Loss with beta {module.beta:g} is Huber’s loss divided by it: "
            f"nn.HuberLoss(delta={module.beta:g}) is in nntui, too"
        )
    return Loss.of("huber")


LOSSES: Final[Mapping[str, Callable[[Any], Loss]]] = {
    "MSELoss": lambda module: Loss.of("mse"),
    "L1Loss": lambda module: Loss.of("mae"),
    "HuberLoss": lambda module: Loss.of("huber", delta=float(module.delta)),
    "SmoothL1Loss": _smooth_l1,
    "BCELoss": _bce,
    "BCEWithLogitsLoss": _bce_with_logits,
    "CrossEntropyLoss": _cross_entropy,
    "NLLLoss": _cross_entropy,
}
_FUNCTIONS: Final = {
    "mse_loss": "mse",
    "l1_loss": "mae",
    "huber_loss": "huber",
    "smooth_l1_loss": "huber",
    "binary_cross_entropy": "bce",
    "binary_cross_entropy_with_logits": "bce_with_logits",
    "cross_entropy": "cross_entropy",
    "nll_loss": "cross_entropy",
}


def loss_of(given: Any, *, ends_in: str = "") -> LossOfTorch:
    """Convert a loss: an object of ``torch.nn``, a function of ``nn.functional``, or a name.

    Args:
        given: the loss.
        ends_in: "Softmax" or "LogSoftmax", where the model ends in one.

    Raises:
        ConversionError: nntui has none that is the same, or it does not go with the model's end.
    """
    if isinstance(given, (str, Loss)):
        loss = Loss.of(given)
        found, kind = LossOfTorch(loss), loss.name
    elif (kind := type(given).__name__) in LOSSES:
        if given.reduction not in ("mean", "sum"):
            raise ConversionError(f'{kind} with reduction="{given.reduction}" gives no single loss')
        found = LossOfTorch(LOSSES[kind](given), given.reduction)
    elif (kind := getattr(given, "__name__", "")) in _FUNCTIONS:
        found = LossOfTorch(Loss.of(_FUNCTIONS[kind]))
    else:
        kind = escaped(getattr(given, "__name__", "") or type(given).__name__)
        if isinstance(given, type):
            raise ConversionError(f"the loss is the class {kind}, expected an object: {kind}()")
        own = ", or loss= to say what a function of your own computes" * callable(given)
        raise ConversionError(
            f"the loss is {kind}, expected one of torch.nn: {listed(LOSSES)}{own}"
        )
    _check_end(found.loss, kind, ends_in)
    return found


def _check_end(loss: Loss, kind: str, ends_in: str) -> None:
    """Refuse a loss that takes something else than what the model ends in."""
    log_softmax = ends_in == "LogSoftmax"
    likelihood = kind in ("NLLLoss", "nll_loss")
    if likelihood and not log_softmax:
        raise ConversionError(
            f"{kind} takes what LogSoftmax gives, and the model does not end in it"
        )
    if log_softmax and not likelihood:
        raise ConversionError(
            f"the model ends in LogSoftmax, which goes with NLLLoss; the loss is {kind}"
        )
    if ends_in == "Softmax":
        why = (
            f"{kind} has softmax in it, so it would be applied twice: leave the module out"
            if loss.row.classes
            else "nntui has softmax in the loss cross_entropy only"
        )
        raise ConversionError(f"the model ends in Softmax: {why}")


class OptimizerOfTorch(Struct, frozen=True):
    """An optimizer, and what it remembers after ``updates``.

    ``frozen``: for each entry of the parameters, whether it leaves it alone; ``memory``: for each
    quantity a number for each entry, or () before the first update.
    """

    optimizer: Optimizer
    frozen: npt.NDArray[np.bool_]
    l2: float = 0.0
    updates: int = 0
    memory: tuple[Array, ...] = ()

    def state(self, entries: Integers) -> OptimizerState | None:
        """Return what it remembers of the parameters with these entries (−1: constants)."""
        if not self.memory:
            return None
        rows = (np.where(entries < 0, 0.0, row[entries]) for row in self.memory)
        memory = tuple(tuple(row.tolist()) for row in rows)
        return OptimizerState(self.optimizer.name, self.updates, 0, memory)


class _Row(Struct, frozen=True):
    """How an optimizer of PyTorch becomes nntui's.

    ``settings`` and ``memory`` by nntui's names; ``unlike``: settings that must be off.
    """

    name: str
    settings: Mapping[str, Callable[[Mapping[str, Any]], float]]
    memory: Mapping[str, str]
    unlike: Sequence[str]


def _same(*names: str) -> dict[str, Callable[[Mapping[str, Any]], float]]:
    """Take these settings over by their names."""
    return {name: _setting(name) for name in names}


def _setting(name: str) -> Callable[[Mapping[str, Any]], float]:
    def of(group: Mapping[str, Any]) -> float:
        value = group[name]
        return value if isinstance(value, bool) else float(value)

    return of


_RATE: Final = {"learning_rate": _setting("lr")}
_ADAM: Final = {
    **_RATE,
    "beta1": lambda group: float(group["betas"][0]),
    "beta2": lambda group: float(group["betas"][1]),
    **_same("eps"),
}
_MOMENTS: Final = {"m": "exp_avg", "v": "exp_avg_sq"}

OPTIMIZERS: Final[Mapping[str, _Row]] = {
    "SGD": _Row(
        "sgd",
        {**_RATE, **_same("momentum", "nesterov")},
        {"v": "momentum_buffer"},
        ("dampening", "maximize"),
    ),
    "Adam": _Row("adam", _ADAM, _MOMENTS, ("amsgrad", "maximize", "decoupled_weight_decay")),
    "AdamW": _Row("adamw", _ADAM, _MOMENTS, ("amsgrad", "maximize")),
    "RMSprop": _Row(
        "rmsprop",
        {**_RATE, **_same("alpha", "eps", "momentum")},
        {"s": "square_avg", "v": "momentum_buffer"},
        ("centered", "maximize"),
    ),
    "Adagrad": _Row("adagrad", {**_RATE, **_same("lr_decay", "eps")}, {"s": "sum"}, ("maximize",)),
}


def optimizer_of(given: Any, traced: Traced) -> OptimizerOfTorch:
    """Convert an optimizer of PyTorch with its settings and state, or choose nntui's by name.

    Raises:
        ConversionError: nntui has none that is the same.
    """
    if isinstance(given, (str, tuple, Optimizer)):
        return OptimizerOfTorch(Optimizer.of(given), traced.frozen)
    if isinstance(given, type):
        kind = escaped(given.__name__)
        raise ConversionError(
            f"the optimizer is the class {kind}, expected an object: {kind}(model.parameters(), …)"
        )
    kind = type(given).__name__
    if kind not in OPTIMIZERS or not hasattr(given, "param_groups"):
        raise ConversionError(
            f"the optimizer is {escaped(kind)}, expected one of torch.optim: {listed(OPTIMIZERS)}"
        )
    if kind == "Adam" and all(g.get("decoupled_weight_decay") for g in given.param_groups):
        kind = "AdamW"
    row = OPTIMIZERS[kind]
    group_of = {id(p): group for group in given.param_groups for p in group["params"]}
    own = traced.parameters
    frozen = traced.frozen | own.mask(lambda p: id(p) not in group_of)
    starts = [start for p in traced.used if not frozen[start := own.start(p)]]
    if not starts:
        raise ConversionError("the optimizer has none of the model’s parameters")
    groups = {name: group_of[id(p)] for name, p in map(own.__getitem__, starts)}
    for setting in row.unlike:
        if any(group.get(setting) for group in groups.values()):
            raise ConversionError(f"{kind} with {setting} is another rule than nntui’s {row.name}")
    settings = {
        setting: _alike(kind, setting, {name: of(group) for name, group in groups.items()})
        for setting, of in row.settings.items()
    }
    decays = {name: float(group["weight_decay"]) for name, group in groups.items()}
    biases = {own[start][0] for start in starts if start in traced.biases}
    l2, decay = _decay(kind, decays, biases)
    optimizer = Optimizer.of(row.name, **settings, **decay)
    updates = _updates(given.state, traced.used)
    memory: tuple[Array, ...] = ()
    if any(given.state.get(p) for p in traced.used):
        memory = tuple(
            own.flat(partial(_remembered, given.state, row.memory[name]))
            for name in optimizer.row.memory
        )
    return OptimizerOfTorch(optimizer, frozen, l2, updates, memory)


def _remembered(states: Mapping[Any, Mapping[str, Any]], key: str, p: Any) -> Array | None:
    value = states.get(p, {}).get(key)
    return None if value is None else array_of(value, key)


def _alike(kind: str, setting: str, values: Mapping[str, float]) -> float:
    """Return the one value of a setting, given for each parameter by its name.

    Raises:
        ConversionError: names two parameters for which it differs.
    """
    (first, value), *rest = values.items()
    for name, other in rest:
        if other != value:
            raise ConversionError(
                f"{kind} has the {setting.replace('_', ' ')} {value:g} for “{escaped(first)}” and "
                f"{other:g} for “{escaped(name)}”, and nntui has one for all"
            )
    return value


def _decay(
    kind: str, decays: Mapping[str, float], biases: Set[str]
) -> tuple[float, dict[str, float | bool]]:
    """Convert weight_decay, given for each parameter, to l2 and the optimizer's settings.

    Where it spares the biases, it is nntui's l2, but for AdamW's.
    """
    of_weights = {name: decay for name, decay in decays.items() if name not in biases}
    if not biases or any(decays[name] for name in biases) or not any(of_weights.values()):
        return 0.0, {"weight_decay": _alike(kind, "weight_decay", decays)}
    decay = _alike(kind, "weight_decay", of_weights)
    return (0.0, {"weight_decay": decay, "decay_biases": False}) if kind == "AdamW" else (decay, {})


def _updates(states: Mapping[Any, Mapping[str, Any]], parameters: Sequence[Any]) -> int:
    """Count the updates that were done."""
    steps = {round(float(states[p]["step"])) for p in parameters if "step" in states.get(p, {})}
    if len(steps) > 1:
        raise ConversionError(
            f"the optimizer has done {listed(map(str, sorted(steps)))} updates of different "
            "parameters, and nntui counts them together"
        )
    return steps.pop() if steps else 0
