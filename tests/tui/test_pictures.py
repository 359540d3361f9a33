"""Pictures of the screen at three sizes. Look at a picture before accepting it."""

from __future__ import annotations

import pytest
from textual_plotext import PlotextPlot

from nntui.tui.widgets.loss import LossPane


async def _settled(pilot):
    await pilot.press("2", "u", "f", "f", "n", "s", "s", "right", "down")
    pane = pilot.app.screen.query_one(LossPane)
    while pane.is_waiting or (pane.display and not pane.query(PlotextPlot)):
        await pilot.pause(0.02)  # the chart is drawn a moment after the step
    await pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
def test_the_screen_in_the_backward_pass(snap_compare, app_on, size):
    assert snap_compare(app_on("sample"), terminal_size=size, run_before=_settled)


def test_the_screen_at_the_start_tells_the_story(snap_compare, app_on):
    assert snap_compare(app_on("sample"), terminal_size=(120, 36))


def test_the_screen_in_a_light_theme(snap_compare, app_on):
    app = app_on("notebook-diamond")

    async def lit(pilot):
        pilot.app.theme = "textual-light"
        await _settled(pilot)

    assert snap_compare(app, terminal_size=(120, 36), run_before=lit)
