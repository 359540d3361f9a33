from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from nntui.cli import main

Command = Callable[..., Result]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def nntui(here: Path) -> Command:
    """Run a command in an empty folder: ``nntui("show", "xor")``."""

    def command(*words: str | Path) -> Result:
        return CliRunner().invoke(main, [str(word) for word in words], prog_name="nntui")

    return command


@pytest.fixture
def document(here: Path) -> Callable[..., Path]:
    """Write a document of two inputs, two hidden neurons and an output, with changes."""

    def write(file: str = "net.json", **changes: Any) -> Path:
        content: dict[str, Any] = {
            "format": "nntui/1",
            "name": "A net",
            "network": {
                "neurons": [
                    {"name": "x1", "role": "input"},
                    {"name": "x2", "role": "input"},
                    {"name": "h 1", "activation": "tanh", "bias": 0.1},
                    {"name": "h2", "activation": "relu", "bias": -0.2, "trainable": False},
                    {"name": "y", "role": "output", "activation": "sigmoid", "bias": 0},
                ],
                "connections": [
                    {"source": "x1", "target": "h 1", "weight": 0.5},
                    {"source": "x2", "target": "h 1", "weight": -0.25},
                    {"source": "x1", "target": "h2", "weight": 0.75},
                    {"source": "h 1", "target": "y", "weight": 1.5, "trainable": False},
                    {"source": "h2", "target": "y", "weight": -1},
                    {"source": "x2", "target": "y", "weight": 0.3},
                ],
            },
            "data": {"inputs": [[1, 0], [0, 1], [1, 1]], "targets": [[1], [0], [0]]},
            "training": {
                "loss": "mse",
                "optimizer": {"name": "adam", "learning_rate": 0.1},
                "batch_size": 2,
                "shuffle": True,
                "epochs": 4,
            },
        }
        path = here / file
        path.write_text(json.dumps(content | changes), "utf-8")
        return path

    return write


@pytest.fixture
def state(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state directory of its own."""
    monkeypatch.setattr(
        "nntui.document.user_state.user_state_path", lambda name: here / "state" / name
    )
    return here / "state" / "nntui" / "debugger"


@pytest.fixture
def fed(here: Path) -> Command:
    """Run a command with something on standard input."""

    def command(typed: str | bytes, *words: str | Path) -> Result:
        return CliRunner().invoke(main, [str(w) for w in words], input=typed, prog_name="nntui")

    return command


def strict(line: str) -> Any:
    """A line read as JSON that allows no NaN and no infinities."""

    def refuse(constant: str) -> Any:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(line, parse_constant=refuse)
