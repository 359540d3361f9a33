"""``nntui help TOPIC``: every key, command and section of a document, from the tables in use."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

import nntui as package
from nntui.cli import main
from nntui.debugger.commands.interpreter import COMMANDS
from nntui.document.load import load
from nntui.explain.words import WORDS
from nntui.model.activations import ACTIVATIONS
from nntui.model.losses import LOSSES
from nntui.samples import samples
from nntui.text import cells
from nntui.tui import keys
from nntui.tui.keymap import keymap_file
from nntui.verify.files import ENDINGS
from nntui.verify.places import Places
from nntui.verify.right_run import RightRun


@pytest.fixture(autouse=True)
def _own_keymap(here, monkeypatch):
    monkeypatch.setattr("nntui.tui.keymap.user_config_path", lambda name: here / name)


def test_help_alone_lists_topics_shell_commands_and_how_to_complete(nntui):
    said = nntui("help").stdout
    for word in ("keys", "commands", "documents", "open", "show", "exec", "schema"):
        assert f"\n  {word} " in said
    assert 'eval "$(_NNTUI_COMPLETE=bash_source nntui)"' in said


def test_every_key_is_listed_with_its_name_in_the_key_map(nntui):
    lines = nntui("help", "keys").stdout.splitlines()
    for name, key in keys.every_key().items():
        assert any(line.startswith(f"  {key.display({})} ") and f" {name} " in line
                   for line in lines)  # fmt: skip


def test_the_keys_of_the_user_are_shown_and_what_is_wrong_with_them_is_said(nntui, here):
    keymap_file().parent.mkdir(parents=True)
    keymap_file().write_text('step = "j"\nstepp = "x"\n')
    result = nntui("help", "keys")
    assert "  j            step  " in result.stdout
    assert f"nntui: {keymap_file()}: there is no action “stepp”" in result.stderr


def test_every_command_of_the_debugger_is_listed_and_explained(nntui):
    listed = nntui("help", "commands").stdout
    for command in COMMANDS.values():
        assert f"\n  {command.name}" in listed
    assert nntui("help", "why").stdout.splitlines()[0] == COMMANDS["why"].usage
    assert "  why delta[h1]" in nntui("help", "why").stdout


def test_every_form_and_name_of_numbers_is_one_that_is_read(nntui):
    said = nntui("help", "numbers").stdout
    places = Places(RightRun(load(samples()["xor"])))
    for name in ("dW1", "db1", "z1", "a1", "delta1", "da1", "W1", "b1", "X", "Y", "batch_loss"):
        assert name in said.split()
        assert places[name].name == name
    for name in ("dw[x1,h1]", "db[h1]", "z[h1]", "a[h1]"):
        assert name in said
        assert places[name].name == name
    for ending in ENDINGS:
        assert f"\n  {ending} " in said


def test_the_sections_of_a_document_are_listed_with_defaults_and_names(nntui):
    said = nntui("help", "documents").stdout
    assert '\n  reduction       "mean" or "sum". Default: "mean".\n' in said
    assert "\n  batch_size " in said
    for name in (*ACTIVATIONS, *LOSSES, "spiral", "adamw", "xavier_uniform"):
        assert f"\n  {name} " in said
    assert "leaky_relu  z if z > 0 else slope·z; slope 0.01" in said


def test_the_example_of_a_document_is_one(nntui, here):
    said = nntui("help", "documents").stdout
    example = said[said.index("{\n") : said.index("\n}\n") + 3]
    (here / "example.json").write_text(example)
    assert nntui("run", "example.json", "--epochs", 1).exit_code == 0


def test_a_command_of_the_shell_is_explained_as_by_its_own_help(nntui):
    assert nntui("help", "check").stdout == nntui("check", "--help").stdout


@pytest.mark.parametrize("topic", ["", "keys", "commands", "documents", "models", "numbers"])
@pytest.mark.parametrize("columns", [40, 80, 300])
def test_the_lines_keep_to_the_width_and_are_plain_when_piped(here, topic, columns):
    words = ["help", topic] if topic else ["help"]
    said = CliRunner(env={"COLUMNS": str(columns)}).invoke(main, words, prog_name="nntui").stdout
    assert "\x1b" not in said
    if columns > 40 or topic == "commands":
        assert max(map(cells, said.splitlines())) <= min(columns, 100)


def test_a_short_form_or_a_word_of_gdb_is_explained(nntui):
    assert nntui("help", "r").stdout.startswith("run\n")
    assert nntui("help", "si").stdout.startswith("step [COUNT]\n")
    result = nntui("help", "list")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "list is no command here" in result.stderr


def test_a_word_without_help_is_one_line_with_the_nearest_one(nntui):
    result = nntui("help", "keyss")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == 'nntui: there is no help on “keyss”; did you mean "keys"?\n'


def test_the_keys_are_printed_without_textual_and_numpy():
    code = (
        "import sys; from nntui.cli import main\n"
        "try: main(['help', 'keys'], prog_name='nntui')\n"
        "except SystemExit: pass\n"
        "print({'textual', 'numpy'} & sys.modules.keys(), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stderr == "set()\n"


# ---- completion ----------------------------------------------------------------------------------


def completed(*words: str) -> list[str]:
    """What bash is offered for the last of the words."""
    env = {"_NNTUI_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(["nntui", *words])}
    env["COMP_CWORD"] = str(len(words))
    result = CliRunner(env=env).invoke(main, [], prog_name="nntui")
    return result.stdout.splitlines()


def test_the_first_word_is_completed_to_commands_samples_and_documents(here):
    (here / "own.json").write_text("{}")
    assert {"plain,run", "plain,xor", "plain,own.json"} <= set(completed(""))
    assert completed("sk") == ["plain,skip"]
    assert completed("folder/") == ["file,folder/"]


def test_a_file_argument_is_completed_to_samples_or_files(here):
    assert completed("run", "x") == ["plain,xor"]
    assert completed("run", "other") == ["file,other"]


def test_options_and_topics_are_completed(here):
    assert "plain,--max-epochs" in completed("run", "xor", "--")
    assert completed("xor", "--n") == ["plain,--no-state"]
    assert completed("help", "k") == ["plain,keys"]


def test_words_are_listed_and_explained_one_by_one(nntui):
    listed = nntui("help", "words").stdout
    for word in WORDS:
        assert f"  {word.title}  " in listed
    assert nntui("help", "delta").stdout.startswith("δ (delta): ")
    assert nntui("help", "learning", "rate").stdout.startswith("η (learning rate): ")
    assert "gradient" in nntui("help", "gradeint").stderr


def test_what_help_says_of_models_is_there(nntui):
    said = nntui("help", "models").stdout
    for name in re.findall(r"^  (\w+_?\w*) {2,}", said.partition("In Python")[2], re.MULTILINE):
        assert callable(getattr(package, name))
    for option in re.findall(r"^  (--\w+)", said, re.MULTILINE):
        assert option in nntui("convert", "--help").stdout
