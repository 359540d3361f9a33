"""Storms: sizes that change and change, pastes, a mouse gone wild. The app stays alive."""

from __future__ import annotations

from random import Random

import pytest
from textual.events import Key, MouseMove, Paste, Resize
from textual.geometry import Size

pytestmark = pytest.mark.deep

SIZES = [(1, 1), (500, 200), (80, 24), (2, 60), (300, 2), (120, 36), (59, 15), (200, 60)]
MEGABYTE = 1_000_000


async def _resized(app, pilot, width, height):
    size = Size(width, height)
    app._driver._size = (width, height)
    app.post_message(Resize(size, size))
    await pilot.pause()


async def _still_steps(app, pilot, debugger_of):
    before = debugger_of(app).position
    await pilot.press("s")
    await pilot.pause()
    assert debugger_of(app).position == before + 1


@pytest.mark.parametrize("sample", ["sample", "classifier"])
async def test_a_storm_of_sizes(app_on, debugger_of, seen, sample):
    app = app_on(sample)
    async with app.run_test(size=(120, 36)) as pilot:
        for width, height in SIZES:
            await pilot.press("s")
            await _resized(app, pilot, width, height)
        await _resized(app, pilot, 120, 36)
        await _still_steps(app, pilot, debugger_of)
        assert "─ Network " in seen(app)


async def test_sizes_that_change_faster_than_they_can_be_painted(app_on, debugger_of, seen):
    app, chance = app_on(), Random(0)
    async with app.run_test(size=(120, 36)) as pilot:
        for _ in range(200):
            size = Size(chance.randint(1, 300), chance.randint(1, 100))
            app._driver._size = size
            app.post_message(Resize(size, size))
            if chance.random() < 0.3:
                app.post_message(Key(chance.choice(["s", "tab", "enter", "right", "S"]), None))
        await pilot.pause()
        await _resized(app, pilot, 120, 36)
        await pilot.press("escape", "escape", "escape")
        await _still_steps(app, pilot, debugger_of)


@pytest.mark.parametrize("size", [(1, 1), (500, 200)])
@pytest.mark.parametrize("keys", [
    ["colon", "h", "e", "l", "p", "enter"], ["question_mark", "escape"], ["o", "escape"],
    ["ctrl+p", "escape"], ["right", "b", "B", "escape"], ["s", "s", "y", "escape"],
])  # fmt: skip
async def test_every_screen_stands_the_smallest_and_the_largest_terminal(
    app_on, debugger_of, size, keys
):
    app = app_on()
    async with app.run_test(size=size) as pilot:
        await pilot.press(*keys)
        await pilot.press("escape")
        await pilot.pause()
        await _still_steps(app, pilot, debugger_of)


async def test_a_megabyte_pasted_onto_the_screen_is_no_keys(app_on, debugger_of):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        app.post_message(Paste("s" * MEGABYTE))
        app.post_message(Paste("q\n" * (MEGABYTE // 2)))
        await pilot.pause()
        assert debugger_of(app).position == 0
        await _still_steps(app, pilot, debugger_of)


PASTED = {
    "one word": "s" * MEGABYTE,
    "many lines": "print loss\n" * 100_000,
    "what a terminal would obey": "\x1b[31m\x00神経\u202e" * 100_000,
}


@pytest.mark.parametrize("text", PASTED.values(), ids=PASTED)
async def test_a_megabyte_pasted_into_the_command_line_is_a_line(
    app_on, debugger_of, status, text, in_the_background
):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("colon")
        app.post_message(Paste(text))
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert "\x1b" not in status(app)
        await pilot.press("escape")  # 100,000 commands are answered in a thread, until now
        await app.workers.wait_for_complete()
        await pilot.pause()
        await _still_steps(app, pilot, debugger_of)


async def test_a_flood_of_mouse_moves(app_on, debugger_of):
    app, chance = app_on(), Random(0)
    async with app.run_test(size=(120, 36)) as pilot:
        for _ in range(3000):
            x, y = chance.randrange(120), chance.randrange(36)
            app.post_message(MouseMove(None, x, y, 1, 1, 0, False, False, False, x, y))
        await pilot.pause()
        await _still_steps(app, pilot, debugger_of)
