"""The table of losses: values, gradients, conventions at kinks, non-finite numbers, bits."""

import math
from dataclasses import replace

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from hypothesis import given
from hypothesis import strategies as st
from support.bits import bits, bits_of
from support.oracle import LOSSES as ORACLE

from nntui.model.errors import SettingError
from nntui.model.losses import LOSSES, Loss

VARIANTS = [
    *(Loss.of(name) for name in LOSSES),
    Loss.of("huber", delta=0.3),
    Loss.of("huber", delta=2.5),
    Loss.of("bce", weight=[0.5, 2.0, 3.0, 0.0]),
    Loss.of("bce", weight=2.5),
    Loss.of("bce_with_logits", pos_weight=3.0),
    Loss.of("bce_with_logits", pos_weight=[0.5, 2.0, 1.0, 0.0]),
    Loss.of("cross_entropy", label_smoothing=0.1),
    Loss.of("cross_entropy", weight=[0.5, 2.0, 3.0, 0.0]),
    Loss.of("cross_entropy", label_smoothing=0.3, weight=[3.0, 0.0, 0.25, 1.0]),
    *(replace(Loss.of(name), summed=True) for name in LOSSES),
]
each = pytest.mark.parametrize(
    "loss", VARIANTS, ids=lambda loss: f"{loss.name}{loss.settings}{loss.summed}"
)
everything = st.floats() | st.sampled_from([0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan])


@st.composite
def outputs_and_targets(draw: st.DrawFn, loss: Loss) -> tuple[list[float], list[float]]:
    size = draw(st.integers(1, 4))
    unit = st.floats(1e-3, 0.999)
    a = draw(
        st.lists(unit if loss.name == "bce" else st.floats(-8, 8), min_size=size, max_size=size)
    )
    if loss.name == "cross_entropy":
        parts = draw(st.lists(st.floats(0.01, 1.0), min_size=size, max_size=size))
        if draw(st.booleans()):
            return a, [1.0] + [0.0] * (size - 1)
        y = [part / sum(parts) for part in parts]
    else:
        probabilities = loss.name.startswith("bce")
        number = st.floats(0.0, 1.0) if probabilities else st.floats(-8, 8)
        y = draw(st.lists(number, min_size=size, max_size=size))
    return a, y


@each
@given(data=st.data())
def test_values_and_gradients_equal_automatic_differentiation(loss, data) -> None:
    a, y = data.draw(outputs_and_targets(loss))

    def oracle(vector):
        outputs = [vector[k] for k in range(len(y))]
        # A list of one would be a class index.
        target = 0 if loss.name == "cross_entropy" and len(y) == 1 else y
        return ORACLE[loss.name](outputs, target, summed=loss.summed, **dict(loss.settings))

    assert loss.value(a, y) == pytest.approx(float(oracle(anp.array(a))), rel=1e-10, abs=1e-13)
    expected = grad(oracle)(anp.array(a)).tolist()
    assert loss.gradient(a, y) == pytest.approx(expected, rel=1e-10, abs=1e-13)


@each
@given(data=st.data())
def test_gradients_equal_central_differences_away_from_kinks(loss, data) -> None:
    a, y = data.draw(outputs_and_targets(loss))
    h = 6e-6
    gradient = loss.gradient(a, y)
    for k in range(len(a)):
        up = [a_n + h * (n == k) for n, a_n in enumerate(a)]
        down = [a_n - h * (n == k) for n, a_n in enumerate(a)]
        crossed = any(
            (before > 0) != (after > 0) or before == 0
            for before, after in zip(loss.row.kinks(down, y), loss.row.kinks(up, y), strict=True)
        )
        if not crossed:
            numeric = (loss.value(up, y) - loss.value(down, y)) / (2.0 * h)
            # A weight multiplies the error of cutting the series off, too (3 is the greatest).
            scale = 3.0 if loss.settings else 1.0
            assert gradient[k] == pytest.approx(numeric, rel=1e-4, abs=2e-5 * scale)


@pytest.mark.parametrize(
    ("name", "a", "y", "value", "gradient"),
    [
        ("squared_error", [1.0, 3.0], [0.0, 1.0], 5.0, [2.0, 4.0]),
        ("half_squared_error", [1.0, 3.0], [0.0, 1.0], 2.5, [1.0, 2.0]),
        ("mse", [1.0, 3.0], [0.0, 1.0], 2.5, [1.0, 2.0]),
        ("mae", [1.0, -3.0], [0.0, 1.0], 2.5, [0.5, -0.5]),
        ("mae", [1.0], [1.0], 0.0, [0.0]),
        ("huber", [0.5, -3.0], [0.0, 1.0], (0.125 + 3.5) / 2, [0.25, -0.5]),
        ("huber", [1.0], [0.0], 0.5, [1.0]),
        ("bce", [0.5], [1.0], math.log(2.0), [-2.0]),
        ("bce", [0.0], [1.0], 100.0, [-1e12]),
        ("bce", [1.0], [0.0], 100.0, [1e12]),
        ("bce", [0.0], [0.0], 0.0, [0.0]),
        ("bce", [1.0], [1.0], 0.0, [0.0]),
        ("bce", [1e-60], [1.0], 100.0, [-1e12]),
        ("bce_with_logits", [0.0], [1.0], math.log(2.0), [-0.5]),
        ("bce_with_logits", [1000.0], [0.0], 1000.0, [1.0]),
        ("bce_with_logits", [-1000.0], [1.0], 1000.0, [-1.0]),
        ("bce_with_logits", [1000.0], [1.0], 0.0, [0.0]),
        ("cross_entropy", [0.0, 0.0], [1.0, 0.0], math.log(2.0), [-0.5, 0.5]),
        ("cross_entropy", [1000.0, 0.0], [1.0, 0.0], 0.0, [0.0, 0.0]),
        ("cross_entropy", [1000.0, 0.0], [0.0, 1.0], 1000.0, [1.0, -1.0]),
        ("cross_entropy", [-1e4, -1e4], [0.5, 0.5], math.log(2.0), [0.0, 0.0]),
        ("cross_entropy", [3.0], [1.0], 0.0, [0.0]),
        # Infinite and huge outputs, where 0·∞ is 0.
        ("cross_entropy", [0.0, -math.inf], [1.0, 0.0], 0.0, [0.0, 0.0]),
        ("cross_entropy", [0.0, -math.inf], [0.0, 1.0], math.inf, [1.0, -1.0]),
        ("cross_entropy", [1e308, -1e308], [1.0, 0.0], 0.0, [0.0, 0.0]),
        ("cross_entropy", [1e308, -1e308], [0.0, 1.0], math.inf, [1.0, -1.0]),
        ("bce_with_logits", [math.inf], [1.0], 0.0, [0.0]),
        ("bce_with_logits", [-math.inf], [0.0], 0.0, [0.0]),
        ("bce_with_logits", [math.inf], [0.0], math.inf, [1.0]),
        ("bce_with_logits", [1e308], [0.0], 1e308, [1.0]),
        ("bce_with_logits", [-1e308], [1.0], 1e308, [-1.0]),
        ("bce", [1e-17], [0.0], 1e-17, [1e-05]),
    ],
)
def test_known_values(name, a, y, value, gradient) -> None:
    loss = Loss.of(name)
    assert loss.value(a, y) == pytest.approx(value, rel=1e-12)
    assert loss.gradient(a, y) == pytest.approx(gradient, rel=1e-12)


def test_cross_entropys_slope_is_right_for_weights_that_add_up_to_anything() -> None:
    a, y, h = [0.3, -0.2], [0.5, 0.7], 6e-6
    loss = Loss.of("cross_entropy")
    numeric = (loss.value([0.3 + h, -0.2], y) - loss.value([0.3 - h, -0.2], y)) / (2.0 * h)
    assert loss.gradient(a, y)[0] == pytest.approx(numeric, abs=1e-8)


def test_huber_bends_at_its_delta() -> None:
    loss = Loss.of("huber", delta=2.0)
    assert loss.value([2.0], [0.0]) == 2.0
    assert loss.value([3.0], [0.0]) == 2.0 * (3.0 - 1.0)
    assert loss.gradient([3.0], [0.0]) == [2.0]
    assert loss.gradient([-3.0], [0.0]) == [-2.0]


@each
@given(data=st.data())
def test_no_float_raises(loss, data) -> None:
    size = data.draw(st.integers(1, 3))
    vector = st.lists(everything, min_size=size, max_size=size)
    a, y = data.draw(vector), data.draw(vector)
    assert isinstance(loss.value(a, y), float)
    assert all(isinstance(slope, float) for slope in loss.gradient(a, y))


@each
def test_nan_flows_through(loss) -> None:
    assert math.isnan(loss.value([math.nan, 0.5], [1.0, 0.0]))
    assert math.isnan(loss.gradient([math.nan, 0.5], [1.0, 0.0])[0])


@each
@given(data=st.data())
def test_floats_and_arrays_give_the_same_bits(loss, data) -> None:
    size = data.draw(st.integers(1, 3))
    number = everything | st.floats(0.0, 1.0) | st.floats(-5.0, 5.0)
    vector = st.lists(number, min_size=size, max_size=size)
    examples = data.draw(st.lists(st.tuples(vector, vector), min_size=2, max_size=20))
    a = [np.array([row[k] for row, _ in examples]) for k in range(size)]
    y = [np.array([row[k] for _, row in examples]) for k in range(size)]
    with np.errstate(all="ignore"):
        values, gradients = loss.value(a, y), loss.gradient(a, y)
    for n, (row, target) in enumerate(examples):
        assert bits(values[n]) == bits(loss.value(row, target))
        assert bits_of(slopes[n] for slopes in gradients) == bits_of(loss.gradient(row, target))


def test_sums_run_from_left_to_right() -> None:
    a, y = [1e8, 1.0, 1.0, -1e8], [0.0] * 4
    assert Loss.of("squared_error").value(a, y) == ((1e16 + 1.0) + 1.0) + 1e16


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("mes", {}, '"mse"'),
        ("huber", {"detla": 1.0}, '"delta"'),
        ("huber", {"delta": math.inf}, "finite"),
        ("huber", {"delta": 0.0}, "above 0"),
        ("huber", {"delta": -1.0}, "above 0"),
        ("mse", {"delta": 1.0}, "no settings"),
        ("bce", {"weight": -1.0}, "at least 0"),
        ("bce", {"weight": [1.0, math.nan]}, "list of finite numbers"),
        ("bce", {"weight": []}, "list of finite numbers"),
        ("bce", {"weight": "2"}, "finite number, or a list"),
        ("bce_with_logits", {"weight": 1.0}, "pos_weight"),
        ("cross_entropy", {"label_smoothing": 1.5}, "from 0 to 1"),
        ("cross_entropy", {"label_smoothing": [0.1, 0.2]}, "a finite number"),
    ],
)
def test_a_bad_loss_is_refused_in_words(name, settings, words) -> None:
    with pytest.raises(SettingError, match=words):
        Loss.of(name, **settings)
