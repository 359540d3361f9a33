"""Breakpoints, displays and branches on screen: by keys, by the form, in the lists."""

from __future__ import annotations

import pytest
from support.experiments import layered
from support.pilot import until
from textual.widgets import Checkbox, Input

from nntui.tui.app import NntuiApp
from nntui.tui.dialogs.breakpoint_form import BreakpointForm
from nntui.tui.dialogs.question import Question
from nntui.tui.stepping.screen import SteppingScreen


async def _rests(pilot):
    await pilot.app.workers.wait_for_complete()
    await until(pilot, lambda: not pilot.app.screen_stack[1].background.running)


async def _on_h1(pilot):
    """The focus on h1, the third neuron of the sample."""
    await pilot.press("right", "right")


async def test_b_sets_a_breakpoint_on_the_focused_neuron_and_deletes_it(
    app_on, debugger_of, status
):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await _on_h1(pilot)
        await pilot.press("b")
        assert [row.text for row in debugger_of(app).breakpoints] == ["break h1"]
        assert "breakpoint 1: h1" in status(app)
        await pilot.press("f9")
        assert len(debugger_of(app).breakpoints) == 0


async def test_a_neuron_may_be_called_by_a_word_of_the_commands(app_on, debugger_of, status):
    experiment = layered(1, 1, 1)
    experiment.network.rename_neuron("h1_1", "epoch")
    app = NntuiApp(experiment, keep_state=False)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("right", "right", "b")
        assert [row.text for row in debugger_of(app).breakpoints] == ['break "epoch"']
        assert 'breakpoint 1: "epoch"' in status(app)


async def test_brackets_move_the_focus_along_the_edges_and_b_takes_the_edge(
    app_on, debugger_of, status, seen
):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await _on_h1(pilot)
        await pilot.press("right_square_bracket", "right_square_bracket")
        assert "w[x2,h1] = " in status(app)
        await pilot.press("b")
        await pilot.pause()
        assert [row.text for row in debugger_of(app).breakpoints] == ["break x2->h1"]
        assert "●+0.30›" in seen(app)
        await pilot.press("left_square_bracket")
        assert "w[x1,h1] = " in status(app)


async def test_without_a_focus_b_says_what_to_do(app_on, debugger_of, status):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("b")
        assert "choose a neuron" in status(app)
        assert len(debugger_of(app).breakpoints) == 0


async def test_a_breakpoint_is_marked_in_drawing_table_and_program_by_a_character(app_on, seen):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await _on_h1(pilot)
        await pilot.press("b", "s", "s", "s")
        await pilot.pause()
        text = seen(app)
        assert "●h1" in text.split("Neurons")[0] + text
        assert "›●h1" in text
        app.screen.open_pane("algorithm")
        await pilot.press("s")
        await pilot.pause()
        assert "►●" in seen(app)


async def test_c_stops_at_a_breakpoint_and_says_why_and_capital_c_goes_back(
    app_on, debugger_of, status
):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await _on_h1(pilot)
        await pilot.press("b", "c")
        await _rests(pilot)
        first = debugger_of(app).position
        assert debugger_of(app).last.operation == ("forward_neuron", "h1")
        assert "breakpoint 1: h1 (1st hit)" in status(app)
        await pilot.press("c")
        await _rests(pilot)
        assert debugger_of(app).last.operation == ("backward_neuron", "h1")
        await pilot.press("C")
        await _rests(pilot)
        assert debugger_of(app).position == first


async def test_a_count_before_c_passes_so_many_stops(app_on, debugger_of):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await _on_h1(pilot)
        await pilot.press("b", "4", "c")
        await _rests(pilot)
        debugger = debugger_of(app)
        assert debugger.breakpoints[1].hits == 4
        assert debugger.last.operation == ("backward_neuron", "h1")


async def test_t_goes_to_the_next_step_of_the_focus_and_capital_t_back(app_on, debugger_of):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await _on_h1(pilot)
        await pilot.press("t", "t")
        assert debugger_of(app).last.operation == ("backward_neuron", "h1")
        await pilot.press("T")
        assert debugger_of(app).last.operation == ("forward_neuron", "h1")
        await pilot.press("right_square_bracket", "t")
        assert debugger_of(app).last.operation == ("backward_edge", "x1", "h1")


async def test_comma_goes_back_to_the_stop_before_and_full_stop_forth(app_on, debugger_of):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await _on_h1(pilot)
        await pilot.press("b", "c")
        await _rests(pilot)
        first = debugger_of(app).position
        await pilot.press("c")
        await _rests(pilot)
        second = debugger_of(app).position
        await pilot.press(",")
        assert debugger_of(app).position == first
        await pilot.press(".")
        assert debugger_of(app).position == second


async def test_the_form_edits_every_clause_and_keeps_the_number(app_on, debugger_of, seen):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await _on_h1(pilot)
        await pilot.press("b", "B")
        await pilot.pause()
        form = app.screen
        assert isinstance(form, BreakpointForm)
        form.query_one("#if", Input).value = "delta[h1] > 1"
        form.query_one("#every", Input).value = "3"
        form.query_one("#ignore", Input).value = "2"
        form.query_one("#log", Input).value = "δ is {delta[h1]}"
        form.query_one("#direction").value = "backward"
        form.query_one("#enabled", Checkbox).value = False
        form.query_one("#temporary", Checkbox).value = True
        await pilot.press("enter")
        await pilot.pause()
        (row,) = debugger_of(app).breakpoints
        assert row.number == 1
        assert row.text == (
            'tbreak h1 backward every 3 ignore 2 disabled if delta[h1] > 1 log "δ is {delta[h1]}"'
        )


async def test_the_form_says_what_is_wrong_and_escape_leaves_the_row_as_it_was(
    app_on, debugger_of, seen
):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await _on_h1(pilot)
        await pilot.press("B")
        await pilot.pause()
        app.screen.query_one("#if", Input).value = "delta[h7] > 1"
        await pilot.press("enter")
        await pilot.pause()
        assert "h7" in seen(app)
        assert isinstance(app.screen, BreakpointForm)
        await pilot.press("escape")
        assert [row.text for row in debugger_of(app).breakpoints] == ["break h1"]


async def test_a_list_is_worked_on_with_the_keyboard(app_on, debugger_of, typed):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("colon")
        await typed(pilot, "break h1")
        await pilot.press("colon")
        await typed(pilot, "watch loss crosses 0.1")
        app.screen.open_pane("breakpoints")
        await pilot.pause()
        stops = debugger_of(app).breakpoints
        assert app.screen.focused.id == "breakpoints"
        await pilot.press("down", "d")
        assert [row.enabled for row in stops] == [True, False]
        await pilot.press("d", "up", "delete")
        assert [row.text for row in stops] == ["watch loss crosses 0.1"]
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, BreakpointForm)
        await pilot.press("escape", "s")
        assert debugger_of(app).position == 1
        await pilot.press("escape")
        assert app.screen.focused is None


async def test_a_display_shows_its_change_since_the_last_stop(app_on, debugger_of, seen, typed):
    app = app_on()
    async with app.run_test(size=(200, 60)) as pilot:
        await _on_h1(pilot)
        await pilot.press("2", "s", "w")
        assert isinstance(app.screen, Question)
        assert "a[h1]" in seen(app)
        await pilot.press("d")
        await pilot.pause()
        assert "1 a[h1]" in seen(app)
        await pilot.press("colon")
        await typed(pilot, "display z[h1]")
        await pilot.press("s")
        await pilot.pause()
        assert "2 z[h1] = 0.85" in seen(app)
        assert "+0.15" in seen(app)
        assert not list(debugger_of(app).breakpoints)


async def test_the_key_of_watching_sets_a_watchpoint_on_the_focused_value(app_on, debugger_of):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await _on_h1(pilot)
        await pilot.press("s", "w", "w")  # in one go
        await pilot.pause()
        assert [row.text for row in debugger_of(app).breakpoints] == ["watch a[h1]"]
        assert not list(debugger_of(app).displays)
        await pilot.press("w", "escape")
        await pilot.pause()
        assert len(list(debugger_of(app).breakpoints)) == 1
        assert isinstance(app.screen, SteppingScreen)


@pytest.mark.parametrize(("key", "line"), [("d", "display loss"), ("w", "watch loss")])
async def test_without_a_focus_the_value_to_watch_is_typed(app_on, key, line):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("w", key)
        await pilot.pause()
        assert app.screen.command_line.shown
        assert app.screen.command_line.value == line


async def test_setting_a_value_begins_a_branch_that_the_list_shows_and_switches(
    app_on, debugger_of, seen, typed
):
    app = app_on()
    async with app.run_test(size=(200, 60)) as pilot:
        await _on_h1(pilot)
        await pilot.press("right_square_bracket", "s", "equals_sign")
        await pilot.pause()
        assert app.screen.focused.value == "0.6"  # the weight comes first
        await pilot.press(*"0.25", "enter")  # what is typed replaces the value
        await pilot.pause()
        debugger = debugger_of(app)
        assert debugger["w[x1,h1]"] == 0.25
        assert "w[x1,h1] 0.25" in seen(app)
        while app.screen.focused is None or app.screen.focused.id != "branches":
            await pilot.press("tab")
        await pilot.press("up", "up", "enter")
        assert debugger.branches.current.name == "main"
        assert debugger["w[x1,h1]"] == 0.6
        await pilot.press("down", "delete")
        assert len(debugger.branches) == 1
