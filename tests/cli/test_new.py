"""``nntui new``: from a few words to a document, or to the screen."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest

from nntui.document.load import load


@pytest.fixture
def shown(monkeypatch):
    """What the screen was opened on."""
    screen, found = ModuleType("nntui.tui.app"), []

    class NntuiApp:
        crash, keep_state = None, True

        def __init__(self, *, new):
            found.append(new)

        def run(self, loop):
            return None

    screen.NntuiApp = NntuiApp
    monkeypatch.setitem(sys.modules, "nntui.tui.app", screen)
    monkeypatch.setattr("nntui.cli.open._require_terminal", lambda file, instead: None)
    monkeypatch.setattr("nntui.cli.open.Ending", lambda app, loop: SimpleNamespace(number=None))
    monkeypatch.setattr("nntui.cli.open._leave", sys.exit)
    return found


@pytest.mark.parametrize("layers", [["2 3 1"], ["2", "3", "1"], ["2-3-1"]])
def test_a_document_is_written_and_can_be_trained(nntui, here, layers):
    result = nntui("new", *layers, "--data", "gauss", "--epochs", "5", "--save", "out.json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "2-3-1 on gauss: saved to out.json\n"
    assert load(here / "out.json").training.epochs == 5
    assert nntui("run", "out.json").exit_code == 0


def test_a_file_is_replaced_with_force_only(nntui, here):
    (here / "out.json").write_text("mine")
    result = nntui("new", "2 3 1", "--save", "out.json")
    assert result.exit_code == 2
    assert "is there already (--force replaces it)" in result.stderr
    assert (here / "out.json").read_text() == "mine"
    assert nntui("new", "2 3 1", "--save", "out.json", "--force").exit_code == 0
    assert len(load(here / "out.json").network) == 6


def test_a_csv_file_is_named_from_where_the_document_is(nntui, here):
    (here / "in").mkdir()
    (here / "in" / "my points.csv").write_text("a,b\n1,2\n2,3\n")
    result = nntui("new", "--data", "'in/my points.csv' a > b", "--save", "in/out.json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert '"csv": "my points.csv"' in (here / "in" / "out.json").read_text()
    assert load(here / "in" / "out.json").data.targets == ((2.0,), (3.0,))


def test_what_does_not_fit_is_one_sentence_and_nothing_is_written(nntui, here):
    result = nntui("new", "3 3 1", "--data", "xor", "--save", "out.json")
    assert result.exit_code == 2
    assert result.stderr == (
        "nntui: layers: found 3 3 1, expected 2 3 1 (xor: 2 inputs and 1 target)\n"
    )
    assert not (here / "out.json").exists()


def test_what_can_hardly_be_meant_is_warned_of(nntui):
    result = nntui("new", "--data", "plane", "--loss", "bce", "--save", "out.json")
    assert result.exit_code == 0
    assert result.stderr.startswith("nntui: warning: ")
    assert "bce" in result.stderr


def test_without_a_file_to_save_to_it_is_opened(nntui, shown):
    assert nntui("new", "2 3 1", "--data", "circle").exit_code == 0
    assert shown[0].name == "2-3-1 on circle"
    assert nntui("new").exit_code == 0
    assert shown[1] is True  # a form asks for everything


def test_without_a_terminal_the_way_out_is_told(nntui):
    result = nntui("new", "2 3 1")
    assert result.exit_code == 2
    assert "--save OUT writes the document instead" in result.stderr
