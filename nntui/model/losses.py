"""Loss functions of one example over K outputs: one table, a row each.

``value(a, y)`` and ``gradient(a, y)`` take two sequences of length K, the outputs' activations
and the targets. Their elements are floats (one example) or arrays (a batch, element by element),
and every sum runs from left to right. Definitions follow PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from nntui.model.activations import sigmoid
from nntui.model.errors import SettingError
from nntui.model.numerics import at_least, at_most, exp, log, log1p, ordered_sum, sign, where
from nntui.model.settings import TableFunction

Vector = Sequence[Any]

_FLATTEST: Final = 1e-12
"""The least a·(1 − a) that the gradient of bce divides by."""


@dataclass(frozen=True, slots=True)
class LossRow:
    """One row of the table: the whole definition of a loss.

    ``spell(a, y)`` and ``spell_gradient(a, y, k)`` write the formula with the given words (names or
    numbers, one an output) in place of a and y. ``kinks(a, y)`` gives a quantity per output whose
    sign changes where the loss's derivative jumps. ``clamped(a, y)`` says whether the gradient is
    held finite by a clamp there, so that it is not the derivative of the value.
    """

    value: Callable[..., Any]
    gradient: Callable[..., list[Any]]
    formula: str
    derivative_formula: str
    spell: Callable[..., str]
    spell_gradient: Callable[..., str]
    settings: Mapping[str, float] = field(default_factory=dict)
    kinks: Callable[[Vector, Vector], list[Any]] = lambda a, y: []
    classes: bool = False  # the target may be a class index
    clamped: Callable[[Vector, Vector], bool] = lambda a, y: False


def _differences(a: Vector, y: Vector) -> list[Any]:
    return [a_k - y_k for a_k, y_k in zip(a, y, strict=True)]


def _squares(a: Vector, y: Vector) -> Any:
    return ordered_sum(d * d for d in _differences(a, y))


def _mean(term: Callable[..., Any]) -> Callable[..., Any]:
    """Make the mean over the outputs of a term of a and y."""

    def value(a: Vector, y: Vector, **settings: float) -> Any:
        terms = (term(a_k, y_k, **settings) for a_k, y_k in zip(a, y, strict=True))
        return ordered_sum(terms) / len(a)

    return value


def _mean_gradient(slope: Callable[..., Any]) -> Callable[..., list[Any]]:
    """Make the gradient of a mean over the outputs, from the derivative of its term."""

    def gradient(a: Vector, y: Vector, **settings: float) -> list[Any]:
        return [slope(a_k, y_k, **settings) / len(a) for a_k, y_k in zip(a, y, strict=True)]

    return gradient


def _spelled_sum(term: str, before: str = "") -> Callable[..., str]:
    """Write a sum of one term an output, such as ``½·((a₁ − y₁)² + (a₂ − y₂)²)``."""

    def spell(a: Sequence[str], y: Sequence[str], **_: float) -> str:
        terms = " + ".join(term.format(a=a_k, y=y_k) for a_k, y_k in zip(a, y, strict=True))
        factor = before.format(K=len(a)).replace("1/1·", "")
        return f"{factor}({terms})" if factor else terms

    return spell


def _spelled_slope(term: str, over_k: bool = False) -> Callable[..., str]:
    def spell(a: Sequence[str], y: Sequence[str], k: int, **_: float) -> str:
        text = term.format(a=a[k], y=y[k])
        return f"{text} / {len(a)}" if over_k and len(a) > 1 else text

    return spell


def _huber(a: Any, y: Any, delta: float) -> Any:
    d = a - y
    return where(abs(d) <= delta, 0.5 * (d * d), delta * (abs(d) - 0.5 * delta))


def _bce(a: Any, y: Any) -> Any:
    """−(y·log a + (1 − y)·log(1 − a)) with the logarithms clamped at −100, as PyTorch does."""
    return -(y * at_least(-100.0, log(a)) + (1.0 - y) * at_least(-100.0, log(1.0 - a)))


def _greatest(a: Vector) -> Any:
    greatest = a[0]
    for a_k in a[1:]:
        greatest = where(a_k > greatest, a_k, greatest)
    return greatest


def _cross_entropy(a: Vector, y: Vector) -> Any:
    """−Σ y·log softmax(a), in the log-sum-exp form: log softmax(a)ₖ = aₖ − m − log Σ e^(a − m)."""
    m = _greatest(a)
    log_sum = log(ordered_sum(exp(a_k - m) for a_k in a))
    return ordered_sum(y_k * (log_sum - (a_k - m)) for a_k, y_k in zip(a, y, strict=True))


def _cross_entropy_gradient(a: Vector, y: Vector) -> list[Any]:
    """softmax(a)·Σy − y; Σy is 1 for a class and for a probability vector."""
    m = _greatest(a)
    powers = [exp(a_k - m) for a_k in a]
    total, weight = ordered_sum(powers), ordered_sum(y)
    return [p / total * weight - y_k for p, y_k in zip(powers, y, strict=True)]


def _spell_cross_entropy(a: Sequence[str], y: Sequence[str], **_: float) -> str:
    total = " + ".join(f"e^{a_k}" for a_k in a)
    terms = [
        f"log(e^{a_k} / ({total}))" if y_k == "1" else f"{y_k}·log(e^{a_k} / ({total}))"
        for a_k, y_k in zip(a, y, strict=True)
        if y_k != "0"
    ]
    return " ".join(f"− {term}" for term in terms).replace("− ", "−", 1)


def _spell_softmax_slope(a: Sequence[str], y: Sequence[str], k: int, **_: float) -> str:
    return f"e^{a[k]} / ({' + '.join(f'e^{a_k}' for a_k in a)}) − {y[k]}"


LOSSES: Final[dict[str, LossRow]] = {
    "squared_error": LossRow(
        _squares,
        lambda a, y: [2.0 * d for d in _differences(a, y)],
        "Σ(a − y)²", "2·(a − y)",
        _spelled_sum("({a} − {y})²"), _spelled_slope("2 · ({a} − {y})"),
    ),
    "half_squared_error": LossRow(
        lambda a, y: 0.5 * _squares(a, y),
        _differences,
        "½·Σ(a − y)²", "a − y",
        _spelled_sum("({a} − {y})²", "½·"), _spelled_slope("{a} − {y}"),
    ),
    "mse": LossRow(
        lambda a, y: _squares(a, y) / len(a),
        _mean_gradient(lambda a, y: 2.0 * (a - y)),
        "1/K·Σ(a − y)²", "2·(a − y) / K",
        _spelled_sum("({a} − {y})²", "1/{K}·"), _spelled_slope("2 · ({a} − {y})", over_k=True),
    ),
    "mae": LossRow(
        _mean(lambda a, y: abs(a - y)),
        _mean_gradient(lambda a, y: sign(a - y)),
        "1/K·Σ|a − y|", "sign(a − y) / K",
        _spelled_sum("|{a} − {y}|", "1/{K}·"), _spelled_slope("sign({a} − {y})", over_k=True),
        kinks=_differences,
    ),
    "huber": LossRow(
        _mean(_huber),
        _mean_gradient(lambda a, y, delta: at_most(delta, at_least(-delta, a - y))),
        "1/K·Σ huber(a − y), huber(d) = ½d² if |d| ≤ δ else δ·(|d| − ½δ)",
        "min(δ, max(−δ, a − y)) / K",
        _spelled_sum("huber({a} − {y})", "1/{K}·"),
        _spelled_slope("clamp({a} − {y})", over_k=True),
        settings={"delta": 1.0},
    ),
    "bce": LossRow(
        _mean(_bce),
        _mean_gradient(lambda a, y: (a - y) / at_least(_FLATTEST, a * (1.0 - a))),
        "−1/K·Σ(y·log a + (1 − y)·log(1 − a))", "(a − y) / (a·(1 − a)) / K",
        _spelled_sum("{y}·log {a} + (1 − {y})·log(1 − {a})", "−1/{K}·"),
        _spelled_slope("({a} − {y}) / ({a} · (1 − {a}))", over_k=True),
        kinks=lambda a, y: [
            q
            for a_k in a
            for q in (log(a_k) + 100.0, log(1.0 - a_k) + 100.0, a_k * (1.0 - a_k) - _FLATTEST)
        ],
        clamped=lambda a, y: any(a_k * (1.0 - a_k) < _FLATTEST for a_k in a),
    ),
    "bce_with_logits": LossRow(
        _mean(lambda a, y: at_least(0.0, a) - a * y + log1p(exp(-abs(a)))),
        _mean_gradient(lambda a, y: sigmoid(a) - y),
        "1/K·Σ(max(a, 0) − a·y + log(1 + e^−|a|))", "(σ(a) − y) / K",
        _spelled_sum("max({a}, 0) − {a} · {y} + log(1 + e^−|{a}|)", "1/{K}·"),
        _spelled_slope("(σ({a}) − {y})", over_k=True),
    ),
    "cross_entropy": LossRow(
        _cross_entropy,
        _cross_entropy_gradient,
        "−Σ y·log softmax(a)", "softmax(a) − y",
        _spell_cross_entropy, _spell_softmax_slope,
        classes=True,
    ),
}  # fmt: skip


class Loss(TableFunction[LossRow]):
    """A loss with its settings chosen, such as huber with delta 2."""

    __slots__ = ()
    KIND = "loss"
    TABLE = LOSSES

    @classmethod
    def check(cls, settings: Mapping[str, float]) -> None:
        if settings.get("delta", 1.0) <= 0.0:
            raise SettingError(repr(settings["delta"]), "a number above 0", "delta")

    def value(self, a: Vector, y: Vector) -> Any:
        """The loss of one example (or, with arrays in a and y, of each example of a batch)."""
        return self.row.value(a, y, **dict(self.settings))

    def gradient(self, a: Vector, y: Vector) -> list[Any]:
        """∂L/∂a[k] for every output k."""
        return self.row.gradient(a, y, **dict(self.settings))
