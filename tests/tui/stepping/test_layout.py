"""The panes on the screen: tabs, filling the screen, moving borders, and too little room."""

from __future__ import annotations

import json

import pytest
from support.pilot import until

from nntui.document.load import load
from nntui.samples import samples
from nntui.tui.app import NntuiApp
from nntui.tui.dialogs.settings_form import SettingsForm
from nntui.tui.panes.pane import NAMES
from nntui.tui.stepping.pane_regions import WHEN_FILLED


async def test_the_panes_behind_one_are_named_beside_it_and_tab_goes_through_them(
    app_on, seen, pane_layout
):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        tabs = pane_layout(app).tabs("step")
        assert set(tabs) >= {"step", "neurons", "loss", "inspector", "algorithm", "story"}
        for before, tab in zip(tabs, (*tabs[1:], tabs[0]), strict=True):
            text = seen(app)
            near = [each for each in tabs if abs(tabs.index(each) - tabs.index(before)) <= 2]
            assert all(NAMES[each] in text for each in near)
            await pilot.press("tab")
            await pilot.pause()
            assert tab in pane_layout(app).seen
            assert pane_layout(app).current == tab


async def test_in_few_columns_the_tabs_near_the_one_that_is_seen_are_named(app_on, seen):
    app = app_on()
    async with app.run_test(size=(60, 16)) as pilot:
        for command in ("break h1", "display loss"):
            app.screen.run_command(command)
        await pilot.pause()
        await pilot.press(*["tab"] * 7)
        await pilot.pause()
        assert "‹" in seen(app)
        assert "Breakpoints" in seen(app)
        assert "›" in seen(app)


async def test_a_click_on_a_tab_turns_to_its_pane(app_on, seen, pane_layout):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("right", "right", "b")
        await pilot.pause()
        lines = seen(app).split("\n")
        row = next(n for n, line in enumerate(lines) if "Breakpoints" in line)
        await pilot.click(offset=(lines[row].index("Breakpoints") + 1, row))
        await pilot.pause()
        assert "breakpoints" in pane_layout(app).seen
        assert app.screen.focused.id == "breakpoints"
        lines = seen(app).split("\n")
        await pilot.click(offset=(lines[row].index("Loss") + 1, row))
        await pilot.pause()
        assert "loss" in pane_layout(app).seen
        assert app.screen.focused is None


async def test_a_click_on_a_pane_turns_to_it(app_on, pane_layout):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.click("#loss", offset=(5, 5))
        await pilot.pause()
        assert pane_layout(app).subject == "loss"


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 36), (200, 60)])
async def test_z_fills_the_screen_and_tab_goes_through_every_pane(app_on, pane_layout, size):
    app = app_on()
    async with app.run_test(size=size) as pilot:
        before = pane_layout(app).seen
        await pilot.press("z")
        assert pane_layout(app).seen == {"network"}
        await pilot.pause()
        assert app.screen.query_one("#network").region.size == pane_layout(app).area
        found = set()
        for _ in app.screen.panes:
            await pilot.press("tab")
            found |= pane_layout(app).seen
        assert found == set(app.screen.panes) - (WHEN_FILLED - {"story"})
        await pilot.press("z")
        assert pane_layout(app).maximised is None
        await pilot.press("escape")
        assert pane_layout(app).seen == before


async def test_escape_leaves_the_pane_that_fills_the_screen(app_on, pane_layout, debugger_of):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("z", "s", "right")
        assert debugger_of(app).position == 1
        await pilot.press("escape")
        assert len(pane_layout(app).seen) > 1
        assert app.screen.neuron_focus.neuron is not None


async def test_keys_move_the_borders(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        network = app.screen.query_one("#network")
        width, height = network.region.size
        await pilot.press("greater_than_sign", "right_curly_bracket", "right_curly_bracket")
        await pilot.pause()
        assert network.region.size == (width + 4, height + 2)
        await pilot.press("less_than_sign", "left_curly_bracket", "left_curly_bracket")
        await pilot.pause()
        assert network.region.size == (width, height)


async def test_a_border_at_its_end_goes_no_further_and_comes_back_at_once(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        network = app.screen.query_one("#network")
        for _ in range(40):
            await pilot.press("less_than_sign")
        await pilot.pause()
        width = network.region.width
        await pilot.press("greater_than_sign")
        await pilot.pause()
        assert network.region.width == width + 4


async def test_the_sizes_are_remembered_for_each_room(app_on, pane_layout, own_directories):
    app = app_on()
    app.preferences.__init__(kept=True)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("greater_than_sign", "tab", "z")
        await pilot.pause()
        filled = pane_layout(app).maximised
    again = app_on()
    again.preferences.__init__(kept=True)
    async with again.run_test(size=(120, 36)) as pilot:
        assert pane_layout(again).maximised == filled
        await pilot.press("z")
        await pilot.pause()
        assert again.screen.query_one("#network").region.width == 81
        await pilot.resize_terminal(200, 60)
        await pilot.pause()
        assert again.screen.query_one("#network").region.width == 128


@pytest.mark.parametrize("size", [(59, 40), (120, 15), (40, 12)])
async def test_too_small_a_terminal_is_told_so_and_can_be_stepped_in(
    app_on, seen, debugger_of, size
):
    app = app_on()
    async with app.run_test(size=size) as pilot:
        await pilot.press("s", "tab", "z", "enter", "escape", "b", "z")
        await pilot.pause()
        text = " ".join(seen(app).split())
        assert f"nntui needs 60×16; this is {size[0]}×{size[1]}; q quits" in text
        assert debugger_of(app).position == 1
        await pilot.resize_terminal(120, 36)
        await pilot.pause()
        assert "nntui needs" not in seen(app)


async def test_no_layout_is_made_for_a_step(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("s", "f", "f", "right")  # what has the focus may want a scrollbar
        # The first loss begins a chart, once.
        await until(pilot, lambda: not app.screen.loss_pane.is_waiting)
        await pilot.pause()
        layouts = []
        layout = app.screen.container.layout
        regions = layout._regions
        layout._regions = lambda size: layouts.append(size) or regions(size)
        await pilot.press("s", "s", "n", "S")
        await pilot.pause()
        assert layouts == []
        await pilot.press("tab")
        await pilot.pause()
        assert layouts


async def test_a_pane_has_a_place_as_soon_as_it_holds_something(app_on, pane_layout, typed):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert not {"breakpoints", "output", "branches"} & set(pane_layout(app).tabs("inspector"))
        await pilot.press("right", "right", "b")
        await pilot.pause()
        assert "breakpoints" in pane_layout(app).tabs("inspector")
        await pilot.press("b")
        await pilot.pause()
        assert "breakpoints" not in pane_layout(app).tabs("inspector")
        await pilot.press("colon")
        await typed(pilot, "info values")
        assert "output" in pane_layout(app).seen


async def test_a_list_that_is_emptied_while_it_has_the_keyboard_stays_until_it_is_left(
    app_on, pane_layout
):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("right", "right", "b")
        pane_layout(app).open("breakpoints")
        app.screen.lay_out()
        await pilot.press("delete")
        await pilot.pause()
        assert app.screen.focused.id == "breakpoints"
        await pilot.press("escape")
        await pilot.pause()
        assert "breakpoints" not in pane_layout(app).tabs("step")


async def test_capital_z_shows_the_drawing_and_the_step_alone(app_on, seen, pane_layout):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("s", "Z")
        await pilot.pause()
        assert pane_layout(app).seen == {"network", "step"}
        assert app.screen.network_pane.region.height >= 12
        assert "Inspector" not in seen(app)
        await pilot.press("tab")
        await pilot.pause()
        assert "Inspector" in seen(app)
        await pilot.press("escape", "Z")
        await pilot.pause()
        assert not pane_layout(app).presenting


async def test_a_run_that_is_presented_stays_so_when_another_is_opened(until):
    app = NntuiApp(load(samples()["sample"]), keep_state=False, present=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.stepping.pane_layout.seen == {"network", "step"}
        before = app.stepping
        app.action_open_sample("xor")
        await until(pilot, lambda: app.stepping is not before and app.screen is app.stepping)
        assert app.stepping.pane_layout.presenting


async def test_a_click_on_the_settings_in_the_header_changes_them(app_on, seen, shows, until):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        await pilot.click("#header", offset=(seen(app).split("\n")[0].index("η") + 1, 0))
        await until(pilot, shows(app, SettingsForm))


async def test_sizes_of_the_panes_of_an_earlier_version_are_read_and_change_nothing(
    app_on, own_directories, pane_layout
):
    (own_directories / "state" / "nntui").mkdir(parents=True)
    sizes = {"middle": {"columns": 40, "network": 9}, "narrow": {"step": -3}}
    kept = {"version": 1, "sizes": sizes, "maximised": {"large": "watches"}}
    (own_directories / "state" / "nntui" / "preferences.json").write_text(json.dumps(kept))
    app = app_on()
    app.preferences.__init__(kept=True)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert app.preferences.complaints == ()
        assert app.screen.network_pane.region.width == 77
        await pilot.resize_terminal(200, 60)
        await pilot.pause()
        assert pane_layout(app).seen == {"displays"}


async def test_escape_leaves_nothing_said(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("right", "right_square_bracket", "escape", "escape")
        await pilot.pause()
        assert app.screen.status_line.text == ""
