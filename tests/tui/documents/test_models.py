"""Models of other libraries on the screen: what their files do not say is asked for."""

from __future__ import annotations

import json

import numpy as np
import pytest
from textual.widgets import Input

from nntui.document.load import load
from nntui.interop.files import open_model
from nntui.interop.sketch import IncompleteError
from nntui.samples import samples
from nntui.tui.app import NntuiApp
from nntui.tui.dialogs.picker import PickerScreen
from nntui.tui.editor.model_form import ModelForm
from nntui.tui.stepping.screen import SteppingScreen

RNG = np.random.default_rng(0)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The working folder: weights, data that fit them, and what is no model."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    np.savez("w.npz", W1=RNG.standard_normal((2, 3)), W2=RNG.standard_normal((3, 1)))
    (here / "points.csv").write_text("a,b,y\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n")
    (here / "package.json").write_text('{"name": "something else"}')
    (here / "bad.npz").write_bytes(b"PK nothing")
    return here


def _incomplete(path):
    with pytest.raises(IncompleteError) as caught:
        open_model(path)
    return caught.value


def _field(app, name):
    return app.screen.query_one(f"#edit-{name}", Input)


async def test_enter_accepts_what_is_offered(folder, until, shows, debugger_of, status):
    app = NntuiApp(incomplete=_incomplete("w.npz"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, ModelForm))
        await until(pilot, lambda: _field(app, "loss").placeholder == "bce  (chosen to fit)")
        assert _field(app, "activations").placeholder == "relu, sigmoid  (chosen to fit)"
        assert _field(app, "data").value == "points.csv"
        await pilot.press("enter")
        await until(pilot, shows(app, SteppingScreen))
        experiment = debugger_of(app).experiment
        assert experiment.training.loss.name == "bce"
        assert len(experiment.data.inputs) == 4
        await until(pilot, lambda: "w.npz opened; ctrl+s saves all of it" in status(app))
        assert not app.unsaved


async def test_what_cannot_be_is_said_in_the_form_with_the_cursor_there(
    folder, seen, until, shows, debugger_of
):
    app = NntuiApp(incomplete=_incomplete("w.npz"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, ModelForm))
        await pilot.press(*"tanh", "down", *"msee", "enter")
        await until(pilot, lambda: "activations: found 1 name, expected 2" in seen(app))
        assert app.focused is _field(app, "activations")
        _field(app, "activations").value = "tanh, tanh"
        await pilot.press("enter")
        await until(pilot, lambda: 'did you mean "mse"?' in seen(app))
        assert app.focused is _field(app, "loss")
        _field(app, "loss").value = "mse"
        await pilot.press("enter")
        await until(pilot, shows(app, SteppingScreen))
        network = debugger_of(app).experiment.network
        assert {str(neuron.activation) for neuron in network.neurons[2:]} == {"tanh"}


async def test_the_picker_lists_and_opens_models_of_the_folder(
    folder, seen, until, shows, debugger_of
):
    layers = [{}, {"weights": [[1.0, 2.0]], "biases": [0.5]}]
    brain = {"sizes": [2, 1], "layers": layers, "options": {}, "trainOpts": {}}
    (folder / "brain.json").write_text(json.dumps(brain))
    app = NntuiApp()
    async with app.run_test(size=(80, 30)) as pilot:
        await until(pilot, shows(app, PickerScreen))
        await pilot.pause()
        listed = [line for line in seen(app).splitlines() if "in this folder" in line]
        assert [line.split()[1] for line in listed] == ["bad.npz", "brain.json", "w.npz"]
        await pilot.press("enter")
        await until(pilot, lambda: "bad.npz cannot be opened" in seen(app))
        await pilot.press("escape", "down", "enter")
        await until(pilot, shows(app, ModelForm))
        assert [each.name for each in app.screen.form.fields] == ["data"]
        await pilot.press("enter")
        await until(pilot, shows(app, SteppingScreen))
        assert debugger_of(app).experiment.name == "brain"


async def test_a_model_that_makes_no_sense_is_a_sentence_over_the_picker(
    folder, toasts, until, shows
):
    np.savez("bad.npz", W1=np.ones((2, 3)), W2=np.ones((4, 1)))
    app = NntuiApp()
    async with app.run_test(size=(80, 30)) as pilot:
        await until(pilot, shows(app, PickerScreen))
        await pilot.press("enter")
        await until(pilot, lambda: "bad.npz cannot be opened" in toasts(app))
        await until(pilot, shows(app, PickerScreen))


async def test_a_recent_model_that_is_complete_opens_as_it_was(folder, until, shows, debugger_of):
    from nntui.interop.saving import save_model

    xor = load(samples()["xor"])
    save_model(xor, "xor.npz")
    app = NntuiApp(document=folder / "xor.npz")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, SteppingScreen))
        assert debugger_of(app).experiment == xor
        app.action_open()
        await until(pilot, shows(app, PickerScreen))
        assert [path.name for path in app.screen._recent] == ["xor.npz"]
