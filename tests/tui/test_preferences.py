"""Preferences: kept, read once, and never a reason to fail."""

from __future__ import annotations

import json

import pytest

from nntui.tui.user_files import Preferences, PreferencesFile


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "own").mkdir()
    return tmp_path / "own"


def test_what_was_preferred_is_there_at_the_next_start(folder):
    file = PreferencesFile(kept=True, folder=folder)
    assert file.now == Preferences()
    assert file.change(theme="nord", sizes={"large": {"columns": -4}}) is None
    assert file.change(maximised={"small": "loss"}, tour_seen=True, still=True) is None
    again = PreferencesFile(kept=True, folder=folder)
    assert again.now == file.now
    assert again.complaints == ()
    assert [each.name for each in folder.iterdir()] == ["preferences.json"]


def test_without_a_state_nothing_is_read_or_written(folder):
    PreferencesFile(kept=True, folder=folder).change(theme="nord")
    before = (folder / "preferences.json").read_bytes()
    file = PreferencesFile(kept=False, folder=folder)
    assert file.now == Preferences()
    assert file.change(theme="dracula") is None
    assert file.now.theme == "dracula"
    assert (folder / "preferences.json").read_bytes() == before


def test_the_same_again_writes_nothing(folder):
    file = PreferencesFile(kept=True, folder=folder)
    file.change(tour_seen=False)
    assert list(folder.iterdir()) == []


GOOD = {"version": 1, "theme": None, "sizes": {}, "maximised": {}}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "can’t be read"),
        (b"\xff\xfe", "can’t be read"),
        (b"[" * 90_000, "can’t be read"),
        (b"x" * 200_000, "at most 100,000"),
        (b"[]", "something else than an object"),
        (json.dumps(GOOD | {"version": 2}).encode(), "version 2, not 1"),
        (json.dumps(GOOD | {"theme": 7}).encode(), "does not write"),
        (json.dumps(GOOD | {"sizes": {"large": {"loss": 1e9}}}).encode(), "does not write"),
        (json.dumps(GOOD | {"sizes": {"large": {"loss": 10**9}}}).encode(), "does not write"),
        (json.dumps(GOOD | {"sizes": []}).encode(), "does not write"),
        (json.dumps(GOOD | {"maximised": {"a": 1}}).encode(), "does not write"),
        (json.dumps(GOOD | {"still": "yes"}).encode(), "does not write"),
    ],
)
def test_a_damaged_or_newer_file_is_set_aside_and_said(folder, content, said):
    (folder / "preferences.json").write_bytes(content)
    file = PreferencesFile(kept=True, folder=folder)
    assert file.now == Preferences()
    [complaint] = file.complaints
    assert said in complaint
    assert (folder / "preferences.set-aside.json").read_bytes() == content
    assert file.change(theme="nord") is None
    assert PreferencesFile(kept=True, folder=folder).now.theme == "nord"


def test_a_folder_that_cannot_be_written_is_said_and_no_error(folder):
    (folder / "no").write_text("a file where the folder should be")
    file = PreferencesFile(kept=True, folder=folder / "no")
    assert "not kept" in (file.change(theme="nord") or "")
    assert file.now.theme == "nord"
