"""Keys that arrive in one go, as they do over a slow line."""

from __future__ import annotations

from textual.events import Key
from textual.widgets import Input

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
