"""New…: from a form to a run, and to a file when it is saved."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from nntui.document.load import load
from nntui.document.new import Words, new_experiment
from nntui.document.user_state import recovery_file
from nntui.tui.app import NntuiApp
from nntui.tui.dialogs.picker import PickerScreen
from nntui.tui.dialogs.question import Question
from nntui.tui.dialogs.save_form import SaveForm
from nntui.tui.editor.new_form import NewForm
from nntui.tui.stepping.screen import SteppingScreen


@pytest.fixture
def fill(until, shows):
    async def write(pilot, **fields):
        await until(pilot, shows(pilot.app, NewForm))
        await pilot.pause()
        for name, text in fields.items():
            pilot.app.screen.query_one(f"#edit-{name}", Input).value = text
        await pilot.pause()

    return write


def placeholder(app, name):
    return app.screen.query_one(f"#edit-{name}", Input).placeholder.removesuffix(
        "  (chosen to fit)"
    )


async def test_from_the_picker_a_network_is_made_runs_and_is_saved_where_it_is_asked(
    tmp_path, monkeypatch, until, shows, fill, status, debugger_of
):
    monkeypatch.chdir(tmp_path)
    app = NntuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, PickerScreen))
        await pilot.press("n")
        await fill(pilot, layers="2 3 1", data="circle")
        await pilot.press("enter", "s", "s")
        await until(pilot, shows(app, SteppingScreen))
        debugger = debugger_of(app)
        assert debugger.position == 2  # the keys behind enter are answered
        assert debugger.experiment.name == "2-3-1 on circle"
        assert app.document.edited.unsaved
        await pilot.press("q")
        await until(pilot, shows(app, Question))
        await pilot.press("s")
        await until(pilot, shows(app, SaveForm))
        assert app.screen.query_one("#path", Input).value == "2-3-1-on-circle.json"
        await pilot.press("enter")
        await until(pilot, lambda: (tmp_path / "2-3-1-on-circle.json").exists())
    assert load(tmp_path / "2-3-1-on-circle.json") == debugger.experiment


async def test_what_will_be_chosen_is_shown_in_the_empty_fields(fill, seen):
    app = NntuiApp(new=True, keep_state=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await fill(pilot)
        assert (placeholder(app, "loss"), placeholder(app, "output")) == ("bce", "sigmoid")
        await fill(pilot, data="plane")
        assert (placeholder(app, "loss"), placeholder(app, "output")) == ("mse", "linear")
        await fill(pilot, data="points.csv")
        assert placeholder(app, "loss") == "fits the file"
        await fill(pilot, data="1 2 > 0.5", layers="")
        assert "2-4-1, 17 weights and biases · 1 example" in seen(app)
        await pilot.press("tab", "tab")
        await pilot.pause()
        assert "a disc inside a ring" in seen(app)
        await pilot.press("tab")
        await pilot.pause()
        assert "yes or no (targets 0 and 1) with sigmoid outputs" in seen(app)


async def test_layers_that_do_not_fit_are_put_right_and_enter_takes_them(
    fill, until, shows, seen, debugger_of
):
    app = NntuiApp(new=True, keep_state=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await fill(pilot, layers="5 6 2", data="plane")
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen.query_one("#edit-layers", Input).value == "2 6 1"
        assert "enter runs it" in seen(app)
        await pilot.press("enter")
        await until(pilot, shows(app, SteppingScreen))
        assert len(debugger_of(app).experiment.network) == 9


async def test_what_is_wrong_is_said_with_the_cursor_in_its_field(fill, seen):
    app = NntuiApp(new=True, keep_state=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await fill(pilot, data="cirkle")
        await pilot.press("enter")
        await pilot.pause()
        assert "did you mean" in seen(app)
        assert app.focused.id == "edit-data"
        await pilot.press("escape")
        assert isinstance(app.screen, PickerScreen)


async def test_a_large_csv_file_is_read_in_a_thread(
    tmp_path, monkeypatch, fill, until, shows, debugger_of
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("nntui.tui.editor.new_form._FILE_SIZE", 0)
    (tmp_path / "kinds.csv").write_text("a,b,kind\n1,2,lemon\n2,2,apple\n3,2,x\n")
    app = NntuiApp(new=True, keep_state=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await fill(pilot, layers="2 2 3", data="kinds.csv a > kid")
        await pilot.press("enter")
        await until(
            pilot, lambda: "did you mean" in str(app.screen.query_one("#form-error").render())
        )
        await fill(pilot, layers="2 2 3", data="kinds.csv")
        await pilot.press("enter")
        await until(pilot, shows(app, SteppingScreen))
        assert debugger_of(app).experiment.network.wiring().outputs == ("lemon", "apple", "x")


async def test_unsaved_work_is_asked_about_before_another_network_takes_its_place(
    fill, until, shows, app_on, edited
):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await edited(pilot)
        await pilot.press("escape")
        await until(pilot, shows(app, SteppingScreen))
        app.action_new()
        await fill(pilot)
        await pilot.press("enter")
        await until(pilot, shows(app, Question))
        await pilot.press("escape")
        assert app.document.name != "2-4-1 on xor"


async def test_on_a_small_terminal_what_is_wrong_is_in_sight_with_its_field(fill, seen):
    app = NntuiApp(new=True, keep_state=False)
    async with app.run_test(size=(60, 16)) as pilot:
        await fill(pilot, data="cirkle")
        await pilot.press("enter")
        await pilot.pause()
        assert "did you mean" in seen(app)
        assert "cirkle" in seen(app)
        await pilot.press("x")
        await pilot.pause()
        assert "a disc inside a ring" in seen(app)


async def test_a_new_network_whose_terminal_was_closed_is_offered_at_the_next_start(
    until, shows, debugger_of, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d.csv").write_text("a,b\n1,2\n3,4\n")
    experiment = new_experiment(Words("1 1", data="d.csv"), str(tmp_path))
    app = NntuiApp(new=experiment)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, SteppingScreen))
        await until(pilot, recovery_file(None).exists)
    gone = recovery_file(None).rename(recovery_file(None).with_name(f"new.{2**22 + 1}.json"))
    monkeypatch.chdir("/")
    for key, left in (("escape", True), ("t", False)):
        again = NntuiApp()
        async with again.run_test(size=(80, 24)) as pilot:
            await until(pilot, shows(again, Question))
            await pilot.press(key)
            await until(pilot, shows(again, PickerScreen if left else SteppingScreen))
            assert gone.exists() == left
            if not left:
                assert debugger_of(again).experiment.data.targets == ((2.0,), (4.0,))
                await pilot.press("q")
                await until(pilot, shows(again, Question))
                await pilot.press("d")
                await until(pilot, lambda app=again: app._exit)
    assert not recovery_file(None).exists()
