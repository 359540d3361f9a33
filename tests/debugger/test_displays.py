"""Displays: expressions shown at each stop, beside their values at the stop before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bits import bits
from support.experiments import experiments, layered

from nntui.debugger.debugger import Debugger
from nntui.debugger.displays import MAX_DISPLAYS, DisplayedValue, DisplayError, line_of
from nntui.debugger.expressions import ExpressionError


@pytest.fixture
def debugger() -> Debugger:
    return Debugger(layered(2, 2, 1, epochs=3))


@given(experiment=experiments(most_neurons=3, most_examples=3), data=st.data())
def test_each_stop_is_compared_with_the_one_before(experiment, data) -> None:
    debugger = Debugger(experiment)
    names = data.draw(st.lists(st.sampled_from(list(debugger.snapshot().values)), max_size=3))
    for name in names:
        debugger.displays.add(name)
    before = None
    for position in data.draw(st.lists(st.integers(0, debugger.total), max_size=6)):
        moved = before is None or position != debugger.position
        debugger.seek(position)
        found = debugger.displays.at_stop()
        assert found == debugger.displays.at_stop() == debugger.displays.now()
        values = [debugger[name] for name in names]
        assert [bits(each.value) for each in found] == [bits(value) for value in values]
        if moved:
            expected = before
            before = values
        for n, each in enumerate(found):
            assert each.first == (expected is None)
            assert bits(each.before) == bits(None if expected is None else expected[n])
            assert each.changed == (
                expected is not None and bits(expected[n]) != bits(values[n])
                and expected[n] != values[n]
            )  # fmt: skip


def test_on_the_way_displays_are_compared_with_the_last_stop(debugger) -> None:
    debugger.displays.add("step")
    debugger.seek(5)
    debugger.displays.at_stop()
    for position in (7, 9):
        debugger.seek(position)
        (displayed,) = debugger.displays.now()
        assert (displayed.value, displayed.before, displayed.change) == (
            position,
            5,
            position - 5,
        )
    debugger.seek(5)
    assert debugger.displays.now()[0].before is None


def test_a_display_added_at_a_stop_is_compared_from_the_next_one_on(debugger) -> None:
    debugger.displays.at_stop()
    debugger.displays.add("w[x1,h1_1] > 100")
    (first,) = debugger.displays.at_stop()
    assert first == DisplayedValue(1, "w[x1,h1_1] > 100", False, None, True)
    debugger.step()
    (second,) = debugger.displays.at_stop()
    assert (second.before, second.first, second.changed) == (False, False, False)


def test_an_edit_on_the_spot_counts_as_another_stop(debugger) -> None:
    debugger.seek(10)
    debugger.displays.add("w[x1,h1_1]")
    before = debugger.displays.at_stop()[0].value
    for value in (0.5, 0.25):
        debugger.edit("w[x1,h1_1]", value)
        (displayed,) = debugger.displays.at_stop()
        assert (displayed.value, displayed.before) == (value, before)
        before = value


def test_numbers_are_not_given_twice(debugger) -> None:
    displays = debugger.displays
    assert [displays.add(text).number for text in ("loss", "epoch", "loss")] == [1, 2, 3]
    assert displays.remove(3).expression.text == "loss"
    assert displays.add("step").number == 4
    assert [display.number for display in displays] == [1, 2, 4]
    with pytest.raises(DisplayError, match="there is no display 3; there are 1, 2, 4"):
        displays.remove(3)
    displays.clear()
    assert len(displays) == 0
    with pytest.raises(DisplayError, match="there is none at all"):
        displays.remove(1)


def test_displays_are_written_in_words(debugger) -> None:
    debugger.displays.add("loss > 0")
    debugger.displays.add("update * 2")
    debugger.displays.add("b[h1_1]")
    lines = [line_of(each) for each in debugger.displays.at_stop()]
    assert lines[:2] == ["1: loss > 0 = blank", "2: update * 2 = blank"]
    debugger.seek(debugger.schedule.update_start(1))
    debugger.displays.at_stop()
    debugger.seek(debugger.schedule.update_start(2))
    lines = [line_of(each, lambda x: f"{x:g}") for each in debugger.displays.at_stop()]
    assert lines[:2] == ["1: loss > 0 = true", "2: update * 2 = 4 (was 2, change 2)"]
    assert "(was" in lines[2]


def test_nan_that_stays_nan_is_no_change_and_blank_that_comes_is_one() -> None:
    nan = float("nan")
    assert not DisplayedValue(1, "loss", nan, nan, False).changed
    assert DisplayedValue(1, "loss", 0.5, None, False).changed
    assert DisplayedValue(1, "loss", None, 0.5, False).changed
    assert DisplayedValue(1, "loss", 0.5, None, False).change is None
    assert not DisplayedValue(1, "loss", 0.5, None, True).changed


def test_there_is_an_end_to_how_many_there_can_be(debugger) -> None:
    for _ in range(MAX_DISPLAYS):
        debugger.displays.add("loss")
    with pytest.raises(DisplayError, match="there are 200 displays: remove some first"):
        debugger.displays.add("loss")
    debugger.displays.remove(7)
    assert debugger.displays.add("loss").number == MAX_DISPLAYS + 1


def test_what_is_no_expression_is_not_watched(debugger) -> None:
    with pytest.raises(ExpressionError):
        debugger.displays.add("w[x1,")
    assert len(debugger.displays) == 0
