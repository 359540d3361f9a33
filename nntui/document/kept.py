"""Files in the user's state directory: written whole or not at all, and for nobody else to read."""

from __future__ import annotations

import os
from pathlib import Path

from nntui.document.atomic import write_atomically
from nntui.document.errors import Fault
from nntui.document.files import phrase_of


def write_kept(file: Path, text: str, *, lasting: bool = True) -> str | None:
    """Replace such a file, or make it, with its folder; why that cannot be done, if so.

    ``lasting``: see ``write_atomically``.
    """
    data = text.encode("utf-8", "backslashreplace")
    try:
        os.makedirs(file.parent, mode=0o700, exist_ok=True)
        write_atomically(os.fspath(file), data, private=True, lasting=lasting)
    except OSError as error:
        return phrase_of(error)
    except Fault as fault:
        return f"{fault.found}, expected {fault.expected}"
    return None
