"""``nntui``, ``nntui FILE`` and ``nntui open FILE``."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from nntui.samples import samples


@pytest.fixture
def opened(monkeypatch):
    """What the screen was opened on, one entry each time."""
    screen, paths, kept = ModuleType("nntui.tui.app"), [], []
    screen.kept, screen.waits, screen.presents, screen.at = kept, [], [], []

    class NntuiApp:
        crash = None

        def __init__(
            self,
            experiment=None,
            *,
            document=None,
            incomplete=None,
            keep_state,
            wait=True,
            present,
            at,
        ):
            paths.append(experiment or document or incomplete)
            kept.append(keep_state)
            screen.waits.append(wait)
            screen.presents.append(present)
            screen.at.append(at)

        def run(self, loop):
            return None

    screen.NntuiApp = NntuiApp
    monkeypatch.setitem(sys.modules, "nntui.tui.app", screen)
    monkeypatch.setattr("nntui.cli.open._require_terminal", lambda file: None)
    monkeypatch.setattr("nntui.cli.open.Ending", lambda app, loop: SimpleNamespace(number=None))
    monkeypatch.setattr("nntui.cli.open._leave", sys.exit)
    return paths


def test_without_a_word_the_screen_offers_a_choice(nntui, opened):
    assert nntui().exit_code == 0
    assert opened == [None]


@pytest.mark.parametrize("words", [["net.json"], ["open", "net.json"]])
def test_a_file_is_opened(nntui, opened, document, words):
    document()
    assert nntui(*words).exit_code == 0
    assert opened == [Path("net.json")]


def test_a_model_of_another_library_is_opened_with_what_the_options_say(nntui, opened, tmp_path):
    np.savez(tmp_path / "w.npz", W1=np.ones((2, 1)), b1=[0.0])
    rest = ("--activations", "sigmoid", "--loss", "bce", "--data", "0 1 > 1")
    assert nntui(str(tmp_path / "w.npz"), *rest, "--at", "3").exit_code == 0
    assert opened[0].training.loss.name == "bce"
    assert sys.modules["nntui.tui.app"].at == [3]
    assert nntui(str(tmp_path / "w.npz")).exit_code == 0
    assert "no activations, loss or data" in str(opened[1])  # which the screen asks for


@pytest.mark.parametrize("words", [["xor"], ["open", "xor"]])
def test_a_sample_is_opened_by_name(nntui, opened, words):
    result = nntui(*words)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert opened == [samples()["xor"]]


@pytest.mark.parametrize("words", [["xor"], ["open", "xor"]])
def test_the_state_is_kept_unless_it_is_to_be_left_alone(nntui, opened, words):
    assert nntui(*words).exit_code == 0
    assert nntui(*words, "--no-state").exit_code == 0
    assert sys.modules["nntui.tui.app"].kept == [True, False]


def test_it_begins_at_a_step_where_that_is_wanted(nntui, opened):
    assert nntui("xor", "--at", "14").exit_code == 0
    assert nntui("xor").exit_code == 0
    assert sys.modules["nntui.tui.app"].at == [14, None]
    assert "expected a whole number of at least 0" in nntui("xor", "--at", "-1").stderr


def test_it_is_presented_where_that_is_wanted(nntui, opened):
    assert nntui("xor", "--present").exit_code == 0
    assert nntui("xor").exit_code == 0
    assert sys.modules["nntui.tui.app"].presents == [True, False]


def test_where_stdout_is_no_terminal_a_wrong_document_is_not_waited_for(nntui, opened):
    assert nntui("xor").exit_code == 0
    assert sys.modules["nntui.tui.app"].waits == [False]


def test_the_first_command_of_the_readme_works_anywhere(nntui, opened):
    result = nntui("samples/sample.json")
    assert opened == [samples()["sample"]]
    assert result.stderr.count("using the bundled sample “sample”") == 1


def test_a_file_called_like_a_command_is_reached_by_its_path(nntui, opened, document):
    document("run")
    assert nntui("./run").exit_code == 0
    assert opened == [Path("run")]


def test_a_file_takes_no_further_words(nntui, opened, document):
    document()
    result = nntui("net.json", "other.json")
    assert result.exit_code == 2
    assert opened == []
    assert result.stderr.count("\n") == 1


def test_without_a_terminal_the_other_commands_are_named(nntui):
    result = nntui("xor")
    assert result.exit_code == 2
    assert "the screen needs a terminal" in result.stderr
