"""``nntui samples``, ``schema``, ``--version``, ``--help``, and words that are none of them."""

from __future__ import annotations

import jsonschema
import pytest

import nntui as package
from nntui.samples import samples

from .conftest import strict

COMMANDS = ["open", "new", "show", "trace", "run", "exec", "check", "samples", "schema", "help"]


def test_the_samples_are_listed_a_line_each(nntui):
    result = nntui("samples")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(samples())
    assert lines[0] == "sample            2-2-1      Which is greater?"
    assert "notebook-diamond  2-2-2-1-2  The notebook’s diamond" in lines


def test_the_schema_is_one_and_every_sample_fits_it(nntui):
    result = nntui("schema")
    assert result.exit_code == 0
    schema = strict(result.stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    for path in samples().values():
        jsonschema.validate(strict(path.read_text("utf-8")), schema)


def test_the_version_is_that_of_the_package(nntui):
    assert nntui("--version").stdout == f"nntui {package.__version__}\n"


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_the_help_names_every_command_and_shows_examples(nntui, option):
    result = nntui(option)
    assert result.exit_code == 0
    for command in COMMANDS:
        assert f"\n  {command} " in result.stdout
    assert "Examples:\n" in result.stdout
    assert "nntui run xor --save out.json" in result.stdout
    assert "./run" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_help(nntui, command):
    result = nntui(command, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: nntui {command}")
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_the_help_of_trace_says_that_both_ends_are_included(nntui):
    words = " ".join(nntui("trace", "--help").stdout.split())
    assert "The first step to print; steps count from 1." in words
    assert "The last step to print, itself included." in words


@pytest.mark.parametrize(
    ("words", "said", "where"),
    [
        (["--foo"], "there is no option --", "nntui --help"),
        (["show"], "found no FILE", "nntui show --help"),
        (["xor", "--\x1b[31m"], "there is no option --", "nntui open --help"),
        (["samples", "more"], "found “more”, expected nothing more", "nntui samples --help"),
    ],
)
def test_wrong_words_are_one_line_on_stderr_and_status_2(nntui, words, said, where):
    result = nntui(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"nntui: {said}")
    assert result.stderr.endswith(f" ({where} says more)\n")
    assert result.stderr.count("\n") == 1
    assert "\x1b" not in result.stderr


def test_an_unexpected_refusal_of_the_system_is_one_line(nntui, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", "a\x1b[31m.json")

    monkeypatch.setattr("nntui.document.load.load", refuse)
    result = nntui("show", "xor")
    assert result.exit_code == 2
    assert result.stderr == "nntui: a\\u001b[31m.json: Permission denied\n"
