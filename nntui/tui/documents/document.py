"""The open document: its edits, its files, and how they were when last read or written."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nntui.model.names import escaped

if TYPE_CHECKING:
    from nntui.document.files import Stamp
    from nntui.model.changes.history import Edited

LARGE: Final = 20_000
"""Connections from which a run takes a moment to begin, and takes most of the memory."""


@dataclass
class OpenDocument:
    """The document that is open.

    ``files`` are what the document was read from, itself first, and ``seen`` how they were when
    they were last looked at; ``on_disk`` how the document was when it was last read or written
    here. ``left`` is whether unsaved work from before waits for an answer. ``sessions`` are those
    of experiments that were left by undo, by the experiment's id.
    """

    edited: Edited
    files: tuple[Path, ...] = ()
    seen: tuple[Stamp, ...] = ()
    on_disk: Stamp = None
    left: bool = False
    sessions: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def path(self) -> Path | None:
        return self.files[0] if self.files else None

    @property
    def name(self) -> str:
        """The name that messages call it by."""
        name = self.path.name if self.path else self.edited.experiment.name
        return escaped(name or "the document", 60)

    @property
    def bundled(self) -> bool:
        """Whether it is a bundled sample, which is never overwritten."""
        from nntui.samples import samples

        if self.path is None:
            return False
        here = os.path.realpath(self.path)  # (Path.resolve raises for a circle of links)
        return any(here == os.path.realpath(path) for path in samples().values())
