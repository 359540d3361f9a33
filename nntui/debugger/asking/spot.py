"""A spot: a position on a branch, the full address of a state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger


@dataclass(frozen=True, slots=True)
class Spot:
    """A position on a branch (by its name)."""

    position: int
    branch: str


def here(debugger: Debugger) -> Spot:
    """Where a debugger stands."""
    return Spot(debugger.position, debugger.branches.current.name)


def is_there(debugger: Debugger, spot: Spot) -> bool:
    """Whether the spot's branch was not deleted."""
    return any(branch.name == spot.branch for branch in debugger.branches)


def go(debugger: Debugger, spot: Spot) -> None:
    """Go to a spot, on its branch.

    Raises:
        NntuiError: there is no such branch any more.
        IndexError: the run has no such position.
    """
    if debugger.branches.current.name != spot.branch:
        debugger.branches.switch(spot.branch)
    debugger.seek(spot.position)
