"""Tell by its name whether a file is a document or the model of another library."""

from __future__ import annotations

import os
import re
from typing import Final

ENDINGS: Final = (
    ".npz", ".safetensors", ".onnx", ".pt", ".pth", ".h5", ".keras", ".pkl", ".joblib", ".npy",
)  # fmt: skip
"""How the names of files end that are no documents."""

OPENED: Final = (".json", ".npz", ".safetensors", ".onnx", ".pt", ".pth")
"""How the names of files end that can be opened."""

PLAYGROUND: Final = re.compile(r"https?:/+playground\.tensorflow\.org/?[^#]*(?:#(.*))?", re.DOTALL)
"""An address; one slash will do, since a path that it was taken for has no more."""


def is_foreign(file: str | os.PathLike[str]) -> bool:
    """Whether a file is, by its name, the model of another library, and no document."""
    name = os.fsdecode(file)
    return bool(PLAYGROUND.match(name)) or name.lower().endswith(ENDINGS)


def is_model(file: str | os.PathLike[str]) -> bool:
    """Whether a file is opened as the model of another library: by its name, or as brain.js's."""
    name = os.fsdecode(file)
    return _begins_as_brainjs(name) if name.endswith(".json") else is_foreign(name)


def _begins_as_brainjs(path: str) -> bool:
    """Whether a file begins as a network of brain.js, whose first key is its sizes."""
    try:
        if not os.path.isfile(path):
            return False
        with open(path, "rb") as file:
            start = file.read(4096)
    except (OSError, ValueError):
        return False
    return b'"sizes"' in start and b'"layers"' in start and b'"format"' not in start
