"""A run stepped through once, with all that was seen on the way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from support.bits import all_bits, bits_of

from nntui.debugger.debugger import Debugger
from nntui.debugger.snapshot import Snapshot
from nntui.model.experiment import Experiment


@dataclass
class Tape:
    """``seen[p]`` is everything that is known at position p, as comparable bits and words."""

    experiment: Experiment
    debugger: Debugger
    seen: list[Any]
    operations: list[tuple[str, ...]]


def _seen(snapshot: Snapshot) -> Any:
    last, losses = snapshot.last, snapshot.losses
    step = last and (
        last.position,
        last.operation,
        all_bits(last.reads),
        all_bits(last.writes),
        last.text,
    )
    return (
        snapshot.position,
        all_bits(snapshot.values),
        step,
        snapshot.next,
        snapshot.next_operation,
        [bits_of(series) for series in (losses.batch, losses.epoch, losses.test)],
    )


def _recorded(experiment: Experiment) -> Tape:
    debugger = Debugger(experiment)
    found, operations = [_seen(debugger.snapshot())], []
    while not debugger.at_end:
        operations.append(debugger.step().operation)
        found.append(_seen(debugger.snapshot()))
    return Tape(experiment, debugger, found, operations)


@pytest.fixture(scope="session")
def seen() -> Callable[[Snapshot], Any]:
    """Everything that a snapshot says, in a form that == compares bit for bit."""
    return _seen


@pytest.fixture(scope="session")
def recorded() -> Callable[[Experiment], Tape]:
    """Step through a whole run and keep all that was seen."""
    return _recorded
