"""The help: the pane turned to comes first, and words are looked for."""

from __future__ import annotations

import pytest

from nntui.tui.dialogs.help import PANE_KEYS, PANES, HelpScreen
from nntui.tui.keys import every_key
from nntui.tui.panes.pane import NAMES
from nntui.tui.stepping.pane_regions import PANES as ALL


def _lines(app) -> list[str]:
    return str(app.screen.query_one("#help-text Static").content).split("\n")


async def test_the_pane_that_was_turned_to_comes_first(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("question_mark")
        assert _lines(app)[0].startswith("Ten keys")
        await pilot.press("question_mark", "tab", "question_mark")
        assert _lines(app)[0].startswith("Answers")
        assert "what the network answers" in "\n".join(_lines(app)[1:4])


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
        assert _lines(app)[0] == "No help for “epoch qqq”. The nearest:"
        assert any(line.startswith("  epoch  ") for line in _lines(app))
        await pilot.press("escape")
        await pilot.pause()
        assert _lines(app) == whole
        await pilot.press("escape")
        assert not isinstance(app.screen, HelpScreen)


async def test_a_key_is_found_by_the_name_that_it_goes_by_too(app_on):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark", "slash", *"zoom")
        await pilot.pause()
        assert any("draw the network larger" in line for line in _lines(app))


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 36)])
async def test_what_a_key_does_goes_on_below_itself(app_on, size):
    app = app_on()
    async with app.run_test(size=size) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        width = app.screen.query_one("#help-text").scrollable_content_region.width
        lines = _lines(app)
        start = next(n for n, line in enumerate(lines) if line.startswith("  v  "))
        assert lines[start].index("next view") == 17
        assert all(len(line) < width for line in lines)
        if size[0] == 60:
            assert lines[start + 1] == " " * 17 + "gradients, changes"


async def test_the_words_looked_for_are_seen_on_a_small_terminal(app_on, seen):
    app = app_on()
    async with app.run_test(size=(60, 16)) as pilot:
        await pilot.press("question_mark", "slash", *"neuron")
        await pilot.pause()
        assert seen(app).splitlines()[-2].strip("│ ") == "neuron"


async def test_the_editor_has_its_help_and_offers_what_does_something_in_its_lists(app_on, seen):
    app = app_on("xor")
    async with app.run_test(size=(60, 16)) as pilot:
        await pilot.press("M")
        await pilot.pause()
        assert "t trained" in seen(app)
        await pilot.press("question_mark")
        await pilot.pause()
        assert _lines(app)[0].startswith("In the editor")
        await pilot.press("question_mark", "tab", "tab")
        await pilot.pause()
        assert "enter change" in seen(app)
        assert not any(key in seen(app) for key in ("a add", "delete", "t trained"))


async def test_ten_keys_and_the_words_with_their_numbers_come_first(app_on):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("f", "s", "s", "question_mark")
        lines = _lines(app)
        assert lines[0] == "Ten keys to begin with"
        assert lines[11] == "Words"
        assert lines[12].startswith("  δ (delta)")  # the last step is about it
        delta = app.screen_stack[-2].latest.snapshot.delta["y"]
        assert any(f"→ δ[y] = {delta:.3g}: if z[y] grew by 0.01" in line for line in lines[13:16])
        await pilot.press("tab")
        await pilot.pause()
        assert app.screen.query_one("#help-text").scroll_offset.y == 11
        await pilot.press("shift+tab")
        await pilot.pause()
        assert app.screen.query_one("#help-text").scroll_offset.y == 0


async def test_the_numbers_of_words_have_the_minus_of_formulas(app_on, seen):
    app = app_on("sample")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("f", "f", "s", "s", "question_mark")
        await pilot.pause()
        assert "= −0.255: if z[out] grew by 0.01" in seen(app)


async def test_a_word_is_found_by_any_of_its_names_or_one_like_them(app_on):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark", "slash")
        for sought, found in (
            ("delta", "δ (delta)"), ("δ", "δ (delta)"), ("learning", "η (learning"),
            ("eta", "η (learn"), ("epoch", "epoch"), ("gradent", "gradient"),
            ("logits", "p (softmax)"), ("flat", "saturated"),
        ):  # fmt: skip
            app.screen.query_one("Input").value = sought
            await pilot.pause()
            lines = _lines(app)
            assert any(line.strip().startswith(found) for line in lines[:8]), sought
        for sought in ("qqq", "tensorflow", "rückwärts", "?", "∂"):
            app.screen.query_one("Input").value = sought
            await pilot.pause()
            assert len(_lines(app)) > 4, sought
