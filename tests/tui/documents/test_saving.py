"""Saving the document that is edited: where, over what, and work that was left."""

from __future__ import annotations

import errno
import shutil
from threading import Event

import pytest
from textual.widgets import Input

from nntui.document.load import load
from nntui.document.user_state import read_recovery, recovery_file, write_recovery
from nntui.model.changes.structure import add_neuron
from nntui.samples import samples
from nntui.tui.app import NntuiApp
from nntui.tui.dialogs.question import Question
from nntui.tui.dialogs.save_form import SaveForm
from nntui.tui.stepping.screen import SteppingScreen


async def test_ctrl_s_saves_and_the_mark_goes(document, until, status, shows, edited):
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await edited(pilot)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: not app.document.edited.unsaved)
        await pilot.press("escape")
        await until(pilot, shows(app, SteppingScreen))
        assert "● edited" not in status(app)
    assert load(document) == app.document.edited.experiment
    assert "h3" in load(document).network


async def test_a_sample_is_never_overwritten_saving_asks_for_a_place(
    tmp_path, monkeypatch, until, seen, shows, edited
):
    monkeypatch.chdir(tmp_path)
    before = samples()["sample"].read_bytes()
    app = NntuiApp(document=samples()["sample"])
    async with app.run_test(size=(80, 24)) as pilot:
        await edited(pilot)
        await pilot.press("ctrl+s")
        await until(pilot, shows(app, SaveForm))
        field = app.screen.query_one(Input)
        field.value = str(samples()["sample"])
        await pilot.press("enter")
        await pilot.pause()
        assert "which stays as it is" in seen(app)
        field.value = "copy.json"
        await pilot.press("enter")
        await until(pilot, lambda: not app.document.edited.unsaved)
    assert samples()["sample"].read_bytes() == before
    assert "h3" in load(tmp_path / "copy.json").network


async def test_another_file_is_only_overwritten_when_that_is_wanted(
    document, until, tmp_path, shows, edited
):
    other = tmp_path / "other.json"
    other.write_text("precious")
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await edited(pilot)
        await pilot.press("S")
        await until(pilot, shows(app, SaveForm))
        app.screen.query_one(Input).value = str(other)
        await pilot.press("enter")
        await until(pilot, shows(app, Question))
        await pilot.press("escape")
        assert other.read_text() == "precious"
        assert app.document.edited.unsaved


@pytest.mark.parametrize("name", ["a" * 300, "~nobody-at-all/file", "no/such/folder", ""])
async def test_a_place_where_nothing_can_be_saved_is_no_error(
    document, until, tmp_path, monkeypatch, name, shows, edited
):
    monkeypatch.chdir(tmp_path)
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await edited(pilot)
        before = len(app._notifications)
        await pilot.press("S")
        await until(pilot, shows(app, SaveForm))
        form = app.screen
        form.query_one(Input).value = name
        await pilot.press("enter")
        await until(
            pilot,
            lambda: (
                len(app._notifications) > before
                or (app.screen is form and str(form.query_one("#form-error").render()))
            ),
        )
        assert app.document.edited.unsaved


async def test_a_file_that_changed_on_disk_is_only_overwritten_when_that_is_wanted(
    document, until, shows, edited
):
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await edited(pilot)
        document.write_text("theirs")
        await pilot.press("ctrl+s")
        await until(pilot, shows(app, Question))
        assert document.read_text() == "theirs"
        await pilot.press("o")
        await until(pilot, lambda: not app.document.edited.unsaved)
    assert "h3" in load(document).network


async def test_what_keeps_a_file_from_being_written_is_said(
    document, until, tmp_path, shows, edited
):
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await edited(pilot)
        document.unlink()
        document.mkdir()
        await pilot.press("ctrl+s")
        await until(pilot, shows(app, Question))
        await pilot.press("o")
        await until(pilot, lambda: any(t.title == "not saved" for t in app._notifications))
        assert app.document.edited.unsaved


@pytest.mark.parametrize(("key", "saved"), [("s", True), ("d", False)])
async def test_quitting_offers_to_save_or_discard(document, until, key, saved, shows, edited):
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await edited(pilot)
        await pilot.press("escape")
        await until(pilot, shows(app, SteppingScreen))
        await pilot.press("q")
        await until(pilot, shows(app, Question))
        await pilot.press("escape")
        assert isinstance(app.screen, SteppingScreen)
        await pilot.press("q", key)
        await until(pilot, lambda: app._exit)
    assert ("h3" in load(document).network) == saved
    assert read_recovery(document) is None


@pytest.mark.parametrize(("key", "taken"), [("t", True), ("d", False), ("escape", None)])
async def test_unsaved_work_survives_a_killed_terminal(
    document, until, debugger_of, key, taken, shows, edited
):
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await edited(pilot)
        await until(pilot, lambda: recovery_file(document).exists())
        shutil.copy(recovery_file(document), document.with_suffix(".kept"))
    shutil.copy(document.with_suffix(".kept"), recovery_file(document))
    again = NntuiApp(document=document)
    async with again.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(again, Question))
        await pilot.press(key)
        await until(pilot, shows(again, SteppingScreen))
        if taken:
            await until(pilot, lambda: "h3" in debugger_of(again).experiment.network)
            assert again.document.edited.unsaved
    assert recovery_file(document).exists() == (taken is not False)


async def test_a_disk_that_takes_its_time_holds_up_no_later_edit(
    document, until, edited, monkeypatch
):
    flushed, flush = [], Event()

    def slow(file: int) -> None:
        flushed.append(file)
        flush.wait()

    monkeypatch.setattr("os.fsync", slow)
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        try:
            await edited(pilot)
            await until(pilot, lambda: flushed)
            await pilot.press("ctrl+z")
            await until(pilot, lambda: not recovery_file(document).exists())
            await pilot.press("ctrl+y")
            await until(pilot, lambda: recovery_file(document).exists())
        finally:
            flush.set()


async def test_a_disk_that_cannot_keep_unsaved_work_is_said(document, until, edited, monkeypatch):
    def broken(file: int) -> None:
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr("os.fsync", broken)
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await edited(pilot)
        await until(
            pilot, lambda: any("a power cut" in each.message for each in app._notifications)
        )


async def test_work_that_was_left_and_not_answered_for_is_not_overwritten(
    document, until, shows, edited
):
    write_recovery(document, add_neuron(load(document), "precious").experiment)
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, Question))
        await pilot.press("escape")
        await edited(pilot)
        aside = recovery_file(document).with_suffix(".set-aside.json")
        await until(pilot, aside.exists)
        assert "precious" in aside.read_text(encoding="utf-8")
        await until(pilot, recovery_file(document).exists)
        assert "precious" not in recovery_file(document).read_text(encoding="utf-8")


async def test_work_that_is_all_undone_leaves_nothing_behind(document, until, edited):
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await edited(pilot)
        await until(pilot, lambda: recovery_file(document).exists())
        await pilot.press("ctrl+z")
        await until(pilot, lambda: not recovery_file(document).exists())


async def test_a_damaged_recovery_file_is_said_and_not_fatal(document, until, shows):
    file = recovery_file(document)
    file.parent.mkdir(parents=True)
    file.write_text("{")
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, SteppingScreen))
        await until(pilot, lambda: any("set aside" in t.message for t in app._notifications))


async def test_without_state_no_recovery_file_is_written(
    document, until, own_directories, shows, edited
):
    app = NntuiApp(document=document, keep_state=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await edited(pilot)
        await pilot.press("escape")
        await until(pilot, shows(app, SteppingScreen))
    assert not recovery_file(document).exists()
