"""The output pane: what a command answered, in the width that there is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.pilot import until

from nntui.text import wrapped
from nntui.tui.panes.output import _broken

lines = st.text(st.sampled_from("ab神 "), max_size=60)


def test_a_line_that_fits_stays_as_it_is():
    assert _broken("  w[x1,h1]   0.5", 40) == ["  w[x1,h1]   0.5"]


def test_words_are_broken_between_them_and_stay_indented():
    assert _broken("  one two three four", 14) == ["  one two", "    three four"]


def test_a_row_of_a_table_keeps_its_columns_and_goes_on_between_two_of_them():
    row = "    23      3000  0.7138104118860417   0.02885184517420636"
    assert _broken(row, 40) == [
        "    23      3000  0.7138104118860417",
        "      0.02885184517420636",
    ]


def test_what_a_command_does_stays_beside_its_name():
    line = "  help (h) (?)        list the commands, or say more about one"
    assert _broken(line, 48) == [
        "  help (h) (?)        list the commands, or say",
        "                      more about one",
    ]
    assert _broken(line, 36) == [
        "  help (h) (?)",
        "            list the commands, or",
        "            say more about one",
    ]


@given(line=lines, width=st.integers(-5, 70))
def test_no_character_is_lost_at_any_width(line, width):
    said = line.replace(" ", "")
    assert "".join(wrapped(line, width)).replace(" ", "") == said
    assert "".join(_broken(line, max(width, 1))).replace(" ", "") == said


async def test_a_deep_column_can_be_written_while_the_pane_is_not_seen(app_on, debugger_of, typed):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("u", ":")
        await typed(pilot, "set w[x1,h1] 0.9")
        await pilot.press("u", ":")
        await typed(pilot, "diff main")
        await until(pilot, lambda: debugger_of(app).position == 125)


@pytest.mark.parametrize("width", [30, 56, 76])
def test_a_first_column_wider_than_the_pane_is_broken_too(width):
    line = "    delta[h1] · a[x1] = 0.24034882479342218 · 1 = 0.24034882479342218   (step 360)"
    parts = _broken(line, width)
    assert all(len(part) <= width for part in parts)
    assert "".join("".join(parts).split()) == "".join(line.split())


async def test_a_table_is_seen_in_columns_on_screen(app_on, seen, typed):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("3", "u", ":")
        await typed(pilot, "history w[x1,h1] 2")
        shown = seen(app)
        assert "update  position" in shown
        assert "     2       250  " in shown


async def test_an_empty_output_says_how_to_fill_it_at_any_width(app_on, seen):
    app = app_on("xor")
    async with app.run_test(size=(200, 60)) as pilot:
        app.screen.open_pane("output")
        await pilot.pause()
        shown = " ".join(seen(app).split())
        assert "Answers to commands appear here" in shown
        assert "command" in shown


async def test_a_deep_answer_to_a_pane_that_was_never_shown_comes_to_an_end(app_on, seen, typed):
    app = app_on("xor")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("9", "u", ":")
        await typed(pilot, "why w[x1,h1] 9")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "Output" in seen(app)
        assert app.screen.query_one("#output").extent()[1] > 10
