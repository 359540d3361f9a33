"""Whatever the disk does under an open document: the run stays, the edit is kept, it is said."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from nntui.document.user_state import recovery_file
from nntui.samples import samples
from nntui.tui.app import NntuiApp
from nntui.tui.dialogs.question import Question
from nntui.tui.stepping.screen import SteppingScreen


def _gone(folder):
    shutil.rmtree(folder)


def _circle(folder):
    (folder / "net.json").unlink()
    (folder / "net.json").symlink_to("net.json")


def _folder(folder):
    (folder / "net.json").unlink()
    (folder / "net.json").mkdir()


def _fifo(folder):
    (folder / "net.json").unlink()
    os.mkfifo(folder / "net.json")


def _file_for_the_folder(folder):
    shutil.rmtree(folder)
    folder.write_text("in the way")


@pytest.mark.parametrize("disk", [_gone, _circle, _folder, _fifo, _file_for_the_folder])
async def test_the_run_stays_and_the_edit_is_kept(tmp_path, monkeypatch, until, shows, disk):
    folder = tmp_path / "work"
    folder.mkdir()
    shutil.copy(samples()["sample"], folder / "net.json")
    monkeypatch.chdir(folder)
    monkeypatch.setattr("nntui.tui.documents.opening.EVERY", 1e9)  # only what ctrl+s says
    app = NntuiApp(document=Path("net.json"))  # from the working folder, which may go away
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, SteppingScreen))
        disk(folder)
        await pilot.press("M", "delete", "escape")
        await until(pilot, shows(app, SteppingScreen))
        place = recovery_file(app.document.path)
        await until(pilot, place.exists)
        before = len(app._notifications)
        await pilot.press("ctrl+s")
        await until(pilot, shows(app, Question))
        await pilot.press("o")
        await until(pilot, lambda: len(app._notifications) > before)
        assert "net.json" in [*app._notifications][-1].message
        assert app.screen is app.stepping
        assert app.unsaved
    assert place.exists()
