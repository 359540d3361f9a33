"""Optimizers: one table, a row each, with PyTorch's update rules and defaults.

``update(p, g, memory, t, **settings)`` is the rule itself (see ``optimizer_rules``); ``memory``
names the values that it keeps of each parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Final

from msgspec import Struct

from nntui.model import optimizer_rules as rules
from nntui.model.errors import SettingError
from nntui.model.settings import TableFunction

Memory = tuple[Any, ...]
Updated = tuple[Any, Memory]


class OptimizerRow(Struct, frozen=True):
    """One row of the table: the whole definition of an optimizer.

    ``memory`` names what is kept of each parameter. ``formula`` holds (name, right-hand side) pairs
    in the order of computing, the last one being the parameter p itself. ``decays`` names
    the decay β of each running mean that is corrected for its start at 0: m̂ = m / (1 − βᵗ).
    """

    update: Callable[..., Updated]
    memory: tuple[str, ...]
    formula: Callable[..., list[tuple[str, str]]]
    settings: Mapping[str, float]
    decays: Mapping[str, str] = {}
    use: str = ""  # a word for the user about when to choose it


def _decayed(weight_decay: float) -> str:
    """Write the gradient with the weight decay in it, if there is any."""
    return "{g} + {weight_decay} · {p_before}" if weight_decay else "{g}"


def _in_brackets(weight_decay: float) -> str:
    return f"({_decayed(weight_decay)})" if weight_decay else "{g}"


def _sgd_formula(
    *, momentum: float, nesterov: bool, weight_decay: float, **_: float
) -> list[tuple[str, str]]:
    g = _decayed(weight_decay)
    if not momentum:
        return [("p", "{p} − {learning_rate} · " + _in_brackets(weight_decay))]
    velocity = ("v", "{momentum} · {v_before} + " + g)
    if nesterov:
        return [velocity, ("p", "{p} − {learning_rate} · (" + g + " + {momentum} · {v})")]
    return [velocity, ("p", "{p} − {learning_rate} · {v}")]


_ADAM_STEP: Final = " − {learning_rate} · {m_hat} / (√{v_hat} + {eps})"


def _adam_formula(*, weight_decay: float, **_: float) -> list[tuple[str, str]]:
    g = _in_brackets(weight_decay)
    return [
        ("m", "{beta1} · {m_before} + (1 − {beta1}) · " + g),
        ("v", "{beta2} · {v_before} + (1 − {beta2}) · " + g + "²"),
        ("m̂", "{m} / (1 − {beta1}^{t})"),
        ("v̂", "{v} / (1 − {beta2}^{t})"),
        ("p", "{p}" + _ADAM_STEP),
    ]


def _adamw_formula(*, weight_decay: float, **_: float) -> list[tuple[str, str]]:
    *moments, step = _adam_formula(weight_decay=0.0)
    if not weight_decay:
        return [*moments, step]
    return [*moments, ("p", "{p} · (1 − {learning_rate}·{weight_decay})" + _ADAM_STEP)]


def _rmsprop_formula(*, momentum: float, weight_decay: float, **_: float) -> list[tuple[str, str]]:
    g = _in_brackets(weight_decay)
    mean_square = ("s", "{alpha} · {s_before} + (1 − {alpha}) · " + g + "²")
    if not momentum:
        return [mean_square, ("p", "{p} − {learning_rate} · " + g + " / (√{s} + {eps})")]
    return [
        mean_square,
        ("v", "{momentum} · {v_before} + " + g + " / (√{s} + {eps})"),
        ("p", "{p} − {learning_rate} · {v}"),
    ]


def _adagrad_formula(*, lr_decay: float, weight_decay: float, **_: float) -> list[tuple[str, str]]:
    g = _in_brackets(weight_decay)
    rate = "{learning_rate} / (1 + {t_before} · {lr_decay})" if lr_decay else "{learning_rate}"
    return [
        ("s", "{s_before} + " + g + "²"),
        ("p", "{p} − " + rate + " · " + g + " / (√{s} + {eps})"),
    ]


OPTIMIZERS: Final[dict[str, OptimizerRow]] = {
    "sgd": OptimizerRow(
        rules.sgd, ("v",), _sgd_formula,
        {"learning_rate": 0.001, "momentum": 0.0, "nesterov": False, "weight_decay": 0.0},
        use="against the gradient, times the learning rate: the rule to learn first",
    ),
    "adam": OptimizerRow(
        rules.adam, ("m", "v"), _adam_formula,
        {"learning_rate": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.0},
        decays={"m": "beta1", "v": "beta2"},
        use="a step of its own for each weight: fast, and seldom needs tuning",
    ),
    "adamw": OptimizerRow(
        rules.adamw, ("m", "v"), _adamw_formula,
        {
            "learning_rate": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8,
            "weight_decay": 0.01, "decay_biases": True,
        },
        decays={"m": "beta1", "v": "beta2"},
        use="adam whose weight_decay shrinks each weight beside the step, not by its gradient",
    ),
    "rmsprop": OptimizerRow(
        rules.rmsprop, ("s", "v"), _rmsprop_formula,
        {"learning_rate": 0.01, "alpha": 0.99, "eps": 1e-8, "momentum": 0.0, "weight_decay": 0.0},
        use="divides by the usual size of the gradient",
    ),
    "adagrad": OptimizerRow(
        rules.adagrad, ("s",), _adagrad_formula,
        {"learning_rate": 0.01, "lr_decay": 0.0, "eps": 1e-10, "weight_decay": 0.0},
        use="smaller steps for what has moved a lot already",
    ),
}  # fmt: skip

# Outside these the rules lose their meaning (a decay of 1 divides by 0, say).
_BELOW_ONE: Final = ("beta1", "beta2", "alpha")


@dataclass(frozen=True, slots=True)
class OptimizerState:
    """What a run goes on from, after ``updates`` in ``epochs`` of runs before.

    ``optimizer``: the name of the one whose memory it is. ``memory``: for each quantity in the
    order of its row a number for each parameter in canonical order (K × P), or () for zeros.
    """

    optimizer: str = ""
    updates: int = 0
    epochs: int = 0
    memory: tuple[tuple[float, ...], ...] = field(default=(), repr=False)


class Optimizer(TableFunction[OptimizerRow]):
    """An optimizer with its settings chosen, such as sgd with learning_rate 0.5."""

    __slots__ = ()
    KIND = "optimizer"
    TABLE = OPTIMIZERS

    @classmethod
    def check(cls, settings: Mapping[str, float]) -> None:
        for setting, value in settings.items():
            if setting in _BELOW_ONE and not 0.0 <= value < 1.0:
                raise SettingError(repr(value), "a number from 0 to below 1", setting)
            if value < 0.0:
                raise SettingError(repr(value), "a number of at least 0", setting)
        if not isfinite(settings["learning_rate"] * settings["weight_decay"]):
            expected = "a number whose product with learning_rate a float can hold"
            raise SettingError(repr(settings["weight_decay"]), expected, "weight_decay")
        if settings.get("nesterov") and not settings["momentum"]:
            raise SettingError("true", "false, or a momentum above 0", "nesterov")

    @property
    def learning_rate(self) -> float:
        """The step size."""
        return float(dict(self.settings)["learning_rate"])

    @property
    def gradient_decay(self) -> float:
        """The weight decay that is added to the gradient, as λ·p; adamw shrinks p instead."""
        return 0.0 if self.name == "adamw" else float(dict(self.settings)["weight_decay"])

    def first_memory(self) -> Memory:
        """What is remembered of a parameter before its first update: zeros."""
        return (0.0,) * len(self.row.memory)

    def settings_of(self, is_weight: Any = True) -> dict[str, Any]:
        """The settings as the rule takes them for a weight, for a bias, or for an array of both."""
        settings = dict(self.settings)
        if not settings.pop("decay_biases", True):
            settings["weight_decay"] = is_weight * settings["weight_decay"]
        return settings

    def update(self, p: Any, g: Any, memory: Memory, t: int, is_weight: Any = True) -> Updated:
        """The parameter and the memory after update number t (from 1), for floats or arrays."""
        return self.row.update(p, g, memory, t, **self.settings_of(is_weight))

    def quantities(self, before: Memory, after: Memory, t: int) -> dict[str, Any]:
        """The numbers of the formula beside p, g and the settings, by the names it gives them."""
        if not (names := self.row.memory):
            return {"t_before": float(t - 1)}
        settings = dict(self.settings)
        numbers = dict(zip(names, after, strict=True)) | {"t_before": float(t - 1)}
        numbers |= {f"{name}_before": value for name, value in zip(names, before, strict=True)}
        for name, decay in self.row.decays.items():
            hat = numbers[name] / (1.0 - settings[decay] ** t)
            numbers |= {f"{name}_hat": hat, f"{name}\N{COMBINING CIRCUMFLEX ACCENT}": hat}
        return numbers
