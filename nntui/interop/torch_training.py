"""Losses and optimizers of PyTorch → nntui's, with their settings and what they remember."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from nntui.interop.arrays import array_of
from nntui.interop.errors import ConversionError
from nntui.interop.layers import Layer, flat
from nntui.model.experiment import Reduction
from nntui.model.losses import Loss
from nntui.model.names import escaped, listed
from nntui.model.numerics import Array
from nntui.model.optimizers import Optimizer, OptimizerState


@dataclass(frozen=True, slots=True)
class LossOfTorch:
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


def loss_of(given: Any, *, log_softmax: bool = False, logits_of: str = "") -> LossOfTorch:
    """Convert a loss: an object of ``torch.nn``, a function of ``nn.functional``, or a name.

    Args:
        given: the loss.
        log_softmax: whether the model ends in one.
        logits_of: the kind of the model's last module.

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
        raise ConversionError(f"the loss is {kind}, expected one of torch.nn: {listed(LOSSES)}")
    _check_end(found.loss, kind, log_softmax=log_softmax, ends_in=logits_of)
    return found


def _check_end(loss: Loss, kind: str, *, log_softmax: bool, ends_in: str) -> None:
    """Refuse a loss that takes something else than what the model ends in."""
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


@dataclass(frozen=True, slots=True)
class OptimizerOfTorch:
    """An optimizer, the layers with what it does not touch frozen, and what it remembers."""

    optimizer: Optimizer
    layers: list[Layer]
    l2: float = 0.0
    state: OptimizerState | None = None


@dataclass(frozen=True, slots=True)
class _Row:
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
    "AdamW": _Row("adamw", {**_ADAM, **_same("weight_decay")}, _MOMENTS, ("amsgrad", "maximize")),
    "RMSprop": _Row(
        "rmsprop",
        {**_RATE, **_same("alpha", "eps", "momentum")},
        {"s": "square_avg", "v": "momentum_buffer"},
        ("centered", "maximize"),
    ),
    "Adagrad": _Row("adagrad", {**_RATE, **_same("lr_decay", "eps")}, {"s": "sum"}, ("maximize",)),
}


def optimizer_of(
    given: Any, layers: Sequence[Layer], parameters: Sequence[tuple[Any, Any]]
) -> OptimizerOfTorch:
    """Convert an optimizer of PyTorch with its settings and state, or choose nntui's by name.

    Args:
        given: the optimizer.
        layers: those of the model.
        parameters: the model's own weights and biases (or None) for each layer.

    Raises:
        ConversionError: nntui has none that is the same.
    """
    if isinstance(given, (str, tuple, Optimizer)):
        return OptimizerOfTorch(Optimizer.of(given), list(layers))
    kind = type(given).__name__
    if kind not in OPTIMIZERS or not hasattr(given, "param_groups"):
        raise ConversionError(
            f"the optimizer is {escaped(kind)}, expected one of torch.optim: {listed(OPTIMIZERS)}"
        )
    row = OPTIMIZERS[kind]
    groups = {id(p): group for group in given.param_groups for p in group["params"]}
    frozen = [_frozen(layer, pair, groups) for layer, pair in zip(layers, parameters, strict=True)]
    trained = [
        (p, groups[id(p)], is_bias)
        for layer, pair in zip(frozen, parameters, strict=True)
        for p, is_frozen, is_bias in (
            (pair[0], layer.frozen_weights, False),
            (pair[1], layer.frozen_biases, True),
        )
        if p is not None and not is_frozen
    ]
    if not trained:
        raise ConversionError("the optimizer has none of the model’s parameters")
    for name in row.unlike:
        if any(group.get(name) for _, group, _ in trained):
            raise ConversionError(f"{kind} with {name} is another rule than nntui’s {row.name}")
    settings = {
        name: _alike(kind, name, [of(group) for _, group, _ in trained])
        for name, of in row.settings.items()
    }
    l2 = 0.0 if "weight_decay" in row.settings else _penalty(kind, trained)
    optimizer = Optimizer.of(row.name, **settings)
    state = _state(given.state, row, frozen, parameters)
    return OptimizerOfTorch(optimizer, frozen, l2, state)


def _frozen(layer: Layer, pair: tuple[Any, Any], groups: Mapping[int, Any]) -> Layer:
    """Freeze what the optimizer does not have."""
    weight, bias = pair
    return replace(
        layer,
        frozen_weights=layer.frozen_weights or id(weight) not in groups,
        frozen_biases=layer.frozen_biases or id(bias) not in groups,
    )


def _alike(kind: str, name: str, values: Sequence[float]) -> float:
    if len(set(values)) > 1:
        several = listed(f"{value:g}" for value in sorted(set(values)))
        raise ConversionError(
            f"{kind} has the {name.replace('_', ' ')} {several} for different parameters, and "
            "nntui has one for all"
        )
    return values[0]


def _penalty(kind: str, trained: Sequence[tuple[Any, Mapping[str, Any], bool]]) -> float:
    """Convert weight_decay, which is nntui's l2 as far as it spares the biases."""
    of_weights = [float(group["weight_decay"]) for _, group, is_bias in trained if not is_bias]
    if any(group["weight_decay"] for _, group, is_bias in trained if is_bias):
        raise ConversionError(
            f"{kind} has a weight_decay for biases, too, and nntui’s l2 is for weights alone: put "
            "the biases into a parameter group with weight_decay=0"
        )
    return _alike(kind, "weight_decay", of_weights) if of_weights else 0.0


def _state(
    states: Mapping[Any, Mapping[str, Any]],
    row: _Row,
    layers: Sequence[Layer],
    parameters: Sequence[tuple[Any, Any]],
) -> OptimizerState | None:
    """Convert what the optimizer remembers; None before its first update."""
    if not any(states.get(p) for pair in parameters for p in pair if p is not None):
        return None
    steps = {
        round(float(states[p]["step"]))
        for pair in parameters
        for p in pair
        if p is not None and "step" in states.get(p, {})
    }
    if len(steps) > 1:
        raise ConversionError(
            f"the optimizer has done {listed(map(str, sorted(steps)))} updates of different "
            "parameters, and nntui counts them together"
        )

    def remembered(p: Any, key: str, shape: tuple[int, ...]) -> Array:
        value = None if p is None else states.get(p, {}).get(key)
        return np.zeros(shape) if value is None else array_of(value, key)

    memory = tuple(
        tuple(
            flat(
                layers,
                [
                    (
                        remembered(weight, row.memory[name], layer.weights.shape),
                        remembered(bias, row.memory[name], (layer.outputs,)),
                    )
                    for layer, (weight, bias) in zip(layers, parameters, strict=True)
                ],
            )
        )
        for name in Optimizer.of(row.name).row.memory
    )
    return OptimizerState(row.name, steps.pop() if steps else 0, 0, memory)
