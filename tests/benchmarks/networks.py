"""The networks that the benchmarks of the screen share."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from nntui.document.load import load
from nntui.model.experiment import Experiment
from nntui.samples import samples


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


def documents(folder: Path) -> dict[str, Path]:
    """The documents on which keys are measured, written to a folder, by name."""
    found = {"sample": folder / "sample.json"}
    # A document of one's own: the tour would lie over a bundled sample.
    found["sample"].write_bytes(samples()["sample"].read_bytes())
    for name, sizes, examples in (
        ("8-16-16-4", [8, 16, 16, 4], 40), ("784-128-10", [784, 128, 10], 16),
        ("1,000 in a chain", [1] * 1001, 4),
    ):  # fmt: skip
        found[name] = folder / f"{name}.json"
        found[name].write_text(json.dumps(document(sizes, examples)))
    return found


def experiment(sizes: list[int], examples: int, epochs: int = 1000) -> Experiment:
    """The same, loaded."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "network.json"
        file.write_text(json.dumps(document(sizes, examples, epochs)))
        return load(file)
