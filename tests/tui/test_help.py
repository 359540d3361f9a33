"""The help: the pane turned to comes first, and words are looked for."""

from __future__ import annotations

import pytest

from nntui.tui.control.rooms import PANES as ALL
from nntui.tui.keys import every_key
from nntui.tui.screens.help import PANE_KEYS, PANES, HelpScreen
from nntui.tui.widgets.titles import NAMES


def _lines(app) -> list[str]:
    return str(app.screen.query_one("#help-text Static").content).split("\n")


async def test_the_pane_that_was_turned_to_comes_first(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("question_mark")
        assert _lines(app)[0].startswith("Network: ")
        await pilot.press("question_mark", "tab", "question_mark")
        assert _lines(app)[0].startswith("Breakpoints: ")
        assert "edit the breakpoint" in "\n".join(_lines(app)[1:5])


@pytest.mark.parametrize("pane", ALL)
def test_every_pane_is_explained_with_keys_that_there_are(pane):
    assert PANES[pane]
    assert NAMES[pane]
    assert set(PANE_KEYS[pane]) <= set(every_key())


async def test_words_are_looked_for_and_escape_shows_everything_again(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("question_mark")
        whole = _lines(app)
        await pilot.press("slash", *"epoch")
        await pilot.pause()
        found = _lines(app)
        assert 2 < len(found) < len(whole)
        assert any("to the next epoch" in line for line in found)
        assert not any("bookmark" in line for line in found)
        await pilot.press("space", *"qqq")
        await pilot.pause()
        assert "nothing here" in _lines(app)[0]
        await pilot.press("escape")
        await pilot.pause()
        assert _lines(app) == whole
        await pilot.press("escape")
        assert not isinstance(app.screen, HelpScreen)
