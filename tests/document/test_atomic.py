"""Saving: at every moment either the old file or the new one is there, complete."""

import dataclasses
import os
import stat

import pytest

import nntui


@pytest.fixture
def experiment(loaded, explicit):
    return loaded(explicit)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("operation", ["fsync", "replace", "chmod"])
@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    experiment, folder, monkeypatch, operation, failure
):
    (folder / "out.json").write_text("old")
    before = names(folder)

    def fail(*_):
        raise failure

    monkeypatch.setattr(f"nntui.document.files.os.{operation}", fail)
    expected = nntui.DocumentError if isinstance(failure, OSError) else KeyboardInterrupt
    with pytest.raises(expected) as caught:
        nntui.save(experiment, "out.json", overwrite=True)
    if expected is nntui.DocumentError:
        assert str(caught.value).startswith("out.json: found no space left on the disk")
    assert (folder / "out.json").read_text() == "old"
    assert names(folder) == before


def test_file_and_folder_are_flushed_around_the_renaming(experiment, folder, monkeypatch):
    calls = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(
            f"nntui.document.files.os.{name}",
            lambda *args, name=name, real=real: (calls.append(name), real(*args))[1],
        )
    nntui.save(experiment, "out.json")
    assert calls == ["fsync", "replace", "fsync"][: 3 if os.name == "posix" else 2]


@pytest.mark.skipif(os.name != "posix", reason="permission bits are POSIX")
def test_an_old_files_permissions_are_kept(experiment, folder):
    (folder / "out.json").touch()
    os.chmod("out.json", 0o640)
    nntui.save(experiment, "out.json", overwrite=True)
    assert stat.S_IMODE(os.stat("out.json").st_mode) == 0o640


@pytest.mark.skipif(os.name != "posix", reason="permission bits are POSIX")
def test_a_new_file_has_the_usual_permissions(experiment, folder):
    (folder / "usual").touch()
    nntui.save(experiment, "out.json")
    assert os.stat("out.json").st_mode == os.stat("usual").st_mode


def test_a_file_that_is_there_is_replaced_only_when_told_to(experiment, folder):
    (folder / "out.json").write_text("old")
    with pytest.raises(nntui.DocumentError, match=r"out\.json: found a file that is there already"):
        nntui.save(experiment, "out.json")
    assert (folder / "out.json").read_text() == "old"
    nntui.save(experiment, "out.json", overwrite=True)
    assert nntui.load("out.json") == experiment


@pytest.mark.skipif(os.name != "posix", reason="links are POSIX")
def test_a_link_is_followed(experiment, folder):
    (folder / "real").mkdir()
    os.symlink("real/out.json", "link.json")
    for _ in range(2):
        nntui.save(experiment, "link.json", overwrite=True)
    assert os.path.islink("link.json")
    assert names(folder / "real") == ["out.json"]
    assert nntui.load("link.json") == experiment


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (".", "a directory"),
        ("nowhere/out.json", "no such folder"),
        ("doc.json/out.json", "a path through something that is no folder"),
        ("a\0b", "a file name that no file can have"),
        ("x" * 300, "a file name that is too long"),
    ],
)
def test_what_cannot_be_written_is_one_sentence(experiment, path, found):
    with pytest.raises(nntui.DocumentError) as caught:
        nntui.save(experiment, path)
    assert caught.value.found == found
    assert str(caught.value).isprintable()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFOs")
def test_a_fifo_is_not_replaced(experiment, folder):
    os.mkfifo("pipe")
    with pytest.raises(nntui.DocumentError, match="a FIFO"):
        nntui.save(experiment, "pipe", overwrite=True)


def test_a_read_only_file_is_not_replaced(experiment, folder, monkeypatch):
    (folder / "out.json").write_text("old")
    monkeypatch.setattr("nntui.document.files.os.access", lambda *_: False)
    with pytest.raises(nntui.DocumentError, match="read-only"):
        nntui.save(experiment, "out.json", overwrite=True)
    assert (folder / "out.json").read_text() == "old"


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"name": "\x1b"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"description": "\0"}, "description"),
        ({"debugger": {"a": {1, 2}}}, "debugger"),
        ({"debugger": {"a": float("nan")}}, "debugger"),
        ({"debugger": {"a": "x" * 2**20}}, "debugger"),
        ({"debugger": {"a": "\ud800"}}, ""),
    ],
)
def test_what_a_document_cannot_hold_is_not_written(experiment, folder, changes, place):
    (folder / "out.json").write_text("old")
    with pytest.raises(nntui.DocumentError) as caught:
        nntui.save(dataclasses.replace(experiment, **changes), "out.json", overwrite=True)
    assert caught.value.place == place
    assert (folder / "out.json").read_text() == "old"


def test_a_value_that_holds_itself_is_not_written(experiment, folder):
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(nntui.DocumentError, match="debugger: found a value that is no JSON"):
        nntui.save(dataclasses.replace(experiment, debugger={"a": endless}), "out.json")
    assert names(folder) == ["doc.json", "rows.csv"]
