"""Files that cannot be read: each is one sentence, soon, whatever stands under the name."""

import os
import pickle
import socket

import pytest

import nntui


@pytest.fixture
def refused(folder):
    def load(path, file=None):
        with pytest.raises(nntui.DocumentError) as caught:
            nntui.load(path)
        assert caught.value.file == (file or os.fsdecode(path))
        assert str(caught.value).isprintable()
        return caught.value

    return load


def test_a_missing_file_names_the_nearest_one(refused, folder):
    (folder / "sample.json").touch()
    error = refused("smaple.json")
    assert error.found == "no such file"
    assert error.hint == 'did you mean "sample.json"?'
    assert refused(folder / "sampel.json").hint == 'did you mean "sample.json"?'


def test_a_missing_folder_is_no_such_file(refused):
    assert refused("nowhere/sample.json").found == "no such file"


def test_a_directory_is_refused(refused):
    assert refused(".").found == "a directory"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFOs")
def test_a_fifo_is_refused_without_waiting_for_its_other_end(refused):
    os.mkfifo("pipe")
    assert refused("pipe").found == "a FIFO"


@pytest.mark.skipif(os.name != "posix", reason="these are names of POSIX systems")
def test_devices_sockets_and_circles_of_links_are_refused(refused):
    assert refused("/dev/zero").found == "a device"
    os.symlink("circle", "circle")
    assert refused("circle").found == "a circle of symbolic links"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        assert refused("socket").found == "a socket"


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything"
)
def test_a_file_that_may_not_be_read_is_refused(refused, folder):
    (folder / "secret.json").touch(mode=0)
    assert refused("secret.json").found == "no permission"


def test_permission_errors_are_said_in_plain_words(refused, folder, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    (folder / "secret.json").touch()
    monkeypatch.setattr("nntui.document.files.os.open", refuse)
    assert refused("secret.json").found == "no permission"


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, ""])
def test_names_that_no_file_has_are_refused(refused, name):
    assert refused(name).expected == "a JSON document"


def test_a_file_past_the_limit_is_refused_unread(refused, folder):
    with (folder / "big.json").open("wb") as file:
        file.truncate(128 * 2**20 + 1)
    error = refused("big.json")
    assert (error.found, error.expected) == ("a file of more than 128 MiB", "at most 128 MiB")


def test_a_file_name_is_shown_escaped_and_cut(refused):
    assert str(refused("\x1b[31m.json")).startswith("\\u001b[31m.json: found no such file")
    assert len(str(refused("x" * 5000))) < 500


def test_a_file_name_in_bytes_or_no_unicode_is_shown(refused):
    assert refused(b"none.json", "none.json").found == "no such file"
    assert "\\udcff" in str(refused(os.fsdecode(b"\xff.json")))


def test_the_error_survives_pickling(refused):
    error = refused("none.json")
    copied = pickle.loads(pickle.dumps(error))
    assert str(copied) == str(error)
    assert copied.found == error.found
