"""Text of the panes is chosen with the mouse and copied."""

from __future__ import annotations

from textual.geometry import Offset


async def _drag(pilot, pane, start: tuple[int, int], end: tuple[int, int]) -> None:
    """From one place in a pane to another, in columns and rows of its content."""
    origin = pilot.app.screen.query_one(pane).content_region.offset
    first, last = origin + Offset(*start), origin + Offset(*end)
    await pilot.hover(offset=first)
    await pilot.pause()
    await pilot.mouse_down(offset=first)
    await pilot.hover(offset=last)
    await pilot.pause()
    await pilot.mouse_up(offset=last)
    await pilot.pause()


async def test_a_drag_chooses_text_and_y_copies_it(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("s", "s")
        await pilot.pause()
        rows = [strip.text for strip in map(app.screen.query_one("#step").render_line, range(3))]
        await _drag(pilot, "#step", (0, 1), (20, 1))
        await pilot.press("y")
        assert app.clipboard.strip()
        assert app.clipboard.rstrip() in rows[1]
        await _drag(pilot, "#step", (0, 0), (20, 2))
        await pilot.press("y")
        assert app.clipboard.split("\n")[0] == rows[0].rstrip()
        assert len(app.clipboard.split("\n")) == 3


async def test_what_is_chosen_is_seen_until_a_click(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("s", "s")
        pane = app.screen.query_one("#step")
        await pilot.pause()
        before = pane.render_line(1)
        await _drag(pilot, "#step", (0, 1), (20, 1))
        assert [s.style.bgcolor for s in pane.render_line(1)] != [s.style.bgcolor for s in before]
        assert pane.render_line(1).text == before.text
        await pilot.click("#algorithm", offset=(5, 5))
        await pilot.pause()
        assert app.screen.get_selected_text() is None


async def test_a_scrolled_pane_gives_the_text_that_is_seen(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        app.screen.open_pane("algorithm")
        await pilot.press("f", "f", "f")
        await pilot.pause()
        pane = app.screen.query_one("#algorithm")
        assert pane.scroll_offset.y > 0
        seen = pane.render_line(1).text.rstrip()
        await _drag(pilot, "#algorithm", (0, 1), (0, 2))
        await pilot.press("y")
        assert app.clipboard.split("\n")[0] == seen


async def test_only_the_pane_under_the_mouse_bears_marks(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("s")
        pane = app.screen.query_one("#neurons")
        await pilot.hover("#step")
        await pilot.pause()
        assert not any("offset" in s.style.meta for s in pane.render_line(1) if s.style)
        await pilot.hover("#neurons")
        await pilot.pause()
        assert any("offset" in s.style.meta for s in pane.render_line(1) if s.style)
