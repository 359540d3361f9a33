"""Asking on screen: last writes, why, paths, and the command line."""

from __future__ import annotations

from support.pilot import until

from nntui.debugger.commands.interpreter import Interpreter
from nntui.tui.dialogs.why import WhyScreen


async def test_x_goes_to_the_last_write_of_the_focused_value_and_capital_x_to_the_next(
    app_on, debugger_of, status
):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        debugger = debugger_of(app)
        await pilot.press("2", "u", "s", "right", "right", "right_square_bracket", "x")
        assert debugger.last.operation == ("update", "x1", "h1")
        second = debugger.position
        assert "w[x1,h1]" in status(app)
        await pilot.press("x")
        assert debugger.last.operation == ("update", "x1", "h1")
        assert debugger.position < second
        await pilot.press("X")
        assert debugger.position == second


async def test_why_opens_level_by_level_and_enter_jumps_to_the_step(app_on, debugger_of, seen):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("u", "right", "right", "right_square_bracket", "W")
        await pilot.pause()
        assert isinstance(app.screen, WhyScreen)
        assert "w[x1,h1] = " in seen(app)
        before = len(seen(app).split("step "))
        await pilot.press("down", "down", "right")
        await pilot.pause()
        assert len(seen(app).split("step ")) >= before
        cause = app.screen.query_one("#why-tree").cursor_node.data
        await pilot.press("enter")
        await pilot.pause()
        assert debugger_of(app).position == cause.position


async def test_why_has_as_many_rows_for_the_formula_as_it_takes(app_on, seen):
    app = app_on("sample")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2", "p", "right", "right", "W")
        await pilot.pause()
        rows = [line.strip("│╭╮─ ") for line in seen(app).split("\n")]
        first = next(n for n, row in enumerate(rows) if row.startswith("Why b[h1] = "))
        assert rows[first + 1].startswith("b[h1] = b[h1] − η · ")
        assert rows[first + 4 : first + 6] == ["step 224: update h1", ""]
        assert rows[first + 6].startswith("▼ b[h1] = ")


async def test_what_will_write_a_value_is_said_in_full_on_a_small_terminal(app_on, seen):
    app = app_on("xor")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n", "n", "s", "right", "right", "W", "tab")
        await pilot.pause()
        said = " ".join(seen(app).replace("│", " ").split())
        assert "step 17, example 1: backward h1 → y will write it" in said


async def test_escape_leaves_the_tree_and_the_run_where_they_were(app_on, debugger_of):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("f", "W")
        await pilot.pause()
        here = debugger_of(app).position
        await pilot.press("escape")
        assert not isinstance(app.screen, WhyScreen)
        assert debugger_of(app).position == here


async def test_paths_are_brought_out_and_counted_until_the_key_is_pressed_again(app_on, status):
    app = app_on("notebook-diamond")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("right", "i")
        cone = app.screen.neuron_focus.cone
        assert cone is not None
        assert status(app).endswith(cone.sentence[-20:])
        await pilot.press("i")
        assert app.screen.neuron_focus.cone is None


async def test_a_command_runs_and_a_short_answer_stands_in_the_status_line(
    app_on, debugger_of, status, typed
):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("colon")
        await typed(pilot, "step 12")
        assert debugger_of(app).position == 12
        assert not app.screen.command_line.shown
        await pilot.press("colon")
        await typed(pilot, "print 1 + 2")
        assert "1 + 2 = 3" in status(app)


async def test_a_long_answer_goes_to_the_output_pane(app_on, seen, typed, pane_layout):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("colon")
        await typed(pilot, "info values b")
        assert "output" in pane_layout(app).seen
        assert "b[h1] = 0.1" in seen(app)


async def test_a_line_that_cannot_be_run_stays_with_what_is_wrong(app_on, refusal, typed):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("colon")
        await typed(pilot, "contineu")
        assert "there is no command “contineu”" in refusal(app)
        assert app.screen.command_line.value == "contineu"
        await pilot.press("escape")
        assert not app.screen.command_line.shown
        assert app.screen.focused is None


async def test_why_a_line_is_refused_is_said_whole_until_the_line_is_changed(app_on, seen, typed):
    app = app_on("xor")
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("colon")
        await typed(pilot, "set eta 3")
        rows = [row.strip() for row in seen(app).splitlines()]
        above = rows[: rows.index(": set eta 3")]
        assert above[-3].startswith("“eta” cannot be set; what can is w[…]")
        assert above[-1].endswith('did you mean "learning_rate"?')
        await pilot.press("backspace")
        await until(pilot, lambda: "did you mean" not in seen(app))


async def test_the_cursor_goes_to_the_character_that_is_at_fault(app_on, refusal, typed):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("colon")
        await typed(pilot, "break h1 if delta[h1] >> 3")
        assert "found “>”" in refusal(app)
        assert "\n" not in refusal(app)
        line = app.screen.command_line
        assert line.value[line.cursor_position :] == "> 3"


async def test_where_two_branches_differ_is_gone_to_and_told(
    app_on, seen, debugger_of, typed, pane_layout
):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("u")
        for line in ("set w[x1,h1] 0.25", "diff main"):
            await pilot.press("colon")
            await typed(pilot, line)
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "output" in pane_layout(app).seen
        assert "w[x1,h1]" in seen(app)


async def test_up_recalls_what_was_typed_and_an_empty_line_repeats_a_movement(
    app_on, debugger_of, typed
):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("colon")
        await typed(pilot, "step 5")
        await pilot.press("colon", "enter")
        assert debugger_of(app).position == 10
        await pilot.press("colon", "x", "up")
        assert app.screen.command_line.value == "step 5"
        await pilot.press("down")
        assert app.screen.command_line.value == "x"


async def test_tab_completes_a_line_as_far_as_it_can_go(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("colon", *"reverse-s", "tab")
        assert app.screen.command_line.value.strip() == "reverse-step"
        await pilot.press("ctrl+u", *"dis", "tab", "tab")
        assert app.screen.command_line.value == "dis"


async def test_keys_typed_in_a_command_move_nothing(app_on, debugger_of):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("colon", *"scn 50 ?q")
        assert debugger_of(app).position == 0
        assert app.screen.command_line.value == "scn 50 ?q"


async def test_goto_and_bookmark_are_asked_for(app_on, debugger_of, typed):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("5", "s", "m")
        await typed(pilot, "here")
        await pilot.press("r", "g")
        await typed(pilot, "here")
        assert debugger_of(app).position == 5


async def test_quit_is_a_command_too(app_on, typed):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("colon")
        await typed(pilot, "quit")
    assert app.return_code == 0


async def test_why_writes_numbers_as_the_steps_do_and_more_precisely_on_a_key(
    app_on, debugger_of, seen
):
    app = app_on("xor")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2", "0", "u", "down", "right", "W")
        await pilot.pause()
        assert "b[h1] = b[h1] − η · g" in seen(app)
        assert "      = −0.41134 − 1 · 0.021509" in seen(app)
        assert "      = −0.43285" in seen(app)
        await pilot.press("a", "a")
        await pilot.pause()
        # The last bits are numpy's, and differ from one processor to another.
        exactly = Interpreter(debugger_of(app)).reply("why b[h1]").lines[0]
        assert exactly.startswith("b[h1] = -0.4113396015909")
        assert exactly.split(" = ")[1].replace("-", "−") in seen(app)
        await pilot.press("escape", "A", "W")
        await pilot.pause()
        assert "= −0.411 − 1 · 0.0215" in seen(app)


async def test_a_command_line_opens_with_what_may_be_typed_and_grows_narrower(app_on, seen):
    app = app_on("xor")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon")
        await pilot.pause()
        assert "goto POSITION" in seen(app)
        assert "more: type their first letters" in seen(app)
        await pilot.press("w", "h")
        await pilot.pause()
        offered = str(app.screen.query_one("#offers").render())
        assert [row.split()[0] for row in offered.splitlines()] == ["where", "why"]
        await pilot.press("y", "space", "a", "left_square_bracket")
        await pilot.pause()
        offered = str(app.screen.query_one("#offers").render())
        assert "a[x1]" in offered
        assert all(len(row) <= 80 for row in offered.splitlines())
        await pilot.press("escape")
        assert not app.screen.query_one("#offers").region


async def test_what_changes_below_a_dialog_is_painted_once(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("s", "W")
        below, dialog = app.stepping, app.screen
        painted = []
        dialog.refresh = lambda *regions, **_: painted.append(regions)
        below.network_pane.refresh()
        await until(pilot, lambda: () in painted)  # all of the dialog, what it has changed too
        await until(pilot, lambda: not below._repaint_required and not below._dirty_widgets)
