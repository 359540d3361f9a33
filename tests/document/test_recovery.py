"""Unsaved work in the user's state directory."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from nntui.document.files import sweep
from nntui.document.load import load
from nntui.document.user_state import (
    StateError,
    forget_recovery,
    read_recovery,
    recovery_file,
    write_recovery,
)
from nntui.model.changes.structure import add_neuron
from nntui.samples import samples


@pytest.fixture(autouse=True)
def own_directory(tmp_path, monkeypatch):
    monkeypatch.setattr("nntui.document.user_state.user_state_path", lambda name: tmp_path / name)


@pytest.mark.parametrize("name", ["sample", "classifier"])
def test_work_that_was_left_is_found_again_until_it_is_forgotten(name):
    document = samples()[name]
    edited = add_neuron(load(document), "new").experiment
    assert read_recovery(document) is None
    write_recovery(document, edited)
    assert read_recovery(document).experiment == edited
    forget_recovery(document)
    assert read_recovery(document) is None


def test_each_document_has_its_own(tmp_path):
    write_recovery(samples()["sample"], load(samples()["sample"]))
    assert read_recovery(tmp_path / "sample.json") is None


def test_the_same_document_by_another_path_has_the_same(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert recovery_file(tmp_path / "a.json") == recovery_file(tmp_path / "b" / ".." / "a.json")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"version": 1, "experiment": {}}'])
def test_a_damaged_file_is_set_aside_and_said(text):
    document = samples()["sample"]
    write_recovery(document, load(document))
    file = recovery_file(document)
    file.write_text(text)
    with pytest.raises(StateError, match=r"unsaved work was left, but .* set aside"):
        read_recovery(document)
    assert read_recovery(document) is None
    assert file.with_suffix(".set-aside.json").read_text() == text


def test_a_directory_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "nntui").write_text("in the way")
    with pytest.raises(StateError, match="would not survive"):
        write_recovery(samples()["sample"], load(samples()["sample"]))


def written_by(process: int, document, name: str) -> Path:
    """Write unsaved work with a new neuron as another process did."""
    write_recovery(document, add_neuron(load(document), name).experiment)
    own = recovery_file(document)
    return own.rename(own.with_name(own.name.replace(str(os.getpid()), str(process))))


GONE = 2**22 + 1
"""The number of no process: they end at 2**22."""


def test_what_another_instance_has_not_saved_is_its_own():
    document = samples()["sample"]
    other = written_by(os.getppid(), document, "theirs")
    now = time.time() + 10  # (written after the parent began, for sure)
    os.utime(other, (now, now))
    assert read_recovery(document) is None
    write_recovery(document, add_neuron(load(document), "ours").experiment)
    forget_recovery(document)
    assert "theirs" in other.read_text(encoding="utf-8")


def test_the_newest_of_what_killed_processes_left_is_found_first():
    document = samples()["sample"]
    older = written_by(GONE, document, "older")
    os.utime(older, (1, 1))
    written_by(GONE + 1, document, "newer")
    for name in ("newer", "older"):
        assert name in read_recovery(document).experiment.network
        forget_recovery(document)
    assert read_recovery(document) is None


def test_a_process_that_only_has_the_number_of_the_writer_is_not_taken_for_it():
    document = samples()["sample"]
    left = written_by(os.getppid(), document, "left")
    os.utime(left, (1, 1))
    found = read_recovery(document)
    if os.path.isdir("/proc/self"):
        assert "left" in found.experiment.network


def test_only_what_killed_processes_left_of_files_is_swept(tmp_path):
    kept = [f".nntui-{os.getpid()}-{'0' * 16}.tmp", f".nntui-{GONE}-{'x' * 16}.tmp", "a.tmp",
            f"nntui-{GONE}-{'0' * 16}.tmp"]  # fmt: skip
    for name in (*kept, f".nntui-{GONE}-{'0' * 16}.tmp"):
        (tmp_path / name).write_text("")
    sweep(tmp_path)
    assert {each.name for each in tmp_path.iterdir()} == set(kept)
    sweep(tmp_path / "nowhere")
