"""Keys that come faster than the screen is painted: each is answered, the last is painted."""

from __future__ import annotations

from functools import wraps

import pytest
from support.pilot import until
from textual.events import Key

from nntui.tui.panes import network
from nntui.tui.stepping.screen import SteppingScreen

MANY = 60


def _typed_at_once(app, keys):
    for key in keys:
        app.post_message(Key(key, {"minus": "-"}.get(key, key)))


@pytest.fixture
def paints():
    """Notes the positions that a stepping screen paints."""

    def watch(screen):
        positions, paint = [], screen.paint

        def noting(frame, message=""):
            positions.append(frame.snapshot.position)
            paint(frame, message)

        screen.paint = noting
        return positions

    return watch


async def test_every_key_of_many_is_a_step_and_few_are_painted(app_on, debugger_of, status, paints):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        positions = paints(app.screen)
        _typed_at_once(app, "s" * MANY)
        await until(pilot, lambda: positions and positions[-1] >= MANY)
        assert debugger_of(app).position == MANY
        assert len(positions) < 4
        assert f"step {MANY} of" in status(app)


async def test_keys_that_follow_on_keys_see_where_those_have_led(app_on, debugger_of, status):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        _typed_at_once(app, ["s", "s", "s", "S", "n", "x"])  # x: back to what wrote a[h1] last
        await pilot.pause()
        assert debugger_of(app).position == app.screen.latest.snapshot.position
        assert f"step {debugger_of(app).position} of" in status(app)


async def test_a_count_typed_behind_waiting_keys_is_still_to_be_seen(app_on, debugger_of, status):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        _typed_at_once(app, "ss7")
        await pilot.pause()
        assert "step 2 of" in status(app)
        assert "7 ×" in status(app)
        await pilot.press("s")
        assert debugger_of(app).position == 9


async def test_a_run_that_begins_behind_waiting_keys_is_what_is_said(app_on, debugger_of, status):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        _typed_at_once(app, "ssR")
        await until(pilot, lambda: debugger_of(app).at_end and not app.screen.background.running)
        assert "step 11,600 of 11,600" in status(app)


async def test_a_command_typed_at_once_is_spelled_and_sets_off_none_of_its_letters(
    app_on, debugger_of
):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        _typed_at_once(app, ["s", "s", "colon", *"next", "minus", *"ssccSSu"])
        await pilot.pause()
        assert debugger_of(app).position == 2
        assert app.screen.command_line.value == "next-ssccSSu"
        await pilot.press("escape")
        assert not app.screen.command_line.shown


async def test_keys_typed_at_once_come_in_their_order_where_a_list_has_the_keyboard(
    app_on, debugger_of
):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("right", "down", "right", "b")
        app.screen.action_turn_to("breakpoints")
        await pilot.pause()
        assert app.focused is not None
        _typed_at_once(app, ["s", "d", "s", "colon", *"dd"])
        await pilot.pause()
        assert debugger_of(app).position == 2
        assert not next(iter(debugger_of(app).breakpoints)).enabled
        assert app.screen.command_line.value == "dd"


async def test_a_screen_is_painted_once_when_it_is_shown_and_when_its_size_changes(
    app_on, monkeypatch
):
    laid_out, paint = [], SteppingScreen.paint
    monkeypatch.setattr(network, "lay_out", counting(laid_out, network.lay_out))
    monkeypatch.setattr(SteppingScreen, "paint", counting(paints := [], paint))
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: laid_out)
        await pilot.pause()
        assert len(laid_out) == len(paints) == 1
        await pilot.resize_terminal(100, 30)
        await until(pilot, lambda: len(paints) > 1)
        assert app.screen.pane_layout.size == (100, 30)


def counting(calls, function):
    """Return a function that notes its calls."""

    @wraps(function)
    def noting(*args, **options):
        calls.append(args)
        return function(*args, **options)

    return noting
