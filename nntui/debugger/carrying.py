"""Carrying over: what a person has put into one run goes on in the run of an edited document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nntui.model.experiment import Experiment
from nntui.model.names import escaped

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger


def carried_over(
    debugger: Debugger, experiment: Experiment, before: Mapping[str, Any] | None = None
) -> tuple[Debugger, list[str]]:
    """A debugger at the start of another experiment's run, with what still makes sense of this one.

    Breakpoints and watches are kept when what they name is still there, bookmarks while the steps
    have the same numbers. Branches began in the run that was left.

    Args:
        debugger: at rest.
        experiment: the edited one.
        before: the session of ``experiment`` when it was left earlier: its branches come back.

    Returns:
        The debugger, and in a sentence each what was not kept.
    """
    from nntui.debugger.branches import MAIN
    from nntui.debugger.debugger import Debugger
    from nntui.debugger.session import original, restore, to_plain

    plain, lost = dict(to_plain(debugger)), []
    plain.pop("position", None)
    left = plain.pop("branches", None)
    marks = plain.pop("bookmarks", [])
    if before is not None:
        for key in ("branches", "bookmarks"):
            if key in before:
                plain[key] = before[key]
    else:
        if left:
            names = [b.name for b in debugger.branches if b.name != MAIN]
            lost += [f"branch “{escaped(name)}”: it began in the run before" for name in names]
        same = _steps_are_the_same(original(debugger), experiment)
        plain["bookmarks"] = [m for m in marks if same and m["branch"] == MAIN]
        lost += [
            f"bookmark “{escaped(m['name'])}”: the steps have other numbers now"
            for m in marks
            if m["branch"] == MAIN and not same
        ]
    made = Debugger(experiment)
    return made, [*restore(made, plain), *lost]


def _steps_are_the_same(one: Experiment, other: Experiment) -> bool:
    """Whether every step of two runs is about the same neuron, connection and example."""
    here, there = one.network.wiring(), other.network.wiring()
    return (
        (here.inputs, here.outputs, here.neurons, here.sources, here.trainable)
        == (there.inputs, there.outputs, there.neurons, there.sources, there.trainable)
        and len(one.train_examples) == len(other.train_examples)
        and one.training.batch_size == other.training.batch_size
        and one.training.epochs <= other.training.epochs
    )
