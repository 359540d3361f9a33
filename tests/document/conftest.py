"""A small valid document of each kind, and a way to write one down and load it."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import nntui

EXPLICIT: dict[str, Any] = {
    "format": "nntui/1",
    "name": "Tiny",
    "description": "Two inputs,\none *hidden* neuron.",
    "network": {
        "neurons": [
            {"name": "x1", "role": "input"},
            {"name": "x2", "role": "input"},
            {"name": "h1", "activation": "tanh", "bias": 0.1},
            {"name": "y", "role": "output", "activation": {"name": "leaky_relu", "slope": 0.2}},
        ],
        "connections": [
            {"source": "x1", "target": "h1", "weight": 0.5},
            {"source": "x2", "target": "h1", "weight": -0.25, "trainable": False},
            {"source": "h1", "target": "y"},
        ],
        "initializer": {"name": "uniform", "seed": 7, "low": -1},
    },
    "data": {"inputs": [[0, 0], [0, 1], [1, 1]], "targets": [[0], [1], [0.5]]},
    "training": {
        "loss": {"name": "huber", "delta": 2},
        "optimizer": {"name": "sgd", "learning_rate": 0.5},
        "batch_size": 2,
        "regularization": {"l2": 0.01},
        "epochs": 3,
    },
    "debugger": {"breakpoints": [{"when": "loss < 0.1"}], "position": 12},
}

LAYERED: dict[str, Any] = {
    "$schema": "nntui.schema.json",
    "format": "nntui/1",
    "network": {
        "layers": [
            2,
            {"size": 2, "activation": "silu", "weights": [[1, 2], [3, 4]], "biases": [0, -1]},
            {"size": 1, "bias": False, "names": ["out"]},
        ]
    },
    "data": {"inputs": [[0, 0], [0, 1]], "targets": [[0], [1]]},
    "training": {"optimizer": {"name": "adamw", "weight_decay": 0.1}, "epochs": 2},
}

CLASSIFIER: dict[str, Any] = {
    "format": "nntui/1",
    "network": {"layers": [2, {"size": 3, "activation": "relu"}, 3], "initializer": "he_normal"},
    "data": {"inputs": [[0, 0], [0, 1], [1, 1]], "targets": [0, 2, 1], "test_fraction": 0.25},
    "training": {"loss": "cross_entropy", "optimizer": "adam"},
}

FROM_CSV: dict[str, Any] = {
    "format": "nntui/1",
    "network": {"layers": [2, 1]},
    "data": {"csv": "rows.csv", "inputs": ["a", "b"], "targets": ["t"]},
}

NUMBERED: dict[str, Any] = {
    "format": "nntui/1",
    "network": {"layers": [2, 1]},
    "data": {
        "csv": "rows.csv",
        "inputs": [1, "b"],
        "targets": [3],
        "separator": ",",
        "decimal": ".",
        "header": True,
        "missing": "skip",
    },
}

RESUMED: dict[str, Any] = {
    "format": "nntui/1",
    "network": {"layers": [2, {"size": 1, "activation": "sigmoid"}]},
    "data": {"inputs": [[0, 1], [1, 1]], "targets": [[0], [1]]},
    "training": {
        "loss": {"name": "bce", "weight": 2},
        "optimizer": {
            "name": "adam",
            "state": {"updates": 4, "epochs": 4, "m": [0, 0.1, -0.2], "v": [0, 0.1, 1e-9]},
        },
        "epochs": 3,
    },
}

GENERATED: dict[str, Any] = {
    "format": "nntui/1",
    "network": {"layers": [2, 1]},
    "data": {"generator": "circle", "samples": 10, "noise": 0.1, "seed": 3},
}

DOCUMENTS = {
    "explicit": EXPLICIT,
    "classifier": CLASSIFIER,
    "layered": LAYERED,
    "csv": FROM_CSV,
    "numbered": NUMBERED,
    "resumed": RESUMED,
    "generator": GENERATED,
}


@pytest.fixture(params=DOCUMENTS)
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Each valid document in turn."""
    return copy.deepcopy(DOCUMENTS[request.param])


@pytest.fixture(scope="session")
def documents() -> dict[str, dict[str, Any]]:
    """Every valid document, not to be changed."""
    return DOCUMENTS


@pytest.fixture
def explicit() -> dict[str, Any]:
    return copy.deepcopy(EXPLICIT)


@pytest.fixture
def classifier() -> dict[str, Any]:
    return copy.deepcopy(CLASSIFIER)


@pytest.fixture
def from_csv() -> dict[str, Any]:
    return copy.deepcopy(FROM_CSV)


@pytest.fixture
def generated() -> dict[str, Any]:
    return copy.deepcopy(GENERATED)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, empty but for a CSV file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text("a,b,t\n1,2,0.5\n-1,4e-1,1\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def loaded(folder: Path) -> Callable[[Any], nntui.Experiment]:
    """Load a document given as a JSON value, as text or as bytes; it is called doc.json."""

    def load(content: Any) -> nntui.Experiment:
        text = content if isinstance(content, (str, bytes)) else json.dumps(content)
        data = text if isinstance(text, bytes) else text.encode()
        (folder / "doc.json").write_bytes(data)
        return nntui.load("doc.json")

    return load


@pytest.fixture
def error(loaded: Callable[[Any], nntui.Experiment]) -> Callable[[Any], nntui.DocumentError]:
    """The error that loading a document ends in: one line, naming its file and its place."""

    def failed(content: Any) -> nntui.DocumentError:
        with pytest.raises(nntui.DocumentError) as caught:
            loaded(content)
        error = caught.value
        sentence = str(error)
        assert sentence.startswith(f"{error.file}: {error.place}")
        assert f"found {error.found}, expected {error.expected}" in sentence
        assert sentence.isprintable()
        return error

    return failed
