from __future__ import annotations

import pytest


async def test_a_message_stands_in_a_line_of_its_own(app_on, seen, typed):
    async with app_on("xor").run_test(size=(120, 36)) as pilot:
        app = pilot.app
        await pilot.press("colon")
        await typed(pilot, "break h1 backward")
        await pilot.press("c")
        await pilot.pause()
        row = seen(app).splitlines()[-4]
        assert row.strip() == "breakpoint 1: h1 backward (1st hit)"
        assert " step " in seen(app).splitlines()[-3]


async def test_on_a_small_terminal_a_message_covers_the_timeline_until_the_next_key(app_on, seen):
    async with app_on("xor").run_test(size=(80, 24)) as pilot:
        app = pilot.app
        await pilot.press("right")
        app.screen.say("why it stopped")
        await pilot.pause()
        row = seen(app).splitlines()[-2]
        assert row.startswith(" step 0 of 75,000 ")
        assert row.endswith("  why it stopped ")
        await pilot.press("s")
        await pilot.pause()
        assert seen(app).splitlines()[-2].endswith("┤ run ")


async def test_of_a_message_that_is_too_long_whole_clauses_are_said(app_on, seen):
    async with app_on("xor").run_test(size=(60, 16)) as pilot:
        pilot.app.screen.say("this much of it is said: " + "and what follows is too long " * 3)
        await pilot.pause()
        assert seen(pilot.app).splitlines()[-2].endswith("  this much of it is said … ")
        pilot.app.screen.say("a, " + "m" * 80)
        await pilot.pause()
        assert seen(pilot.app).splitlines()[-2].endswith("mm… ")


@pytest.mark.parametrize("width", [60, 80, 100, 120])
async def test_while_nothing_is_said_keys_are_named_in_whole_words(app_on, width):
    async with app_on("xor").run_test(size=(width, 36)) as pilot:
        await pilot.pause()
        line = pilot.app.screen.status_line.render_line(0).text
        assert line.startswith(" ← → ↑ ↓ choose a neuron")
        assert "…" not in line


async def test_while_nothing_is_said_the_marks_of_the_timeline_are_named(
    app_on, debugger_of, typed
):
    async with app_on("xor").run_test(size=(120, 36)) as pilot:
        await pilot.press("s", "colon")
        await typed(pilot, "bookmark it begins")
        await pilot.press("s")
        await pilot.pause()
        assert "⚑ it begins" in pilot.app.screen.status_line.render_line(0).text
