from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from nntui.explain.fitted import fitted
from nntui.tui.text import padded, wrapped


@given(st.floats(allow_nan=True, allow_infinity=True), st.integers(7, 14), st.booleans())
def test_a_number_never_takes_more_than_its_cells(x, width, sign):
    assert len(fitted(x, width, sign=sign)) <= width


@given(st.floats(allow_nan=False, allow_infinity=False, width=32), st.integers(10, 14))
def test_a_fitted_number_keeps_its_order_of_magnitude(x, width):
    assert abs(float(fitted(x, width)) - x) <= 0.51 * max(abs(x), 1e-300)


@given(st.text(alphabet="ab神́ ", max_size=30), st.integers(1, 20))
def test_padding_gives_exactly_the_width(text, width):
    assert cell_len(padded(text, width)) == width


@given(st.text(alphabet="ab ", max_size=200), st.integers(4, 40))
def test_wrapping_loses_no_word_and_keeps_to_the_width(text, width):
    lines = wrapped(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
