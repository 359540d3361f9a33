"""Activations that are expressions, in a document, on the way through a run and back."""

import json
import re

import pytest

import nntui
from nntui.engine.run import Run

LEAKY = {"expression": "floor(z) if z > 0 else 0.1*z", "derivative": "1 if z > 0 else 0.1"}
SQUARE = {"expression": "z*z", "derivative": "2*z"}
DOCUMENT = {
    "format": "nntui/1",
    "network": {
        "neurons": [
            {"name": "x", "role": "input"},
            {"name": "h", "activation": LEAKY},
            {"name": "y", "role": "output", "activation": SQUARE},
        ],
        "connections": [{"source": "x", "target": "h"}, {"source": "h", "target": "y"}],
    },
    "data": {"inputs": [[1], [2]], "targets": [[0], [1]]},
    "training": {"loss": "mse", "optimizer": {"name": "sgd", "learning_rate": 0.1}, "epochs": 5},
}  # fmt: skip


def loaded(tmp_path, activation=None):
    document = json.loads(json.dumps(DOCUMENT))
    if activation is not None:
        document["network"]["neurons"][1]["activation"] = activation
    (tmp_path / "a.json").write_text(json.dumps(document))
    return nntui.load(tmp_path / "a.json")


def test_a_document_keeps_its_expressions(tmp_path):
    experiment = loaded(tmp_path)
    nntui.save(experiment, tmp_path / "b.json")
    again = nntui.load(tmp_path / "b.json")
    assert again.network == experiment.network
    saved = json.loads((tmp_path / "b.json").read_text())
    assert (
        saved["network"]["neurons"][1]["activation"]
        == DOCUMENT["network"]["neurons"][1]["activation"]
    )


@pytest.mark.parametrize(
    ("activation", "place", "said"),
    [
        ({"expression": "floor(q)", "derivative": "1"}, "expression",
         'with a fault at character 7, expected an expression of z'),
        ({"expression": "z", "derivative": "2*zz"}, "derivative", "an expression of z and a"),
        ({"expression": "z", "derivative": 2}, "derivative", "an expression in double quotes"),
        ({"expresion": "z"}, "", 'did you mean "expression"'),
        ({"expression": "z", "slope": 1}, "", 'unknown key "slope"'),
        ({"expression": ""}, "expression", "expected a value, found the end"),
        ({"expression": "z" * 2000}, "expression", "2000 characters, expected at most 1000"),
    ],
)  # fmt: skip
def test_a_bad_expression_is_told_in_a_sentence(tmp_path, activation, place, said):
    with pytest.raises(nntui.DocumentError, match=re.escape(said)) as caught:
        loaded(tmp_path, activation)
    here = "network.neurons[1].activation"
    assert caught.value.place == (f"{here}.{place}" if place else here)


def test_backpropagation_asks_for_the_derivative(tmp_path):
    with pytest.raises(nntui.DocumentError, match='"h" without its derivative, expected "deriv'):
        loaded(tmp_path, {"expression": "z"})


def test_an_edit_of_a_run_takes_an_expression(tmp_path):
    debugger = nntui.Debugger(loaded(tmp_path))
    debugger.seek(2)
    debugger.edit("activation[h]", "expression z if z == 1 else 3 derivative numeric")
    debugger.step()
    assert debugger.value("a[h]") in (1.0, 3.0)
    edited = debugger.branches.current.edits[-1]
    assert edited.text == "activation[h] = expression z if z == 1 else 3 derivative numeric"
    with pytest.raises(nntui.NntuiError, match='found "q" with a fault at character 1'):
        debugger.edit("activation[h]", "expression q")
    with pytest.raises(nntui.NntuiError, match="without its derivative"):
        debugger.edit("activation[h]", "expression z")


def test_a_run_can_be_anywhere(tmp_path):
    run, other = Run(loaded(tmp_path)), Run(loaded(tmp_path))
    for position in (run.schedule.total, 7, 30, 12):
        run.seek(position)
        other.seek(0)
        other.advance(position)
        assert run.state == other.state
