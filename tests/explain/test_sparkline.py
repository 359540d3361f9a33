"""Numbers as little bars."""

import math

from hypothesis import given
from hypothesis import strategies as st

from nntui.explain.numbers import BARS, sparkline

numbers = st.lists(st.one_of(st.none(), st.floats()), max_size=30)


@given(numbers=numbers)
def test_every_number_has_a_bar_and_everything_else_a_gap(numbers) -> None:
    bars = sparkline(numbers)
    assert len(bars) == len(numbers)
    for x, bar in zip(numbers, bars, strict=True):
        assert (bar in BARS) == (x is not None and math.isfinite(x))
        assert bar in BARS or bar == " "


@given(numbers=st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=30))
def test_a_greater_number_has_no_lower_bar(numbers) -> None:
    heights = [BARS.index(bar) for bar in sparkline(numbers)]
    ranked = sorted(zip(numbers, heights, strict=True))
    assert [height for _, height in ranked] == sorted(heights)
    if len(set(numbers)) > 1:
        assert (min(heights), max(heights)) == (0, len(BARS) - 1)


def test_what_it_looks_like() -> None:
    assert sparkline(range(8)) == "▁▂▃▄▅▆▇█"
    assert sparkline([0, 1, None, 3, math.nan, math.inf]) == "▁▃ █  "
    assert sparkline([2, 2]) == "▄▄"
    assert sparkline([]) == ""


def test_the_smallest_and_the_greatest_distances() -> None:
    assert sparkline([0.0, 5e-324]) == "▁█"
    assert sparkline([-1.7e308, 0.0, 1.7e308]) in ("▁▄█", "▁▅█")
