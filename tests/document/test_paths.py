"""What is no path, or no experiment, is a sentence where it is given."""

from __future__ import annotations

import pytest

import nntui


@pytest.mark.parametrize(
    "call",
    [
        nntui.load,
        nntui.from_file,
        lambda path: nntui.save(nntui.load("xor"), path),
        lambda path: nntui.save_model(nntui.load("xor"), path),
    ],
)
def test_what_is_no_path_is_refused(call):
    with pytest.raises(nntui.SettingError, match="path: found 3, expected a path"):
        call(3)


def test_what_is_no_experiment_is_not_saved(tmp_path):
    for save in (nntui.save, nntui.save_model):
        with pytest.raises(nntui.SettingError, match="found 3, expected an Experiment"):
            save(3, tmp_path / "out.json")


def test_documents_and_models_name_the_function_that_opens_them(tmp_path):
    for name in ("w.npz", "w.pt"):
        (tmp_path / name).write_bytes(b"PK\x03\x04")
        with pytest.raises(nntui.DocumentError, match="from_file opens models of other libraries"):
            nntui.load(tmp_path / name)
    nntui.save(nntui.load("xor"), tmp_path / "xor.json")
    with pytest.raises(nntui.DocumentError, match="load opens documents"):
        nntui.from_file(tmp_path / "xor.json")
