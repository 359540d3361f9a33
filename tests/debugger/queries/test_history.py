"""Histories: the very values that the run had at the ends of its updates."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bits import bits
from support.experiments import experiments, in_both_ways, layered

from nntui.debugger.debugger import Debugger
from nntui.debugger.expressions import ExpressionError
from nntui.debugger.queries.history import HistoryError, history, lines_of

small = in_both_ways(experiments(most_neurons=3, most_examples=3, most_epochs=4))


@given(experiment=small, data=st.data())
def test_the_values_are_those_of_the_update_ends(experiment, data, seen) -> None:
    debugger, elsewhere = Debugger(experiment), Debugger(experiment)
    schedule = debugger.schedule
    debugger.seek(data.draw(st.integers(0, debugger.total)))
    before = seen(debugger.snapshot())
    name = data.draw(st.sampled_from(list(debugger.snapshot().values)))
    count = data.draw(st.integers(1, 10))
    found = history(debugger, name, count, seconds=100.0)
    finished = schedule.updates_before(debugger.position)
    assert found.updates == finished
    assert [m.update for m in found.moments] == [
        n or None for n in range(0 if finished <= count else finished - count + 1, finished + 1)
    ]
    last = None
    for moment in found.moments:
        elsewhere.seek(schedule.update_start(moment.update or 0))
        assert moment.position == elsewhere.position
        assert bits(moment.value) == bits(elsewhere[name])
        if last is not None and None not in (moment.value, last):
            assert bits(moment.change) == bits(moment.value - last)
        last = moment.value
    assert len(found.sparkline) == len(found.samples) == finished + 1
    for sample in found.samples:
        elsewhere.seek(sample.position)
        assert bits(sample.value) == bits(elsewhere[name])
    assert seen(debugger.snapshot()) == before


@given(experiment=small, seed=st.integers(0, 2**32))
def test_so_they_are_on_a_line_with_edits(experiment, seed, edited) -> None:
    chance = Random(seed)
    debugger, elsewhere = edited(experiment, chance)
    debugger.seek(debugger.total)
    for name in chance.sample(list(debugger.snapshot().values), 8):
        for moment in history(debugger, name, 100, seconds=None).moments:
            elsewhere.seek(moment.position)
            assert bits(moment.value) == bits(elsewhere[name])


def test_a_parameter_beside_a_value_of_the_passes_is_the_one_of_that_update() -> None:
    debugger = Debugger(layered(2, 2, 1, epochs=30))
    debugger.seek(debugger.total)
    mixed = history(debugger, "w[x1,h1_1] + 0 * loss", 5)
    alone = history(debugger, "w[x1,h1_1]", 5)
    assert [m.value for m in mixed.moments] == [m.value for m in alone.moments]


def test_a_long_run_is_sampled_evenly() -> None:
    debugger = Debugger(layered(2, 2, 1, epochs=3000))
    debugger.seek(debugger.total - 3)
    found = history(debugger, "w[x1,h1_1]", 5, seconds=100.0)
    assert [m.update for m in found.moments] == [2995, 2996, 2997, 2998, 2999]
    assert len(found.sparkline) == 60
    positions = [sample.position for sample in found.samples]
    assert positions == sorted(set(positions))
    assert found.sampled == "60 samples of the 2,999 updates until here"
    gaps = [after - before for before, after in pairwise(positions)]
    assert max(gaps) <= 3 * debugger.total / 60


def test_without_time_only_what_is_known_is_sampled() -> None:
    debugger = Debugger(layered(1, 1, epochs=500))
    debugger.seek(debugger.total)
    found = history(debugger, "loss", 3, seconds=0.0)
    assert len(found.moments) == 3
    assert len(found.samples) <= 3


def test_expressions_and_conditions_have_a_history_too() -> None:
    debugger = Debugger(layered(1, 1, epochs=4))
    debugger.seek(debugger.total)
    found = history(debugger, "abs(dw[x1,y1]) > 0")
    assert [m.value for m in found.moments] == [False, True, True, True, True]
    assert all(m.change is None for m in found.moments)
    assert found.sparkline == "▁████"


def test_a_history_is_written_as_a_table() -> None:
    debugger = Debugger(layered(1, 1, epochs=3))
    debugger.seek(debugger.schedule.update_start(2))
    lines = lines_of(history(debugger, "epoch", 5, seconds=100.0))
    end = debugger.schedule.update_start(1)
    assert lines == (
        " ▁█  the start and every update until here: 2",
        "update  position  epoch  change",
        " start         0  blank",
        f"     1        {end}      1",
        f"     2        {2 * end}      2       1",
    )


@pytest.mark.parametrize("count", [0, -3, 10**6])
def test_a_count_that_cannot_be_is_an_error(count) -> None:
    with pytest.raises(HistoryError, match="expected 1 to"):
        history(Debugger(layered(1, 1)), "loss", count)


def test_what_is_no_expression_is_an_error() -> None:
    with pytest.raises(ExpressionError):
        history(Debugger(layered(1, 1)), "w[x1,")
