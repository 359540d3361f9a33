"""No key means two things at one time, wherever the keyboard is."""

from __future__ import annotations

import pytest
from textual.binding import Binding
from textual.widgets import Input

from nntui.tui.keys import GROUPS, every_key
from nntui.tui.keys import LISTS as LIST_KEYS
from nntui.tui.panes.command_line import CommandLine
from nntui.tui.panes.lists import ListPane
from nntui.tui.stepping.pane_regions import LISTS

SHADOWED_BY_A_LIST = {"up", "down", "enter", "d"}
"""Keys of the screen that a list with the keyboard in it takes for itself, on purpose."""

TEXTUALS_OWN = {"tab", "shift+tab", "ctrl+c", "ctrl+q", "ctrl+p"}
"""Keys that Textual gives a meaning too; the screen's own goes before it."""


def _keys(bindings) -> list[str]:
    return [
        each
        for binding in bindings
        for each in (binding.key if isinstance(binding, Binding) else binding[0]).split(",")
    ]


def _of_the_table(keys) -> list[str]:
    return [each for key in keys for each in key.keys.split(",")]


SCREEN = _of_the_table(key for group in GROUPS.values() for key in group)


def test_no_key_of_the_screen_is_there_twice():
    assert sorted(SCREEN) == sorted(set(SCREEN))


def test_no_key_is_a_digit_of_the_count():
    assert not [key for key in SCREEN if key.isdigit()]


def test_a_list_takes_only_the_keys_from_the_screen_that_it_says():
    own = _of_the_table(LIST_KEYS)
    assert sorted(own) == sorted(set(own))
    assert set(own) == set(_keys(ListPane.BINDINGS))
    assert set(own) & set(SCREEN) == SHADOWED_BY_A_LIST


@pytest.mark.parametrize("focus", [None, *LISTS])
async def test_each_key_means_one_action_wherever_the_keyboard_is(app_on, focus):
    app = app_on()
    async with app.run_test(size=(200, 60)) as pilot:
        if focus is not None:
            app.screen.action_turn_to(focus)
        await pilot.pause()
        assert (app.screen.focused.id if app.screen.focused else None) == focus
        table = every_key()
        for namespace, bindings in app.screen._binding_chain:
            for key, found in bindings.key_to_bindings.items():
                if key in TEXTUALS_OWN:
                    continue
                assert len({binding.action for binding in found}) == 1, (namespace, key)
        names = {binding.id for _, bindings in app.screen._binding_chain
                 for found in bindings.key_to_bindings.values() for binding in found}  # fmt: skip
        wanted = [key.name for group in GROUPS.values() for key in group]
        wanted += [key.name for key in LIST_KEYS] if focus else []
        assert set(wanted) - {"palette"} <= names
        assert set(wanted) <= set(table)


async def test_a_command_line_hears_every_letter_itself(app_on, debugger_of):
    """While a command is typed, no key of the screen that prints something acts."""
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("colon")
        line = app.screen.query_one(CommandLine)
        before = debugger_of(app).position, app.screen.pane_layout.seen
        for key in (key for key in SCREEN if len(key) == 1):
            line.value = ""
            await pilot.press(key)
            assert line.value == key
        assert (debugger_of(app).position, app.screen.pane_layout.seen) == before
        assert isinstance(line, Input)


def test_every_action_of_the_table_is_there():
    from nntui.tui.app import NntuiApp
    from nntui.tui.stepping.screen import SteppingScreen

    for group in GROUPS.values():
        for key in group:
            name = key.action.partition("(")[0]
            if name.startswith("app."):
                assert hasattr(NntuiApp, f"action_{name.removeprefix('app.')}")
            else:
                assert hasattr(SteppingScreen, f"action_{name}")
    for key in LIST_KEYS:
        assert hasattr(ListPane, f"action_{key.action.partition('(')[0]}")
