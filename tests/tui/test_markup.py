"""Names that look like markup are names: they are shown letter by letter, wherever they stand."""

from __future__ import annotations

import json

import pytest

from nntui.document.load import load
from nntui.document.save import save
from nntui.model.changes.structure import add_neuron
from nntui.samples import samples
from nntui.tui.app import NntuiApp
from nntui.tui.dialogs.fault import FaultScreen
from nntui.tui.dialogs.question import Question
from nntui.tui.stepping.screen import SteppingScreen


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr("nntui.tui.documents.opening.EVERY", 0.02)


@pytest.fixture
def document(tmp_path):
    """A document called ``[red]x.json`` whose first hidden neuron has a name of one's choice."""

    def write(name: str):
        text = samples()["sample"].read_text(encoding="utf-8")
        path = tmp_path / "[red]x.json"
        path.write_text(text.replace('"h1"', json.dumps(name)), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("name", ["[red]x[/]", "[/]", "[@a=q]", "["])
async def test_a_neurons_name_is_no_markup(document, name, until, seen):
    app = NntuiApp(document=document(name))
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, SteppingScreen))
        for keys in ("f", "right", "right"), ("enter",), ("W",), ("escape", "M", "down", "down"):
            await pilot.press(*keys)
            await pilot.pause()
            assert name in seen(app)
        await pilot.press("enter")
        await pilot.pause()
        assert f"─ {name}, hidden ─" in seen(app)


async def test_a_documents_name_is_no_markup(document, until, seen):
    path = document("h1")
    app = NntuiApp(document=path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, SteppingScreen))
        app.make_change(add_neuron(app.document.edited.experiment, "mine"))
        save(add_neuron(load(path), "theirs").experiment, path, overwrite=True)
        await until(pilot, lambda: isinstance(app.screen, Question))
        assert "─ [red]x.json has changed on disk ─" in seen(app)
        await pilot.press("escape")
        path.write_text("{")
        await until(pilot, lambda: isinstance(app.screen, FaultScreen))
        assert "─ [red]x.json cannot be opened ─" in seen(app)
