"""What came out when someone's numbers were held against the run."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

from msgspec import Struct

Outcome = Literal["right", "factor", "kink", "mistake", "unknown"]

FILE_AT: Final = re.compile(r"nntui FILE --at (\d+)")
"""Where a verdict says to look; in Python there is no file."""
MOST_DIFFERENCES: Final = 1000
"""How many differences a verdict lists at most: the first ones."""


class Difference(Struct, frozen=True):
    """A number that differs: its name, and the number (from 1) of the step that completes it."""

    name: str
    step: int
    expected: float
    found: float


class KindCount(Struct, frozen=True):
    """How many numbers of a kind agree: ``dW1``, ``db1`` in layers, else ``dw``, ``db``."""

    kind: str
    agree: int
    compared: int


def summed(counts: Iterable[KindCount]) -> tuple[KindCount, ...]:
    """Add up counts of the same kind."""
    total: dict[str, list[int]] = {}
    for count in counts:
        each = total.setdefault(count.kind, [0, 0])
        each[0] += count.agree
        each[1] += count.compared
    return tuple(KindCount(kind, agree, compared) for kind, (agree, compared) in total.items())


class Factor(Struct, frozen=True):
    """What all numbers that differ are multiplied by, such as 0.2, ``1/N (N = 5 examples)``."""

    value: float
    meaning: str


@dataclass(frozen=True, repr=False)
class Verdict:
    """The verdict on someone's numbers.

    ``mistakes``: for each place, from the output layer back, the names (see ``mistakes.table``)
    of those that can't be told apart there. ``formulas``: for each place the mistaken formula and
    the right one, of the first name. ``differences``: in order of execution, the first
    ``MOST_DIFFERENCES``. ``update``: the index (from 0) of the update that was looked at.
    ``lines``: at most three plain sentences: what is wrong, how sure that is, where to look.
    ``notes``: how the numbers were read, where that was open.
    """

    verdict: Outcome
    lines: tuple[str, ...]
    counts: tuple[KindCount, ...]
    differences: tuple[Difference, ...] = ()
    mistakes: tuple[tuple[str, ...], ...] = ()
    formulas: tuple[tuple[str, str], ...] = ()
    factor: Factor | None = None
    update: int = 0
    notes: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Whether every number agrees with the run."""
        return self.verdict == "right"

    @property
    def first_difference(self) -> Difference | None:
        """The first number, in order of execution, that differs."""
        return self.differences[0] if self.differences else None

    @property
    def compared(self) -> int:
        """How many numbers were compared."""
        return sum(count.compared for count in self.counts)

    @property
    def agree(self) -> int:
        """How many of them agree with the run."""
        return sum(count.agree for count in self.counts)

    def plain(self) -> dict[str, Any]:
        """Make the object that ``--json`` prints."""
        first = self.first_difference
        return {
            "verdict": self.verdict,
            "mistakes": [list(names) for names in self.mistakes],
            "factor": self.factor and {"value": self.factor.value, "meaning": self.factor.meaning},
            "first_difference": first
            and {
                "name": first.name,
                "step": first.step,
                "expected": first.expected,
                "found": first.found,
            },
            "compared": self.compared,
            "agree": self.agree,
        }

    def __repr__(self) -> str:
        return "\n".join((*self.lines, *self.notes))
