"""Loss functions of one example over K outputs: one table, a row each.

``value(a, y)`` and ``gradient(a, y)`` take two sequences of length K, the outputs' activations
and the targets. Their elements are floats (one example) or arrays (a batch, element by element),
and every sum runs from left to right. Definitions follow PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec import Struct

from nntui.model.errors import SettingError, counted
from nntui.model.numerics import (
    at_least,
    at_most,
    exp,
    log,
    log1p,
    ordered_sum,
    product,
    sigmoid,
    sign,
    where,
)
from nntui.model.settings import SettingValue, TableFunction

Vector = Sequence[Any]

_FLATTEST: Final = 1e-12
"""The least a·(1 − a) that the gradient of bce divides by."""


class LossRow(Struct, frozen=True):
    """One row of the table: the whole definition of a loss.

    ``value`` and ``gradient`` take, beside a, y and the settings, ``over``: what a loss that is a
    mean over the outputs divides by (K, or 1 where it is to be a sum). ``spell(a, y)`` and
    ``spell_gradient(a, y, k)`` write the formula with the given words (names or numbers, one an
    output) in place of a and y. ``plain`` holds the two formulas where every setting has its
    default. ``kinks(a, y)`` gives a quantity per output whose sign changes where the loss's
    derivative jumps. ``clamped(a, y)`` says whether the gradient is held finite by a clamp there,
    so that it is not the derivative of the value.
    """

    value: Callable[..., Any]
    gradient: Callable[..., list[Any]]
    formula: str
    derivative_formula: str
    spell: Callable[..., str]
    spell_gradient: Callable[..., str]
    settings: Mapping[str, SettingValue] = {}
    plain: tuple[str, str] | None = None
    kinks: Callable[[Vector, Vector], list[Any]] = lambda a, y: []
    classes: bool = False  # the target may be a class index
    use: str = ""  # a word for the user about when to choose it
    clamped: Callable[[Vector, Vector], bool] = lambda a, y: False


def _differences(a: Vector, y: Vector) -> list[Any]:
    return [a_k - y_k for a_k, y_k in zip(a, y, strict=True)]


def _squares(a: Vector, y: Vector, **_: Any) -> Any:
    return ordered_sum(d * d for d in _differences(a, y))


def _of_output(value: Any, k: int) -> float:
    """Return a setting's number for output k: of a list its own."""
    number: float = value[k] if isinstance(value, tuple) else value
    return number


def _at(settings: Mapping[str, Any], k: int) -> dict[str, float]:
    return {key: _of_output(value, k) for key, value in settings.items()}


def _scaled(factor: float, x: Any) -> Any:
    return x if factor == 1.0 else factor * x


def _mean(term: Callable[..., Any]) -> Callable[..., Any]:
    """Make the mean over the outputs of a term of a and y."""

    def value(a: Vector, y: Vector, over: int, **settings: Any) -> Any:
        pairs = enumerate(zip(a, y, strict=True))
        return ordered_sum(term(a_k, y_k, **_at(settings, k)) for k, (a_k, y_k) in pairs) / over

    return value


def _mean_gradient(slope: Callable[..., Any]) -> Callable[..., list[Any]]:
    """Make the gradient of a mean over the outputs, from the derivative of its term."""

    def gradient(a: Vector, y: Vector, over: int, **settings: Any) -> list[Any]:
        pairs = enumerate(zip(a, y, strict=True))
        return [slope(a_k, y_k, **_at(settings, k)) / over for k, (a_k, y_k) in pairs]

    return gradient


def _weighed(text: str, settings: Mapping[str, Any], k: int) -> str:
    """Fill in the words for output k's settings; a factor of 1 is left out."""
    for key, number in _at(settings, k).items():
        word = repr(number).removesuffix(".0")
        text = text.replace(f"{{{key}}}·", "" if number == 1.0 else f"{word}·")
    return text


def _spelled_sum(term: str, before: str = "") -> Callable[..., str]:
    """Write a sum of one term an output, such as ``½·((a₁ − y₁)² + (a₂ − y₂)²)``."""

    def spell(a: Sequence[str], y: Sequence[str], over: int, **settings: Any) -> str:
        terms = " + ".join(
            _weighed(term, settings, k).format(a=a_k, y=y_k)
            for k, (a_k, y_k) in enumerate(zip(a, y, strict=True))
        )
        factor = before.format(K=over).replace("1/1·", "")
        return f"{factor}({terms})" if factor else terms

    return spell


def _spelled_slope(term: str, over_k: bool = False) -> Callable[..., str]:
    def spell(a: Sequence[str], y: Sequence[str], k: int, over: int, **settings: Any) -> str:
        text = _weighed(term, settings, k).format(a=a[k], y=y[k])
        return f"{text} / {over}" if over_k and over > 1 else text

    return spell


def _unless_plain(weighed: Callable[..., str], plain: Callable[..., str]) -> Callable[..., str]:
    """Write the second form where pos_weight is 1 for every output, the first elsewhere."""

    def spell(*words: Any, pos_weight: Any, **rest: Any) -> str:
        if pos_weight == 1.0:
            return plain(*words, **rest)
        return weighed(*words, pos_weight=pos_weight, **rest)

    return spell


def _huber(a: Any, y: Any, delta: float) -> Any:
    d = a - y
    return where(abs(d) <= delta, 0.5 * (d * d), delta * (abs(d) - 0.5 * delta))


def _bce(a: Any, y: Any, weight: float) -> Any:
    """−(y·log a + (1 − y)·log(1 − a)) with the logarithms clamped at −100, as PyTorch does."""
    logs = y * at_least(-100.0, log(a)) + (1.0 - y) * at_least(-100.0, log1p(-a))
    return _scaled(weight, -logs)


def _bce_slope(a: Any, y: Any, weight: float) -> Any:
    return _scaled(weight, (a - y) / at_least(_FLATTEST, a * (1.0 - a)))


def _bce_with_logits(a: Any, y: Any, pos_weight: float) -> Any:
    """pos_weight·y·log(1 + e^−a) + (1 − y)·log(1 + e^a), from e^−|a| so that nothing overflows.

    0·∞ is 0, so that an infinite a on the right side costs nothing (in PyTorch: nan).
    """
    rest = log1p(exp(-abs(a)))
    if pos_weight != 1.0:
        rest = (1.0 + (pos_weight - 1.0) * y) * rest
    wrong = product(1.0 - y, at_least(0.0, a)) + product(_scaled(pos_weight, y), at_least(0.0, -a))
    return wrong + rest


def _bce_with_logits_slope(a: Any, y: Any, pos_weight: float) -> Any:
    if pos_weight == 1.0:
        return sigmoid(a) - y
    return (1.0 - y) * sigmoid(a) - pos_weight * y * sigmoid(-a)


def _greatest(a: Vector) -> Any:
    greatest = a[0]
    for a_k in a[1:]:
        greatest = where(a_k > greatest, a_k, greatest)
    return greatest


def softmax(a: Vector) -> list[Any]:
    """The probabilities e^aₖ / Σ e^a that cross_entropy makes of the outputs."""
    m = _greatest(a)
    powers = [exp(a_k - m) for a_k in a]
    total = ordered_sum(powers)
    return [power / total for power in powers]


def _class_weights(y: Vector, label_smoothing: float, weight: Any) -> list[Any]:
    """How much each class's logarithm counts: weight·((1 − label_smoothing)·y + that / K)."""
    if label_smoothing:
        y = [(1.0 - label_smoothing) * y_k + label_smoothing / len(y) for y_k in y]
    return [_scaled(_of_output(weight, k), y_k) for k, y_k in enumerate(y)]


def _cross_entropy(a: Vector, y: Vector, label_smoothing: float, weight: Any, **_: Any) -> Any:
    """−Σ q·log softmax(a), in the log-sum-exp form: log softmax(a)ₖ = aₖ − m − log Σ e^(a − m).

    0·∞ is 0: an infinite logarithm of a class that does not count costs nothing.
    """
    m, q = _greatest(a), _class_weights(y, label_smoothing, weight)
    log_sum = log(ordered_sum(exp(a_k - m) for a_k in a))
    return ordered_sum(product(q_k, log_sum - (a_k - m)) for a_k, q_k in zip(a, q, strict=True))


def _cross_entropy_gradient(
    a: Vector, y: Vector, label_smoothing: float, weight: Any, **_: Any
) -> list[Any]:
    """softmax(a)·Σq − q; with no weights, Σq is 1 for a class and for probabilities."""
    m, q = _greatest(a), _class_weights(y, label_smoothing, weight)
    powers = [exp(a_k - m) for a_k in a]
    total, counts = ordered_sum(powers), ordered_sum(q)
    return [p / total * counts - q_k for p, q_k in zip(powers, q, strict=True)]


def _spell_cross_entropy(a: Sequence[str], y: Sequence[str], **_: Any) -> str:
    total = " + ".join(f"e^{a_k}" for a_k in a)
    terms = [
        f"log(e^{a_k} / ({total}))" if y_k == "1" else f"{y_k}·log(e^{a_k} / ({total}))"
        for a_k, y_k in zip(a, y, strict=True)
        if y_k != "0"
    ]
    return " ".join(f"− {term}" for term in terms).replace("− ", "−", 1) or "0"


def _spell_softmax_slope(
    a: Sequence[str], y: Sequence[str], k: int, total: str = "1", **_: Any
) -> str:
    factor = "" if total == "1" else f" · {total}"
    return f"e^{a[k]} / ({' + '.join(f'e^{a_k}' for a_k in a)}){factor} − {y[k]}"


LOSSES: Final[dict[str, LossRow]] = {
    "squared_error": LossRow(
        _squares,
        lambda a, y, **_: [2.0 * d for d in _differences(a, y)],
        "Σ(a − t)²", "2·(a − t)",
        _spelled_sum("({a} − {y})²"), _spelled_slope("2 · ({a} − {y})"),
        use="numbers: the sum of (a − t)² over the outputs",
    ),
    "half_squared_error": LossRow(
        lambda a, y, **_: 0.5 * _squares(a, y),
        lambda a, y, **_: _differences(a, y),
        "½·Σ(a − t)²", "a − t",
        _spelled_sum("({a} − {y})²", "½·"), _spelled_slope("{a} − {y}"),
        use="numbers, as in many textbooks: its gradient is a − t",
    ),
    "mse": LossRow(
        lambda a, y, over: _squares(a, y) / over,
        _mean_gradient(lambda a, y: 2.0 * (a - y)),
        "1/K·Σ(a − t)²", "2·(a − t) / K",
        _spelled_sum("({a} − {y})²", "1/{K}·"), _spelled_slope("2 · ({a} − {y})", over_k=True),
        use="numbers: the mean of (a − t)² over the outputs",
    ),
    "mae": LossRow(
        _mean(lambda a, y: abs(a - y)),
        _mean_gradient(lambda a, y: sign(a - y)),
        "1/K·Σ|a − t|", "sign(a − t) / K",
        _spelled_sum("|{a} − {y}|", "1/{K}·"), _spelled_slope("sign({a} − {y})", over_k=True),
        kinks=_differences,
        use="numbers with outliers: errors by their size alone",
    ),
    "huber": LossRow(
        _mean(_huber),
        _mean_gradient(lambda a, y, delta: at_most(delta, at_least(-delta, a - y))),
        "1/K·Σ huber(a − t), huber(d) = ½d² if |d| ≤ δ else δ·(|d| − ½δ)",
        "min(δ, max(−δ, a − t)) / K",
        _spelled_sum("huber({a} − {y})", "1/{K}·"),
        _spelled_slope("clamp({a} − {y})", over_k=True),
        settings={"delta": 1.0},
        use="numbers with outliers: squared only when small",
    ),
    "bce": LossRow(
        _mean(_bce),
        _mean_gradient(_bce_slope),
        "−1/K·Σ weight·(t·log a + (1 − t)·log(1 − a))", "weight·(a − t) / (a·(1 − a)) / K",
        _spelled_sum("{weight}·{y}·log {a} + {weight}·(1 − {y})·log(1 − {a})", "−1/{K}·"),
        _spelled_slope("{weight}·({a} − {y}) / ({a} · (1 − {a}))", over_k=True),
        settings={"weight": 1.0},
        plain=("−1/K·Σ(t·log a + (1 − t)·log(1 − a))", "(a − t) / (a·(1 − a)) / K"),
        kinks=lambda a, y: [
            q
            for a_k in a
            for q in (log(a_k) + 100.0, log1p(-a_k) + 100.0, a_k * (1.0 - a_k) - _FLATTEST)
        ],
        clamped=lambda a, y: any(a_k * (1.0 - a_k) < _FLATTEST for a_k in a),
        use="yes or no (targets 0 and 1) with sigmoid outputs",
    ),
    "bce_with_logits": LossRow(
        _mean(_bce_with_logits),
        _mean_gradient(_bce_with_logits_slope),
        "1/K·Σ(pos_weight·t·log(1 + e^−a) + (1 − t)·log(1 + e^a))",
        "((1 − t)·σ(a) − pos_weight·t·σ(−a)) / K",
        _unless_plain(
            _spelled_sum("{pos_weight}·{y}·log(1 + e^−{a}) + (1 − {y})·log(1 + e^{a})", "1/{K}·"),
            _spelled_sum("max({a}, 0) − {a} · {y} + log(1 + e^−|{a}|)", "1/{K}·"),
        ),
        _unless_plain(
            _spelled_slope("((1 − {y})·σ({a}) − {pos_weight}·{y}·σ(−{a}))", over_k=True),
            _spelled_slope("(σ({a}) − {y})", over_k=True),
        ),
        settings={"pos_weight": 1.0},
        plain=("1/K·Σ(max(a, 0) − a·t + log(1 + e^−|a|))", "(σ(a) − t) / K"),
        use="yes or no, linear outputs: the sigmoid is in the loss",
    ),
    "cross_entropy": LossRow(
        _cross_entropy,
        _cross_entropy_gradient,
        "−Σ q·log softmax(a), q = weight·((1 − label_smoothing)·t + label_smoothing/K)",
        "softmax(a)·Σq − q",
        _spell_cross_entropy, _spell_softmax_slope,
        settings={"label_smoothing": 0.0, "weight": 1.0},
        plain=("−Σ t·log softmax(a)", "softmax(a) − t"),
        classes=True,
        use="one class of several, linear outputs: softmax is in it",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class Loss(TableFunction[LossRow]):
    """A loss with its settings chosen, such as huber with delta 2.

    ``summed``: a loss that is a mean over the outputs is their sum instead, as PyTorch's are with
    the reduction "sum" (the training says so).
    """

    KIND = "loss"
    TABLE = LOSSES
    LISTS = frozenset({"weight", "pos_weight"})

    summed: bool = field(default=False, compare=False, repr=False)

    @classmethod
    def check(cls, settings: Mapping[str, SettingValue]) -> None:
        for key, value in settings.items():
            for number in value if isinstance(value, tuple) else (value,):
                if key == "delta" and number <= 0.0:
                    raise SettingError(repr(number), "a number above 0", key)
                if number < 0.0:
                    raise SettingError(repr(number), "a number of at least 0", key)
                if key == "label_smoothing" and number > 1.0:
                    raise SettingError(repr(number), "a number from 0 to 1", key)

    def check_outputs(self, count: int) -> None:
        """Raise a ``SettingError`` unless a setting that is a list has a number an output."""
        for key, value in self.settings:
            if isinstance(value, tuple) and len(value) != count:
                found, expected = counted(len(value), "number"), f"{count}, one for each output"
                raise SettingError(found, f"{expected} neuron, or a single one for all", key)

    def with_output(self, k: int, *, deleted: bool) -> Loss:
        """Add a 1 for a new output k to each setting that is a list, or take its number out."""
        fitted = tuple(
            (key, (*v[:k], *(() if deleted else (1.0,)), *v[k + deleted :]))
            if isinstance(v, tuple)
            else (key, v)
            for key, v in self.settings
        )
        return Loss(self.name, fitted, self.summed)

    def value(self, a: Vector, y: Vector) -> Any:
        """The loss of one example (or, with arrays in a and y, of each example of a batch)."""
        return self.row.value(a, y, **self._arguments(a))

    def gradient(self, a: Vector, y: Vector) -> list[Any]:
        """∂L/∂a[k] for every output k."""
        return self.row.gradient(a, y, **self._arguments(a))

    @property
    def is_plain(self) -> bool:
        """Whether every setting has its default."""
        return all(value == self.row.settings[key] for key, value in self.settings)

    @property
    def formulas(self) -> tuple[str, str]:
        """The formulas of the value and of its derivative, as the settings make them."""
        row = self.row
        both = (row.plain if self.is_plain else None) or (row.formula, row.derivative_formula)
        if not self.summed:
            return both
        return both[0].replace("1/K·", ""), both[1].removesuffix(" / K")

    def weighed(self, y: Sequence[float]) -> Sequence[float]:
        """What the formula shows for the targets: for cross_entropy how much each class counts."""
        return _class_weights(y, **dict(self.settings)) if self.row.classes else y

    def spell(self, a: Sequence[str], y: Sequence[str]) -> str:
        """Write the value with these words for the outputs and the targets (see ``weighed``)."""
        return self.row.spell(a, y, **self._arguments(a))

    def spell_gradient(self, a: Sequence[str], y: Sequence[str], k: int, total: str = "1") -> str:
        """Write the derivative by output k; ``total``: the sum of the weighed targets."""
        extra = {"total": total} if self.row.classes else {}
        return self.row.spell_gradient(a, y, k, **extra, **self._arguments(a))

    def _arguments(self, a: Sequence[Any]) -> dict[str, Any]:
        return {"over": 1 if self.summed else len(a), **dict(self.settings)}
