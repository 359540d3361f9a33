from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.explain.numbers import fitted


@given(st.floats(allow_nan=True, allow_infinity=True), st.integers(7, 14), st.booleans())
def test_a_number_never_takes_more_than_its_cells(x, width, sign):
    assert len(fitted(x, width, sign=sign)) <= width


@given(st.floats(1e-9, 9e9), st.booleans(), st.integers(5, 6), st.booleans())
def test_few_cells_are_enough_for_numbers_of_a_common_order(x, negative, width, sign):
    text = fitted(-x if negative else x, width, sign=sign)
    assert len(text) <= width


@given(st.floats(-1e307, 1e307), st.integers(5, 14), st.booleans())
def test_a_fitted_number_keeps_its_order_of_magnitude(x, width, sign):
    assert abs(float(fitted(x, width, sign=sign)) - x) <= 0.51 * max(abs(x), 1e-300)


def test_nothing_but_a_zero_looks_like_one():
    assert [fitted(x, 5, sign=True) for x in (0.0, -0.0)] == ["0", "0"]
    assert [fitted(x, 6) for x in (0.0, -0.0)] == ["0.0000", "0.0000"]


def test_a_small_number_gives_its_zero_for_a_second_digit():
    assert [fitted(x, 5, sign=True) for x in (0.0534, -0.0026, 0.25)] == ["+.053", "-.003", "+0.25"]
    assert [fitted(x, 6) for x in (-0.0053, 0.0053, -0.053)] == ["-.0053", "0.0053", "-0.053"]


@given(st.floats(-9e9, 9e9))
def test_a_glance_of_four_cells_has_the_sign_and_the_first_digits(x):
    text = fitted(x, 4, sign=True)
    assert len(text) <= 4
    if text == "≈0":
        assert 0 < abs(x) < 0.005
        return
    assert float(text) == pytest.approx(x, rel=0.51, abs=0.005)
