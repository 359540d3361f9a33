"""The timeline: where the run stands, what is marked on it, and travelling."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from nntui.model.dataset import Dataset
from nntui.model.experiment import Experiment, Training
from nntui.model.network import Network
from nntui.model.optimizers import Optimizer
from nntui.tui.app import NntuiApp
from nntui.tui.panes.timeline import Track


def line(app) -> str:
    return app.screen.timeline.render_line(0).text


def track(app) -> str:
    text = line(app)
    starts = [text.index(sign) for sign in "├◀" if sign in text]
    return text[starts[0] + 1 : max(text.rfind("┤"), text.rfind("▶"))]


def column(app, sign: str) -> int:
    return cell_len(line(app).partition(sign)[0])


@pytest.mark.parametrize("span", [range(5, 6), range(5, 9), range(100, 1_000), range(10**9)])
@pytest.mark.parametrize("cells", [1, 2, 80])
def test_a_cell_stands_for_positions_and_the_ends_for_the_ends(span, cells):
    found = Track(span, cells)
    assert found.cell(span[0]) == 0
    assert found.cell(span[-1]) == (cells - 1 if len(span) > 1 else 0)
    assert found.cell(span[0] - 1) == -1
    assert found.cell(span[-1] + 1) == cells
    if len(span) > cells > 1:
        assert all(found.cell(found.position(n)) == n for n in range(cells))


async def test_it_says_the_step_and_shows_what_was_computed_and_what_is_to_come(app_on):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("3", "0", "0", "u")
        await pilot.pause()
        assert line(app).startswith(" step 37,500 of 75,000 ")
        assert line(app).endswith(" run ")
        before, after = track(app).split("●")
        assert set(before) == {"━"}
        assert set(after) == {"╌"}
        assert abs(len(before) - len(after)) <= 1
        place = line(app).index("├")
        await pilot.press("r")
        await pilot.pause()
        assert line(app).startswith(" step 0 of 75,000 ")
        assert line(app).index("├") == place
        assert track(app).startswith("●━━━")  # it is known all the same


async def test_stops_bookmarks_and_branches_are_marked_and_a_click_on_one_goes_right_there(
    app_on, debugger_of, status
):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        debugger = debugger_of(app)
        debugger.seek(10_001)
        debugger.stop_history.visit()
        debugger.seek(20_003)
        debugger.bookmarks.add("here it learns")
        debugger.seek(50_000)
        debugger.edit("w[x1,h1]", 2.0)
        debugger.seek(60_000)
        app.screen.show()
        await pilot.pause()
        for sign in "◆⚑↳":
            assert sign in track(app)
        await pilot.click("#timeline", offset=(column(app, "⚑"), 0))
        await pilot.pause()
        assert debugger.position == 20_003
        assert "bookmark here it learns" in status(app)
        await pilot.click("#timeline", offset=(column(app, "◆"), 0))
        await pilot.pause()
        assert debugger.position == 10_001


async def test_a_bookmark_of_another_branch_is_marked_only_where_both_are_the_same(
    app_on, debugger_of
):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        debugger = debugger_of(app)
        debugger.bookmarks.add("before")
        debugger.seek(1_000)
        debugger.edit("w[x1,h1]", 2.0)
        debugger.seek(30_000)
        debugger.bookmarks.add("after")
        app.screen.show()
        names = {mark.name for mark in app.screen.latest.landmarks if mark.kind == "bookmark"}
        assert names == {"before", "after"}
        debugger.branches.switch("main")
        debugger.seek(2_000)
        app.screen.show()
        await pilot.pause()
        names = {mark.name for mark in app.screen.latest.landmarks if mark.kind == "bookmark"}
        assert names == {"before"}


async def test_a_click_and_a_drag_travel_to_the_ends_of_updates(app_on, debugger_of):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        debugger, timeline = debugger_of(app), app.screen.timeline
        start = column(app, "●")
        await pilot.mouse_down("#timeline", offset=(start + 40, 0))
        await pilot.pause()
        assert debugger.position % debugger.schedule.steps_per_epoch == 0
        assert timeline._track.cell(debugger.position) == 40
        for x in (start + 50, start + 20):
            await pilot.hover("#timeline", offset=(x, 0))
        await pilot.mouse_up("#timeline", offset=(start + 20, 0))
        await pilot.pause()
        assert timeline._track.cell(debugger.position) == 20
        await pilot.hover("#timeline", offset=(start + 60, 0))
        await pilot.pause()
        assert timeline._track.cell(debugger.position) == 20


async def test_with_the_keyboard_the_arrows_travel_and_choose_the_period(app_on, debugger_of):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        debugger = debugger_of(app)
        await pilot.press("2", "0", "0", "u", "G")
        await pilot.pause()
        assert app.screen.focused is app.screen.timeline
        assert "◀" in line(app)
        here = debugger.position
        await pilot.press("right")
        assert debugger.position > here
        await pilot.press("left", "left")
        assert debugger.position < here
        await pilot.press("down", "down")
        await pilot.pause()
        update = debugger.schedule.updates_before(debugger.position - 1)
        assert line(app).endswith(f" update {update + 1} ")
        await pilot.press("home")
        assert debugger.position == debugger.schedule.update_start(update)
        await pilot.press("right", "right", "right", "right", "right", "right")
        assert debugger.position > debugger.schedule.update_start(update)
        await pilot.press("up", "up", "end")
        assert debugger.at_end
        await pilot.press("escape", "left")
        assert app.screen.focused is None
        assert app.screen.neuron_focus.neuron is not None
        assert debugger.at_end


async def test_every_press_of_an_arrow_moves_by_a_step_at_least(app_on, debugger_of):
    app = app_on("sample")
    async with app.run_test(size=(200, 60)) as pilot:
        debugger = debugger_of(app)
        await pilot.press("G", "down", "down")
        for n in range(5):
            assert debugger.position == n
            await pilot.press("right")
        for n in (5, 4, 3):
            assert debugger.position == n
            await pilot.press("left")


async def test_the_first_loss_that_is_no_number_is_marked():
    net = Network()
    net.add_neuron("x", role="input")
    net.add_neuron("y", role="output", activation="square", bias=3.0)
    net.connect("x", "y", 2.0)
    training = Training(epochs=100, optimizer=Optimizer.of("sgd", learning_rate=0.5))
    app = NntuiApp(Experiment(net, Dataset.of([[10.0]], [[0.0]]), training), keep_state=False)
    async with app.run_test(size=(120, 36)) as pilot:
        assert "✗" not in track(app)
        await pilot.press("R")
        await pilot.pause()
        assert 0 < track(app).index("✗") < 20
        first = app.screen.latest.curves[-1].losses.first_nonfinite
        losses = app.screen.latest.curves[-1].losses.batch
        assert losses[first] - losses[first] != 0
        assert all(loss - loss == 0 for loss in losses[:first])


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (200, 60)])
async def test_it_fills_its_line_at_every_size_and_period(app_on, size):
    app = app_on("classifier")
    async with app.run_test(size=size) as pilot:
        await pilot.press("u", "G")
        for _ in range(3):
            await pilot.pause()
            assert cell_len(line(app)) == size[0]
            assert "●" in line(app)
            assert line(app).rstrip()[-1] not in "╌━▶"
            await pilot.press("down")


async def test_of_the_places_of_a_drag_only_the_last_is_travelled_to(
    app_on, debugger_of, in_the_background, until
):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        start = column(app, "●")
        await pilot.mouse_down("#timeline", offset=(start + 80, 0))
        for x in range(start + 70, start + 20, -10):
            await pilot.hover("#timeline", offset=(x, 0))
        await pilot.mouse_up("#timeline", offset=(start + 30, 0))
        timeline = app.screen.timeline
        await until(
            pilot,
            lambda: (
                not app.screen.background.running
                and timeline._track.cell(debugger_of(app).position) == 30
            ),
        )


async def test_a_message_over_it_leaves_the_position(app_on):
    app = app_on("xor")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("u")
        long = "one thing, and another; " * 10
        for said in ("short", long, "x" * 200):
            app.screen.timeline.cover(said)
            assert line(app).startswith(" step 125 ")
            assert cell_len(line(app)) == 80
        assert said[:50] in line(app)
