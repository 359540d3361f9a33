from __future__ import annotations

import json

import pytest

from nntui.tui.user_files import recent_files, remember


def test_the_file_opened_last_comes_first_and_once(tmp_path):
    files = [tmp_path / name for name in ("a.json", "b.json")]
    for file in files:
        file.write_text("{}")
    for file in (*files, files[0]):
        remember(file, tmp_path / "state")
    assert recent_files(tmp_path / "state") == files


def test_files_that_are_gone_are_left_out(tmp_path):
    remember(tmp_path / "gone.json", tmp_path)
    assert recent_files(tmp_path) == []


def test_a_name_that_the_disk_refuses_is_left_out(tmp_path):
    (tmp_path / "recent.json").write_text(json.dumps(["/" + "a" * 5000, "a\0b", 7]))
    assert recent_files(tmp_path) == []


def test_a_list_that_cannot_be_written_leaves_nothing_behind(tmp_path, monkeypatch):
    def refuse(*paths):
        raise OSError(28, "No space left on device")

    file = tmp_path / "a.json"
    file.write_text("{}")
    monkeypatch.setattr("os.replace", refuse)
    remember(file, tmp_path / "state")
    assert list((tmp_path / "state").iterdir()) == []


@pytest.mark.parametrize("text", ['{"not": "a list"', "{}", "[" * 90_000])
def test_a_damaged_list_is_written_anew(tmp_path, text):
    (tmp_path / "recent.json").write_text(text)
    file = tmp_path / "a.json"
    file.write_text("{}")
    assert recent_files(tmp_path) == []
    remember(file, tmp_path)
    assert recent_files(tmp_path) == [file]
