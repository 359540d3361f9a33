"""A run under way: it is stopped at once, and the keys that look work meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.pilot import until

from nntui.debugger.commands.command import Movement
from nntui.debugger.debugger import Debugger
from nntui.document.load import load
from nntui.samples import samples
from nntui.tui.app import NntuiApp
from nntui.tui.keys import GROUPS

pytestmark = pytest.mark.usefixtures("in_the_background")

ENDLESS = 100_000_000


@pytest.fixture
def endless():
    """The app on a run that nobody sees the end of."""
    experiment = load(samples()["mazur"])
    training = replace(experiment.training, epochs=ENDLESS)
    return NntuiApp(replace(experiment, training=training), keep_state=False)


async def _under_way(pilot):
    await pilot.press("c")
    screen = pilot.app.screen
    await until(pilot, lambda: screen.latest.on_the_way)


async def _at_rest(pilot):
    await pilot.app.workers.wait_for_complete()
    await until(pilot, lambda: not pilot.app.screen_stack[1].background.running)


STOPPING = [
    key.keys.split(",")[0]
    for group in ("Step", "Run")
    for key in GROUPS[group]
    if key.action.split("(")[0] in ("move", "resume", "play", "pause")
]


@pytest.mark.parametrize("key", [*STOPPING, "escape"])
async def test_a_key_that_moves_stops_a_run_and_does_nothing_else(
    endless, debugger_of, status, key
):
    async with endless.run_test(size=(120, 36)) as pilot:
        await _under_way(pilot)
        await pilot.press(key)
        await _at_rest(pilot)
        debugger = debugger_of(endless)
        assert 0 < debugger.position < debugger.total
        assert "stopped on the way" in status(endless)
        assert endless.screen.latest.snapshot == debugger.snapshot()


async def test_the_focus_the_panes_and_the_help_are_there_while_it_runs(endless, seen, pane_layout):
    async with endless.run_test(size=(120, 36)) as pilot:
        await _under_way(pilot)
        await pilot.press("right", "enter")
        await pilot.pause()
        assert pane_layout(endless).current == "inspector"
        await pilot.press("question_mark")
        await pilot.pause()
        assert "─ Help " in seen(endless)
        await pilot.press("question_mark", "tab")
        assert endless.screen.background.running
        await pilot.press("space")
        await _at_rest(pilot)


async def test_a_key_that_needs_the_debugger_stops_the_run_first_and_then_acts(
    endless, debugger_of
):
    async with endless.run_test(size=(120, 36)) as pilot:
        await pilot.press("slash", "h", "1", "enter")
        await _under_way(pilot)
        await pilot.press("b")
        await _at_rest(pilot)
        await pilot.pause()
        assert [row.text for row in debugger_of(endless).breakpoints] == ["break h1"]


async def test_keys_that_need_the_debugger_are_all_answered_in_their_order(endless, debugger_of):
    async with endless.run_test(size=(120, 36)) as pilot:
        await pilot.press("right", "right")
        await _under_way(pilot)
        screen = endless.screen
        screen.action_breakpoint()  # all before the thread has come to rest
        screen.action_pause()
        screen.action_command("print loss")
        await _at_rest(pilot)
        await pilot.pause()
        assert [row.text for row in debugger_of(endless).breakpoints] == ["break h2"]
        assert screen.command_line.value == "print loss"


async def test_a_command_sent_off_while_a_run_is_under_way_waits_until_it_rests(
    endless, debugger_of
):
    async with endless.run_test(size=(120, 36)) as pilot:
        await pilot.press("colon", *"break", "space", *"o1", "f5")
        screen = endless.screen
        await until(pilot, lambda: screen.latest.on_the_way)
        assert screen.command_line.shown
        await pilot.press("enter")
        await _at_rest(pilot)
        await pilot.pause()
        assert [row.text for row in debugger_of(endless).breakpoints] == ["break o1"]


async def test_a_digit_on_the_way_is_no_count_of_what_comes_after(endless, debugger_of):
    async with endless.run_test(size=(120, 36)) as pilot:
        await _under_way(pilot)
        await pilot.press("7", "space")
        await _at_rest(pilot)
        here = debugger_of(endless).position
        await pilot.press("s")
        assert debugger_of(endless).position == here + 1


async def test_quitting_on_the_way_leaves_nothing_running(endless):
    async with endless.run_test(size=(120, 36)) as pilot:
        await _under_way(pilot)
        screen = endless.screen
        await pilot.press("q")
    assert screen.background.wait()


async def test_the_frames_of_a_run_are_true_states_of_it(endless, debugger_of):
    async with endless.run_test(size=(120, 36)) as pilot:
        await _under_way(pilot)
        frame = endless.screen.latest
        await pilot.press("space")
        await _at_rest(pilot)
        debugger = debugger_of(endless)
        debugger.seek(frame.snapshot.position)
        assert debugger.snapshot().values == frame.snapshot.values


async def test_play_steps_by_the_clock_until_space(app_on, debugger_of, status):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press(*["+"] * 3, "space")
        await until(pilot, lambda: debugger_of(app).position >= 5)
        assert "playing · 50 steps/s" in status(app)
        await pilot.press("space")
        await _at_rest(pilot)
        here = debugger_of(app).position
        await pilot.pause(0.1)
        assert debugger_of(app).position == here
        assert "stopped" in status(app)


async def test_playing_changes_its_speed_on_the_way_within_its_bounds(app_on, status):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("space", *["-"] * 9)
        assert "playing · 0.5 steps/s" in status(app)
        await pilot.press(*["+"] * 12)
        assert "playing · 1000 steps/s" in status(app)
        await pilot.press("space")


async def test_behind_the_first_update_play_shows_updates_and_only_their_ends(
    app_on, debugger_of, status
):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("u", "space")
        schedule = debugger_of(app).schedule
        ends = set(map(schedule.update_start, range(schedule.updates_per_epoch * schedule.epochs)))
        await until(pilot, lambda: app.screen.latest.snapshot.position > schedule.update_start(2))
        assert app.screen.latest.snapshot.position in ends
        assert "playing · 10 updates/s" in status(app)
        await pilot.press("space")
        await _at_rest(pilot)
        assert debugger_of(app).position in ends


async def test_the_unit_that_was_chosen_is_played_wherever_the_run_stands(
    app_on, debugger_of, status
):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press(*["underscore"] * 5)
        assert "space plays 5 epochs/s" in status(app)
        await pilot.press("space")
        debugger = debugger_of(app)
        epoch = debugger.schedule.steps_per_epoch
        await until(pilot, lambda: app.screen.latest.snapshot.position >= 2 * epoch)
        assert app.screen.latest.snapshot.position % epoch == 0
        await pilot.press("underscore")
        assert "updates after the first" in status(app)
        await pilot.press("space")
        await _at_rest(pilot)


async def test_stopping_play_in_the_middle_of_a_long_update_leaves_a_true_state(
    endless, debugger_of, status
):
    async with endless.run_test(size=(120, 36)) as pilot:
        await pilot.press(*["underscore"] * 5, *["+"] * 9, "space")
        screen = endless.screen
        await until(pilot, lambda: screen.latest.snapshot.position > 1000)
        await pilot.press("space")
        await _at_rest(pilot)
        assert not screen.player.playing
        assert "stopped" in status(endless)
        assert screen.latest.snapshot == debugger_of(endless).snapshot()


async def test_an_action_that_needs_the_debugger_ends_play(endless, debugger_of):
    async with endless.run_test(size=(120, 36)) as pilot:
        await pilot.press("right", "right", "space")
        await until(pilot, lambda: endless.screen.player.playing)
        await pilot.press("b")
        await _at_rest(pilot)
        await pilot.pause()
        assert not endless.screen.player.playing
        assert len(list(debugger_of(endless).breakpoints)) == 1


async def test_play_ends_with_the_run(app_on, debugger_of, status):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("R")
        await _at_rest(pilot)
        await pilot.press("S", "space")
        await until(pilot, lambda: debugger_of(app).at_end and "end of the run" in status(app))


class Surprise:
    """A fault in the middle of a movement."""

    def __init__(self, monkeypatch):
        self.after, burst = 3, Movement.burst

        def fails(movement, seconds):
            self.after -= 1
            if self.after == 0:
                raise ZeroDivisionError("nobody foresaw this")
            return burst(movement, seconds)

        monkeypatch.setattr(Movement, "burst", fails)


@pytest.mark.parametrize("at_once", [False, True])
async def test_a_fault_on_the_way_is_a_message_and_the_debugger_goes_on(
    endless, debugger_of, status, monkeypatch, at_once
):
    async with endless.run_test(size=(120, 36)) as pilot:
        await pilot.press("s")
        surprise = Surprise(monkeypatch)
        surprise.after = 1 if at_once else 3
        await pilot.press("c")
        await until(pilot, lambda: "ended this (ZeroDivisionError" in status(endless))
        screen, debugger = endless.screen, debugger_of(endless)
        assert not screen.background.running
        assert any("nobody foresaw this" in text for text, _ in screen.output_pane._log)
        before = debugger.position
        assert screen.latest.snapshot == debugger.snapshot()
        await pilot.press("s")
        await until(pilot, lambda: debugger.position == before + 1)
        fresh = Debugger(debugger.experiment)
        fresh.seek(before + 1)
        assert fresh.snapshot().values == debugger.snapshot().values


async def test_a_movement_whose_thread_never_began_is_not_waited_for(endless, monkeypatch):
    async with endless.run_test(size=(120, 36)) as pilot:
        background = endless.screen.background
        monkeypatch.setattr(endless.screen, "run_worker", lambda *arguments, **options: None)
        await pilot.press("c")
        assert background.running
        background.halt()
        assert background.wait()


async def test_play_by_updates_shows_the_weights_that_are_learned(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        pane = app.screen.network_pane
        await pilot.press("u", "space")
        await until(pilot, lambda: "weights" in str(pane.border_title))
        await pilot.press("space")
        await _at_rest(pilot)
        assert "weights" in str(pane.border_title)
        await pilot.press("u")
        await _at_rest(pilot)
        assert "change" in str(pane.border_title)
