"""The networks that the benchmarks of the screen share."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from nntui.document.load import load
from nntui.model.experiment import Experiment


def document(sizes: list[int], examples: int, epochs: int = 1000) -> dict[str, Any]:
    """A fully connected network on numbers that look random."""
    inputs = [[(7 * n + 3 * i) % 11 / 11 for i in range(sizes[0])] for n in range(examples)]
    targets = [[(5 * n + k) % 7 / 7 for k in range(sizes[-1])] for n in range(examples)]
    layers = [sizes[0], *({"size": n, "activation": "tanh"} for n in sizes[1:])]
    return {
        "format": "nntui/1",
        "network": {"layers": layers},
        "data": {"inputs": inputs, "targets": targets},
        "training": {
            "loss": "mse",
            "optimizer": {"name": "sgd", "learning_rate": 0.1},
            "epochs": epochs,
        },
    }


def experiment(sizes: list[int], examples: int, epochs: int = 1000) -> Experiment:
    """The same, loaded."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "network.json"
        file.write_text(json.dumps(document(sizes, examples, epochs)))
        return load(file)
