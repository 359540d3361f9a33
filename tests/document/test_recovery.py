"""Unsaved work in the user's state directory."""

from __future__ import annotations

import pytest

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
