"""What of the losses is drawn where."""

from __future__ import annotations

import math
from itertools import pairwise
from math import inf, isfinite, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.engine.loss_history import LossHistory
from nntui.tui.frame import LossCurve
from nntui.tui.panes.loss_chart import GAP, POINT, ZERO, Chart, ChartOptions, chart_of

PLAIN = ChartOptions()


def losses(values, *, here=None, epochs=(), test=()):
    history = LossHistory()
    for series, numbers in (("batch", values), ("epoch", epochs), ("test", test)):
        for index, loss in enumerate(numbers):
            history.record(series, index, loss)
    return history.losses(len(values) if here is None else here, len(epochs))


def drawn(values, look=PLAIN, others=(), per_epoch=1, **more) -> Chart:
    curves = [LossCurve(f"b{n}", losses(each), False) for n, each in enumerate(others)]
    chart = chart_of(
        [*curves, LossCurve("main", losses(values, **more), True)], look, per_epoch, 100, (5, 4)
    )
    assert chart is not None
    return chart


def series(chart: Chart, kind: str):
    return next(each for each in chart.series if each.kind == kind)


def test_before_the_first_update_there_is_nothing_to_draw():
    assert chart_of([LossCurve("main", losses([]), True)], PLAIN, 1, 100, (5, 4)) is None


def test_updates_count_from_1_and_the_newest_is_marked():
    chart = drawn([4.0, 2.0, 0.0])
    train = series(chart, "train")
    assert list(train.xs) == [1, 2, 3]
    assert list(train.ys) == [1.0, 0.5, 0.0]
    assert chart.here == (3, 0.0, POINT)
    assert not chart.more_known


@pytest.mark.parametrize("here", range(940, 1000))
def test_of_a_long_curve_the_point_of_this_moment_is_its_very_loss(here):
    values = [math.sin(n) + 2.0 for n in range(1000)]
    x, y, sign = drawn(values, here=here).here
    assert x == here
    assert sign == POINT
    lowest, highest = min(values), max(values)
    expected = (values[here - 1] - lowest) / (highest - lowest)
    assert y == pytest.approx(expected, abs=0.01)


def test_of_a_long_run_that_diverged_the_sign_stands_at_this_moment():
    assert drawn([1.0, *[nan] * 998]).here == (999, 1.0, GAP)


def test_what_is_known_behind_the_moment_is_a_curve_of_its_own_from_there_on():
    chart = drawn([4.0, 3.0, 2.0, 1.0, 0.0], here=2)
    assert list(series(chart, "train").xs) == [1, 2]
    assert list(series(chart, "ahead").xs) == [2, 3, 4, 5]
    assert chart.more_known
    assert chart.here == (2, 0.75, POINT)
    assert chart.right == 5


def test_a_zoom_shows_the_last_updates_and_a_little_of_what_comes():
    chart = drawn([float(n) for n in range(200)], ChartOptions(last=40), here=100)
    assert (chart.left, chart.right) == (61, 110)
    assert min(series(chart, "train").xs) == 61
    assert max(series(chart, "ahead").xs) == 110


def test_per_epoch_train_and_test_stand_at_the_epochs():
    chart = drawn(
        [9.0] * 6, ChartOptions(per_epoch=True), per_epoch=2, epochs=[3, 2, 1], test=[4, 3, 2]
    )
    assert list(series(chart, "train").xs) == [1, 2, 3]
    assert list(series(chart, "test").ys) == [1.0, 2 / 3, 1 / 3]


def test_per_update_the_test_losses_stand_at_the_ends_of_epochs():
    chart = drawn([9.0] * 6, per_epoch=2, epochs=[3, 2, 1], test=[4, 3, 2])
    assert list(series(chart, "test").xs) == [2, 4, 6]


def test_other_branches_are_kept_apart_and_the_current_one_is_drawn_over_them():
    chart = drawn([4.0, 2.0, 1.0], others=[[4.0, 2.0, 3.0, 5.0]])
    assert chart.series[0].kind == "other"
    assert list(series(chart, "other").ys)[-1] == 1.0
    assert chart.right == 4
    assert chart.here == (3, 0.0, POINT)


def test_a_loss_that_is_no_number_is_a_gap_with_a_mark():
    chart = drawn([1.0, nan, 3.0, inf, -inf, 2.0])
    ys = series(chart, "train").ys
    assert [isfinite(y) for y in ys] == [True, False, True, False, False, True]
    assert chart.gaps == (2, 4, 5)


def test_a_run_of_nothing_but_nan_can_be_drawn():
    chart = drawn([nan, nan])
    assert chart.gaps == (1, 2)
    assert chart.here == (2, 1.0, GAP)
    assert chart.y_ticks == ()  # no height means anything


def test_on_a_log_scale_a_tenth_is_a_step_down_and_zero_has_no_height():
    chart = drawn([100.0, 10.0, 1.0, 0.0, -1.0, 0.1], ChartOptions(log=True))
    ys = list(series(chart, "train").ys)
    assert ys[:3] == pytest.approx([1.0, 2 / 3, 1 / 3])
    assert math.isnan(ys[3])
    assert math.isnan(ys[4])
    assert ys[5] == 0.0
    assert chart.gaps == ()  # zero is a number
    assert [text for _, text in chart.y_ticks] == ["0.1", "1", "10", "100"]


def test_on_a_log_scale_a_loss_of_exactly_0_is_marked_where_it_is():
    values = [1.0, 0.0, 0.1, 0.0]
    chart = drawn(values, ChartOptions(log=True))
    assert chart.zeros == (2, 4)
    assert chart.here == (4, 0.0, ZERO)
    assert chart.signs == "0 exactly zero"
    assert drawn(values).zeros == ()  # a plain scale has a place for it
    assert drawn([1.0, nan, 0.0], ChartOptions(log=True)).signs == "0 exactly zero · × NaN or ∞"


def test_ticks_are_round_and_within_the_chart():
    chart = drawn([0.0, 0.71])
    assert [text for _, text in chart.y_ticks] == ["0", "0.2", "0.4", "0.6"]


@pytest.mark.parametrize("log", [False, True])
@given(
    values=st.lists(
        st.floats() | st.sampled_from([0.0, 1e308, -1e308, 5e-324, 1e-300]), min_size=1, max_size=30
    ),
    here=st.integers(0, 30),
    last=st.sampled_from([None, 10, 3]),
)
def test_whatever_was_computed_everything_drawn_lies_between_0_and_1(log, values, here, last):
    chart = drawn(values, ChartOptions(log=log, last=last), here=min(here, len(values)))
    heights = [y for each in chart.series for y in each.ys if not math.isnan(y)]
    heights += [y for y, _ in chart.y_ticks]
    assert all(-1e-9 <= y <= 1 + 1e-9 for y in heights)
    assert len(chart.y_ticks) <= 8
    assert all(math.isfinite(x) for each in chart.series for x in each.xs)


@pytest.mark.parametrize("updates", [1, 2, 7, 9, 90, 270, 12_345])
@pytest.mark.parametrize("last", [None, 6, 50])
@pytest.mark.parametrize("most", [2, 5, 6])
def test_the_places_along_the_bottom_are_round_and_evenly_spaced(updates, last, most) -> None:
    curve = LossCurve("main", losses([1.0] * updates), True)
    chart = chart_of([curve], ChartOptions(last=last), 4, 100, (most, 3))
    places = [int(place) for place, _ in chart.x_ticks]
    if most >= 5 and chart.right - chart.left >= 5:
        assert len(places) >= 2
    assert 1 <= len(places) <= max(most, 2)
    assert chart.left <= places[0] <= places[-1] <= chart.right
    assert [text for _, text in chart.x_ticks] == [f"{place:,}" for place in places]
    steps = {b - a for a, b in pairwise(places)}
    assert len(steps) <= 1
    for step in steps if len(places) > 2 else ():
        assert str(step).rstrip("0") in {"1", "2", "5"}
        assert all(place % step == 0 for place in places)


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([0.79, 0.0385], ["0.05", "0.2", "0.5"]),
        ([1.0, 2.0], ["1", "2"]),
        ([0.41, 0.42], ["0.41", "0.42"]),
        ([1000.0, 0.1], ["1", "100"]),
    ],
)
def test_on_a_logarithmic_scale_the_heights_are_round_where_they_can_be(values, labels) -> None:
    curve = LossCurve("main", losses(values), True)
    chart = chart_of([curve], ChartOptions(log=True), 4, 100, (3, 3))
    assert [text for _, text in chart.y_ticks] == labels
    assert all(0 <= place <= 1 for place, _ in chart.y_ticks)
