"""What is kept of a session, and the user's own keys on the screen."""

from __future__ import annotations

from dataclasses import replace
from threading import Event

from nntui import sessions
from nntui.document.load import load
from nntui.samples import samples
from nntui.tui.app import NntuiApp


async def test_breakpoints_watches_branches_and_the_position_are_there_the_next_time(
    debugger_of, typed, status
):
    app = NntuiApp(load(samples()["sample"]))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("right", "right", "b", "2", "0", "s")
        for line in ("set b[h1] 0.3", "display loss"):
            await pilot.press("colon")
            await typed(pilot, line)
        await pilot.press("q")
    again = NntuiApp(load(samples()["sample"]))
    async with again.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert "as you left it; r goes back to the start" in status(again)
        debugger = debugger_of(again)
        assert debugger.position == 20
        assert debugger["b[h1]"] == 0.3
        assert [row.text for row in debugger.breakpoints] == ["break h1"]
        assert [watch.expression.text for watch in debugger.displays] == ["loss"]


async def test_a_run_under_way_is_kept_where_it_was_left(debugger_of):
    app = NntuiApp(load(samples()["sample"]))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("3", "u", "q")
    again = NntuiApp(load(samples()["sample"]))
    async with again.run_test(size=(120, 36)):
        assert debugger_of(again).schedule.updates_before(debugger_of(again).position) == 3


async def test_no_key_waits_until_the_session_is_on_the_disk(debugger_of, until, monkeypatch):
    free, asked, write = Event(), Event(), sessions.write_state

    def slowly(file, state):
        asked.set()
        assert free.wait(20)
        write(file, state)

    monkeypatch.setattr("nntui.sessions.write_state", slowly)
    monkeypatch.setattr("nntui.tui.stepping.autosave.EVERY", 0.02)
    app = NntuiApp(load(samples()["sample"]))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("3", "s")
        await until(pilot, asked.is_set)
        await pilot.press("4", "s")
        assert debugger_of(app).position == 7
        free.set()
        await pilot.press("q")
    again = NntuiApp(load(samples()["sample"]))
    async with again.run_test(size=(120, 36)):
        assert debugger_of(again).position == 7


async def test_without_state_nothing_is_taken_up_and_nothing_is_left(own_directories, debugger_of):
    for _ in range(2):
        app = NntuiApp(load(samples()["sample"]), keep_state=False)
        async with app.run_test(size=(120, 36)) as pilot:
            assert debugger_of(app).position == 0
            await pilot.press("5", "s", "q")
    assert not list(own_directories.glob("state/**/*.json"))


async def test_a_damaged_state_file_is_said_and_not_fatal(own_directories, debugger_of):
    app = NntuiApp(load(samples()["sample"]))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("5", "s", "q")
    (file,) = own_directories.glob("state/**/*.json")
    file.write_text("{")
    again = NntuiApp(load(samples()["sample"]))
    async with again.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert debugger_of(again).position == 0
        assert any("set aside" in toast.message for toast in again._notifications)


async def test_the_users_own_keys_count_in_the_screen_and_in_the_help(
    own_directories, app_on, debugger_of, seen
):
    file = own_directories / "config" / "nntui" / "keys.toml"
    file.write_text('step = "j"\nstep-back = "k"\nlist-toggle = "z"\n')
    app = app_on()
    async with app.run_test(size=(120, 100)) as pilot:
        await pilot.press("j", "j", "k", "s")
        assert debugger_of(app).position == 1
        await pilot.press("question_mark")
        await pilot.pause()
        assert "  j  " in seen(app)


async def test_what_is_wrong_with_the_key_map_is_shown_and_not_fatal(own_directories, app_on):
    file = own_directories / "config" / "nntui" / "keys.toml"
    file.write_text('stepp = "j"\nneuron = 7\n')
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        (toast,) = app._notifications
        assert 'did you mean "step"?' in toast.message
        assert "neuron: found 7" in toast.message


async def test_of_very_many_problems_the_first_are_said(toasts):
    broken = {"version": 1, "displays": ["nonsense"] * 50}
    experiment = replace(load(samples()["sample"]), debugger=broken)
    app = NntuiApp(experiment)
    async with app.run_test(size=(120, 36)):
        said = toasts(app).splitlines()
    assert "displays[7]" in said[-2]
    assert said[-1] == "… and 42 more"
