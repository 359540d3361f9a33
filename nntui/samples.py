"""The samples that come with nntui: where they lie, and what a person may call them."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import Final

_CALLED: Final = re.compile(r"(?:samples/)?(?P<name>[^/]+?)(?:\.json)?")


@cache
def samples() -> dict[str, Path]:
    """Every bundled sample's document by its name, the first one to look at coming first."""
    package = Path(__file__).resolve().parent
    # In a wheel the samples lie inside the package, in a checkout beside it.
    folders = (package / "samples", package.parent / "samples")
    found = next((sorted(f.glob("*.json")) for f in folders if f.is_dir()), [])
    return {path.stem: path for path in sorted(found, key=lambda path: path.stem != "sample")}


def sample_called(words: str) -> str | None:
    """The name of the sample meant by ``xor``, ``xor.json`` or ``samples/xor.json``, if any."""
    match = _CALLED.fullmatch(words.replace(os.sep, "/"))
    name = match and match["name"]
    return name if name in samples() else None
