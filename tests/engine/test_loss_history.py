"""The record of losses, and samples of it that keep the peaks."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bits import bits_of

from nntui.engine.loss_history import BLOCK, LossHistory

numbers = st.one_of(st.floats(-10, 10), st.sampled_from([math.nan, math.inf, -math.inf]))


def recorded(values) -> LossHistory:
    history = LossHistory()
    for n, value in enumerate(values):
        history.record("batch", n, value)
    return history


def test_what_is_known_is_not_recorded_again() -> None:
    history = recorded([1.0, 2.0])
    history.record("batch", 1, 9.0)
    history.record("batch", 7, 9.0)
    assert list(history.batch) == [1.0, 2.0]
    assert history.losses(1, 0).last("batch") == 1.0
    assert history.losses(0, 0).last("batch") is None
    assert history.losses(2, 0).last("epoch") is None


@given(values=st.lists(numbers, max_size=60), most=st.integers(2, 40), data=st.data())
def test_a_sample_keeps_the_peaks_of_what_lies_in_the_past(values, most, data) -> None:
    length = data.draw(st.integers(0, len(values)))
    xs, ys = recorded(values).losses(length, 0).sampled("batch", most)
    assert xs == sorted(set(xs))
    assert len(xs) - sum(map(math.isnan, ys)) <= most + 1
    assert sum(map(math.isnan, ys)) <= most // 2 + 1
    assert any(map(math.isnan, ys)) == (not all(map(math.isfinite, values[:length])))
    assert all(math.isnan(y) or y == values[x] for x, y in zip(xs, ys, strict=True))
    finite = [v for v in values[:length] if math.isfinite(v)]
    if finite:
        assert np.nanmin(ys) == min(finite)
        assert np.nanmax(ys) == max(finite)
    else:
        assert all(map(math.isnan, ys))


@pytest.mark.parametrize("length", [BLOCK * 40, BLOCK * 40 + 1, BLOCK * 41 - 1, BLOCK * 37 + 300])
def test_a_long_series_is_sampled_by_its_blocks(length) -> None:
    values = np.random.default_rng(0).normal(size=BLOCK * 41)
    values[5000], values[5 * BLOCK : 9 * BLOCK] = 99.0, math.nan
    history = LossHistory()
    history.batch.extend(values.tolist())
    for past in (length, length // 2, length):
        xs, ys = history.losses(past, 0).sampled("batch", 40)
        assert xs == sorted(xs)
        assert bits_of(ys) == bits_of(
            math.nan if math.isnan(y) else values[x] for x, y in zip(xs, ys, strict=True)
        )
        assert len(xs) <= 45
        assert xs[-1] < past
        assert np.nanmin(ys) == np.nanmin(values[:past])
        assert np.nanmax(ys) == 99.0
        assert any(map(math.isnan, ys))


@pytest.mark.parametrize("length", [300, 50_000, 300_000])
def test_a_single_wreck_among_many_sound_entries_is_not_lost(length) -> None:
    values = [1.0] * length
    values[length // 3] = math.inf
    xs, ys = recorded(values).losses(length, 0).sampled("batch", 40)
    assert [x for x, y in zip(xs, ys, strict=True) if math.isnan(y)] == [length // 3]


def test_a_copy_goes_on_alone() -> None:
    history = recorded([1.0, 2.0, 3.0])
    other = history.copy(2, 0)
    other.record("batch", 2, 7.0)
    assert (list(history.batch), list(other.batch)) == ([1.0, 2.0, 3.0], [1.0, 2.0, 7.0])


@given(
    values=st.lists(numbers, max_size=200),
    first=st.integers(0, 220),
    end=st.integers(0, 220),
    most=st.integers(2, 60),
)
def test_a_stretch_is_sampled_as_a_series_of_its_own(values, first, end, most) -> None:
    xs, ys = recorded(values).losses(len(values), 0).sampled("batch", most, first, end)
    stretch = values[first:end]
    alone = recorded(stretch).losses(len(stretch), 0).sampled("batch", most)
    assert [x - first for x in xs] == alone[0]
    assert str(ys) == str(alone[1])


@pytest.mark.parametrize("first", [0, 1, 1023, 1024, 70_000, 199_990])
def test_a_stretch_of_a_long_series_keeps_its_ends_and_its_peaks(first) -> None:
    values = [math.sin(n / 500) for n in range(200_000)]
    values[150_000] = 7.0
    xs, ys = recorded(values).losses(len(values), 0).sampled("batch", 40, first)
    assert xs == sorted(xs)
    assert first <= xs[0] < first + 10_000
    assert xs[-1] >= 190_000
    assert (7.0 in ys) == (first < 150_000)
    assert len(xs) <= 90


def test_what_is_known_goes_on_behind_the_moment() -> None:
    losses = recorded([3.0, 2.0, 1.0]).losses(1, 0)
    assert list(losses.batch) == [3.0]
    assert list(losses.known.batch) == [3.0, 2.0, 1.0]
