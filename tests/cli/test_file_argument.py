"""What the word FILE may be, in every command."""

from __future__ import annotations

from pathlib import Path

import pytest

TAKING_A_FILE = ["show", "trace", "run", "check"]


@pytest.mark.parametrize("command", TAKING_A_FILE)
def test_a_bundled_sample_is_found_by_its_name_without_a_word(nntui, command):
    result = nntui(command, "sample")
    assert result.exit_code == 0
    assert result.stdout
    assert result.stderr == ""


@pytest.mark.parametrize("command", TAKING_A_FILE)
@pytest.mark.parametrize("word", ["sample.json", "samples/sample.json"])
def test_a_samples_file_that_is_not_here_is_replaced_and_said_so(nntui, command, word):
    result = nntui(command, word)
    assert result.exit_code == 0
    assert result.stderr == f"nntui: {word} is not here; using the bundled sample “sample”\n"


@pytest.mark.parametrize("word", ["xor", "xor.json", "samples/xor.json"])
def test_a_file_that_is_here_goes_before_the_sample(nntui, document, here, word):
    (here / "samples").mkdir()
    document(word, name="my own")
    result = nntui("show", word)
    assert result.stdout.startswith("my own\n")
    assert result.stderr == ""


def test_a_folder_called_like_a_sample_does_not_hide_it(nntui, here):
    (here / "xor").mkdir()
    assert nntui("show", "xor").stdout.startswith("XOR\n")


@pytest.mark.parametrize("word", ["./xor", "./xor.json", "elsewhere/xor.json", "/xor.json"])
def test_a_path_to_another_folder_means_no_sample(nntui, word):
    result = nntui("show", word)
    assert result.exit_code == 2
    assert f"there is no file or sample called “{word}”" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show", "xro"], "did you mean the sample “xor”?"),
        (["show", "xro.json"], "did you mean the sample “xor”?"),
        (["show", "nett.json"], "did you mean the file “net.json”?"),
        (["trace", "./nett.json"], "did you mean the file “./net.json”?"),
        (["sampel"], "did you mean the sample “sample”?"),
        (["nett.json"], "did you mean the file “net.json”?"),
        (["tarce", "net.json"], "did you mean the command “trace”?"),
        (["chekc"], "did you mean the command “check”?"),
    ],
)
def test_a_misspelt_word_is_met_with_the_nearest_right_one(nntui, document, words, said):
    document()
    result = nntui(*words)
    assert result.exit_code == 2
    assert result.stderr.startswith("nntui: there is no file")
    assert result.stderr.endswith(f"; {said}\n")
    assert result.stdout == ""


def test_a_word_like_nothing_gets_no_suggestion(nntui):
    result = nntui("qqqqqqqq")
    assert result.stderr == "nntui: there is no file, sample or command called “qqqqqqqq”\n"


def test_a_document_that_is_not_there_can_be_made(nntui):
    result = nntui("homework-7.json")
    assert result.stderr == (
        "nntui: there is no file, sample or command called “homework-7.json”; "
        "nntui new --save homework-7.json makes one\n"
    )


@pytest.mark.parametrize("command", [*TAKING_A_FILE, "open"])
def test_escape_sequences_in_a_file_name_are_shown_and_not_sent(nntui, command):
    result = nntui(command, "a\x1b[31m\nb")
    assert result.exit_code == 2
    assert result.stderr == "nntui: there is no file or sample called “a\\u001b[31m\\u000ab”\n"


@pytest.mark.parametrize("command", TAKING_A_FILE)
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[1]", b'{"format": "nntui/1", "\x1b[31m": 1}', b"[" * 100_000],
)
def test_a_bad_document_is_one_line_on_stderr_and_status_2(nntui, here, command, content):
    (here / "bad.json").write_bytes(content)
    result = nntui(command, "bad.json")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("nntui: bad.json")
    assert result.stderr.count("\n") == 1
    assert "\x1b" not in result.stderr


def test_a_directory_is_refused(nntui, here):
    (here / "folder").mkdir()
    result = nntui("show", Path("folder"))
    assert result.exit_code == 2
    assert "directory" in result.stderr
