"""The bundled samples: their files and their names."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import Final

_CALLED: Final = re.compile(r"(?:samples/)?(?P<name>[^/]+?)(?:\.json)?")


@cache
def samples() -> dict[str, Path]:
    """Find the bundled documents by name; the one to begin with comes first."""
    package = Path(__file__).resolve().parent
    # In a wheel the samples lie inside the package, in a checkout beside it.
    folders = (package / "samples", package.parent / "samples")
    found = next((sorted(f.glob("*.json")) for f in folders if f.is_dir()), [])
    return {path.stem: path for path in sorted(found, key=lambda path: path.stem != "sample")}


def sample_called(words: str) -> str | None:
    """Find the sample meant by ``xor``, ``xor.json`` or ``samples/xor.json``; None if none is."""
    match = _CALLED.fullmatch(words.replace(os.sep, "/"))
    name = match and match["name"]
    return name if name in samples() else None
