"""A write: since when a value stands, and what has written it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from nntui.engine.edits import Edit

Origin = Literal["step", "edit", "zeroed", "blanked", "data", "start"]
"""What writes: a step, an edit, a batch's first load (0), a load (blank), a load (data), nothing.

``start`` is how things are before the first step: parameters and data as in the document,
gradients 0, all else blank.
"""


_AT_START: Final[dict[str, str]] = {
    "b": "as in the document: nothing has written it yet",
    "w": "as in the document: nothing has written it yet",
    "db": "0: no batch has begun",
    "dw": "0: no batch has begun",
    "x": "the data of the first example",
    "y": "the data of the first example",
}


@dataclass(frozen=True, slots=True)
class Write:
    """A write of a value. ``position`` is the first at which it stands: where to go to see it.

    ``step`` is the step that wrote (``position`` − 1), with its ``operation``; None for an edit and
    for the start.
    """

    name: str
    origin: Origin
    position: int
    step: int | None = None
    operation: tuple[str, ...] | None = None
    example: int | None = None
    edit: Edit | None = None

    @property
    def blank(self) -> bool:
        """Whether the value is blank from here on."""
        unknown = self.name.partition("[")[0] not in _AT_START
        return self.origin == "blanked" or (self.origin == "start" and unknown)

    @property
    def text(self) -> str:
        """What wrote it, as a phrase: ``step 17, example 0: forward_edge x1 → h1``."""
        match self.origin:
            case "step":
                assert self.operation is not None
                kind, *neurons = self.operation
                example = "" if self.example is None else f", example {self.example}"
                return f"step {self.step}{example}: {kind} {' → '.join(neurons)}".rstrip()
            case "edit":
                assert self.edit is not None
                return f"set by hand at position {self.position}: {self.edit.text}"
            case "zeroed":
                return f"0 since a new batch began with the load at step {self.step}"
            case "blanked" if self.operation and self.operation[0] == "update":
                return f"blank since the update began at step {self.step}"
            case "blanked":
                return f"blank since the load at step {self.step}"
            case "data":
                return f"the data of example {self.example}, loaded at step {self.step}"
            case "start":
                return _AT_START.get(
                    self.name.partition("[")[0], "blank: nothing has written it yet"
                )
