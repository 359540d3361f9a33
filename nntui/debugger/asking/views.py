"""A replay as the state that it stands for, seen through its arrays: nothing is copied out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from nntui.engine.replay import Replay
from nntui.engine.state import State


@dataclass(frozen=True, slots=True)
class View:
    """Numbers of an array by name; ``blank`` is a name that has none yet."""

    array: Any
    index: Mapping[Any, int]
    blank: str | None = None

    def __getitem__(self, name: Any) -> float:
        """The number of that name."""
        return float(self.array[self.index[name]])

    def get(self, name: Any, default: float) -> float:
        """The number of that name, or the default while it is blank."""
        return default if name == self.blank else self[name]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a step's observer looks at in a ``State``."""

    b: View
    w: View
    db: View
    dw: View
    z: View
    a: View
    da: View
    delta: View
    loss: float | None


def state_of(replay: Replay, beginning: str | None = None) -> State:
    """The state of a replay, for an observer of its next step or of its last one.

    ``beginning`` is the neuron whose sum the next step begins: its z is blank. (Its da needs no
    such care: what is blank counts as 0 there, and is 0 in the replay.)
    """
    index, row = replay.layout.index, replay.layout.row
    p, dp = View(replay.p, index), View(replay.dp, index)
    seen = _Seen(
        b=p, w=p, db=dp, dw=dp,
        z=View(replay.z, row, beginning),
        a=View(replay.a, row),
        da=View(replay.da, row),
        delta=View(replay.delta, row),
        loss=replay.loss,
    )  # fmt: skip
    return cast(State, seen)
