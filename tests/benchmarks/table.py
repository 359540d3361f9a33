"""A row of the table that ``python -m tests.benchmarks`` prints."""

from __future__ import annotations

from importlib import import_module
from typing import Final, NamedTuple

HEADING: Final = f"{'':<52} {'measured':>12} {'goal':>10}  {'':<7} {'peak':>7}  beside"


class Row(NamedTuple):
    """What was measured, beside what, and what is to be reached: at most, or ``at_least``.

    The figure is in the unit: ``×`` is the ratio to the time of what it is measured beside.
    """

    what: str
    figure: float
    goal: float | None = None
    beside: str = ""
    unit: str = "×"
    at_least: bool = False
    megabytes: float | None = None

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        if self.goal is None:
            return None
        return self.figure >= self.goal if self.at_least else self.figure <= self.goal

    def __str__(self) -> str:
        figure = f"{self.figure:.3g}" if self.figure < 1000 else f"{self.figure:,.0f}"
        goal = "" if self.goal is None else f"{'≥' if self.at_least else '≤'} {self.goal:g}"
        verdict = {None: "", True: "reached", False: "NOT"}[self.reached]
        peak = "" if self.megabytes is None else f"{self.megabytes:.0f} MB"
        found = f"{figure} {self.unit}"
        row = f"{self.what[:52]:<52} {found:>12} {goal:>10}  {verdict:<7} {peak:>7}  {self.beside}"
        return row.rstrip()


def rows_of(name: str) -> list[Row]:
    """Run one of the benchmarks."""
    return list(import_module(name).rows())
