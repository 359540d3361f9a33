"""Every key of the stepping screen, pressed as a user would."""

from __future__ import annotations

import pytest
from support.pilot import until
from textual.widgets import OptionList

from nntui.debugger.step import MOVEMENTS, destination
from nntui.tui.dialogs.help import HelpScreen
from nntui.tui.dialogs.picker import PickerScreen
from nntui.tui.keys import GROUPS, LISTS
from nntui.tui.stepping.screen import SteppingScreen

MOVES = {"s": "step", "n": "neuron", "f": "pass", "e": "example", "u": "update", "p": "epoch"}


@pytest.mark.parametrize(("key", "movement"), MOVES.items())
async def test_a_movement_key_moves_and_its_capital_moves_back(app_on, debugger_of, key, movement):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        debugger = debugger_of(app)
        await pilot.press("s", "s", "s", key)
        there = destination(debugger.schedule, 3, movement)
        assert debugger.position == there
        await pilot.press(key.upper())
        assert debugger.position == destination(debugger.schedule, there, movement, -1)


@pytest.mark.parametrize(
    ("key", "movement"), {"f11": "step", "f10": "neuron", "shift+f11": "pass"}.items()
)
async def test_the_keys_of_other_debuggers_move_too(app_on, debugger_of, key, movement):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press(key)
        debugger = debugger_of(app)
        assert debugger.position == destination(debugger.schedule, 0, movement)


async def test_page_keys_scroll_the_pane_turned_to_and_back(app_on):
    app = app_on("xor")
    async with app.run_test(size=(80, 24)) as pilot:
        pane = app.screen.query_one("#algorithm")
        while not app.screen.query_one("#algorithm").display:
            await pilot.press("tab")
        top = pane.scroll_offset.y
        await pilot.press("pagedown")
        assert pane.scroll_offset.y > top
        await pilot.press("pageup")
        assert pane.scroll_offset.y == top


@pytest.mark.parametrize(("key", "movement"), MOVES.items())
async def test_digits_are_a_count(app_on, debugger_of, key, movement):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        debugger = debugger_of(app)
        await pilot.press("1", "2", key)
        there = destination(debugger.schedule, 0, movement, 12)
        assert debugger.position == there
        await pilot.press("3", key.upper())
        assert debugger.position == destination(debugger.schedule, there, movement, -3)


async def test_c_continues_to_the_end_and_r_goes_back_to_the_start(app_on, debugger_of, status):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        debugger = debugger_of(app)
        await pilot.press("c")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert debugger.at_end
        await pilot.press("s")
        assert "end of the run" in status(app)
        assert debugger.at_end
        await pilot.press("r")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert debugger.at_start


@pytest.mark.parametrize("key", ["S", "N", "F", "E", "U", "P", "C", "r"])
async def test_at_the_start_a_key_backwards_says_so_and_does_nothing(
    app_on, debugger_of, status, key
):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press(key)
        assert debugger_of(app).at_start
        assert "the start of the run" in status(app)


async def test_a_count_is_shown_and_escape_forgets_it(app_on, debugger_of, status):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("5", "0")
        assert "50 ×" in status(app)
        await pilot.press("escape", "s")
        assert debugger_of(app).position == 1


async def test_arrows_move_the_focus_and_enter_inspects_it(app_on, seen, pane_layout):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("f", "right", "right", "enter")
        await pilot.pause()
        text = seen(app)
        assert "h1 · tanh · layer 1" in text
        assert "w·a" in text
        assert "w·δ" in text
        await pilot.press("down")
        await pilot.pause()
        assert "h2 · tanh · layer 1" in seen(app)
        await pilot.press("enter")
        assert not pane_layout(app).turned


async def test_a_click_on_a_neuron_focuses_it(app_on, seen):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.click("#neurons", offset=(3, 5))
        await pilot.pause()
        assert "› h2" in seen(app)


async def test_help_lists_every_key_and_closes_again(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpScreen)
        await pilot.pause()
        text = " ".join(str(app.screen.query_one("#help-text Static").content).split())
        for key in (key for group in (*GROUPS.values(), LISTS) for key in group):
            assert key.help in text
        await pilot.press("question_mark")
        assert isinstance(app.screen, SteppingScreen)


async def test_o_opens_another_document_and_escape_returns(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("o")
        assert isinstance(app.screen, PickerScreen)
        await pilot.press("escape")
        assert isinstance(app.screen, SteppingScreen)
        await pilot.press("o")
        await pilot.pause()
        app.screen.query_one(OptionList).highlighted = 1  # behind New…
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, SteppingScreen))


async def test_q_quits(app_on):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("q")
    assert app.return_code == 0


def test_no_two_bindings_share_a_key():
    for scope in ((key for group in GROUPS.values() for key in group), LISTS):
        keys = [each for key in scope for each in key.keys.split(",")]
        assert len(keys) == len(set(keys))


@pytest.mark.parametrize("direction", [1, -1])
def test_every_movement_has_a_key_and_its_reverse_another(direction):
    called = "".join(key.action for group in GROUPS.values() for key in group)
    assert {m for m in MOVEMENTS if f"'{m}', {direction})" in called} == set(MOVEMENTS)


def test_every_key_that_goes_somewhere_has_its_reverse():
    actions = {key.action for group in GROUPS.values() for key in group}
    forward = {action for action in actions if action.endswith("1)") and "-1)" not in action}
    assert {action.replace("1)", "-1)") for action in forward} <= actions
