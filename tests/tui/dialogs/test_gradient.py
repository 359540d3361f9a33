"""The gradient check on screen: computed in a thread, chosen from, given up."""

from __future__ import annotations

from support.pilot import until

from nntui.debugger.gradient_here import GradientHere
from nntui.document.load import load
from nntui.samples import samples
from nntui.tui.app import NntuiApp
from nntui.tui.dialogs.gradient import GradientScreen


async def test_both_ways_stand_beside_each_other_and_enter_focuses_a_parameter(app_on, seen):
    app = app_on("xor")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        await pilot.press("4", "0", "s", "percent_sign")
        await until(pilot, lambda: app.screen.is_done)
        text = seen(app)
        assert "example 2 · batch of update 1 (the mean of 4 examples)" in text
        assert "›b[h1]      −0.21079665 = −0.21079665    0.015471384 =   0.015471384" in text
        assert "13 parameters: both ways agree." in text
        assert "Connection steps: backpropagation 18 and 72, differences 234 and 936." in text
        await pilot.press("end", "down", "up")
        assert screen.neuron_focus.edge == ("h2", "y")  # the drawing shows it
        assert "›w[h2,y]" in seen(app)
        await pilot.press("a")
        assert "0.01464" not in seen(app)
        await pilot.press("enter")
        assert app.screen is screen
        assert screen.focused_value == "dw[h2,y]"


async def test_escape_gives_it_up_and_the_focus_is_as_it_was(app_on, monkeypatch):
    class Endless(GradientHere):
        def checks(self):
            while True:
                yield from super().checks()

    monkeypatch.setattr("nntui.debugger.gradient_here.GradientHere", Endless)
    app = NntuiApp(load(samples()["sample"]), keep_state=False)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        await pilot.press("right", "percent_sign")
        assert isinstance(app.screen, GradientScreen)
        await until(pilot, lambda: screen.neuron_focus.quantity == "db")
        await pilot.press("down", "escape")
        assert app.screen is screen
        assert screen.neuron_focus.place == "x1"
        await app.workers.wait_for_complete()


async def test_on_a_narrow_terminal_no_number_is_cut_into_another(app_on, seen):
    app = app_on("xor")
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("4", "0", "s", "percent_sign")
        await until(pilot, lambda: app.screen.is_done)
        text = seen(app)
        assert "›b[h1]         −0.211 =  −0.211     0.0155 =   0.0155" in text
        assert "backprop.   differ.  backprop.    differ." in text
        await pilot.press("a", "a")
        await pilot.resize_terminal(66, 20)
        await pilot.pause()
        await until(pilot, lambda: "0.015471384 =   0.0…" in seen(app))
        await pilot.resize_terminal(120, 36)
        await until(pilot, lambda: "differences" in seen(app))
