"""What of the losses is drawn where."""

from __future__ import annotations

import math
from itertools import pairwise
from math import inf, isfinite, isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.engine.loss_history import LossHistory
from nntui.tui.frame import LossCurve
from nntui.tui.panes.chart_scale import DOTS, Scale, whole_ticks
from nntui.tui.panes.loss_chart import GAP, POINT, ZERO, Chart, ChartOptions, Here, chart_of

PLAIN = ChartOptions(per_epoch=False)
LOG = ChartOptions(log=True, per_epoch=False)
SIZE = (50, 8)


def losses(values, *, here=None, epochs=(), test=()):
    history = LossHistory()
    for series, numbers in (("batch", values), ("epoch", epochs), ("test", test)):
        for index, loss in enumerate(numbers):
            history.record(series, index, loss)
    return history.losses(len(values) if here is None else here, len(epochs))


def drawn(values, look=PLAIN, others=(), per_epoch=1, summed=False, **more) -> Chart:
    curves = [LossCurve(f"b{n}", losses(each), False, n + 1) for n, each in enumerate(others)]
    current = LossCurve("main", losses(values, **more), True)
    chart = chart_of([*curves, current], look, per_epoch, SIZE, summed=summed)
    assert chart is not None
    return chart


def series(chart: Chart, kind: str):
    return next(each for each in chart.series if each.kind == kind)


def test_before_the_first_update_there_is_nothing_to_draw():
    assert chart_of([LossCurve("main", losses([]), True)], PLAIN, 1, SIZE) is None


def test_updates_count_from_1_and_the_newest_is_marked():
    chart = drawn([4.0, 2.0, 0.0])
    train = series(chart, "train")
    assert list(train.xs) == [1, 2, 3]
    assert list(train.ys) == sorted(train.ys, reverse=True)
    assert train.ys[-1] == 0.0
    assert chart.here == Here(3, 0.0, POINT, "0")
    assert chart.unit == "update"
    assert not chart.more_known


@pytest.mark.parametrize("here", range(940, 1000))
def test_of_a_long_curve_the_point_of_this_moment_is_its_very_loss(here):
    values = [math.sin(n) + 2.0 for n in range(1000)]
    found = drawn(values, here=here).here
    assert (found.x, found.sign) == (here, POINT)
    assert found.value == f"{values[here - 1]:.3g}"


def test_of_a_long_run_that_diverged_the_sign_stands_at_this_moment():
    assert drawn([1.0, *[nan] * 998]).here == Here(999, 1.0, GAP, "NaN")


def test_what_is_known_behind_the_moment_is_a_curve_of_its_own_from_there_on():
    chart = drawn([4.0, 3.0, 2.0, 1.0, 0.0], here=2)
    assert list(series(chart, "train").xs) == [1, 2]
    assert list(series(chart, "ahead").xs) == [2, 3, 4, 5]
    assert chart.more_known
    assert (chart.here.x, chart.here.value) == (2, "3")
    assert chart.right == 5


def test_a_zoom_shows_the_last_updates_and_a_little_of_what_comes():
    chart = drawn([float(n) for n in range(200)], ChartOptions(per_epoch=False, last=40), here=100)
    assert (chart.left, chart.right) == (61, 110)
    assert min(series(chart, "train").xs) == 61
    assert max(series(chart, "ahead").xs) == 110


def test_per_epoch_train_and_test_stand_at_the_epochs():
    chart = drawn(
        [9.0] * 6, ChartOptions(per_epoch=True), per_epoch=2, epochs=[3, 2, 1], test=[4, 3, 2]
    )
    assert list(series(chart, "train").xs) == [1, 2, 3]
    ys = series(chart, "test").ys
    assert ys[0] - ys[1] == pytest.approx(ys[1] - ys[2])
    assert chart.unit == "epoch"
    assert list(series(chart, "raw").xs) == [0.5, 1, 1.5, 2, 2.5, 3]
    assert all(isnan(y) for y in series(chart, "raw").ys)  # far above the curve of the epochs
    assert (chart.left, chart.right) == (0.5, 3)


def test_before_an_epoch_is_finished_updates_are_drawn():
    chart = drawn([3.0, 2.0], ChartOptions(), per_epoch=4)
    assert (chart.unit, chart.right) == ("update", 2)
    chart = drawn([3.0, 2.0, 1.0, 0.5, 0.4], ChartOptions(), per_epoch=4, epochs=[1.6])
    assert (chart.unit, chart.right) == ("epoch", 1)
    assert series(chart, "raw").kind == chart.series[0].kind  # behind everything


def test_sums_of_batches_and_means_of_epochs_are_never_drawn_on_one_scale():
    more = {"per_epoch": 2, "epochs": [3, 2, 1], "test": [4, 3, 2], "summed": True}
    kinds = {each.kind for each in drawn([9.0] * 6, ChartOptions(), **more).series}
    assert "raw" not in kinds
    assert "test" in kinds
    assert {each.kind for each in drawn([9.0] * 6, **more).series} == {"train", "ahead"}


def test_per_update_the_test_losses_stand_at_the_ends_of_epochs():
    chart = drawn([9.0] * 6, per_epoch=2, epochs=[3, 2, 1], test=[4, 3, 2])
    assert list(series(chart, "test").xs) == [2, 4, 6]


def test_other_branches_are_kept_apart_and_the_current_one_is_drawn_over_them():
    chart = drawn([4.0, 2.0, 1.0], others=[[4.0, 2.0, 3.0, 5.0]])
    assert chart.series[0].kind == "other"
    assert chart.series[0].branch == 1
    assert chart.right == 4
    assert chart.here.value == "1"
    assert [(label.name, label.value, label.current) for label in chart.labels] == [
        ("b0", "5", False),
        ("main", "1", True),
    ]  # from the top to the bottom


def test_a_loss_that_is_no_number_is_a_gap_with_a_mark():
    chart = drawn([1.0, nan, 3.0, inf, -inf, 2.0])
    ys = series(chart, "train").ys
    assert [isfinite(y) for y in ys] == [True, False, True, False, False, True]
    assert chart.gaps == (2, 4, 5)


def test_a_run_of_nothing_but_nan_can_be_drawn():
    chart = drawn([nan, nan])
    assert chart.gaps == (1, 2)
    assert chart.here == Here(2, 1.0, GAP, "NaN")
    assert chart.y_ticks == ()  # no height means anything


def test_on_a_log_scale_a_tenth_is_a_step_down_and_zero_has_no_height():
    chart = drawn([100.0, 10.0, 1.0, 0.0, -1.0, 0.1], LOG)
    ys = list(series(chart, "train").ys)
    assert ys[0] - ys[1] == pytest.approx(ys[1] - ys[2])
    assert math.isnan(ys[3])
    assert math.isnan(ys[4])
    assert ys[5] == 0.0
    assert chart.gaps == ()  # zero is a number
    assert [text for _, text in chart.y_ticks] == ["0.1", "1", "10", "100", "1000"]


def test_on_a_log_scale_a_loss_of_exactly_0_is_marked_where_it_is():
    values = [1.0, 0.0, 0.1, 0.0]
    chart = drawn(values, LOG)
    assert chart.zeros == (2, 4)
    assert chart.here == Here(4, 0.0, ZERO, "0")
    assert chart.signs == "0 exactly zero"
    assert drawn(values).zeros == ()  # a plain scale has a place for it
    assert drawn([1.0, nan, 0.0], LOG).signs == "0 exactly zero · × NaN or ∞"


@pytest.mark.parametrize("log", [False, True])
@given(
    values=st.lists(
        st.floats() | st.sampled_from([0.0, 1e308, -1e308, 5e-324, 1e-300]), min_size=1, max_size=30
    ),
    here=st.integers(0, 30),
    last=st.sampled_from([None, 10, 3]),
)
def test_whatever_was_computed_everything_drawn_lies_between_0_and_1(log, values, here, last):
    chart = drawn(
        values, ChartOptions(log, per_epoch=False, last=last), here=min(here, len(values))
    )
    heights = [y for each in chart.series for y in each.ys if not math.isnan(y)]
    assert all(0 <= row <= SIZE[1] for row, _ in chart.y_ticks)
    assert all(-1e-9 <= y <= 1 + 1e-9 for y in heights)
    assert len(chart.y_ticks) <= 8
    assert all(math.isfinite(x) for each in chart.series for x in each.xs)


@pytest.mark.parametrize("updates", [1, 2, 7, 9, 90, 270, 12_345])
@pytest.mark.parametrize("first", [1, 6, 50])
@pytest.mark.parametrize("most", [2, 5, 6])
def test_the_places_along_the_bottom_are_round_and_evenly_spaced(updates, first, most) -> None:
    last = first + updates - 1
    places = whole_ticks(first, last, most)
    if most >= 5 and updates > 5:
        assert len(places) >= 2
    assert 1 <= len(places) <= max(most, 2)
    assert first <= places[0] <= places[-1] <= last
    steps = {b - a for a, b in pairwise(places)}
    assert len(steps) <= 1
    for step in steps if len(places) > 2 else ():
        assert str(step).rstrip("0") in {"1", "2", "5"}
        assert all(place % step == 0 for place in places)


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([0.0, 0.71], ["0", "0.2", "0.4", "0.6", "0.8"]),
        ([0.216, 0.3], ["0", "0.2"]),
        ([0.0, 0.0], ["0", "0.25", "0.5", "0.75", "1"]),
        ([3.0, -16.0], ["-20", "-10", "0"]),
        ([0.0004, 0.0003], ["0", "0.0001", "0.0002", "0.0003", "0.0004"]),
    ],
)
def test_a_plain_scale_begins_at_0_and_its_ticks_are_round(values, labels) -> None:
    chart = drawn(values)
    assert [text for _, text in chart.y_ticks] == labels
    rows = [row for row, _ in chart.y_ticks]
    assert rows[0] == 0
    assert len({b - a for a, b in pairwise(rows)}) == 1


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([0.79, 0.0385], ["0.01", "0.1", "1"]),
        ([1.0, 2.0], ["1", "2"]),
        ([1000.0, 0.1], ["0.1", "1", "10", "100", "1000"]),
        ([1e-9, 1e3], ["1e-10", "1e-5", "1"]),
    ],
)
def test_on_a_logarithmic_scale_ticks_are_powers_or_double(values, labels) -> None:
    chart = drawn(values, LOG)
    assert [text for _, text in chart.y_ticks] == labels


@given(
    low=st.floats(-1e6, 1e6),
    size=st.floats(1e-6, 1e6),
    rows=st.integers(1, 30),
    log=st.booleans(),
    zoomed=st.booleans(),
)
def test_a_tick_stands_in_the_row_of_its_height(low, size, rows, log, zoomed) -> None:
    scale = Scale.of([low, low + size], rows, log=log, zoomed=zoomed)
    for n, (row, _) in enumerate(scale.ticks):
        dots = scale.place(scale.base + n * scale.step) * (DOTS * rows - 1)
        middle = DOTS * (row - 1) + 1.5  # of the row, counted from the axis
        assert dots == pytest.approx(max(middle, 0.0), abs=0.01)
    assert scale.place(low + size) <= 1
    assert scale.ticks[0][0] == 0
