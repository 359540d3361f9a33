"""A frame: all that the panes show at one moment.

It is taken by whoever has the debugger, and painted without it: while a run is under way the
screen must not touch the debugger, and yet a key may ask for another pane or another focus.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nntui.debugger.values import Before, before_last_update

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger
    from nntui.debugger.snapshot import Snapshot
    from nntui.engine.loss_history import History, Losses
    from nntui.model.experiment import Experiment
    from nntui.tui.marks import Marks
    from nntui.tui.rows import Row


@dataclass(frozen=True, slots=True)
class Curve:
    """The losses of one branch."""

    name: str
    losses: Losses
    current: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """A snapshot, the experiment in force there, and what has been put into the run.

    ``on_the_way``: it was taken while a long way is made. ``before``: the parameters before the
    last update, where they are wanted.
    """

    snapshot: Snapshot
    experiment: Experiment
    curves: tuple[Curve, ...]
    marks: Marks
    breakpoints: tuple[Row, ...]
    watches: tuple[Row, ...]
    branches: tuple[Row, ...]
    on_the_way: bool
    before: Before | None = None


def frame_of(debugger: Debugger, *, on_the_way: bool = False, before: bool = False) -> Frame:
    """The frame of this moment; ``on_the_way`` it does not count as a stop.

    ``before``: with the parameters before the last update. While one is under way they are at hand
    and always there.
    """
    from nntui.tui.marks import marks_of
    from nntui.tui.rows import branch_rows, stop_rows, watch_rows

    snapshot = debugger.snapshot()
    updating = snapshot.last is not None and snapshot.last.position.phase == "update"
    return Frame(
        snapshot=snapshot,
        experiment=debugger.experiment,
        curves=curves_of(debugger, snapshot),
        marks=marks_of(debugger),
        breakpoints=stop_rows(debugger),
        watches=watch_rows(debugger, on_the_way=on_the_way),
        branches=branch_rows(debugger),
        on_the_way=on_the_way,
        before=before_last_update(debugger.run) if before or updating else None,
    )


def curves_of(debugger: Debugger, snapshot: Snapshot) -> tuple[Curve, ...]:
    """The losses of every branch, those of the current one last, so that they lie on top."""
    branches = debugger.branches
    current = branches.current.name
    others = (branch for branch in branches if branch.name != current)
    return (
        *(Curve(branch.name, _known(branch.timeline.history), False) for branch in others),
        Curve(current, snapshot.losses, True),
    )


def _known(history: History) -> Losses:
    """All that was ever seen of a line of time."""
    return history.losses(len(history.batch), len(history.epoch))
