"""Keys that arrive in one go, as they do over a slow line."""

from __future__ import annotations

from textual.events import Key, Paste
from textual.widgets import Input

import nntui
from nntui.debugger.commands.command import Movement

BURST = (*"ab", "backspace", *"cd", "left", "x", "home", "y", "end", "z")
WRITTEN = "yacxdz"


async def at_once(pilot, keys) -> None:
    for key in keys:
        pilot.app.post_message(Key(key, key if len(key) == 1 else None))
    await pilot.pause()


async def test_a_command_is_written_as_it_was_typed(app_on, until):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon")
        await at_once(pilot, BURST)
        await until(pilot, lambda: app.screen.command_line.value == WRITTEN)
        await at_once(pilot, ("ctrl+u", *"step 3", "enter"))
        await until(pilot, lambda: app.screen.debugger.position == 3)
        await pilot.press("colon")
        await at_once(pilot, (*"foo", "up", "backspace", *"2", "enter"))
        await until(pilot, lambda: app.screen.debugger.position == 5)


async def test_a_field_of_a_form_is_written_as_it_was_typed(app_on, until):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("M", "a")
        await pilot.pause()
        field = app.screen.query_one("#edit-name", Input)
        await at_once(pilot, ("ctrl+u", *BURST))
        await until(pilot, lambda: field.value == WRITTEN)
        await at_once(pilot, (*"ab", "ctrl+u", *"new", "enter"))
        await until(pilot, lambda: "new" in app.document.edited.experiment.network)


async def test_every_line_that_is_pasted_is_seen_and_run_up_to_one_that_fails(app_on, until, seen):
    app = app_on()
    async with app.run_test(size=(100, 30)) as pilot:
        line, debugger = app.screen.command_line, app.screen.debugger
        await pilot.press("colon")
        line.post_message(Paste("step 3\n\nbreak h1\r\nstep\n"))
        await until(pilot, lambda: line.value == "step 3 ⏎ break h1 ⏎ step")
        assert debugger.position == 0
        await pilot.press("enter")
        await until(pilot, lambda: debugger.position == 4)
        assert len(debugger.breakpoints) == 1
        await pilot.press("colon")
        line.post_message(Paste("step 3\nbad\nstep"))
        await until(pilot, lambda: "bad" in line.value)
        await pilot.press("enter")
        await until(pilot, lambda: "“bad”; help lists them" in seen(app))
        assert "line 2: there is no command" in seen(app)
        assert debugger.position == 7
        line.ask("display ", "loss")
        line.post_message(Paste("epoch\n"))
        await until(pilot, lambda: line.value == "display epoch")


async def test_source_is_run_errors_end_nothing_and_a_count_passes_stops(
    app_on, until, seen, tmp_path, monkeypatch
):
    (tmp_path / "commands.txt").write_text("step 4\nprint step\n")
    app = app_on()
    async with app.run_test(size=(100, 30)) as pilot:
        monkeypatch.chdir(tmp_path)
        await pilot.press("colon", *"source commands.txt", "enter")
        await until(pilot, lambda: "step = 4" in seen(app))
        with monkeypatch.context() as patched:
            patched.setattr(Movement, "_move", lambda movement, seconds: 1 / 0)
            await pilot.press("colon", *"goto 90", "enter")
            await until(pilot, lambda: "unexpected ZeroDivisionError" in seen(app))
        await pilot.press("s")
        await until(pilot, lambda: app.screen.debugger.position == 5)
        expected = nntui.Debugger(app.screen.debugger.experiment)
        interpreter = nntui.Interpreter(expected)
        for command in ("step 5", "break h1 forward", "continue 3"):
            interpreter.reply(command)

        def arrived() -> bool:
            at_rest = not app.screen.background.running
            return at_rest and app.screen.debugger.position == expected.position

        await pilot.press("colon", *"break h1 forward", "enter", "3", "c")
        await until(pilot, arrived)
        interpreter.reply("reverse-continue 2")
        await pilot.press("2", "C")
        await until(pilot, arrived)
