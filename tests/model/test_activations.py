"""The table of activations: values, slopes, conventions at kinks, non-finite numbers, bits."""

import math

import numpy as np
import pytest
from autograd import grad
from hypothesis import given
from hypothesis import strategies as st
from support.bits import bits_of
from support.oracle import ACTIVATIONS as ORACLE

from nntui.model.activations import ACTIVATIONS, Activation
from nntui.model.errors import SettingError

VARIANTS = [
    *(Activation.of(name) for name in ACTIVATIONS),
    Activation.of("leaky_relu", slope=0.2),
    Activation.of("leaky_relu", slope=-1.5),
    Activation.of("elu", alpha=0.4),
    Activation.of("elu", alpha=2.0),
]
SPECIAL = [
    0.0, -0.0, 1.0, -1.0, 20.0, math.nextafter(20.0, 30.0), 37.0, -37.0, 709.0, 710.0, -745.0,
    5e-324, -5e-324, 2.2e-308, -1e-310, 1e-17, -1e-17, 1e154, -1e155, 1.7e308, -1.7e308,
    math.inf, -math.inf, math.nan, math.pi, 1e22, 0.5, -0.5,
]  # fmt: skip

each = pytest.mark.parametrize("activation", VARIANTS, ids=str)
moderate = st.floats(-12.0, 12.0)


def kinked(activation: Activation, z: float, width: float) -> bool:
    return any(abs(z - kink) <= width for kink in activation.kinks)


@each
@given(z=st.one_of(moderate, st.sampled_from([0.0, 1.0, -1.0, 19.0, 20.0, 25.0])))
def test_values_and_slopes_equal_automatic_differentiation(activation, z) -> None:
    def oracle(z):
        return ORACLE[activation.name](z, **dict(activation.settings))

    a = activation.f(z)
    assert a == pytest.approx(float(oracle(z)), rel=1e-9, abs=1e-15)
    slope = float(activation.derivative(z, a))
    assert slope == pytest.approx(float(grad(oracle)(z)), rel=1e-9, abs=1e-14)


@each
@given(z=moderate)
def test_slopes_equal_central_differences_away_from_kinks(activation, z) -> None:
    h = 6e-6
    if kinked(activation, z, 2 * h):
        return
    numeric = (activation.f(z + h) - activation.f(z - h)) / (2.0 * h)
    # elu with alpha 1 has a slope everywhere, but its curvature jumps from 1 to 0 at 0.
    close = 2e-6 if activation.name == "elu" and abs(z) <= h else 1e-8
    assert float(activation.derivative(z, activation.f(z))) == pytest.approx(numeric, abs=close)


@each
def test_kinks_are_where_the_function_or_its_slope_jumps(activation) -> None:
    tiny = 1e-9
    for z in np.linspace(-3.0, 3.0, 25):
        below, above = z - tiny, z + tiny
        f, slope = activation.f, activation.derivative
        jump = abs(f(above) - f(below)) > 1e-3 or (
            abs(slope(above, f(above)) - slope(below, f(below))) > 1e-3
        )
        # leaky_relu with slope 1 or elu with alpha 1 have none; nothing else is smooth by chance.
        assert bool(jump) == kinked(activation, z, tiny), z


@pytest.mark.parametrize(
    ("activation", "z", "slope"),
    [
        (Activation.of("relu"), 0.0, 0.0),
        (Activation.of("relu"), -0.0, 0.0),
        (Activation.of("leaky_relu"), 0.0, 0.01),
        (Activation.of("leaky_relu", slope=0.2), 0.0, 0.2),
        (Activation.of("elu"), 0.0, 1.0),
        (Activation.of("elu", alpha=0.4), 0.0, 0.4),
        (Activation.of("hard_tanh"), 1.0, 0.0),
        (Activation.of("hard_tanh"), -1.0, 0.0),
        (Activation.of("hard_tanh"), math.nextafter(1.0, 0.0), 1.0),
        (Activation.of("abs"), 0.0, 0.0),
        (Activation.of("abs"), -0.0, 0.0),
        (Activation.of("step"), 0.0, 0.0),
        (Activation.of("step"), 3.0, 0.0),
    ],
    ids=str,
)
def test_the_slope_at_a_kink_is_the_one_that_the_manual_promises(activation, z, slope) -> None:
    assert float(activation.derivative(z, activation.f(z))) == slope


@pytest.mark.parametrize(
    ("name", "z", "a"),
    [
        ("step", 0.0, 0.0),
        ("step", 5e-324, 1.0),
        ("step", -1.0, 0.0),
        ("relu", -3.0, 0.0),
        ("leaky_relu", -3.0, -0.03),
        ("hard_tanh", 7.0, 1.0),
        ("hard_tanh", -7.0, -1.0),
        ("softplus", 21.0, 21.0),
        ("softplus", 20.0, math.log1p(math.exp(20.0))),
        ("softplus", 1000.0, 1000.0),
        ("sigmoid", 0.0, 0.5),
        ("sigmoid", 800.0, 1.0),
        ("sigmoid", -800.0, 0.0),
        ("sigmoid", -700.0, math.exp(-700.0)),
        ("gelu", 0.0, 0.0),
        ("silu", 0.0, 0.0),
        ("tanh", 1000.0, 1.0),
        ("square", -3.0, 9.0),
        ("square", 1e200, math.inf),
    ],
)
def test_known_values(name, z, a) -> None:
    assert Activation.of(name).f(z) == pytest.approx(a, rel=1e-15)


def test_softplus_is_linear_above_20() -> None:
    softplus = Activation.of("softplus")
    above = math.nextafter(20.0, 30.0)
    assert softplus.f(above) == above
    assert softplus.derivative(above, above) == 1.0
    assert softplus.f(20.0) > 20.0
    assert softplus.derivative(20.0, softplus.f(20.0)) < 1.0


@each
def test_nan_flows_through(activation) -> None:
    assert math.isnan(activation.f(math.nan))


@each
@given(z=st.floats())
def test_no_float_raises(activation, z) -> None:
    a = activation.f(z)
    slope = activation.derivative(z, a)
    assert isinstance(a, float)
    assert isinstance(slope, float)


@each
@given(more=st.lists(st.floats(), max_size=40))
def test_floats_and_arrays_give_the_same_bits(activation, more) -> None:
    numbers = [*SPECIAL, *more, *np.random.RandomState(1).normal(0.0, 5.0, 37).tolist()]
    array = np.array(numbers)
    with np.errstate(all="ignore"):
        a = activation.f(array)
        slopes = np.broadcast_to(activation.derivative(array, a), array.shape)
    one_by_one = [activation.f(z) for z in numbers]
    assert bits_of(a) == bits_of(one_by_one)
    assert bits_of(slopes) == bits_of(
        activation.derivative(z, f) for z, f in zip(numbers, one_by_one, strict=True)
    )


@each
def test_a_column_of_an_array_gives_the_same_bits_as_a_row(activation) -> None:
    table = np.random.RandomState(2).normal(0.0, 3.0, (41, 7))
    row = activation.f(np.ascontiguousarray(table[:, 3]))
    assert bits_of(activation.f(table[:, 3])) == bits_of(row)


def test_settings_keep_their_defaults_unless_given() -> None:
    assert dict(Activation.of("leaky_relu").settings) == {"slope": 0.01}
    assert dict(Activation.of("elu").settings) == {"alpha": 1.0}
    assert str(Activation.of("leaky_relu", slope=0.2)) == "leaky_relu(slope 0.2)"
    assert str(Activation.of("leaky_relu")) == "leaky_relu"


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("relo", {}, '"relu"'),
        ("leaky_relu", {"slop": 0.1}, '"slope"'),
        ("leaky_relu", {"slope": math.nan}, "finite"),
        ("leaky_relu", {"slope": True}, "finite"),
        ("leaky_relu", {"slope": "0.1"}, "finite"),
        ("leaky_relu", {"slope": 10**400}, "finite"),
        ("tanh", {"slope": 0.1}, "no settings"),
    ],
)
def test_a_bad_activation_is_refused_in_words(name, settings, words) -> None:
    with pytest.raises(SettingError, match=words):
        Activation.of(name, **settings)
