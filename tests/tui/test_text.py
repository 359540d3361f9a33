"""Text in cells: nothing is wider than it may be, and nothing is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from nntui.text import padded, wrapped


@given(st.text(alphabet="ab神́ ", max_size=30), st.integers(1, 20))
def test_padding_gives_exactly_the_width(text, width):
    assert cell_len(padded(text, width)) == width


@given(st.text(alphabet="ab ", max_size=200), st.integers(4, 40))
def test_wrapping_loses_no_word_and_keeps_to_the_width(text, width):
    lines = wrapped(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(st.text(alphabet="ab ", max_size=50), st.integers(-9, 0))
def test_wrapping_to_no_width_at_all_comes_to_an_end(text, width):
    assert wrapped(text, width) == wrapped(text, 1)
