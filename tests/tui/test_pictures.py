"""Pictures of the screen. Look at a picture before accepting it."""

from __future__ import annotations

import pytest
from pictures.make import drawn
from support.pilot import until

from nntui.tui.panes.answers import AnswersPane
from nntui.tui.panes.inspector import InspectorPane
from nntui.tui.panes.loss import LossPane

SIZES = [(80, 24), (120, 36), (200, 60)]


async def _drawn(pilot):
    """Wait for what is drawn a moment later, where there is no chart yet."""
    screen = pilot.app.screen_stack[1]
    parts = (
        screen.answer_source,
        *(screen.query_one(pane) for pane in (AnswersPane, LossPane, InspectorPane)),
    )
    await until(pilot, lambda: not any(part.is_waiting for part in parts))


async def _settled(pilot):
    await pilot.press("2", "u", "f", "f", "n", "s", "s", "right", "down")
    await drawn(pilot)


async def _command(pilot, line):
    await pilot.press("colon")
    await pilot.pause()
    pilot.app.screen.command_line.value = line
    await pilot.press("enter")
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def _stopped(pilot):
    """At a breakpoint on an edge, with another one, watches and a branch."""
    await pilot.press("3", "u", "right", "right", "right_square_bracket", "b")
    for line in (
        "break h2 backward if abs(delta[h2]) > 0.05",
        "disable 2",
        "watch loss crosses 0.1",
        "display loss",
        "display w[x1,h1] * 2",
        "set w[x1,h1] 0.25",
    ):
        await _command(pilot, line)
    await pilot.press("c")
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    await pilot.press("c")
    await drawn(pilot)


@pytest.mark.parametrize("size", SIZES)
def test_the_screen_in_the_backward_pass(snap_compare, app_on, size):
    assert snap_compare(app_on("sample"), terminal_size=size, run_before=_settled)


@pytest.mark.parametrize("size", SIZES)
def test_the_screen_at_a_breakpoint(snap_compare, app_on, size):
    assert snap_compare(app_on("sample"), terminal_size=size, run_before=_stopped)


def test_the_screen_at_the_start_tells_the_story(snap_compare, app_on):
    assert snap_compare(app_on("sample"), terminal_size=(120, 36), run_before=_drawn)


@pytest.mark.parametrize("scene", [_settled, _stopped])
def test_the_screen_in_a_light_theme(snap_compare, app_on, scene):
    async def lit(pilot):
        pilot.app.theme = "textual-light"
        await scene(pilot)

    app = app_on("notebook-diamond" if scene is _settled else "sample")
    assert snap_compare(app, terminal_size=(120, 36), run_before=lit)


def test_a_list_with_the_keyboard_in_it_on_a_small_terminal(snap_compare, app_on):
    async def listed(pilot):
        await _stopped(pilot)
        await pilot.press("tab", "tab", "tab", "tab", "down")
        await pilot.pause()

    assert snap_compare(app_on("sample"), terminal_size=(80, 24), run_before=listed)


def test_what_a_neuron_influences(snap_compare, app_on):
    async def influenced(pilot):
        await pilot.press("f", "right", "right", "right_square_bracket", "i")
        await _drawn(pilot)

    assert snap_compare(app_on("skip"), terminal_size=(120, 36), run_before=influenced)


def test_why_a_weight_is_what_it_is(snap_compare, app_on):
    async def asked(pilot):
        await pilot.press("2", "u", "right", "right", "right_square_bracket")
        await drawn(pilot)
        await pilot.press("W")
        await pilot.pause()
        await pilot.press("down", "right", "down", "down", "right")
        await drawn(pilot)

    assert snap_compare(app_on("sample"), terminal_size=(120, 36), run_before=asked)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_the_form_of_a_breakpoint(snap_compare, app_on, size):
    async def filled(pilot):
        await pilot.press("right", "right", "B")
        await pilot.pause()
        pilot.app.screen.query_one("#if").cursor_blink = False
        pilot.app.screen.query_one("#if").value = "delta[h7] > 1"
        await pilot.press("enter")
        await _drawn(pilot)

    assert snap_compare(app_on("sample"), terminal_size=size, run_before=filled)


def test_the_command_line_and_the_output_of_a_command(snap_compare, app_on):
    async def typing(pilot):
        pilot.app.screen.command_line.cursor_blink = False
        await _command(pilot, "info values w")
        await pilot.press("colon", *"brea")
        await _drawn(pilot)

    assert snap_compare(app_on("sample"), terminal_size=(120, 36), run_before=typing)


def test_the_help(snap_compare, app_on):
    async def helped(pilot):
        await pilot.press("question_mark")
        await _drawn(pilot)

    assert snap_compare(app_on("sample"), terminal_size=(120, 70), run_before=helped)
