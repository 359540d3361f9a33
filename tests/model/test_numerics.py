"""Elementary functions: a float's short way has the same bits, and nothing ever warns."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bits import bits_of

from nntui.model import numerics

UFUNCS = {
    "exp": np.exp, "expm1": np.expm1, "log": np.log, "log1p": np.log1p, "sqrt": np.sqrt,
    "tanh": np.tanh, "sin": np.sin, "cos": np.cos,
}  # fmt: skip
EDGES = [
    0.0, -0.0, 5e-324, -5e-324, 1e-300, -1e-300, math.nextafter(1e-300, 1.0), 1e-308, -1e-308,
    1.0, -1.0, 699.9, 700.0, -700.0, 709.7, 709.8, -745.0, -746.0, 1e22, 1e300, -1e300, 1.7e308,
    math.inf, -math.inf, math.nan, 0.5, -0.5, math.pi,
]  # fmt: skip
numbers = st.floats() | st.sampled_from(EDGES) | st.floats(-30.0, 30.0)


@pytest.mark.parametrize("name", UFUNCS)
@given(x=numbers)
def test_a_float_gets_the_bits_of_numpys_function(name, x) -> None:
    found = getattr(numerics, name)(x)
    assert type(found) is float
    with np.errstate(all="ignore"):
        assert bits_of([found]) == bits_of([float(UFUNCS[name](x))])


@pytest.mark.parametrize("name", UFUNCS)
@given(x=st.lists(numbers, min_size=1, max_size=20))
def test_an_arrays_elements_get_the_bits_of_floats(name, x) -> None:
    function = getattr(numerics, name)
    assert bits_of(function(np.array(x))) == bits_of([function(number) for number in x])


@given(x=numbers, y=numbers)
def test_division_gives_the_same_for_floats_and_arrays(x, y) -> None:
    found = numerics.divide(x, y)
    assert type(found) is float
    assert bits_of([found]) == bits_of(numerics.divide(np.array([x]), np.array([y])))
    if y and math.isfinite(x):
        assert bits_of([found]) == bits_of([x / y])


@pytest.mark.parametrize("name", [*UFUNCS, "divide", "erf"])
def test_no_float_warns_or_raises_even_where_numpy_is_told_to_raise(name) -> None:
    function = getattr(numerics, name)
    sample = [*EDGES, *np.random.RandomState(0).standard_normal(200).tolist()]
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        for x in sample:
            operands = [(x, 0.0), (1.0, x), (x, x)] if name == "divide" else [(x,)]
            for operand in operands:
                assert isinstance(function(*operand), float)
        function(*([np.array(sample)] * (2 if name == "divide" else 1)))


def test_the_error_function_takes_arrays_of_any_shape() -> None:
    x = np.array([[0.0, 1.0, math.inf], [-2.0, math.nan, -math.inf]])
    assert bits_of(numerics.erf(x).ravel()) == bits_of(map(math.erf, x.ravel().tolist()))


@given(x=numbers)
def test_choices_let_nan_through(x) -> None:
    array = np.array([x])
    for function in (
        numerics.sign,
        lambda x: numerics.at_least(0.5, x),
        lambda x: numerics.at_most(-0.5, x),
    ):
        with np.errstate(invalid="ignore"):  # as the full-speed engine has it
            assert bits_of([function(x)]) == bits_of(function(array))
        assert math.isnan(function(x)) == math.isnan(x)
