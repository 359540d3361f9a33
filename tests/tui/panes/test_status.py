from __future__ import annotations

import pytest
from rich.cells import cell_len

from nntui.debugger.debugger import Debugger
from nntui.document.load import load
from nntui.samples import samples
from nntui.tui.frame import frame_of
from nntui.tui.panes.status import PositionText


def forms(debugger: Debugger) -> tuple[str, ...]:
    return PositionText(debugger.experiment).forms(frame_of(debugger))


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def debugger():
    return Debugger(load(samples()["xor"]))


def test_it_says_epoch_example_phase_edge_and_step(debugger):
    debugger.seek(9)
    assert words(forms(debugger)[0]) == (
        "epoch 1/600 · example 1/4 · forward · x2→h3 · step 9 of 75,000"
    )


def test_of_an_update_it_says_which_parameter(debugger):
    debugger.seek(125)
    assert words(forms(debugger)[0]) == "epoch 1/600 · update 1/600 · h3→y · step 125 of 75,000"
    debugger.seek(122)
    assert "bias of y" in words(forms(debugger)[0])


def test_before_the_first_step_it_is_the_start(debugger):
    assert words(forms(debugger)[0]) == "start · step 0 of 75,000"


def test_a_branch_other_than_main_is_named(debugger):
    debugger.seek(9)
    debugger.edit("w[x1,h1]", 2.0)
    assert all(form.startswith("branch w[x1,h1] 2 · ") for form in forms(debugger))
    debugger.branches.rename("w[x1,h1] 2", "steep")
    assert all(form.startswith("branch steep · ") for form in forms(debugger))


def test_nothing_moves_from_step_to_step(debugger):
    places = set()
    for position in (126, 130, 150, 190, 230):
        debugger.seek(position)
        places.add(tuple((cell_len(form), form.find("step")) for form in forms(debugger)))
    assert len(places) == 1


def test_each_form_is_shorter_than_the_one_before_and_keeps_the_step(debugger):
    debugger.seek(1_234)
    found = forms(debugger)
    lengths = [cell_len(form) for form in found]
    assert lengths == sorted(lengths, reverse=True)
    assert all("step 1,234" in form for form in found)


async def test_on_a_small_terminal_the_place_gives_way_to_why_it_stopped(app_on, seen, typed):
    async with app_on("xor").run_test(size=(80, 24)) as pilot:
        app = pilot.app
        await pilot.press("colon")
        await typed(pilot, "break h1 backward")
        await pilot.press("c")
        await pilot.pause()
        line = next(row for row in seen(app).splitlines() if "breakpoint 1" in row)
        assert line.startswith(" epoch 1 ")
        assert line.endswith(" breakpoint 1: h1 backward (1st hit) ")
        assert "of 75,000" not in line


async def test_a_message_longer_than_the_terminal_is_cut_and_the_step_stays(app_on, seen):
    async with app_on("xor").run_test(size=(80, 24)) as pilot:
        await pilot.press("s")
        pilot.app.screen.say("a word " * 30)
        await pilot.pause()
        line = next(row for row in seen(pilot.app).splitlines() if "a word" in row)
        assert line.startswith(" step 1 ")
        assert line.endswith("…")


async def test_the_number_of_the_step_is_whole_or_not_there(app_on, seen, typed):
    async with app_on("xor").run_test(size=(60, 16)) as pilot:
        await pilot.press("1", "2", "3", "s", "colon")
        await typed(pilot, "set l1 0.25")
        for columns, place in ((60, "branch l1 0.25 · step 123"), (40, "")):
            await pilot.resize_terminal(columns, 16)
            pilot.app.screen.say("a word " * 30)
            await pilot.pause()
            row = pilot.app.screen.query_one("#status").render_line(0).text
            assert row.partition("a word")[0].strip() == place


async def test_a_message_that_fills_the_line_is_not_cut_for_the_sake_of_the_place(app_on, seen):
    async with app_on("xor").run_test(size=(60, 16)) as pilot:
        await pilot.press("s")
        pilot.app.screen.say("m" * 57)
        await pilot.pause()
        assert seen(pilot.app).splitlines()[-2] == f"  {'m' * 57} "
        pilot.app.screen.status_line.mark_edited(True)
        pilot.app.screen.say("m" * 45)
        await pilot.pause()
        assert seen(pilot.app).splitlines()[-2] == f"{' ● edited':<14}{'m' * 45} "


async def test_of_a_message_that_is_too_long_whole_clauses_are_said(app_on, seen):
    async with app_on("xor").run_test(size=(60, 16)) as pilot:
        await pilot.press("s", "right", "right", "i")
        await pilot.pause()
        line = seen(pilot.app).splitlines()[-2]
        assert line.endswith(" h1 acts on the loss along 1 path of 2 neurons … ")
        pilot.app.screen.say("a, " + "m" * 80)
        await pilot.pause()
        assert seen(pilot.app).splitlines()[-2].endswith("mm…")


async def test_playing_is_said_with_its_speed_beside_the_place(app_on, seen):
    async with app_on("xor").run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        await pilot.pause()
        line = next(row for row in seen(pilot.app).splitlines() if "playing" in row)
        assert "playing 5 steps a second: space stops" in line
        assert "epoch 1" in line
