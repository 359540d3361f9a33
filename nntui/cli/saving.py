"""Saving a result: finding out beforehand what would keep it from that."""

from __future__ import annotations

import os
from pathlib import Path

from nntui.model.errors import NntuiError
from nntui.model.names import escaped


def check_can_save(path: Path, *, overwrite: bool = True) -> None:
    """Find out before the work what would keep its result from being saved.

    Raises:
        NntuiError: a folder that is not there or takes no files, a path that is a folder, or
            a file that is there already and may not be overwritten.
    """
    folder = path.parent
    faults = {
        "is a folder, expected a file that can be written": path.is_dir(),
        f"there is no folder {folder}": not folder.is_dir(),
        f"no permission to write in {folder}": folder.is_dir() and not os.access(folder, os.W_OK),
        "is there already (--overwrite replaces it)": not overwrite and os.path.lexists(path),
    }
    for fault, found in faults.items():
        if found:
            raise NntuiError(f"{escaped(str(path), 1000)}: {escaped(fault, 1000)}")
