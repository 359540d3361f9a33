"""Places: where in the algorithm a breakpoint stands, as a static set of steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from nntui.model.names import quoted

Direction = Literal["forward", "backward", "update"]
DIRECTIONS: Final = ("forward", "backward", "update")
PHASES: Final = ("forward", "loss", "backward", "update")
LINES: Final = (
    "load", "forward_edge", "forward_neuron", "loss",
    "backward_neuron", "backward_edge", "update_bias", "update_weight",
)  # fmt: skip
"""The lines of the program, by the kind of steps that they execute."""
PERIODS: Final = ("example", "update", "epoch")
"""Places that need no number: without one they mean each."""
CLAUSES: Final = ("if", "log", "every", "ignore", "disabled")
KEYWORDS: Final = frozenset(
    {"layer", "phase", "line", *PERIODS, *DIRECTIONS, *CLAUSES, "crosses", "becomes", "nonfinite"}
)
"""Words that mean something to a reader of places: a neuron of that name is quoted."""


@dataclass(frozen=True, slots=True)
class Place:
    """Some steps of the algorithm.

    ``kind``: edge, neuron, layer, phase, line, example, update or epoch. ``neurons``: the edge's
    source and target, or the neuron. ``number``: the layer's, or the only example, update or epoch
    meant, from 0. ``phase``, ``line``: which of ``PHASES``, of ``LINES``. ``direction``: forward,
    backward or update (the step that updates the edge's weight, the neuron's bias, the layer's
    biases); None: forward and backward.
    """

    kind: str
    neurons: tuple[str, ...] = ()
    number: int | None = None
    phase: str | None = None
    direction: str | None = None
    line: str | None = None

    @property
    def text(self) -> str:
        """The words that name it, such as ``x1->h1 backward``."""
        if self.neurons:
            words = ["->".join(map(_named, self.neurons))]
        else:
            words = [self.kind]
            words += [word for word in (self.phase, self.line) if word]
            words += [str(self.number)] if self.number is not None else []
        return " ".join([*words, *([self.direction] if self.direction else [])])


def _named(neuron: str) -> str:
    return f'"{neuron}"' if neuron in KEYWORDS else quoted(neuron)
